// What each name in the files of one policy stands for, and everywhere it stands.
//
// Neighbours: parsed_file.hpp has the trees, workspace.hpp the files; definition, references,
// rename, hover and colours answer from here. Must not know: types, what `check` says. Names are
// resolved as sections 12 and 13 of docs/language.md have it; one that stands for nothing is left
// out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "compiler/lsp/parsed_file.hpp"
#include "core/schema.hpp"

namespace sentrail::compiler::lsp {

// What a name can stand for.
enum class SymbolKind : std::uint8_t {
  list,
  condition,
  parameter,
  element,  // `x` of `any x in body.files: …`
  rule,
  tier,
  alias,      // of an import
  module,     // a policy file or a catalog by its qualified name
  attribute,  // with its members: `body.ref`
  tool,
  action,
  test,
};

// One thing with a name. `owner`: of a parameter its condition, of a rule its tier, of an action
// its tool, of an element where in its file it is named.
struct Symbol {
  SymbolKind kind = SymbolKind::list;
  std::string file;  // where it is declared; empty for what no policy file declares
  std::string owner;
  std::string name;

  friend auto operator<=>(const Symbol&, const Symbol&) = default;
};

// One place where a symbol is named.
struct Occurrence {
  std::uint32_t file = 0;  // of those that the index was made of
  Span span;
  std::uint32_t symbol = 0;
  bool declares = false;
};

// A file of a policy, and what its imports are: numbers of files, or none.
struct LinkedFile {
  ParsedFilePtr file;
  std::vector<std::optional<std::uint32_t>> imports;
};

// All names of some files.
class NameIndex {
 public:
  NameIndex() = default;
  // cost: n log n in the trees.
  explicit NameIndex(std::span<const LinkedFile> files);

  [[nodiscard]] const Symbol& symbol(std::uint32_t id) const { return symbols_[id]; }
  [[nodiscard]] std::optional<std::uint32_t> find(const Symbol& symbol) const;
  // The innermost occurrence that an offset is in or at the edge of; null if there is none.
  [[nodiscard]] const Occurrence* at(std::uint32_t file, std::uint32_t offset) const;
  // Those of one file in the order of the text.
  [[nodiscard]] std::span<const Occurrence> in_file(std::uint32_t file) const;
  // Every place of a symbol, file by file.
  [[nodiscard]] std::vector<Occurrence> of(std::uint32_t symbol) const;

 private:
  std::vector<Symbol> symbols_;
  std::map<Symbol, std::uint32_t> ids_;
  std::vector<std::vector<Occurrence>> by_file_;
};

// What the parameters of a condition can stand for, found from its body.
struct ParameterUse {
  bool path = false;
  bool value = false;
  bool list = false;  // stands alone after `in`
};
// Adds what one test says of it.
void add_use(const Test& test, std::string_view name, ParameterUse& result);

// The attribute that a path begins with, and how many of its steps name it.
[[nodiscard]] std::optional<std::pair<AttributeId, std::size_t>> attribute_of(const Path& path);

}  // namespace sentrail::compiler::lsp
