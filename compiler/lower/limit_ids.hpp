// The two names by which counters outlive a bundle.
//
// Neighbours: lower.cpp writes them into the rows of limits. Must not know: counters.
// source: docs/language.md, L14.8.
#pragma once

#include <cstdint>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// Of what a limit counts and the name of its rule; of what it counts and the condition of its rule.
struct LimitIds {
  std::uint64_t place = 0;
  std::uint64_t content = 0;
};

// The names of a limit of a rule. Neither depends on the number, the `else`, or the order.
[[nodiscard]] LimitIds ids_of(const ir::Policy& policy, const ir::Rule& rule,
                              const ir::Limit& limit);

}  // namespace sentrail::compiler
