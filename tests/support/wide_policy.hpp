// Seeded policies of hundreds of rules, whose names come from vocabularies: what tables of rules
// are made for. random_policy.hpp is for what three rules can show, this for what only many show.
//
// Neighbours: random_policy.hpp (its source of chance), build_ir.hpp. Must not know: any evaluator.
#pragma once

#include <cstddef>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// How large wide policies become.
struct WideLimits {
  std::size_t tiers_max = 5;
  std::size_t rules_max = 120;  // of a tier
  std::size_t names = 40;       // of each vocabulary
};

// A policy that verifies: tests of strings, patterns, lists of both, parts and regular expressions,
// elements, risks, booleans and members, some negated, some that no table holds; guards, `pass`,
// ends, `any` and `all`.
[[nodiscard]] compiler::ir::Policy wide_policy(Random& random, const WideLimits& limits = {});

// A request in the words of such policies, or with what cannot be read, or is of another type.
[[nodiscard]] compiler::oracle::Request wide_request(Random& random, const WideLimits& limits = {});

}  // namespace sentrail::support
