// The cost certificate for smaller values, and what single tests and rules add to it.
//
// Neighbours: program.hpp (the certificate itself). Must not know: nanoseconds.
// source: docs/bundle_format.md, "The cost certificate".
#pragma once

#include <cstdint>
#include <vector>

#include "core/limits.hpp"
#include "core/program.hpp"

namespace sentrail {

// How large a request's values may be; as they are, whatever the limits admit.
struct ValueSizes {
  std::uint64_t body_bytes = limits::kBodyVisibleBytesMax;
  std::uint64_t json_nodes = limits::kJsonNodesMax;
  std::uint64_t list_elements = limits::kListElementsMax;
  std::uint64_t inner_elements = limits::kInnerElementsMax;  // of a list within an element
  std::uint64_t matched_bytes = limits::kMatchedBytesMax;    // of a text beside patterns
  std::uint64_t regex_bytes = limits::kRegexValueBytesMax;
};

// What a decision costs at worst on values that are no larger: with the sizes as they are, the
// certificate. REQUIRES: everything but the cost row verified.
[[nodiscard]] CostRow cost_within(const Program& program, const ValueSizes& sizes);

// The steps that each test adds, its attribute aside: none for the tests of elements, which are
// counted with the quantifier. Indexed as Program::atoms. cost: linear in the program.
[[nodiscard]] std::vector<std::uint64_t> steps_of_atoms(const Program& verified);

// The rule whose tests add most, the first of equals; kNoRow if there are no rules.
[[nodiscard]] std::uint32_t dearest_rule(const Program& verified);

}  // namespace sentrail
