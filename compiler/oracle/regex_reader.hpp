// A regular expression as nested parts, read from text that `check` has accepted.
//
// Neighbours: regex.cpp matches the parts. Must not know: compiler/regex, which it checks.
// source: docs/language.md, L7.7 to L7.14.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/oracle/code_points.hpp"

namespace sentrail::compiler::oracle {

// What a part is. A `place` takes no character: its `letter` is one of `A z ^ $ b B`.
enum class PartKind : std::uint8_t { character, place, one_after_other, one_of, repeated };
struct Part {
  PartKind kind = PartKind::one_after_other;
  // character: these ranges with both ends, or with `other` all but these; with `fold` in either
  // case of a-z
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  bool other = false;
  bool fold = false;
  char letter = 0;
  std::vector<Part> parts;
  std::size_t least = 0;
  std::size_t most = 0;  // 0: no end, if `open`
  bool open = false;
};

// Reads one. REQUIRES: `check` accepts the expression.
[[nodiscard]] Part read_expression(std::string_view expression);

}  // namespace sentrail::compiler::oracle
