// Executing approved calls: load, check, claim, intent, send, result.
//
// Neighbours: coordinator.hpp, changes.hpp, sender.hpp. Must not know: sockets, rows, policy.
#include <algorithm>
#include <utility>
#include <variant>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "runtime/approvals/idempotency.hpp"
#include "runtime/execute/changes.hpp"

namespace sentrail::execute {

using store::ActionState;

namespace {

// How soon a call is looked at again that does not pass yet: of what it waits for, a limit that
// knows enough again after a backup was restored, nobody tells, and it takes minutes.
constexpr std::int64_t kLookLaterMs = 10'000;

// How soon a report is told again that the store did not take in. A server that stops tries no
// longer than ten seconds: what it then leaves is in doubt after the next start.
constexpr std::int64_t kTellAgainMs = 250;
constexpr std::int64_t kToldWhileStoppingMs = 10'000;

tl::unexpected<Error> not_known_yet() {
  return fail(Errc::unavailable, "it cannot be told yet whether the call may be sent");
}

}  // namespace

// One approved call in this executor's hands.
struct Coordinator::Execution {
  ActionRef ref;
  Call call;
  std::uint64_t fence = 0;
  bool bytes_out = false;
  bool is_sending = false;
};

void Coordinator::dispatch(const ActionRef& ref) {
  if (!may_send()) return;  // begin_sending() or the next start comes back to it
  if (executions_.contains(ref)) return;
  if (executions_.size() >= limits::kExecutionsMax) {
    waiting_.push_back(ref);
    return;
  }
  execute(ref);
}

void Coordinator::finish(const ActionRef& ref) {
  const auto at = executions_.find(ref);
  SENTRAIL_CHECK(at != executions_.end());
  if (at->second->is_sending) sending_.fetch_sub(1);
  executions_.erase(at);
  next_waiting();
}

// Gives a free place to whoever waits longest.
void Coordinator::next_waiting() {
  if (waiting_.empty()) return;
  const ActionRef next = waiting_.front();
  waiting_.pop_front();
  loop_.post_always([this, next] { dispatch(next); });
}

// Ends a try that led nowhere; looks again soon, since the call may be approved still or again.
void Coordinator::put_back(const ActionRef& ref) {
  finish(ref);
  look_again(ref);
}

void Coordinator::look_again(const ActionRef& ref) {
  loop_.after_ms(limits::kSendRetryMs, [this, ref] { dispatch(ref); });
}

// Reads what is stored of a call and checks that it is what was approved.
Result<Call> Coordinator::load_call(const store::ActionRecord& record) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> sealed,
                            parts_.reader.get_blob(record.workspace_id, record.request.id));
  if (!sealed) return fail(Errc::corrupt, "the stored call is gone");
  SENTRAIL_ASSIGN_OR_RETURN(const StoredCall stored, parts_.vault.open_call(record, *sealed));
  return check_binding(stored, record);
}

void Coordinator::execute(const ActionRef& ref) {
  auto record = parts_.reader.get_action(ref.workspace_id, ref.action_id);
  if (!record) look_again(ref);
  if (!record || !*record || (*record)->state != ActionState::approved) return next_waiting();
  auto execution = std::make_shared<Execution>();
  execution->ref = ref;
  executions_.emplace(ref, execution);
  Result<Call> call = load_call(**record);
  if (!call && call.error().code == Errc::io) return put_back(ref);
  if (!call) return stop_call(ref, {Recheck::binding_mismatch, call.error().message});
  execution->call = *std::move(call);
  claim(execution);
}

void Coordinator::stop_call(const ActionRef& ref, Rechecked why) {
  auto stop = std::make_shared<Change>();
  stop->ref = ref;
  stop->event_of = [why = std::move(why)](const store::ActionRecord&) -> Result<Event> {
    return why;
  };
  stop->done = [this, ref](const Result<Step>&) { finish(ref); };
  change(stop);
}

// The operations of the last recheck go into the transaction of the step that it allowed.
void Coordinator::claim(std::shared_ptr<Execution> execution) {
  auto operations = std::make_shared<std::vector<store::Operation>>();
  auto later = std::make_shared<bool>(false);
  auto claiming = std::make_shared<Change>();
  claiming->ref = execution->ref;
  claiming->name = &kClaimStep;
  claiming->event_of = [this, execution, operations,
                        later](const store::ActionRecord& record) -> Result<Event> {
    if (record.state != ActionState::approved) {
      return fail(Errc::conflict, "the call is no longer approved");
    }
    RecheckAnswer answer = parts_.rechecker.recheck(record, execution->call, RecheckAt::claim);
    *later = answer.later;
    if (answer.later) return not_known_yet();
    *operations = std::move(answer.operations);
    return Claimed{options_.executor_id, std::move(answer.verdict)};
  };
  claiming->extend = [operations](const Step& step, store::Transaction& transaction) {
    if (step.action.record.state != ActionState::claimed) return;
    std::move(operations->begin(), operations->end(), std::back_inserter(transaction.operations));
  };
  claiming->done = [this, execution, later](Result<Step> step) {
    if (step && step->action.record.state == ActionState::claimed) {
      execution->fence = step->action.record.fence;
      return record_intent(execution);
    }
    if (!*later) return put_back(execution->ref);
    finish(execution->ref);
    loop_.after_ms(kLookLaterMs, [this, ref = execution->ref] { dispatch(ref); });
  };
  change(claiming);
}

void Coordinator::record_intent(std::shared_ptr<Execution> execution) {
  // Claimed and unsent: the next start gives it back.
  if (draining_.load()) return finish(execution->ref);
  auto operations = std::make_shared<std::vector<store::Operation>>();
  auto intent = std::make_shared<Change>();
  intent->ref = execution->ref;
  intent->name = &kIntentStep;
  intent->event_of = [this, execution,
                      operations](const store::ActionRecord& record) -> Result<Event> {
    if (record.state == ActionState::claimed && now_ms() >= record.execute_by_ms) {
      return ExecuteByReached{};
    }
    RecheckAnswer answer = parts_.rechecker.recheck(record, execution->call, RecheckAt::intent);
    if (answer.later) return not_known_yet();
    *operations = std::move(answer.operations);
    if (answer.verdict.recheck != Recheck::pass) return std::move(answer.verdict);
    return IntentRecorded{execution->fence};
  };
  intent->extend = [operations](const Step& step, store::Transaction& transaction) {
    if (step.action.record.state != ActionState::sending) return;
    std::move(operations->begin(), operations->end(), std::back_inserter(transaction.operations));
  };
  intent->done = [this, execution](Result<Step> step) {
    if (!step) {
      return record_result(execution->ref, execution->fence,
                           {SendReport::End::nothing_sent, step.error().message, {}});
    }
    if (step->action.record.state != ActionState::sending) return finish(execution->ref);
    begin_send(execution, step->action.record);
  };
  change(intent);
}

// REQUIRES: the intent is durable.
void Coordinator::begin_send(std::shared_ptr<Execution> execution,
                             const store::ActionRecord& record) {
  // Whoever sends must be done before another may take the call.
  if (now_ms() >= record.lease_until_ms - limits::kUpstreamTotalMsDefault) {
    return record_result(execution->ref, execution->fence,
                         {SendReport::End::nothing_sent, "the disk took too long", {}});
  }
  // Counted before it looks: whoever called stop_sending() and then sees zero sees no more sends.
  execution->is_sending = true;
  sending_.fetch_add(1);
  if (draining_.load()) {
    return record_result(execution->ref, execution->fence,
                         {SendReport::End::nothing_sent, "the server is stopping", {}, true});
  }
  reach(parts_.hook, "execute.send.begin");
  parts_.sender.send(SendJob{record, execution->call, execution->fence}, *this);
}

void Coordinator::first_byte_sent(const ActionRef& ref, std::uint64_t fence) noexcept {
  loop_.post_always([this, ref, fence] {
    const auto at = executions_.find(ref);
    if (at != executions_.end() && at->second->fence == fence) at->second->bytes_out = true;
  });
}

void Coordinator::finished(const ActionRef& ref, std::uint64_t fence, SendReport report) noexcept {
  loop_.post_always([this, ref, fence, report = std::move(report)]() mutable {
    if (fence == kProbeFence) return read_probe(ref, report);
    record_result(ref, fence, std::move(report));
  });
}

// Keeps a report that the store had no room for, and tells it again: nobody else knows what the
// upstream said. The call keeps its place meanwhile, so there are limits::kExecutionsMax of them at
// most. False if trying again leads nowhere.
bool Coordinator::keep(const std::shared_ptr<Change>& report, const Error& why) {
  // A record that could not be read is no broken store; a commit that failed is.
  const bool may_pass = why.code == Errc::unavailable || why.code == Errc::io;
  if (!may_pass || !parts_.writer.health()) return false;
  if (draining_.load()) {
    const std::int64_t now_ms = parts_.clock.monotonic_ms();
    if (report->kept_since_ms == 0) report->kept_since_ms = now_ms;
    if (now_ms - report->kept_since_ms > kToldWhileStoppingMs) return false;
  }
  ++kept_;
  loop_.after_ms(kTellAgainMs, [this, report] {
    --kept_;
    change(report);
  });
  return true;
}

void Coordinator::record_result(const ActionRef& ref, std::uint64_t fence, SendReport report) {
  const auto at = executions_.find(ref);
  SENTRAIL_CHECK_NOTE(at != executions_.end() && at->second->fence == fence,
                      "a sender reported twice, or on what it was not given");
  auto sealed = std::make_shared<std::string>();
  auto blob = std::make_shared<store::BlobRef>();
  auto result = std::make_shared<Change>();
  result->ref = ref;
  result->name = &kResultStep;
  result->bytes_out = [execution = at->second] { return execution->bytes_out; };
  result->event_of = [this, fence, sealed, blob, report = std::move(report),
                      preconditions = at->second->call.preconditions](
                         const store::ActionRecord& record) -> Result<Event> {
    switch (report.end) {
      case SendReport::End::nothing_sent:
        return NothingSent{fence, report.why, report.stopping};
      case SendReport::End::no_answer:
        return ConnectionLost{fence, report.why};
      case SendReport::End::answered:
        break;
    }
    *sealed = parts_.vault.seal(record, report.response);
    *blob = {crypto::uuid_v4(), sealed->size(), crypto::sha256(*sealed)};
    const bool replayed = approvals::is_replay(preconditions, report.response.headers);
    return ResponseReceived{fence, report.response.status, *blob, replayed};
  };
  result->extend = [sealed, blob](const Step& step, store::Transaction& transaction) {
    const store::ActionRecord& record = step.action.record;
    if (blob->id == Uuid{} || record.response.id != blob->id) return;
    transaction.operations.emplace_back(
        store::PutBlob{record.workspace_id, blob->id, std::move(*sealed)});
  };
  // If it can never be stored, the record stays `sending`: in doubt after its lease or a restart.
  // If the claim had lapsed before anything was sent, the call is approved and waits for us.
  result->done = [this, ref, told = std::weak_ptr(result)](const Result<Step>& step) {
    if (step) return finish(ref);
    if (!keep(told.lock(), step.error())) put_back(ref);
  };
  change(result);
}

}  // namespace sentrail::execute
