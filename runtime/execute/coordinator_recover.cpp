// What a start finds of a former process, and when sending begins.
//
// Neighbours: coordinator.hpp, changes.hpp. Must not know: sockets, rows, policy. INVARIANT: a call
// that may have been sent before is sent by nobody but a person's word.
#include <span>
#include <utility>

#include "core/limits.hpp"
#include "runtime/execute/changes.hpp"

namespace sentrail::execute {

using store::ActionState;

namespace {

// So many are settled at once: what waits for the writer is bounded, a queue of held calls is not.
constexpr std::size_t kSettledAtOnce = 256;
// How soon it is tried again to read what is approved.
constexpr std::int64_t kTakeUpAgainMs = 10'000;

constexpr ActionState kOwned[] = {ActionState::claimed, ActionState::sending};
constexpr ActionState kOpen[] = {ActionState::held, ActionState::approved, ActionState::claimed,
                                 ActionState::sending};

}  // namespace

// The settling of what was left behind.
struct Coordinator::Recovery {
  RecoveryReport report;
  std::vector<ActionRef> left;
  std::size_t under_way = 0;
  std::optional<Error> error;
  Callback<RecoveryReport> done;  // none once it was told
};

void Coordinator::recover(Callback<RecoveryReport> done) {
  loop_.post_always([this, done = std::move(done)] { recover_all(done); });
}

void Coordinator::recover_all(Callback<RecoveryReport> done) {
  auto recovery = std::make_shared<Recovery>();
  recovery->done = std::move(done);
  if (const Status found = find_left_behind(*recovery); !found) recovery->error = found.error();
  settle(recovery);
}

Status Coordinator::find_left_behind(Recovery& recovery) {
  using States = std::span<const ActionState>;
  for (const ActionState state : options_.store_went_back ? States(kOpen) : States(kOwned)) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::ActionRecord> records,
                              parts_.reader.actions_in(state));
    for (const store::ActionRecord& record : records) {
      if (record.executor_id == options_.executor_id) continue;
      recovery.left.push_back({record.workspace_id, record.action_id});
    }
  }
  return {};
}

// Begins with as many as may be under way, and tells of the end.
void Coordinator::settle(const std::shared_ptr<Recovery>& recovery) {
  while (!recovery->error && !recovery->left.empty() && recovery->under_way < kSettledAtOnce) {
    const ActionRef ref = recovery->left.back();
    recovery->left.pop_back();
    ++recovery->under_way;
    settle_one(recovery, ref);
  }
  if (recovery->under_way != 0 || !recovery->done) return;
  std::exchange(recovery->done, nullptr)(report_of(*recovery));
}

void Coordinator::settle_one(const std::shared_ptr<Recovery>& recovery, const ActionRef& ref) {
  auto lost = std::make_shared<Change>();
  lost->ref = ref;
  lost->name = &kRecoverStep;
  lost->event_of = [back = options_.store_went_back](const store::ActionRecord&) -> Result<Event> {
    return back ? Event{StoreWentBack{}} : Event{ExecutorLost{}};
  };
  lost->done = [this, recovery](const Result<Step>& step) {
    RecoveryReport& report = recovery->report;
    if (!step) {
      recovery->error = step.error();
    } else if (step->action.record.state == ActionState::in_doubt) {
      ++report.in_doubt;
    } else if (step->action.record.state == ActionState::revoked) {
      ++report.revoked;
    } else {
      ++report.given_back;
    }
    --recovery->under_way;
    settle(recovery);
  };
  change(lost);
}

Result<RecoveryReport> Coordinator::report_of(const Recovery& recovery) {
  if (recovery.error) return tl::make_unexpected(*recovery.error);
  RecoveryReport report = recovery.report;
  SENTRAIL_ASSIGN_OR_RETURN(report.approved, take_up());
  wake_at(now_ms());
  return report;
}

// Has sent what is approved and asks about what is in doubt, once sending has begun.
// out: how many are approved.
Result<std::size_t> Coordinator::take_up() {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::ActionRecord> approved,
                            parts_.reader.actions_in(ActionState::approved));
  if (may_send()) SENTRAIL_TRY(plan_probes());
  std::size_t calls = 0;
  for (const store::ActionRecord& record : approved) {
    if (record.kind != store::ActionKind::forward) continue;
    ++calls;
    dispatch({record.workspace_id, record.action_id});
  }
  return calls;
}

void Coordinator::begin_sending() {
  begun_.store(true);
  loop_.post_always([this] { take_up_soon(); });
}

void Coordinator::take_up_soon() {
  if (!take_up()) loop_.after_ms(kTakeUpAgainMs, [this] { take_up_soon(); });
}

}  // namespace sentrail::execute
