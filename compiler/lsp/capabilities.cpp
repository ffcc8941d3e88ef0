// Reads and writes the two halves of the handshake. See capabilities.hpp.
#include "compiler/lsp/capabilities.hpp"

#include <algorithm>

namespace sentrail::compiler::lsp {
namespace {

// Whether an array of strings has one.
bool lists(JsonValue array, std::string_view wanted) {
  if (!array.exists() || array.kind() != JsonKind::array) return false;
  JsonValue element = array.first_child();
  for (std::size_t left = array.size(); left > 0; --left) {
    if (text_of(element) == wanted) return true;
    if (left > 1) element = element.next();
  }
  return false;
}

}  // namespace

Client client_of(JsonValue params) {
  const JsonValue all = at_path(params, "capabilities");
  const JsonValue text = at_path(all, "textDocument");
  Client client;
  const bool utf8 = lists(at_path(all, "general.positionEncodings"), "utf-8");
  client.encoding = utf8 ? Encoding::utf8 : Encoding::utf16;
  client.snippets = is_true(at_path(text, "completion.completionItem.snippetSupport"));
  client.markdown = lists(at_path(text, "hover.contentFormat"), "markdown");
  client.symbol_trees = is_true(at_path(text, "documentSymbol.hierarchicalDocumentSymbolSupport"));
  client.versioned_edits = is_true(at_path(all, "workspace.workspaceEdit.documentChanges"));
  client.related_information = is_true(at_path(text, "publishDiagnostics.relatedInformation"));
  client.watches_files =
      is_true(at_path(all, "workspace.didChangeWatchedFiles.dynamicRegistration"));
  return client;
}

std::string server_capabilities(const Client& client) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("capabilities").begin_object();
  json.key("positionEncoding").string(client.encoding == Encoding::utf8 ? "utf-8" : "utf-16");
  json.key("textDocumentSync").begin_object();
  json.key("openClose").boolean(true).key("change").integer(2);
  json.key("save").begin_object().key("includeText").boolean(false).end_object().end_object();
  json.key("hoverProvider").boolean(true);
  json.key("completionProvider").begin_object().key("triggerCharacters").begin_array();
  for (const std::string_view one : {".", " ", "[", "(", "{", ":"}) json.string(one);
  json.end_array().key("resolveProvider").boolean(false).end_object();
  json.key("definitionProvider").boolean(true).key("referencesProvider").boolean(true);
  json.key("documentHighlightProvider").boolean(true);
  json.key("documentSymbolProvider").boolean(true).key("foldingRangeProvider").boolean(true);
  json.key("documentFormattingProvider").boolean(true);
  json.key("codeActionProvider").begin_object().key("codeActionKinds").begin_array();
  json.string("quickfix").string("source.fixAll.sentrail").end_array().end_object();
  json.key("codeLensProvider").begin_object().key("resolveProvider").boolean(true).end_object();
  json.key("renameProvider").begin_object().key("prepareProvider").boolean(true).end_object();
  json.key("semanticTokensProvider").begin_object().key("legend");
  write_legend(json);
  json.key("full").boolean(true).end_object();
  json.key("workspace").begin_object().key("workspaceFolders").begin_object();
  json.key("supported").boolean(true).key("changeNotifications").boolean(true);
  json.end_object().end_object().end_object();
  json.key("serverInfo").begin_object().key("name").string("sentrailc");
  json.key("version").string(SENTRAIL_VERSION).end_object().end_object();
  return out;
}

std::string watch_registration() {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("registrations").begin_array().begin_object();
  json.key("id").string("files").key("method").string("workspace/didChangeWatchedFiles");
  json.key("registerOptions").begin_object().key("watchers").begin_array();
  for (const std::string_view glob :
       {"**/*.sentrail", "**/catalogs/*.yaml", "**/catalogs/*.lock.json"}) {
    json.begin_object().key("globPattern").string(glob).end_object();
  }
  json.end_array().end_object().end_object().end_array().end_object();
  return out;
}

}  // namespace sentrail::compiler::lsp
