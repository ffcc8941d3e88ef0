// The two phases of a policy as conditions of its rules: which are about requests, which about
// their answers, and what decides an answer that no rule decides.
//
// Neighbours: check/link.cpp and check/check.cpp apply it to what they put together, analysis/diff
// to both sides. Must not know: syntax. Everything after it sees rules and conditions, nothing
// else. source: docs/language.md, L19.6.
#pragma once

#include <string_view>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::ir {

// The tier that is added, which no written one is called, and its rule.
inline constexpr std::string_view kAnswersTier = "default";
inline constexpr std::string_view kAnswersRule = "response";

// Whether a policy has a rule that is about answers.
[[nodiscard]] bool judges_answers(const Policy& policy);

// The policy in both phases, if it judges answers or `both` says so; else as it is. What has its
// phases already stays as it is.
[[nodiscard]] Policy with_phases(Policy policy, bool both = false);

// Whether a rule matches every request for good, with its phase or before it is told.
[[nodiscard]] bool matches_every_request(const Policy& policy, const Rule& rule);

// The qualified name of the rule that lets answers pass which no other decides.
[[nodiscard]] std::string answers_rule_of(std::string_view policy);

}  // namespace sentrail::compiler::ir
