// The finite partition of all strings by tests of any kind, regular expressions among them.
//
// Neighbours: text_matchers.hpp lays the tests out as one automaton; text_classes.hpp is the
// quicker way where only literals and patterns stand. Must not know: attributes, rules. source:
// docs/language.md, L5.12, L7.5, L7.12 and L7.13.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/analysis/text_matchers.hpp"

namespace sentrail::compiler::analysis {

// Strings that all tests answer alike, and one of them. Of an odd one every pattern is undecidable,
// of one that is past the limit every regular expression too.
struct ProductClass {
  std::string witness;
  std::vector<std::uint32_t> matching;  // the matchers that are true of it, ascending
  bool odd = false;
  bool past_limit = false;
  bool broken = false;
};

// Partitions the strings. REQUIRES: as text_automaton(), and none of the matchers is `odd`.
// Nothing if limits::kAnalysisProductStatesMax or kAnalysisProductStepsMax was exceeded.
// cost: for each set of steps that can be reached together, its steps times the letters that sets
// tell apart.
[[nodiscard]] std::optional<std::vector<ProductClass>> text_product(
    std::span<const TextMatcher> matchers, char separator);

}  // namespace sentrail::compiler::analysis
