// Literal texts looked for in values: the tables that make a search linear, whoever wrote the
// value.
//
// Neighbours: bound.hpp holds one set a program, evaluate.cpp asks. Must not know: tests, rules.
// Why not std::string_view::find: its worst case is the product of both lengths, and the value is
// chosen by whoever sends the request.
// source: Knuth, Morris, Pratt, Fast pattern matching in strings, SIAM J. Comput. 6 (1977).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/program.hpp"

namespace sentrail::decide {

// The searches of a program, one for each symbol that some `contains` looks for. Keeps views of the
// program's text. threads: immutable.
class SearchSet {
 public:
  // cost: linear in the bytes of the symbols looked for.
  explicit SearchSet(const Program& verified);

  // Whether the symbol stands somewhere in the text. REQUIRES: some `contains` looks for it.
  // cost: at most two looks at each byte of the text; never allocates.
  [[nodiscard]] bool contains(std::uint32_t symbol, std::string_view text) const noexcept;

 private:
  struct Search {
    std::string_view wanted;
    std::uint32_t borders_begin = 0;
  };

  std::vector<Search> searches_;        // by symbol; empty if there is no `contains`
  std::vector<std::uint32_t> borders_;  // see add_borders
};

}  // namespace sentrail::decide
