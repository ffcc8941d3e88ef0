// Laws of the transition function over a wide product of contexts, and random lives with crashes.
//
// Neighbours: machine_table_test.cpp, machine_test.cpp. The random lives run the machine against a
// small world of its own: a disk that keeps the last stored record, an executor that forgets
// everything in a crash, and an upstream that counts what it applied.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using store::Resend;

// --- laws ----------------------------------------------------------------------------------

std::vector<Event> all_events(const Action& action) {
  std::vector<Event> events = {approve_by(reviewer(1)),
                               approve_by(reviewer(2, {"sre"})),
                               deny_by(reviewer(1)),
                               EscalationDue{},
                               DecideByReached{},
                               ExecuteByReached{},
                               Claimed{executor(), {}},
                               Claimed{executor(), {Recheck::kill_switch, ""}},
                               LeaseLapsed{},
                               ExecutorLost{},
                               DoubtSettled{admin(1), true, ""},
                               DoubtSettled{admin(1), false, ""},
                               Probed{ProbeAnswer::applied, false, "x"},
                               Probed{ProbeAnswer::not_applied, true, "x"},
                               Probed{ProbeAnswer::not_applied, false, "x"},
                               Probed{ProbeAnswer::unknown, true, "x"},
                               GrantUsed{},
                               Withdrawn{}};
  for (int i = 0; i <= static_cast<int>(Recheck::binding_mismatch); ++i) {
    events.emplace_back(Rechecked{static_cast<Recheck>(i), "detail"});
  }
  for (const std::uint64_t fence : {action.record.fence, action.record.fence + 1}) {
    events.emplace_back(IntentRecorded{fence});
    events.emplace_back(FirstByteSent{fence});
    events.emplace_back(NothingSent{fence, "why"});
    events.emplace_back(NothingSent{fence, "why", true});
    events.emplace_back(ConnectionLost{fence, "why"});
    for (const std::uint32_t status : {0u, 200u, 303u, 307u, 404u, 409u, 500u, 502u, 504u}) {
      events.emplace_back(ResponseReceived{fence, status, {}});
      events.emplace_back(ResponseReceived{fence, status, {}, true});
    }
  }
  return events;
}

std::vector<Action> all_actions() {
  std::vector<Action> actions;
  for (const ActionState state : kStates) {
    for (const Resend resend : {Resend::never, Resend::safe, Resend::guarded, Resend::keyed}) {
      for (const std::uint32_t attempts : {0u, limits::kSendAttemptsMax - 1}) {
        for (const unsigned flags : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u}) {
          Action action = action_in(state);
          action.record.resend = resend;
          action.record.attempts = attempts;
          const bool tried = state != ActionState::held && state != ActionState::denied;
          action.record.maybe_applied =
              (flags & 1u) != 0 && tried && (resend == Resend::guarded || resend == Resend::keyed);
          action.bytes_out = (flags & 2u) != 0 && state == ActionState::sending;
          if ((flags & 4u) != 0) action.record.kind = store::ActionKind::grant;
          action.record.quorum = attempts == 0 ? "1 of role:reviewer" : "2 of role:reviewer";
          actions.push_back(action);
        }
      }
    }
  }
  return actions;
}

void expect_laws(const Action& before, const Event& event, const Step& step) {
  const store::ActionRecord& old = before.record;
  const store::ActionRecord& now = step.action.record;
  EXPECT_EQ(effects_of<AppendAudit>(step).size(), old == now ? 0u : 1u);
  if (old == now) {
    EXPECT_TRUE(step.effects.empty());
  }
  EXPECT_FALSE(is_final(old.state)) << "nothing leads out of a final state";
  EXPECT_EQ(now.version, old.version) << "versions are the store's business";
  EXPECT_GE(now.fence, old.fence);
  EXPECT_EQ(now.approval_hash, old.approval_hash);
  EXPECT_EQ(now.quorum, old.quorum) << "no event changes who must approve";
  if (old.maybe_applied) {
    EXPECT_TRUE(now.maybe_applied);
  }
  if (!effects_of<Send>(step).empty()) {
    EXPECT_EQ(old.state, ActionState::claimed);
    EXPECT_EQ(now.state, ActionState::sending);
  }
  if (now.state == ActionState::sending) {
    EXPECT_TRUE(old.state == ActionState::sending || old.state == ActionState::claimed);
  }
  const bool unsent_end = now.state == ActionState::expired || now.state == ActionState::revoked ||
                          now.state == ActionState::denied;
  if (unsent_end) {
    EXPECT_FALSE(old.maybe_applied || old.state == ActionState::sending);
  }
  const bool by_person = std::holds_alternative<DoubtSettled>(event);
  const auto* probed = std::get_if<Probed>(&event);
  const auto* answered = std::get_if<ResponseReceived>(&event);
  if (now.state == ActionState::failed && old.maybe_applied) {
    EXPECT_TRUE(by_person || (probed != nullptr && probed->settles) ||
                (answered != nullptr && answered->replayed));
  }
  if (old.state == ActionState::sending && now.state == ActionState::approved) {
    const bool nothing_sent = std::holds_alternative<NothingSent>(event) && !before.bytes_out;
    EXPECT_TRUE(nothing_sent || old.resend != Resend::never) << "sent again without cause";
  }
  const bool stays_in_doubt =
      old.state == ActionState::in_doubt && now.state == ActionState::in_doubt;
  EXPECT_TRUE(stays_in_doubt || (now.finished_ms != 0 || old.finished_ms != 0) ==
                                    (is_final(now.state) || now.state == ActionState::in_doubt ||
                                     old.finished_ms != 0));
}

TEST(MachineLaws, HoldInEveryStateForEveryEventAndContext) {
  std::size_t pairs = 0;
  std::size_t legal = 0;
  for (const Action& action : all_actions()) {
    for (const Event& event : all_events(action)) {
      for (const std::int64_t now : {kNow, kLeaseUntil, kExecuteBy, kEscalateAt, kDecideBy}) {
        SCOPED_TRACE(std::string(name_of(action.record.state)) + ", event " +
                     std::to_string(event.index()));
        ++pairs;
        const auto step = transition(action, event, now);
        if (!step) {
          EXPECT_FALSE(step.error().message.empty());
          EXPECT_NE(step.error().message.back(), '.');
          continue;
        }
        ++legal;
        expect_laws(action, event, *step);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
  std::printf("%zu pairs, %zu legal\n", pairs, legal);
  EXPECT_GT(pairs, 50'000u);
  EXPECT_GT(legal, 5'000u);
}

// --- random lives --------------------------------------------------------------------------

struct Life {
  std::mt19937_64 random;
  std::int64_t now = kNow;
  store::ActionRecord disk;             // survives crashes
  std::optional<Action> executor_view;  // does not
  bool killed = false;
  // The upstream.
  int applied = 0;
  int tries_with_bytes = 0;
  int crashes = 0;

  explicit Life(std::uint64_t seed) : random(seed) {
    disk = action_in(ActionState::held).record;
    disk.resend = static_cast<Resend>(random() % 3);
    disk.method = disk.resend == Resend::safe ? "GET" : "POST";
    if (random() % 2 == 0) disk.quorum = "2 of role:reviewer";
  }

  bool chance(unsigned percent) { return random() % 100 < percent; }

  void crash() {
    ++crashes;
    executor_view.reset();
    now += static_cast<std::int64_t>(random() % 1000);
    if (disk.state != ActionState::claimed && disk.state != ActionState::sending) return;
    const auto step = transition(Action{disk, false}, ExecutorLost{}, now);
    ASSERT_TRUE(step);
    disk = step->action.record;
  }

  // One transaction. False if refused, or if the process died before or after it was durable.
  bool commit(const Action& from, const Event& event) {
    const auto step = transition(from, event, now);
    if (!step) return false;
    if (chance(4)) {
      crash();  // before it was durable
      return false;
    }
    disk = step->action.record;
    if (chance(4)) {
      crash();  // after it was durable, before its effects
      return false;
    }
    if (executor_view) executor_view = step->action;
    return true;
  }

  void people_and_clocks() {
    const auto person = static_cast<std::uint8_t>(random() % 4);
    switch (random() % 8) {
      case 0:
        (void)commit({disk, false}, deny_by(reviewer(person)));
        break;
      case 1:
        killed = chance(20);
        break;
      case 2:
        now += static_cast<std::int64_t>(random() % (chance(10) ? 4'000'000 : 400'000));
        break;
      case 3:
        (void)commit({disk, false}, DecideByReached{});
        break;
      case 4:
        (void)commit({disk, false}, ExecuteByReached{});
        break;
      case 5:
        (void)commit({disk, false}, LeaseLapsed{});
        break;
      default:
        (void)commit({disk, false}, approve_by(reviewer(person)));
        break;
    }
  }

  // The upstream gets the bytes. Nothing: it never answers.
  std::optional<std::uint32_t> upstream() {
    const bool safe = disk.resend == Resend::safe;
    if (disk.resend == Resend::guarded && applied > 0) return chance(80) ? 412u : 0u;
    if (chance(15)) return 422u;
    if (!safe) ++applied;
    if (chance(20)) return 502u;
    if (chance(25)) return std::nullopt;
    return 201u;
  }

  void send() {
    const std::uint64_t fence = executor_view->record.fence;
    if (chance(25)) {
      (void)commit(*executor_view, NothingSent{fence, "refused"});
      executor_view.reset();
      return;
    }
    ++tries_with_bytes;
    executor_view = transition(*executor_view, FirstByteSent{fence}, now)->action;
    const std::optional<std::uint32_t> status = upstream();
    if (chance(10)) return crash();
    now += static_cast<std::int64_t>(random() % 2'000);
    if (status) {
      (void)commit(*executor_view, ResponseReceived{fence, *status, {}});
    } else if (chance(50)) {
      (void)commit(*executor_view, NothingSent{fence, "a lie"});
    } else {
      (void)commit(*executor_view, ConnectionLost{fence, "reset"});
    }
    executor_view.reset();
  }

  void executor_turn() {
    if (disk.state != ActionState::approved) return;
    const Rechecked recheck{killed ? Recheck::kill_switch : Recheck::pass, ""};
    executor_view = Action{disk, false};
    if (!commit({disk, false}, Claimed{executor(), recheck})) return executor_view.reset();
    if (disk.state != ActionState::claimed) return executor_view.reset();
    executor_view = Action{disk, false};
    if (chance(10)) {
      (void)commit(*executor_view, NothingSent{disk.fence, "no address"});
      return executor_view.reset();
    }
    if (!commit(*executor_view, IntentRecorded{disk.fence})) return executor_view.reset();
    send();
  }

  void run() {
    for (int turn = 0; turn < 200 && !is_final(disk.state); ++turn) {
      chance(50) ? people_and_clocks() : executor_turn();
    }
    // Let every deadline pass.
    for (int i = 0; i < 3 && !is_final(disk.state); ++i) {
      now += 10 * limits::kDayMs;
      for (const Event& event :
           {Event{DecideByReached{}}, Event{LeaseLapsed{}}, Event{ExecuteByReached{}}}) {
        const auto step = transition({disk, false}, event, now);
        if (step) disk = step->action.record;
      }
    }
  }
};

void expect_promise(const Life& life) {
  const ActionState end = life.disk.state;
  EXPECT_TRUE(is_final(end) || end == ActionState::in_doubt) << name_of(end);
  EXPECT_LE(life.applied, 1);
  if (life.disk.resend == Resend::never) {
    EXPECT_LE(life.tries_with_bytes, 1) << "sent twice";
  }
  if (life.disk.resend == Resend::safe) return;
  if (end == ActionState::succeeded) {
    EXPECT_EQ(life.applied, 1);
  }
  const bool unsent = end == ActionState::denied || end == ActionState::expired ||
                      end == ActionState::revoked || end == ActionState::failed;
  if (unsent) {
    EXPECT_EQ(life.applied, 0) << name_of(end) << " although it was applied";
  }
}

TEST(MachineModel, RandomLivesWithCrashesKeepThePromise) {
  constexpr std::uint64_t kSeed = 0x5eed04;
  std::map<ActionState, int> ends;
  int crashes = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + i));
    Life life(kSeed + i);
    life.run();
    expect_promise(life);
    ++ends[life.disk.state];
    crashes += life.crashes;
    if (HasFailure()) return;
  }
  std::printf("seed %llu, crashes %d;", static_cast<unsigned long long>(kSeed), crashes);
  for (const auto& [state, count] : ends) std::printf(" %s %d", name_of(state).data(), count);
  std::printf("\n");
  for (const ActionState state :
       {ActionState::succeeded, ActionState::failed, ActionState::in_doubt, ActionState::denied,
        ActionState::expired, ActionState::revoked}) {
    EXPECT_GT(ends[state], 100) << name_of(state) << " is hardly ever reached";
  }
}

}  // namespace
}  // namespace sentrail::execute
