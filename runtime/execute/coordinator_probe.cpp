// Asking upstreams about calls in doubt: soon after the doubt arose, a few times, and after a
// start.
//
// Neighbours: coordinator.hpp, changes.hpp, sender.hpp (Prober). Must not know: sockets, policy.
// What nobody could tell waits for a person, who need not wait for us.
#include <cstddef>
#include <memory>
#include <utility>

#include "core/limits.hpp"
#include "runtime/execute/changes.hpp"

namespace sentrail::execute {

using store::ActionState;

namespace {

// Questions under way at once, of all upstreams together. After an outage or a restart there may be
// thousands of doubts, all due at once: an upstream that has just come back is not to be met with
// all of them, and their calls and answers are in memory meanwhile. Held calls that are sent have
// limits::kExecutionsMax places of their own.
constexpr std::size_t kProbesAtOnce = 16;

}  // namespace

void Coordinator::plan_probe(const store::ActionRecord& record) {
  if (parts_.prober == nullptr) return;
  const std::optional<std::int64_t> settle_ms = parts_.prober->settle_ms(record);
  if (!settle_ms) return;
  // One row of questions a doubt: the entry that an answer makes is no new doubt.
  if (!probing_.emplace(ActionRef{record.workspace_id, record.action_id}, Probing{}).second) return;
  wait_to_probe(record, *settle_ms);
}

void Coordinator::wait_to_probe(const store::ActionRecord& record, std::int64_t delay_ms) {
  loop_.after_ms(delay_ms, [this, ref = ActionRef{record.workspace_id, record.action_id}] {
    to_probe_.push_back(ref);
    probe_waiting();
  });
}

// Asks about those that have waited longest, as far as there is room.
void Coordinator::probe_waiting() {
  while (asking_ < kProbesAtOnce && !to_probe_.empty()) {
    const ActionRef ref = to_probe_.front();
    to_probe_.pop_front();
    probe_once(ref);
  }
}

Status Coordinator::plan_probes() {
  if (parts_.prober == nullptr) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::ActionRecord> doubts,
                            parts_.reader.actions_in(ActionState::in_doubt));
  for (const store::ActionRecord& record : doubts) plan_probe(record);
  return {};
}

void Coordinator::probe_once(const ActionRef& ref) {
  auto record = parts_.reader.get_action(ref.workspace_id, ref.action_id);
  const bool in_doubt = record && *record && (*record)->state == ActionState::in_doubt;
  if (!may_send() || !in_doubt) {
    probing_.erase(ref);
    return;
  }
  ++asking_;
  const Result<Call> call = load_call(**record);
  Result<Question> question = call ? parts_.prober->question(**record, *call)
                                   : Result<Question>(tl::make_unexpected(call.error()));
  if (!question) return record_probe(ref, {ProbeAnswer::unknown, false, question.error().message});
  probing_[ref].read = std::move(question->read);
  parts_.sender.send(SendJob{**record, std::move(question->call), kProbeFence}, *this);
}

void Coordinator::read_probe(const ActionRef& ref, const SendReport& report) {
  const auto at = probing_.find(ref);
  if (at == probing_.end() || !at->second.read) return;
  record_probe(ref, std::exchange(at->second.read, nullptr)(report));
}

void Coordinator::record_probe(const ActionRef& ref, Probed found) {
  auto finding = std::make_shared<Change>();
  finding->ref = ref;
  finding->event_of = [found = std::move(found)](const store::ActionRecord&) -> Result<Event> {
    return found;
  };
  finding->done = [this, ref, report = std::weak_ptr(finding)](const Result<Step>& step) {
    if (!step && keep(report.lock(), step.error())) return;
    --asking_;
    // Not from within: what is asked next may be done at once.
    loop_.post_always([this] { probe_waiting(); });
    const auto at = probing_.find(ref);
    if (at == probing_.end()) return;
    const bool in_doubt = step && step->action.record.state == ActionState::in_doubt;
    if (!in_doubt || ++at->second.tries >= limits::kProbeTriesMax) {
      probing_.erase(at);
      return;
    }
    wait_to_probe(step->action.record, limits::kProbeAgainMs * at->second.tries);
  };
  change(finding);
}

}  // namespace sentrail::execute
