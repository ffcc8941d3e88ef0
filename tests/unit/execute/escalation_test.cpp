// Tests that a hold nobody decides is shown to more people, and that nothing else comes of it.
//
// Neighbours: machine_test.cpp, coordinator_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/execute/coordinator_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using testing::ElementsAre;
using testing::HasSubstr;

// Held since kNow, with two steps.
Action waiting() {
  Action action = action_in(ActionState::held);
  action.record.created_ms = kNow;
  action.record.escalations = {{60'000, "leads"}, {120'000, "security"}};
  return action;
}

TEST(Escalation, AsksOneGroupAStepAndSaysSo) {
  const auto first = transition(waiting(), EscalationDue{}, kNow + 60'000);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->action.record.escalated, 1u);
  EXPECT_THAT(effects_of<Notify>(*first), ElementsAre(Notify{"escalation", "leads"}));
  EXPECT_THAT(effects_of<SetDeadline>(*first), ElementsAre(SetDeadline{kNow + 120'000}));
  const auto audit = effects_of<AppendAudit>(*first);
  ASSERT_EQ(audit.size(), 1u);
  EXPECT_EQ(audit[0].kind, store::AuditKind::escalate);
  EXPECT_THAT(audit[0].reason, HasSubstr("`leads`"));

  EXPECT_FALSE(transition(first->action, EscalationDue{}, kNow + 60'000)) << "never twice";
  const auto second = transition(first->action, EscalationDue{}, kNow + 120'000);
  ASSERT_TRUE(second);
  EXPECT_THAT(effects_of<Notify>(*second), ElementsAre(Notify{"escalation", "security"}));
  EXPECT_THAT(effects_of<SetDeadline>(*second), ElementsAre(SetDeadline{kDecideBy}));
  EXPECT_FALSE(transition(second->action, EscalationDue{}, kDecideBy - 1));
}

TEST(Escalation, DoesNotComeEarlyNorAfterTheTimeToDecide) {
  EXPECT_FALSE(transition(waiting(), EscalationDue{}, kNow + 59'999));
  EXPECT_EQ(transition(waiting(), EscalationDue{}, kDecideBy).error().code, Errc::timed_out);
  Action late = waiting();
  late.record.escalations = {{kDecideBy - kNow, "leads"}};
  EXPECT_EQ(deadline_of(late.record), kDecideBy);
  EXPECT_FALSE(transition(late, EscalationDue{}, kDecideBy));
}

// Law: whatever was escalated, the same votes lead to the same states.
TEST(EscalationLaw, WidensWhoIsAskedAndNeverWhoMustApprove) {
  constexpr std::uint64_t kSeed = 0x5eed0e;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const std::vector<std::string> quorums = {"1 of sre", "2 of sre", "1 of leads",
                                            "1 of sre and 1 of leads", "1 of sre; 2 of leads"};
  int approved = 0;
  int refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    Action plain = waiting();
    plain.record.quorum = quorums[random() % quorums.size()];
    Action escalated = plain;
    for (int vote = 0; vote < 5; ++vote) {
      if (random() % 2 == 0) {
        const auto step = transition(escalated, EscalationDue{}, deadline_of(escalated.record));
        if (step) escalated = step->action;
      }
      std::vector<std::string> groups;
      for (const char* group : {"sre", "leads", "security"}) {
        if (random() % 2 == 0) groups.emplace_back(group);
      }
      const auto person = static_cast<std::uint8_t>(1 + random() % 4);
      const VoteCast cast = random() % 8 == 0 ? deny_by(reviewer(person, groups))
                                              : approve_by(reviewer(person, groups));
      const auto expected = transition(plain, cast, kNow + 1);
      const auto got = transition(escalated, cast, kNow + 1);
      ASSERT_EQ(got.has_value(), expected.has_value());
      refused += expected ? 0 : 1;
      if (!expected) continue;
      ASSERT_EQ(got->action.record.state, expected->action.record.state);
      ASSERT_EQ(got->action.record.quorum, plain.record.quorum);
      ASSERT_EQ(got->action.record.votes, expected->action.record.votes);
      approved += got->action.record.state == ActionState::approved ? 1 : 0;
      plain = expected->action;
      escalated = got->action;
    }
  }
  EXPECT_GT(approved, 1'000);
  EXPECT_GT(refused, 1'000);
}

TEST(Reasons, AreDemandedByTheMachineItself) {
  VoteCast cast = approve_by(reviewer(1));
  cast.reasons = {approvals::ReasonsAsked::always, 30};
  const auto refused = transition(action_in(ActionState::held), cast, kNow);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("at least 30"));
  cast.reason = "the release was announced and its tests passed";
  EXPECT_TRUE(transition(action_in(ActionState::held), cast, kNow));
  VoteCast denial = deny_by(reviewer(1));
  denial.reasons = {approvals::ReasonsAsked::denials, 1};
  denial.reason = " \t";
  EXPECT_FALSE(transition(action_in(ActionState::held), denial, kNow));
  denial.verdict = store::Verdict::approve;
  EXPECT_TRUE(transition(action_in(ActionState::held), denial, kNow));
}

// --- with a store and restarts -------------------------------------------------------------

class EscalationTest : public CoordinatorTest {
 protected:
  EscalationTest() {
    escalations_ = {{60'000, "leads"}, {120'000, "security"}};
    restart();
  }

  // Groups that messages about the call ask, in the order of the messages.
  std::vector<std::string> asked() {
    std::vector<std::string> groups;
    const auto due = store_->due_outbox(INT64_MAX, 1'000);
    for (const store::OutboxItem& item : due.value()) {
      const std::string_view payload = item.payload;
      const std::size_t at = payload.find("\"group\":\"");
      if (item.event != "escalation" || item.channel != "slack") continue;
      groups.emplace_back(payload.substr(at + 9, payload.find('"', at + 9) - at - 9));
    }
    return groups;
  }

  void pass(std::int64_t ms) { clock_.advance_ms(ms); }
};

TEST_F(EscalationTest, SurvivesRestartsAndNeverRepeats) {
  const store::ActionRecord record = hold().value().record;
  pass(60'000);
  pump_until([&] { return stored(record).escalated == 1; });
  EXPECT_THAT(asked(), ElementsAre("leads"));
  for (int i = 0; i < 3; ++i) {
    restart();
    pass(2'000);
    for (int turn = 0; turn < 1'000; ++turn) coordinator_->run_pending();
    EXPECT_EQ(stored(record).escalated, 1u);
  }
  // The plan is that of the hold, whatever the server is told later.
  escalations_ = {};
  close();
  pass(60'000);
  open();
  recover();
  pump_until([&] { return stored(record).escalated == 2; });
  EXPECT_THAT(asked(), ElementsAre("leads", "security"));
  EXPECT_THAT(log_of(record), ElementsAre("hold", "escalate", "escalate"));
  EXPECT_TRUE(stored(hold(request("{\"title\":\"y\"}")).value().record).escalations.empty());
}

TEST_F(EscalationTest, EndsWithTheDecision) {
  const store::ActionRecord record = hold().value().record;
  ASSERT_TRUE(vote(record, 1, store::Verdict::deny));
  pass(200'000);
  for (int turn = 0; turn < 1'000; ++turn) coordinator_->run_pending();
  EXPECT_THAT(log_of(record), ElementsAre("hold", "deny"));
  EXPECT_THAT(asked(), ElementsAre());
}

// A server that was down past the time to decide asks nobody any more.
TEST_F(EscalationTest, IsDroppedWithTheTimeToDecide) {
  const store::ActionRecord record = hold().value().record;
  close();
  pass(2 * limits::kDecideByMsDefault);
  open();
  recover();
  pump_until_state(record, ActionState::expired);
  EXPECT_THAT(log_of(record), ElementsAre("hold", "expire"));
}

}  // namespace
}  // namespace sentrail::execute
