// Tests when a doubt is asked about, and that nothing but the question leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/limits.hpp"
#include "tests/unit/execute/coordinator_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using testing::HasSubstr;
using testing::SizeIs;

class CoordinatorProbeTest : public CoordinatorTest {
 protected:
  // A call whose answer was lost.
  store::ActionRecord doubt() {
    const store::ActionRecord record = sent_to_sender();
    sender_.end(sender_.jobs.size() - 1, {SendReport::End::no_answer, "reset", {}});
    pump_until([&] { return changes_.back().state == ActionState::in_doubt; });
    return record;
  }

  // So many of them.
  std::vector<store::ActionRecord> doubts(std::size_t count) {
    std::vector<store::ActionRecord> records;
    for (std::size_t i = 0; i < count; ++i) {
      records.push_back(sent_to_sender(request("call " + std::to_string(i))));
      sender_.end(sender_.jobs.size() - 1, {SendReport::End::no_answer, "reset", {}});
      pump_until_state(records.back(), ActionState::in_doubt);
    }
    return records;
  }

  // Lets the time pass after which the next question is due, and waits for it.
  void pass_until_asked(std::int64_t ms) {
    const std::size_t jobs = sender_.jobs.size();
    clock_.advance_ms(ms);
    pump_until([&] { return sender_.jobs.size() > jobs; });
    EXPECT_EQ(sender_.jobs.back().fence, kProbeFence);
    EXPECT_EQ(sender_.jobs.back().call.method, "GET");
    EXPECT_EQ(sender_.jobs.back().call.target, "/probe");
  }

  void expect_nothing_leaves(std::int64_t ms) {
    const std::size_t jobs = sender_.jobs.size();
    clock_.advance_ms(ms);
    for (int i = 0; i < 100; ++i) (void)coordinator_->run_pending();
    EXPECT_EQ(sender_.jobs.size(), jobs);
  }

  // Until the coordinator has heard that what it noted is durable, and planned what comes next.
  void pump_until_noted(const std::string& words) {
    pump_until([&] { return changes_.back().result_note.find(words) != std::string::npos; });
  }

  void answer(std::uint32_t status) { sender_.end(sender_.jobs.size() - 1, answered(status)); }
};

TEST_F(CoordinatorProbeTest, WhatWasAppliedSucceeds) {
  prober_.settle = 5'000;
  const store::ActionRecord record = doubt();
  expect_nothing_leaves(4'999);
  pass_until_asked(1);
  answer(204);
  pump_until_state(record, ActionState::succeeded);
  EXPECT_THAT(stored(record).result_note, HasSubstr("a probe found it applied: heard 204"));
  EXPECT_EQ(log_of(record).back(), "reconcile");
  expect_nothing_leaves(limits::kDayMs);
}

TEST_F(CoordinatorProbeTest, WhatWasNotAppliedIsForAPersonUnlessTheConnectionSaysOtherwise) {
  prober_.settle = 1;
  const store::ActionRecord record = doubt();
  pass_until_asked(1);
  answer(404);
  pump_until_noted("heard 404");
  EXPECT_EQ(stored(record).state, ActionState::in_doubt);
  prober_.settles = true;
  pass_until_asked(limits::kProbeAgainMs);
  answer(404);
  pump_until_state(record, ActionState::failed);
}

TEST_F(CoordinatorProbeTest, AnAnswerIsReadAsItsQuestionWasMeant) {
  prober_.settle = 1;
  const store::ActionRecord record = doubt();
  pass_until_asked(1);
  prober_.settles = true;  // what the connection says by now is of the next question
  answer(404);
  pump_until_noted("heard 404");
  EXPECT_EQ(stored(record).state, ActionState::in_doubt);
}

TEST_F(CoordinatorProbeTest, ThreeQuestionsAndThenAPersonAlone) {
  prober_.settle = 1;
  const store::ActionRecord record = doubt();
  std::int64_t wait_ms = 1;
  for (int i = 0; i < limits::kProbeTriesMax; ++i) {
    pass_until_asked(wait_ms);
    wait_ms = limits::kProbeAgainMs * (i + 1);
    sender_.end(sender_.jobs.size() - 1, {SendReport::End::nothing_sent, "no address", {}});
    pump_until_noted("no address");
    for (int turns = 0; turns < 10; ++turns) (void)coordinator_->run_pending();
  }
  expect_nothing_leaves(limits::kDayMs);
  EXPECT_EQ(stored(record).state, ActionState::in_doubt);
  // One entry: what is heard again is no news.
  EXPECT_THAT(stored(record).result_note, HasSubstr("a probe could not tell: no address"));
  const std::vector<std::string> log = log_of(record);
  EXPECT_EQ(std::count(log.begin(), log.end(), "in_doubt"), 2);
  restart();
  pass_until_asked(1);
  answer(204);
  pump_until_state(record, ActionState::succeeded);
}

TEST_F(CoordinatorProbeTest, WhatPolicyRefusesIsNotAsked) {
  prober_.settle = 1;
  prober_.refusal = "policy does not let the agent ask";
  const store::ActionRecord record = doubt();
  clock_.advance_ms(1);
  pump_until_noted("does not let");
  expect_nothing_leaves(limits::kDayMs);
  EXPECT_EQ(stored(record).state, ActionState::in_doubt);
}

TEST_F(CoordinatorProbeTest, APersonsWordEndsTheQuestions) {
  prober_.settle = 1;
  const store::ActionRecord record = doubt();
  pass_until_asked(1);
  (void)wait<store::ActionRecord>([&](auto done) {
    coordinator_->settle(ref_of(record), DoubtSettled{admin(1), false, "looked"}, {}, done);
  });
  EXPECT_EQ(stored(record).state, ActionState::failed);
  answer(204);  // too late: a person has said what became of it
  expect_nothing_leaves(limits::kDayMs);
  EXPECT_EQ(stored(record).state, ActionState::failed);
}

// An upstream that is back after an outage is not met with all the questions at once.
TEST_F(CoordinatorProbeTest, AStartAsksAboutFewDoubtsAtATime) {
  constexpr std::size_t kDoubts = 100;
  (void)doubts(kDoubts);
  prober_.settle = 1;
  restart();
  clock_.advance_ms(1);
  std::size_t heard = sender_.jobs.size();
  std::size_t most = 0;
  for (std::size_t told = 0; told < kDoubts; ++told) {
    pump_until([&] { return sender_.jobs.size() > heard; });
    for (int i = 0; i < 100; ++i) (void)coordinator_->run_pending();
    most = std::max(most, sender_.jobs.size() - heard);
    sender_.end(heard++, answered(told % 2 == 0 ? 204 : 404));
  }
  pump_until(
      [&] { return store_->actions_in(ActionState::in_doubt).value().size() == kDoubts / 2; });
  EXPECT_GT(most, 1u) << "one after the other takes too long";
  EXPECT_LE(most, 16u);
  // The others are asked about again, as many at a time.
  clock_.advance_ms(limits::kProbeAgainMs);
  pump_until([&] { return sender_.jobs.size() > heard; });
}

// Questions that end at once take nobody's place.
TEST_F(CoordinatorProbeTest, RefusedQuestionsMakeRoomForOthers) {
  constexpr std::size_t kDoubts = 40;
  const std::vector<store::ActionRecord> records = doubts(kDoubts);
  prober_.settle = 1;
  prober_.refusal = "policy does not let the agent ask";
  restart();
  clock_.advance_ms(1);
  for (const store::ActionRecord& record : records) {
    pump_until([&] { return stored(record).result_note.find("let") != std::string::npos; });
  }
  EXPECT_EQ(sender_.jobs.size(), kDoubts);
}

TEST_F(CoordinatorProbeTest, WithoutAProbeNothingIsAsked) {
  const store::ActionRecord record = doubt();
  expect_nothing_leaves(limits::kDayMs);
  restart();
  expect_nothing_leaves(limits::kDayMs);
  EXPECT_EQ(stored(record).state, ActionState::in_doubt);
  EXPECT_THAT(sender_.jobs, SizeIs(1));
}

}  // namespace
}  // namespace sentrail::execute
