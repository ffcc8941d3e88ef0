// Dispatch by method, the life of a session, and what is published. See server.hpp.
#include "compiler/lsp/server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "compiler/lsp/capabilities.hpp"
#include "compiler/lsp/uri.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::lsp {
namespace {

constexpr std::array<std::string_view, 14> kFeatures = {
    "codeLens/resolve",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/documentHighlight",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/formatting",
    "textDocument/hover",
    "textDocument/prepareRename",
    "textDocument/references",
    "textDocument/rename",
    "textDocument/semanticTokens/full",
};
static_assert(std::ranges::is_sorted(kFeatures));

std::optional<Position> position_in(JsonValue value) {
  const auto line = number_of(at_path(value, "line"));
  const auto character = number_of(at_path(value, "character"));
  if (!line || !character) return std::nullopt;
  return Position{*line, *character};
}

std::optional<Range> range_in(JsonValue value) {
  const auto start = position_in(at_path(value, "start"));
  const auto end = position_in(at_path(value, "end"));
  if (!start || !end) return std::nullopt;
  return Range{*start, *end};
}

// Calls `each` with every element of an array.
template <class Each>
void for_each(JsonValue array, const Each& each) {
  if (!array.exists() || array.kind() != JsonKind::array) return;
  JsonValue element = array.first_child();
  for (std::size_t left = array.size(); left > 0; --left) {
    each(element);
    if (left > 1) element = element.next();
  }
}

tl::unexpected<RpcError> invalid(std::string_view method, std::string_view what) {
  return refuse(RpcCode::invalid_params, std::string(method) + " needs " + std::string(what));
}

}  // namespace

// --- messages ------------------------------------------------------------------------------
void Server::receive(std::string_view content) {
  auto message = std::make_unique<Message>();
  if (const auto unread = read_message(content, *message)) {
    log("unreadable: " + unread->error.message);
    output_.push_back(response(unread->id, tl::make_unexpected(unread->error)));
    return;
  }
  if (message->kind == MessageKind::notification && message->method == "$/cancelRequest") {
    cancel(*message);
    return;
  }
  waiting_.push_back({std::move(message), false});
}

void Server::receive_too_large() {
  output_.push_back(
      response("null", refuse(RpcCode::invalid_request, "a message has at most " +
                                                            std::to_string(limits::kJsonBytesMax) +
                                                            " bytes; this one was left out")));
}

void Server::cancel(const Message& message) {
  const JsonValue id = at_path(message.params, "id");
  if (!id.exists()) return;
  std::string text;
  JsonWriter(&text).raw(id);
  for (Waiting& one : waiting_) {
    if (one.message->kind == MessageKind::request && one.message->id == text) one.cancelled = true;
  }
  for (Waiting& one : parked_) one.cancelled = one.cancelled || one.message->id == text;
  answer_parked();
}

bool Server::step() {
  if (waiting_.empty()) return false;
  Waiting one = std::move(waiting_.front());
  waiting_.pop_front();
  const Message& message = *one.message;
  if (!one.cancelled) one.unit = needed_analysis(message);
  if (one.unit) {
    parked_.push_back(std::move(one));
    return true;
  }
  const auto begin = std::chrono::steady_clock::now();
  if (message.kind == MessageKind::request) {
    const Answer answered = one.cancelled
                                ? refuse(RpcCode::request_cancelled, "cancelled by the client")
                                : answer(message);
    output_.push_back(response(message.id, answered));
  } else if (message.kind == MessageKind::notification) {
    take_note(message);
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  log(message.method + " " + std::to_string(took.count()) + " ms");
  return true;
}

void Server::rest() {
  if (!changed_ || phase_ != Phase::running) return;
  const auto begin = std::chrono::steady_clock::now();
  publish();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  log("checked in " + std::to_string(took.count()) + " ms");
  answer_parked();
}

std::shared_ptr<const Unit> Server::next_to_analyse() const {
  const bool rests = phase_ == Phase::running && !changed_ && waiting_.empty();
  return rests ? workspace_.next_to_analyse() : nullptr;
}

void Server::take(const std::shared_ptr<const Unit>& unit, Analysed analysed) {
  if (!workspace_.take(*unit, std::move(analysed))) return;
  log("analysed " + unit->root);
  // With a change that is not looked at yet, this may be of an older text: the next rest() tells.
  if (changed_ || phase_ != Phase::running) return;
  publish();
  answer_parked();
}

// Lines above rules wait for the analysis; all else is answered without.
std::shared_ptr<const Unit> Server::needed_analysis(const Message& message) {
  const bool lens = message.kind == MessageKind::request && phase_ == Phase::running &&
                    message.method == "codeLens/resolve" &&
                    text_of(at_path(message.params, "data.about")) == "reach";
  const auto uri = lens ? text_of(at_path(message.params, "data.uri")) : std::nullopt;
  if (!uri) return nullptr;
  workspace_.refresh();
  const std::vector<const Unit*> units = workspace_.units_of(path_of(*uri));
  if (units.empty() || !units.front()->loaded.policy || units.front()->analysed) return nullptr;
  return workspace_.units().at(units.front()->root);
}

// Answers those whose wait is over; after a change only rest() can tell whose it is.
void Server::answer_parked() {
  for (Waiting& one : std::exchange(parked_, {})) {
    Answer answered;
    if (one.cancelled || phase_ != Phase::running) {
      answered = refuse(RpcCode::request_cancelled, "cancelled");
    } else if (changed_) {
      parked_.push_back(std::move(one));
      continue;
    } else if (!workspace_.is_current(*one.unit)) {
      answered = refuse(RpcCode::content_modified, "the text has changed");
    } else if (one.unit->analysed) {
      answered = answer(*one.message);
    } else {
      parked_.push_back(std::move(one));
      continue;
    }
    output_.push_back(response(one.message->id, answered));
  }
}

std::vector<std::string> Server::take_output() {
  return std::exchange(output_, {});
}

Answer Server::answer(const Message& message) {
  if (phase_ == Phase::created && message.method != "initialize") {
    return refuse(RpcCode::server_not_initialized, "`initialize` comes first");
  }
  if (phase_ == Phase::shut_down) {
    return refuse(RpcCode::invalid_request, "the server is shut down; `exit` is what is left");
  }
  if (message.method == "initialize") {
    if (phase_ != Phase::created) {
      return refuse(RpcCode::invalid_request, "`initialize` comes once");
    }
    return initialize(message.params);
  }
  if (message.method == "shutdown") {
    phase_ = Phase::shut_down;
    answer_parked();
    return "null";
  }
  if (std::ranges::binary_search(kFeatures, std::string_view(message.method))) {
    return feature(message);
  }
  return refuse(RpcCode::method_not_found, "this server has no method " + message.method);
}

void Server::take_note(const Message& message) {
  if (message.method == "exit") {
    exit_code_ = phase_ == Phase::shut_down ? 0 : 1;
    return;
  }
  if (phase_ != Phase::running) return;
  const JsonValue params = message.params;
  if (message.method == "initialized") {
    initialized();
  } else if (message.method == "textDocument/didOpen") {
    open(params);
  } else if (message.method == "textDocument/didChange") {
    change(params);
  } else if (message.method == "textDocument/didClose") {
    close(params);
  } else if (message.method == "textDocument/didSave" ||
             message.method == "workspace/didChangeWatchedFiles") {
    workspace_.disk_changed();
    changed_ = true;
  } else if (message.method == "workspace/didChangeWorkspaceFolders") {
    change_folders(params);
  }
}

// --- the session ---------------------------------------------------------------------------
Answer Server::initialize(JsonValue params) {
  phase_ = Phase::running;
  client_ = client_of(params);
  take_folders(params);
  return server_capabilities(client_);
}

void Server::take_folders(JsonValue params) {
  std::set<std::string> folders;
  for_each(at_path(params, "workspaceFolders"), [&](JsonValue folder) {
    if (const auto uri = text_of(at_path(folder, "uri"))) folders.insert(path_of(*uri));
  });
  if (folders.empty()) {
    if (const auto uri = text_of(at_path(params, "rootUri"))) folders.insert(path_of(*uri));
  }
  workspace_.set_folders(std::move(folders));
}

void Server::change_folders(JsonValue params) {
  std::set<std::string> folders = workspace_.folders();
  for_each(at_path(params, "event.removed"), [&](JsonValue folder) {
    if (const auto uri = text_of(at_path(folder, "uri"))) folders.erase(path_of(*uri));
  });
  for_each(at_path(params, "event.added"), [&](JsonValue folder) {
    if (const auto uri = text_of(at_path(folder, "uri"))) folders.insert(path_of(*uri));
  });
  workspace_.set_folders(std::move(folders));
  changed_ = true;
}

void Server::initialized() {
  if (client_.watches_files) {
    output_.push_back(request("watch", "client/registerCapability", watch_registration()));
  }
}

// --- texts ---------------------------------------------------------------------------------
void Server::open(JsonValue params) {
  const JsonValue document = at_path(params, "textDocument");
  const auto uri = text_of(at_path(document, "uri"));
  const auto text = text_of(at_path(document, "text"));
  if (!uri || !text) return log("didOpen without uri or text");
  const std::uint32_t version = number_of(at_path(document, "version")).value_or(0);
  documents_.open(path_of(*uri), std::string(*uri), version, std::string(*text));
  workspace_.disk_changed();
  changed_ = true;
}

void Server::change(JsonValue params) {
  const auto uri = text_of(at_path(params, "textDocument.uri"));
  if (!uri) return log("didChange without uri");
  const std::string path = path_of(*uri);
  for_each(at_path(params, "contentChanges"), [&](JsonValue one) {
    const auto text = text_of(at_path(one, "text"));
    if (!text) return log("a change without text");
    const std::optional<Range> range = range_in(at_path(one, "range"));
    if (!documents_.change(path, range, *text, client_.encoding)) {
      log("a change of a text that is not open");
    }
  });
  if (const auto version = number_of(at_path(params, "textDocument.version"))) {
    documents_.set_version(path, *version);
  }
  changed_ = true;
}

void Server::close(JsonValue params) {
  const auto uri = text_of(at_path(params, "textDocument.uri"));
  if (!uri) return;
  documents_.close(path_of(*uri));
  workspace_.disk_changed();
  changed_ = true;
}

// --- answers -------------------------------------------------------------------------------
Answer Server::feature(const Message& message) {
  const bool lens = message.method == "codeLens/resolve";
  const auto uri = text_of(at_path(message.params, lens ? "data.uri" : "textDocument.uri"));
  if (!uri) return invalid(message.method, "a document");
  workspace_.refresh();
  const std::string path = path_of(*uri);
  const std::vector<const Unit*> units = workspace_.units_of(path);
  if (units.empty()) return "null";
  const Unit& unit = *units.front();
  const std::uint32_t number = *unit.number_of(path);
  const View view{workspace_, documents_, client_, unit, number, *unit.files[number].file};
  if (lens) return resolve_lens(view, message.params);
  if (at_path(message.params, "position").exists()) {
    return at_position(message.method, view, message.params);
  }
  return of_text(message.method, view, message.params);
}

Answer Server::at_position(const std::string& method, const View& view, JsonValue params) {
  const auto position = position_in(at_path(params, "position"));
  if (!position) return invalid(method, "a position");
  const std::uint32_t offset = view.file.offset_of(*position, client_.encoding);
  if (method == "textDocument/hover") return hover(view, offset);
  if (method == "textDocument/completion") return completion(view, offset);
  if (method == "textDocument/definition") return definition(view, offset);
  if (method == "textDocument/documentHighlight") return document_highlight(view, offset);
  if (method == "textDocument/prepareRename") return prepare_rename(view, offset);
  if (method == "textDocument/references") {
    return references(view, offset, is_true(at_path(params, "context.includeDeclaration")));
  }
  if (method == "textDocument/rename") {
    const auto name = text_of(at_path(params, "newName"));
    if (!name) return invalid(method, "a new name");
    return rename(view, offset, *name);
  }
  return of_text(method, view, params);
}

Answer Server::of_text(const std::string& method, const View& view, JsonValue params) {
  if (method == "textDocument/documentSymbol") return document_symbol(view);
  if (method == "textDocument/foldingRange") return folding_range(view);
  if (method == "textDocument/semanticTokens/full") return semantic_tokens(view);
  if (method == "textDocument/formatting") return formatting(view);
  if (method == "textDocument/codeLens") return code_lens(view);
  if (method == "textDocument/codeAction") {
    const auto range = range_in(at_path(params, "range"));
    if (!range) return invalid(method, "a range");
    std::vector<std::string> only;
    for_each(at_path(params, "context.only"), [&](JsonValue kind) {
      if (const auto text = text_of(kind)) only.emplace_back(*text);
    });
    return code_action(view, *range, only);
  }
  return invalid(method, "a position");
}

// --- findings ------------------------------------------------------------------------------
void Server::publish() {
  changed_ = false;
  workspace_.refresh();
  Findings findings;
  for (const auto& [root, unit] : workspace_.units()) {
    add_findings(*unit, documents_, client_, findings);
  }
  for (const auto& [path, shown] : published_) findings.try_emplace(path);
  for (const auto& [path, all] : findings) publish(path, all);
  std::erase_if(published_, [&](const auto& one) {
    return findings.at(one.first).empty() && documents_.find(one.first) == nullptr;
  });
}

// Says what there is against a text, if that is news.
void Server::publish(const std::string& path, const std::vector<std::string>& findings) {
  const Document* document = documents_.find(path);
  std::string params = "{\"uri\":";
  append_json_string(params, uri_in(documents_, path));
  if (document != nullptr) params += ",\"version\":" + std::to_string(document->version);
  params += ",\"diagnostics\":[";
  for (std::size_t i = 0; i < findings.size(); ++i) params += (i == 0 ? "" : ",") + findings[i];
  params += "]}";
  const auto shown = published_.find(path);
  const bool news = shown == published_.end() ? document != nullptr || !findings.empty()
                                              : shown->second != params;
  if (!news) return;
  output_.push_back(notification("textDocument/publishDiagnostics", params));
  published_[path] = std::move(params);
}

}  // namespace sentrail::compiler::lsp
