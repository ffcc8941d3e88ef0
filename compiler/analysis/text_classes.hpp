// The finite partition of all strings by the literals and patterns that they are compared with.
//
// Neighbours: glob_automaton.hpp (products of patterns), scalar_classes.cpp (the other kinds of
// value). Must not know: attributes, rules. source: docs/language.md, section 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/analysis/glob_automaton.hpp"

namespace sentrail::compiler::analysis {

// Strings that all literals and patterns answer alike, and one of them, as short as there is. Of
// an odd one every pattern is undecidable (L7.5).
struct TextClass {
  std::string witness;
  bool odd = false;
};

// The classes, the class of each literal, and for each pattern the classes that it matches.
struct TextClasses {
  std::vector<TextClass> classes;
  std::vector<std::uint32_t> of_literal;
  std::vector<std::vector<std::uint32_t>> of_pattern;  // ascending
};

// Partitions the strings. REQUIRES: literals and patterns differ among their kind; patterns are
// well formed for the separator. Nothing if the budget was exceeded, which it otherwise lowers.
[[nodiscard]] std::optional<TextClasses> text_classes(std::span<const std::string> literals,
                                                      std::span<const std::string> patterns,
                                                      char separator, GlobBudget& budget);

}  // namespace sentrail::compiler::analysis
