// The policy that the tests of counters are about.
//
// Neighbours: the tests in this folder. Must not know: counters.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/units.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::counters {

inline constexpr std::int64_t kHourMs = 3'600'000;

// One rule that allows everything within one limit, which counts by `key` if there is one.
inline compiler::ir::Policy limited(std::int64_t most, std::int64_t per_ms = kHourMs,
                                    std::string_view key = "") {
  compiler::ir::Policy policy;
  policy.name = "p";
  policy.default_effect = Effect::block;
  compiler::ir::Rule rule = support::rule("r", Outcome::allow, support::always(policy));
  compiler::ir::Limit limit;
  limit.most = most * kUnit;
  limit.per_ms = per_ms;
  if (!key.empty()) limit.keys = {support::ref(key)};
  rule.limits = {limit};
  policy.tiers.push_back({"t", false, {rule}});
  return policy;
}

}  // namespace sentrail::counters
