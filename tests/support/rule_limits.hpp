// Limits of policies: drawn, written as text, and given something to hold.
//
// Neighbours: random_policy.hpp, written_policy.hpp and approvals.hpp. Must not know: how either
// side counts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// Gives limits to rules that let something through. The generator is not moved on.
void add_random_limits(const Random& random, compiler::ir::Policy& policy);

// What some limits hold, by rule and place in it. Rules are numbered through all tiers, behind them
// `also` and shadow rules, in each tier `also` rules first. units: millionths.
[[nodiscard]] std::map<std::pair<std::size_t, std::size_t>, std::int64_t> random_used(
    Random& random, const compiler::ir::Policy& policy);

// The clauses that mean the limits, in their order, each in one of the ways to write it.
[[nodiscard]] std::string written_limits(Random& random,
                                         const std::vector<compiler::ir::Limit>& limits);

}  // namespace sentrail::support
