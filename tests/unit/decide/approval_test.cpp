// Who must approve: rows of candidates, joined. See runtime/decide/approval.hpp.
#include "runtime/decide/approval.hpp"

#include <gmock/gmock.h>

#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::decide {
namespace {

using support::always;
using support::Compiled;
using support::OwnedFacts;
using testing::ElementsAre;

namespace ir = compiler::ir;

constexpr std::int64_t kHourMs = 3'600'000;

ir::Rule asking(ir::Policy& policy, const std::string& group, std::optional<std::int64_t> within) {
  ir::Rule rule = support::rule("r" + group, Outcome::require_approval, always(policy));
  rule.approval = {{{false, group, 2}}, within};
  return rule;
}

std::optional<Approval> approval_of_policy(const ir::Policy& policy) {
  Compiled compiled(policy);
  const OwnedFacts facts = OwnedFacts::of({}).value();
  return approval_of(compiled.engine(), compiled.decide(*facts), *facts, compiled.scratch());
}

TEST(ApprovalOf, IsOfWhatRequiresApprovalAlone) {
  ir::Policy policy;
  policy.name = "p";
  policy.tiers.push_back({"t", false, {asking(policy, "a", kHourMs)}});
  EXPECT_TRUE(approval_of_policy(policy));
  policy.tiers.push_back({"u", false, {support::rule("b", Outcome::block, always(policy))}});
  EXPECT_FALSE(approval_of_policy(policy));
}

TEST(ApprovalOf, JoinsTiersAndTheDefault) {
  ir::Policy policy;
  policy.name = "p";
  policy.default_approval = {{{true, "owner", 1}}, std::nullopt};
  policy.tiers.push_back({"g", true, {asking(policy, "b", 3 * kHourMs)}});
  policy.tiers.push_back({"h", true, {asking(policy, "a", 2 * kHourMs)}});
  policy.tiers.push_back({"i", true, {asking(policy, "a", 9 * kHourMs)}});
  const Approval joined = approval_of_policy(policy).value();
  EXPECT_THAT(joined.quorums, ElementsAre("1 of role:owner", "2 of a", "2 of b"));
  EXPECT_EQ(joined.text(), "1 of role:owner; 2 of a; 2 of b");
  EXPECT_EQ(joined.within_ms, 2 * kHourMs);
  EXPECT_TRUE(joined.usual_time);
  EXPECT_EQ(joined.decide_within_ms(kHourMs), kHourMs);
  EXPECT_EQ(joined.decide_within_ms(7 * kHourMs), 2 * kHourMs);
}

TEST(ApprovalOf, TheUsualIsOneReviewerInTheServersTime) {
  ir::Policy policy;
  policy.name = "p";
  const Approval usual = approval_of_policy(policy).value();
  EXPECT_EQ(usual.text(), "1 of role:reviewer");
  EXPECT_EQ(usual.within_ms, std::nullopt);
  EXPECT_EQ(usual.decide_within_ms(kHourMs), kHourMs);
}

TEST(ApprovalOf, AWrittenTimeMayBeLongerThanTheUsual) {
  ir::Policy policy;
  policy.name = "p";
  policy.tiers.push_back({"t", false, {asking(policy, "a", 9 * kHourMs)}});
  const Approval asked = approval_of_policy(policy).value();
  EXPECT_EQ(asked.decide_within_ms(kHourMs), 9 * kHourMs);
}

// More candidates than a decision names: the rest are found again.
TEST(ApprovalOf, MissesNoneOfManyCandidates) {
  ir::Policy policy;
  policy.name = "p";
  constexpr std::size_t kTiers = 2 * Decision::kCandidatesKept;
  for (std::size_t i = 0; i < kTiers; ++i) {
    const std::string name = "t" + std::to_string(i);
    policy.tiers.push_back(
        {name, true, {asking(policy, name, kHourMs * static_cast<std::int64_t>(kTiers - i))}});
  }
  const Approval joined = approval_of_policy(policy).value();
  EXPECT_EQ(joined.quorums.size(), kTiers + 1);  // and the default's
  EXPECT_EQ(joined.within_ms, kHourMs);
}

}  // namespace
}  // namespace sentrail::decide
