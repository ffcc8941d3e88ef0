// Gives a thing another name everywhere, or says why not. See features.hpp.
//
// The edit is tried before it is given: afterwards the texts must have no error that they did not
// have, and the new name must stand for the same thing at the same places and nowhere else.
#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "compiler/lsp/features.hpp"
#include "core/limits.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler::lsp {
namespace {

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

tl::unexpected<RpcError> cannot(std::string why) {
  return refuse(RpcCode::request_failed, std::move(why));
}

// Why a kind of thing keeps its name; empty if it can have another.
std::string_view unchangeable(const Symbol& symbol) {
  switch (symbol.kind) {
    case SymbolKind::module:
      return symbol.file.empty() ? "a catalog has the name that its own file says"
                                 : "a module's name is the place of its file: rename the file, "
                                   "then `policy` and the imports";
    case SymbolKind::attribute:
      return "attributes belong to the language";
    case SymbolKind::tool:
    case SymbolKind::action:
      return "tools and actions belong to their catalog";
    case SymbolKind::test:
      return "nothing refers to a test by its name: edit it where it stands";
    default:
      return {};
  }
}

// Why a text is no name; empty if it is one. source: docs/language.md, L1.4 to L1.6.
std::string not_a_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto part = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  if (name.empty() || !letter(name.front()) || !std::ranges::all_of(name, part)) {
    return ticked(name) + " is no name: letters, digits and `_`, not beginning with a digit";
  }
  if (name.size() > limits::kNameBytesMax) {
    return "a name has at most " + std::to_string(limits::kNameBytesMax) + " bytes";
  }
  if (grammar::is_reserved(name)) return ticked(name) + " is a keyword";
  return {};
}

using Texts = std::map<std::string, std::string>;

// The texts after the edit, and the edit.
Texts edited(const std::vector<PlacedOccurrence>& places, std::string_view name) {
  Texts texts;
  for (auto one = places.rbegin(); one != places.rend(); ++one) {
    std::string& text =
        texts.try_emplace(one->file->path, std::string(one->file->text())).first->second;
    text.replace(one->span.begin, one->span.end - one->span.begin, name);
  }
  return texts;
}

// The policies as they would be, laid over what there is.
class Trial {
 public:
  Trial(const View& view, const Texts& texts) : documents_(view.documents) {
    for (const auto& [path, text] : texts) {
      documents_.open(path, uri_in(view.documents, path), 0, text);
    }
    workspace_ = std::make_unique<Workspace>(documents_, view.workspace);
    workspace_->refresh();
  }
  [[nodiscard]] const Workspace& workspace() const { return *workspace_; }

 private:
  Documents documents_;
  std::unique_ptr<Workspace> workspace_;
};

std::size_t error_count(const Workspace& workspace) {
  std::size_t count = 0;
  for (const auto& [root, unit] : workspace.units()) count += unit->loaded.sink.error_count();
  return count;
}

// What an edit broke first.
std::string first_error(const Workspace& before, const Workspace& after) {
  std::set<std::string> known;
  for (const auto& [root, unit] : before.units()) {
    for (const Diagnostic& one : unit->loaded.sink.sorted()) known.insert(one.message);
  }
  for (const auto& [root, unit] : after.units()) {
    for (const Diagnostic& one : unit->loaded.sink.sorted()) {
      if (one.severity() == Severity::error && !known.contains(one.message)) return one.message;
    }
  }
  return "the policy would have more errors";
}

// Whether the new name stands for the thing at the old places and nowhere else.
bool means_the_same(const Workspace& after, const Symbol& symbol,
                    const std::vector<PlacedOccurrence>& before, std::string_view name) {
  Symbol renamed = symbol;
  renamed.name = name;
  const std::vector<PlacedOccurrence> places = places_of(after, renamed);
  if (places.size() != before.size()) return false;
  const auto change =
      static_cast<std::int64_t>(name.size()) - static_cast<std::int64_t>(symbol.name.size());
  std::string path;
  std::int64_t moved = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (before[i].file->path != path) moved = 0;
    path = before[i].file->path;
    const bool same =
        places[i].file->path == path && places[i].span.begin == before[i].span.begin + moved;
    if (!same) return false;
    moved += change;
  }
  return true;
}

}  // namespace

Answer prepare_rename(const View& view, std::uint32_t offset) {
  const Occurrence* here = view.occurrence_at(offset);
  if (here == nullptr) return cannot("there is no name here that could be another");
  const Symbol& symbol = view.unit.names.symbol(here->symbol);
  if (const std::string_view why = unchangeable(symbol); !why.empty()) {
    return cannot(std::string(why));
  }
  if (view.file.slice(here->span) != symbol.name) return cannot("the tier has no name of its own");
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("range");
  write(json, view.file.range_of(here->span, view.client.encoding));
  json.key("placeholder").string(symbol.name).end_object();
  return out;
}

Answer rename(const View& view, std::uint32_t offset, std::string_view name) {
  if (const Answer prepared = prepare_rename(view, offset); !prepared) {
    return tl::make_unexpected(prepared.error());
  }
  const Symbol symbol = view.unit.names.symbol(view.occurrence_at(offset)->symbol);
  if (const std::string why = not_a_name(name); !why.empty()) {
    return refuse(RpcCode::invalid_params, why);
  }
  for (const auto& [root, unit] : view.workspace.units()) {
    if (!unit->names.find(symbol)) continue;
    for (const LinkedFile& one : unit->files) {
      if (one.file->whole) continue;
      return cannot(std::filesystem::path(one.file->path).filename().string() +
                    " has errors of syntax, and the name may stand where they are");
    }
  }
  const std::vector<PlacedOccurrence> places = places_of(view.workspace, symbol);
  EditList edits(view);
  if (name != symbol.name) {
    const Trial trial(view, edited(places, name));
    if (error_count(trial.workspace()) > error_count(view.workspace)) {
      return cannot(first_error(view.workspace, trial.workspace()));
    }
    if (!means_the_same(trial.workspace(), symbol, places, name)) {
      return cannot(ticked(name) + " would mean something else where " + ticked(symbol.name) +
                    " stands, or stands for something already");
    }
    for (const PlacedOccurrence& one : places) {
      edits.add(one.file->path, one.file->range_of(one.span, view.client.encoding),
                std::string(name));
    }
  }
  std::string out;
  JsonWriter json(&out);
  edits.write(json);
  return out;
}

}  // namespace sentrail::compiler::lsp
