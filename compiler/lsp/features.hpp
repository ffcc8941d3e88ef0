// What the editor can ask about a text, and the answers as JSON.
//
// Neighbours: server.cpp calls these by method; each group has a file of its own. Must not know:
// messages, descriptors. All answer from a View; none changes anything.
// source: Language Server Protocol 3.17, "Language Features".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/lsp/documents.hpp"
#include "compiler/lsp/rpc.hpp"
#include "compiler/lsp/workspace.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler::lsp {

// What the client can take.
struct Client {
  Encoding encoding = Encoding::utf16;
  bool snippets = false;
  bool markdown = false;
  bool symbol_trees = false;
  bool versioned_edits = false;
  bool related_information = false;
  bool watches_files = false;
  bool folds_lines_only = false;
};

// One text as features see it: the policy that it is part of, and its number there.
struct View {
  const Workspace& workspace;
  const Documents& documents;
  const Client& client;
  const Unit& unit;
  std::uint32_t number;
  const ParsedFile& file;

  // The name at an offset; null if there is none.
  [[nodiscard]] const Occurrence* occurrence_at(std::uint32_t offset) const {
    return unit.names.at(number, offset);
  }
};

// A place of another text.
struct Location {
  std::string uri;
  Range range;

  friend bool operator==(const Location&, const Location&) = default;
};

// Parts of answers.
void write(JsonWriter& json, const Position& position);
void write(JsonWriter& json, const Range& range);
void write(JsonWriter& json, const Location& location);
// `{kind, value}`; plain text for a client that shows no Markdown.
void write_markup(JsonWriter& json, const Client& client, std::string_view markdown);
[[nodiscard]] std::string markup_of(const Client& client, std::string_view markdown);

// `1 entry`, `2 entries`; an ending in `y` becomes `ies`.
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

// The URI under which the editor knows a path, or its own.
[[nodiscard]] std::string uri_in(const Documents& documents, const std::string& path);

// Places of spans in the sources of one run.
class Places {
 public:
  Places(const Sources& sources, const Documents& documents, Encoding encoding)
      : sources_(sources), documents_(documents), encoding_(encoding) {}

  // cost: linear in the text for the first place of a source.
  [[nodiscard]] Range range(Span span);
  [[nodiscard]] Location location(Span span);
  [[nodiscard]] std::string path(Span span) const {
    return std::string(sources_[span.source].name());
  }

 private:
  const Sources& sources_;
  const Documents& documents_;
  Encoding encoding_;
  std::map<std::uint32_t, LineIndex> lines_;
};

// Edits of several texts as a WorkspaceEdit, with versions where the client takes them.
class EditList {
 public:
  explicit EditList(const View& view) : documents_(view.documents), client_(view.client) {}
  void add(const std::string& path, const Range& range, std::string text);
  void write(JsonWriter& json) const;

 private:
  const Documents& documents_;
  const Client& client_;
  std::map<std::string, std::vector<std::pair<Range, std::string>>> edits_;
};

// --- findings (diagnostics.cpp) ------------------------------------------------------------
// The diagnostics of each path that a policy has something to say about, as JSON objects.
using Findings = std::map<std::string, std::vector<std::string>>;
void add_findings(const Unit& unit, const Documents& documents, const Client& client,
                  Findings& findings);
// One diagnostic as JSON.
void write_diagnostic(JsonWriter& json, const Diagnostic& diagnostic, Places& places,
                      const Client& client);

// --- what a thing is (hover.cpp) -----------------------------------------------------------
[[nodiscard]] Answer hover(const View& view, std::uint32_t offset);
// In Markdown, what a symbol is.
[[nodiscard]] std::string describe(const View& view, const Symbol& symbol);

// --- what could stand here (completion.cpp) ------------------------------------------------
[[nodiscard]] Answer completion(const View& view, std::uint32_t offset);

// --- where a thing is (navigation.cpp) -----------------------------------------------------
[[nodiscard]] Answer definition(const View& view, std::uint32_t offset);
[[nodiscard]] Answer references(const View& view, std::uint32_t offset, bool with_declaration);
[[nodiscard]] Answer document_highlight(const View& view, std::uint32_t offset);
// Every place of a symbol in all policies that have it, each once.
struct PlacedOccurrence {
  ParsedFilePtr file;
  Span span;
  bool declares = false;
};
[[nodiscard]] std::vector<PlacedOccurrence> places_of(const Workspace& workspace,
                                                      const Symbol& symbol);

// --- other names (rename.cpp) --------------------------------------------------------------
[[nodiscard]] Answer prepare_rename(const View& view, std::uint32_t offset);
[[nodiscard]] Answer rename(const View& view, std::uint32_t offset, std::string_view name);

// --- the shape of a text (symbols.cpp, colours.cpp) ----------------------------------------
[[nodiscard]] Answer document_symbol(const View& view);
[[nodiscard]] Answer folding_range(const View& view);
[[nodiscard]] Answer semantic_tokens(const View& view);
// The legend that the numbers of semantic_tokens() point into.
void write_legend(JsonWriter& json);

// --- edits (edits.cpp) ---------------------------------------------------------------------
[[nodiscard]] Answer formatting(const View& view);
// in: `only` are the kinds that are asked for; none: all that are shown where the cursor is.
[[nodiscard]] Answer code_action(const View& view, const Range& range,
                                 const std::vector<std::string>& only);

// --- above each rule (lens.cpp) ------------------------------------------------------------
[[nodiscard]] Answer code_lens(const View& view);
// in: `data` and `range` of a lens as code_lens() gave it.
[[nodiscard]] Answer resolve_lens(const View& view, JsonValue lens);

}  // namespace sentrail::compiler::lsp
