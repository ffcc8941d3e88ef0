// The finite partition of all strings by the tests of one attribute.
//
// Neighbours: glob_automaton.hpp (products of patterns), text_product.hpp (of tests of any kind,
// slower), scalar_classes.cpp (the other kinds of
// value). Must not know: attributes, rules. source: docs/language.md, section 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/analysis/text_matchers.hpp"

namespace sentrail::compiler::analysis {

// Strings that all tests answer alike, and one of them, as short as there is. Of an odd one every
// pattern is undecidable (L7.5), of one past the limit every regular expression (L7.13). One that
// is not UTF-8 is both, and a class of its own only where sizes are tested.
struct TextClass {
  std::string witness;
  bool odd = false;
  bool past_limit = false;
  bool broken = false;
};

// The classes, and for each test those in which it is true.
struct TextClasses {
  std::vector<TextClass> classes;
  std::vector<std::vector<std::uint32_t>> of_test;  // ascending
};

// Partitions the strings. REQUIRES: tests differ; patterns and expressions are well formed; none is
// TextTest::odd. Nothing if a budget of budgets.hpp was exceeded.
[[nodiscard]] std::optional<TextClasses> text_classes(std::span<const TextMatcher> tests,
                                                      char separator);

}  // namespace sentrail::compiler::analysis
