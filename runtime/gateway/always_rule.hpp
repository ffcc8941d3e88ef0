// A rule that would have allowed a held call, as text of the policy language.
//
// Neighbours: always_route.cpp answers it to people, who put it into their policy themselves. Must
// not know: bundles, HTTP. The gate never changes policy: what comes out is a proposal, with the
// tests that show what it does. source: docs/language.md; docs/api.md A4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/facts.hpp"
#include "core/result.hpp"
#include "runtime/store/action_record.hpp"

namespace sentrail::gateway {

// What the rule is to be.
struct AlwaysWish {
  std::int64_t hours = 0;        // how long it lasts
  std::int64_t uses = 0;         // in that time
  bool exact_arguments = true;   // body and query parameters must be those of the call
  std::string resource_pattern;  // of its resources; empty: only the call's own
  std::string owner;             // the account of who asks for it
};

// The arguments of a call as policy sees them: with the defaults of its catalog.
struct AlwaysArguments {
  Fact body;
  NamedTexts query;
};

// The proposal.
struct AlwaysRule {
  std::string name;
  std::string module;  // the policy file it belongs into
  std::string tier;    // of that file; empty: a tier of its own, since the default held the call
  std::string before;  // the rule in front of which it must stand; empty with `tier`
  std::string rule;    // text
  std::string tests;   // text: its call is allowed, the same call of another agent is not
  std::int64_t until_ms = 0;
};

// Writes the rule for a call. in: the target as its tool sees it, and the name of the policy.
// Exact arguments are all members of the body, no further ones, and the query parameters; the
// language cannot forbid further parameters, and the rule says so. fails: conflict where no such
// rule may be: the risk is critical, the agent is not named, or a text cannot be written down.
[[nodiscard]] Result<AlwaysRule> always_rule(const store::ActionRecord& record,
                                             std::string_view target,
                                             const AlwaysArguments& arguments,
                                             std::string_view policy, const AlwaysWish& wish,
                                             std::int64_t now_ms);

// The proposal as lines to be added to a policy file.
[[nodiscard]] std::string diff_of(const AlwaysRule& rule);

}  // namespace sentrail::gateway
