// Where a thing is declared and everywhere it is named. See features.hpp.
#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "compiler/lsp/features.hpp"

namespace sentrail::compiler::lsp {
namespace {

Location location_of(const View& view, const ParsedFile& file, Span span) {
  return {uri_in(view.documents, file.path), file.range_of(span, view.client.encoding)};
}

// Where a catalog that is a file declares an action, or itself.
std::optional<Location> in_catalog(const View& view, const Symbol& symbol) {
  if (!view.unit.catalogs) return std::nullopt;
  const CatalogSet& set = *view.unit.catalogs;
  Places places(set.sources, view.documents, view.client.encoding);
  for (const Catalog& catalog : set.catalogs) {
    if (symbol.kind != SymbolKind::action) continue;
    if (!symbol.owner.empty() && symbol.owner != catalog.tool) continue;
    for (const CatalogActionDef& action : catalog.actions) {
      if (action.name != symbol.name || !action.span.source.has_value()) continue;
      if (!places.path(action.span).starts_with('/')) continue;
      return places.location(action.span);
    }
  }
  return std::nullopt;
}

std::string locations(const std::vector<Location>& all) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const Location& one : all) write(json, one);
  json.end_array();
  return out;
}

}  // namespace

std::vector<PlacedOccurrence> places_of(const Workspace& workspace, const Symbol& symbol) {
  std::vector<PlacedOccurrence> found;
  for (const auto& [root, unit] : workspace.units()) {
    const std::optional<std::uint32_t> id = unit->names.find(symbol);
    if (!id) continue;
    for (const Occurrence& one : unit->names.of(*id)) {
      const ParsedFilePtr& file = unit->files[one.file].file;
      const bool known = std::ranges::any_of(found, [&](const PlacedOccurrence& other) {
        return other.file == file && other.span == one.span;
      });
      if (!known) found.push_back({file, one.span, one.declares});
    }
  }
  std::ranges::sort(found, {}, [](const PlacedOccurrence& one) {
    return std::tuple(one.file->path, one.span.begin);
  });
  return found;
}

Answer definition(const View& view, std::uint32_t offset) {
  const Occurrence* here = view.occurrence_at(offset);
  if (here == nullptr) return "null";
  const Symbol& symbol = view.unit.names.symbol(here->symbol);
  std::vector<Location> found;
  for (const PlacedOccurrence& one : places_of(view.workspace, symbol)) {
    if (one.declares) found.push_back(location_of(view, *one.file, one.span));
  }
  if (found.empty()) {
    if (const std::optional<Location> place = in_catalog(view, symbol)) found.push_back(*place);
  }
  return found.empty() ? "null" : locations(found);
}

Answer references(const View& view, std::uint32_t offset, bool with_declaration) {
  const Occurrence* here = view.occurrence_at(offset);
  if (here == nullptr) return "null";
  std::vector<Location> found;
  for (const PlacedOccurrence& one :
       places_of(view.workspace, view.unit.names.symbol(here->symbol))) {
    if (one.declares && !with_declaration) continue;
    found.push_back(location_of(view, *one.file, one.span));
  }
  return locations(found);
}

Answer document_highlight(const View& view, std::uint32_t offset) {
  constexpr int kRead = 2;
  constexpr int kWrite = 3;
  const Occurrence* here = view.occurrence_at(offset);
  if (here == nullptr) return "null";
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  for (const Occurrence& one : view.unit.names.in_file(view.number)) {
    if (one.symbol != here->symbol) continue;
    json.begin_object().key("range");
    write(json, view.file.range_of(one.span, view.client.encoding));
    json.key("kind").integer(one.declares ? kWrite : kRead).end_object();
  }
  json.end_array();
  return out;
}

}  // namespace sentrail::compiler::lsp
