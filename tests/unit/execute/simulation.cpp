// How the world goes on. See simulation.hpp.
#include "tests/unit/execute/simulation.hpp"

#include <utility>

#include "core/limits.hpp"

namespace sentrail::execute::simulation {

using store::ActionState;
using store::Resend;
using Phase = Executor::Phase;

namespace {

constexpr std::int64_t kGiveUpMs = 5'000;
constexpr std::int64_t kLateMs = 20'000;

bool is_final_or_doubt(ActionState state) {
  return is_final(state) || state == ActionState::in_doubt;
}

Uuid id_of(std::size_t executor) {
  Uuid id;
  id.bytes[0] = 0xe0;
  id.bytes[15] = static_cast<std::uint8_t>(executor + 1);
  return id;
}

}  // namespace

World::World(std::uint64_t seed) : random_(seed) {
  disk_ = action_in(ActionState::approved).record;
  disk_.resend = static_cast<Resend>(random_() % 4);
  disk_.method = disk_.resend == Resend::safe ? "GET" : "POST";
  may_probe_ = chance(50);
  // A short time ends some worlds unsent; a long one lets leases lapse and others race for them.
  disk_.execute_by_ms = kNow + (chance(20) ? up_to(2'000) : limits::kDayMs);
  for (std::size_t i = 0; i < kExecutors; ++i) {
    executors_[i].clock_ahead_ms = up_to(50);
    post({.kind = Kind::turn, .executor = i}, up_to(30));
  }
}

// Mostly soon, sometimes very late: what comes late comes out of order.
std::int64_t World::delay() {
  return chance(90) ? 1 + up_to(20) : up_to(kLateMs);
}

void World::post(Message message, std::int64_t delay_ms) {
  message.at_ms = now_ms_ + delay_ms;
  message.number = next_number_++;
  message.life = executors_[message.executor].life;
  queue_.push(message);
}

// Works a step out from the record as it is, and sends it to the store. False: the event is
// refused.
bool World::submit(std::size_t executor, const Event& event, Phase phase) {
  Executor& one = executors_[executor];
  const Result<Step> step = transition(Action{disk_, one.bytes_out}, event, now_of(one));
  if (!step || step->effects.empty()) return false;
  one.phase = phase;
  steps_.push_back({*step, disk_.version});
  post({.kind = Kind::commit, .executor = executor, .step = steps_.size() - 1}, delay());
  return true;
}

void World::on_turn(std::size_t executor) {
  Executor& one = executors_[executor];
  post({.kind = Kind::turn, .executor = executor}, 20 + up_to(400));
  if (chance(6)) one.clock_ahead_ms += up_to(chance(40) ? 600'000 : 2'000);
  if (chance(2)) return crash(executor);
  if (one.phase != Phase::idle) return;
  const bool owns = disk_.executor_id == id_of(executor);
  if (owns && one.life > 0 && submit(executor, ExecutorLost{}, Phase::settling)) return;
  if (submit(executor, LeaseLapsed{}, Phase::settling)) return;
  if (submit(executor, ExecuteByReached{}, Phase::settling)) return;
  if (disk_.state != ActionState::approved || chance(30)) return;
  const Rechecked recheck{chance(2) ? Recheck::kill_switch : Recheck::pass, ""};
  (void)submit(executor, Claimed{id_of(executor), recheck}, Phase::claiming);
}

// Compare and swap, whether or not who asked lives to hear of it.
void World::on_commit(const Message& message) {
  const Pending& pending = steps_[message.step];
  const bool applied = pending.version == disk_.version;
  if (applied) {
    disk_ = pending.step.action.record;
    disk_.version = pending.version + 1;
  } else {
    ++conflicts_;
  }
  Message outcome = message;
  outcome.kind = Kind::outcome;
  outcome.flag = applied;
  outcome.at_ms = now_ms_ + delay();
  outcome.number = next_number_++;
  queue_.push(outcome);  // with the life of who asked
}

void World::on_outcome(const Message& message) {
  Executor& one = executors_[message.executor];
  const store::ActionRecord& stored = steps_[message.step].step.action.record;
  switch (std::exchange(one.phase, Phase::idle)) {
    case Phase::claiming:
      if (!message.flag || stored.state != ActionState::claimed) return;
      one.fence = stored.fence;
      one.bytes_out = false;
      if (!submit(message.executor, IntentRecorded{one.fence}, Phase::intending)) {
        tell(message.executor, NothingSent{one.fence, "refused"});
      }
      return;
    case Phase::intending:
      if (message.flag && stored.state == ActionState::sending) return begin_send(message.executor);
      return tell(message.executor, NothingSent{one.fence, "the intent did not land"});
    case Phase::reporting:
      if (message.flag) {
        one.report.reset();
        one.bytes_out = false;
        return;
      }
      if (++one.tries < 8) tell(message.executor, Event(*one.report));
      return;
    case Phase::idle:
    case Phase::sending:
    case Phase::settling:
      return;
  }
}

void World::begin_send(std::size_t executor) {
  Executor& one = executors_[executor];
  if (now_of(one) >= disk_.lease_until_ms || chance(10)) {
    return tell(executor, NothingSent{one.fence, "no address"});
  }
  one.phase = Phase::sending;
  one.bytes_out = true;
  ++upstream_.requests;
  post({.kind = Kind::timeout, .executor = executor, .fence = one.fence}, kGiveUpMs);
  if (chance(5)) return;  // the bytes are lost on their way
  ++upstream_.in_flight;
  post({.kind = Kind::request, .executor = executor, .fence = one.fence}, delay());
}

// Stores what an executor has to report; what cannot be stored waits for the lease.
void World::tell(std::size_t executor, Event report) {
  Executor& one = executors_[executor];
  one.report = report;
  if (!submit(executor, report, Phase::reporting)) {
    one.phase = Phase::idle;
    one.report.reset();
    one.bytes_out = false;
  }
}

// Nothing: no answer will come.
std::optional<std::uint32_t> World::answer_of_upstream(bool& kept) {
  if (disk_.resend == Resend::keyed && upstream_.kept_status != 0) {
    if (upstream_.is_busy) return 409u;
    if (chance(5)) return 503u;
    kept = chance(60);  // not every tool marks them
    return upstream_.kept_status;
  }
  if (disk_.resend == Resend::guarded && upstream_.applied > 0) return 412u;
  if (chance(10)) return chance(50) ? 422u : 401u;
  if (chance(5)) return 502u;  // a gateway before it, which asked nobody
  if (disk_.resend != Resend::safe) ++upstream_.applied;
  upstream_.kept_status = 201;
  upstream_.is_busy = chance(20);
  if (chance(10)) return 504u;
  if (chance(20)) return std::nullopt;
  return 201u;
}

void World::on_request(const Message& message) {
  if (chance(20)) upstream_.is_busy = false;
  bool kept = false;
  const std::optional<std::uint32_t> status = answer_of_upstream(kept);
  if (!status) {
    --upstream_.in_flight;
    return;
  }
  Message answer = message;
  answer.kind = Kind::answer;
  answer.status = *status;
  answer.flag = kept;
  const int copies = chance(10) ? 2 : 1;
  upstream_.in_flight += copies - 1;
  for (int i = 0; i < copies; ++i) {
    answer.at_ms = now_ms_ + delay();
    answer.number = next_number_++;
    queue_.push(answer);
  }
}

void World::on_answer(const Message& message) {
  --upstream_.in_flight;
  Executor& one = executors_[message.executor];
  if (message.life != one.life || !one.alive || one.fence != message.fence) return;
  if (one.phase != Phase::sending && one.phase != Phase::idle) return;
  tell(message.executor, ResponseReceived{message.fence, message.status, {}, message.flag});
}

void World::on_timeout(const Message& message) {
  Executor& one = executors_[message.executor];
  if (one.phase != Phase::sending || one.fence != message.fence) return;
  if (chance(25)) return tell(message.executor, NothingSent{message.fence, "a lie"});
  tell(message.executor, ConnectionLost{message.fence, "no answer"});
}

void World::crash(std::size_t executor) {
  Executor& one = executors_[executor];
  ++crashes_;
  const std::uint64_t life = one.life + 1;
  one = Executor{};
  one.life = life;
  one.alive = false;
  one.clock_ahead_ms = up_to(1'000);
  post({.kind = Kind::restart, .executor = executor}, 100 + up_to(5'000));
}

void World::deliver(const Message& message) {
  for (const std::uint64_t word :
       {static_cast<std::uint64_t>(message.at_ms), static_cast<std::uint64_t>(message.kind),
        static_cast<std::uint64_t>(message.executor), static_cast<std::uint64_t>(disk_.state)}) {
    trace_ = (trace_ ^ word) * 0x100000001b3u;
  }
  if (message.kind == Kind::commit) return on_commit(message);
  if (message.kind == Kind::request) return on_request(message);
  if (message.kind == Kind::answer) return on_answer(message);
  Executor& one = executors_[message.executor];
  if (message.life != one.life) return;
  if (message.kind == Kind::restart) {
    one.alive = true;
    return post({.kind = Kind::turn, .executor = message.executor}, 1);
  }
  if (message.kind == Kind::turn) return on_turn(message.executor);
  if (message.kind == Kind::outcome) return on_outcome(message);
  on_timeout(message);
}

void World::run() {
  const std::int64_t end_ms = now_ms_ + 120'000;
  while (!queue_.empty() && queue_.top().at_ms < end_ms) {
    const Message next = queue_.top();
    queue_.pop();
    now_ms_ = next.at_ms;
    // A settled call is watched until nothing about it is under way.
    if (next.kind == Kind::turn && is_final_or_doubt(disk_.state) && chance(50)) continue;
    deliver(next);
  }
  finish();
}

// The clock alone, and then whoever can look.
void World::finish() {
  now_ms_ += 10 * limits::kDayMs;
  for (const Event& event : {Event{LeaseLapsed{}}, Event{ExecuteByReached{}}}) {
    const Result<Step> step = transition(Action{disk_, false}, event, now_ms_);
    if (step) disk_ = step->action.record;
  }
  if (!may_probe_ || disk_.state != ActionState::in_doubt || disk_.resend == Resend::safe) return;
  const Probed probed{upstream_.applied > 0 ? ProbeAnswer::applied : ProbeAnswer::not_applied, true,
                      "the truth"};
  const Result<Step> step = transition(Action{disk_, false}, probed, now_ms_);
  if (step) disk_ = step->action.record;
}

}  // namespace sentrail::execute::simulation
