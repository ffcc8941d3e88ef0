// The coordinator's changes of single records, its requests, and its clock.
//
// Neighbours: coordinator.hpp, changes.hpp; coordinator_hold.cpp and coordinator_execute.cpp hold
// the rest. Must not know: sockets, rows.
#include "runtime/execute/coordinator.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/limits.hpp"
#include "runtime/approvals/quorum.hpp"
#include "runtime/execute/changes.hpp"

namespace sentrail::execute {
namespace {

// Turns a step's callback into one for its record.
std::function<void(Result<Step>)> record_of(Coordinator::Callback<store::ActionRecord> done) {
  return [done = std::move(done)](Result<Step> step) {
    if (step) {
      done(std::move(step->action.record));
    } else {
      done(tl::make_unexpected(std::move(step).error()));
    }
  };
}

tl::unexpected<Error> overloaded() {
  return fail(Errc::unavailable, "too many requests wait for the store; try again");
}

// What the clock means for a record whose deadline passed.
Event event_of_deadline(const store::ActionRecord& record, std::int64_t now_ms) {
  switch (record.state) {
    case store::ActionState::held:
      if (now_ms < record.decide_by_ms && next_escalation(record) != nullptr) {
        return EscalationDue{};
      }
      return DecideByReached{};
    case store::ActionState::approved:
      return ExecuteByReached{};
    default:
      return LeaseLapsed{};
  }
}

}  // namespace

Coordinator::Coordinator(CoordinatorParts parts, CoordinatorOptions options)
    : parts_(parts),
      options_(std::move(options)),
      scribe_(parts.recorder, parts.clock, options_.channels),
      loop_(parts.clock, limits::kCoordinatorQueueMax),
      ledger_(parts.writer, loop_, parts.clock, parts.hook),
      started_unix_ms_(parts.clock.now().unix_ms),
      started_monotonic_ms_(parts.clock.monotonic_ms()),
      begun_(!options_.begins_later) {}

Coordinator::~Coordinator() = default;

std::int64_t Coordinator::now_ms() const noexcept {
  const std::int64_t elapsed_ms = parts_.clock.monotonic_ms() - started_monotonic_ms_;
  return std::max(parts_.clock.now().unix_ms,
                  plus_ms(Instant{started_unix_ms_}, elapsed_ms).unix_ms);
}

void Coordinator::run() {
  loop_.run([this] { return ledger_.idle() && kept_ == 0; });
}

// --- requests ------------------------------------------------------------------------------

void Coordinator::ask(const ActionRef& ref, Event event, std::vector<store::Operation> rests_on,
                      Callback<store::ActionRecord> done) {
  auto asked = std::make_shared<Change>();
  asked->ref = ref;
  asked->rests_on = std::move(rests_on);
  asked->event_of = [event = std::move(event)](const store::ActionRecord&) -> Result<Event> {
    return event;
  };
  asked->done = record_of(done);
  if (!loop_.post([this, asked] { change(asked); })) done(overloaded());
}

void Coordinator::vote(const ActionRef& ref, VoteCast vote, std::vector<store::Operation> rests_on,
                       Callback<store::ActionRecord> done) {
  vote.reasons = options_.reasons;
  ask(ref, std::move(vote), std::move(rests_on), std::move(done));
}

void Coordinator::settle(const ActionRef& ref, DoubtSettled word,
                         std::vector<store::Operation> rests_on,
                         Callback<store::ActionRecord> done) {
  ask(ref, std::move(word), std::move(rests_on), std::move(done));
}

void Coordinator::use_grant(const ActionRef& ref, GrantUse use,
                            Callback<std::optional<store::ActionRecord>> done) {
  auto asked = std::make_shared<Change>();
  asked->ref = ref;
  // An `allow` that nobody heard must not stand: the agent was told to wait or to stop.
  asked->patience = use.patience.or_bounded(parts_.clock);
  asked->rests_on = std::move(use.rests_on);
  asked->event_of =
      [input = std::move(use.asked)](const store::ActionRecord& record) mutable -> Result<Event> {
    // Whom policy asks may differ by what limits have counted since; the request may not.
    const std::string quorum = std::exchange(input.quorum, record.quorum);
    const bool same = approvals::attach_hash(input) == record.attach_hash;
    input.quorum = quorum;
    if (!same) return fail(Errc::permission_denied, "the approval is for another request");
    if (record.state == store::ActionState::approved && quorum != record.quorum &&
        !approvals::would_meet(record.votes, quorum)) {
      return fail(Errc::permission_denied, "policy now asks for others than those who approved");
    }
    return GrantUsed{};
  };
  // It is used up, as far as anybody knows: who was told `block` asks anew. What limits have
  // counted for it counts on, as it does where a use was heard of.
  asked->unheard = [](store::ActionRecord record) {
    record.state = store::ActionState::failed;
    record.result_note = "nobody was told of this use in time: the caller was answered `block`";
    return record;
  };
  asked->done = [done, asked = asked.get()](Result<Step> step) {
    if (step) return done(std::move(step->action.record));
    if (asked->is_stale) return done(std::nullopt);
    done(tl::make_unexpected(std::move(step).error()));
  };
  if (!loop_.post([this, asked] { change(asked); })) done(overloaded());
}

// --- changes -------------------------------------------------------------------------------

void Coordinator::change(std::shared_ptr<Change> change_) {
  Change& c = *change_;
  auto record = parts_.reader.get_action(c.ref.workspace_id, c.ref.action_id);
  if (!record) return c.done(tl::make_unexpected(std::move(record).error()));
  if (!*record) return c.done(fail(Errc::not_found, "there is no such approval request"));
  Result<Event> event = c.event_of(**record);
  if (!event) return c.done(tl::make_unexpected(std::move(event).error()));
  const std::uint64_t version = (*record)->version;
  if (!c.rests_on.empty() && c.tries > 0 && c.tried_version == version) {
    // Not the record was in the way, and nothing else will give way.
    c.is_stale = true;
    return c.done(fail(Errc::unavailable, "what this rests on has changed meanwhile; try again"));
  }
  c.tried_version = version;
  Result<Step> step =
      transition(Action{std::move(**record), c.bytes_out && c.bytes_out()}, *event, now_ms());
  if (!step || step->effects.empty()) return c.done(std::move(step));
  store::Transaction transaction = scribe_.write(*step, version);
  transaction.operations.insert(transaction.operations.end(), c.rests_on.begin(), c.rests_on.end());
  if (c.extend) c.extend(*step, transaction);
  step->action.record.version = version + 1;  // as the store will have it
  std::function<void()> late;
  if (c.unheard) {
    store::ActionRecord unheard = c.unheard(step->action.record);
    transaction.if_withdrawn.emplace_back(store::PutAction{unheard, unheard.version, false, 0});
    ++unheard.version;
    late = [this, end = Step{Action{std::move(unheard)}, {}}] { carry_out(end); };
  }
  ledger_.commit(
      *c.name, std::move(transaction), c.patience,
      [this, change_, step = *std::move(step)](store::Outcome outcome) mutable {
        Change& mine = *change_;
        if (outcome.status) {
          carry_out(step);
          return mine.done(std::move(step));
        }
        if (outcome.status.error().code == Errc::conflict &&
            ++mine.tries < limits::kChangeTriesMax) {
          return this->change(change_);
        }
        mine.done(tl::make_unexpected(std::move(outcome.status).error()));
      },
      std::move(late));
}

// Does what a durable step asks for, but for sending: the executor does that itself.
void Coordinator::carry_out(const Step& step) {
  const store::ActionRecord& record = step.action.record;
  const ActionRef ref{record.workspace_id, record.action_id};
  for (const SideEffect& effect : step.effects) {
    if (const auto* deadline = std::get_if<SetDeadline>(&effect)) wake_at(deadline->at_ms);
    if (const auto* next = std::get_if<Dispatch>(&effect)) {
      loop_.after_ms(next->after_ms - now_ms(), [this, ref] { dispatch(ref); });
    }
  }
  if (record.state == store::ActionState::in_doubt) plan_probe(record);
  if (options_.on_change) options_.on_change(record);
}

// --- deadlines -----------------------------------------------------------------------------

// Looks for passed deadlines at that time, and after limits::kSweepMs at the latest: the wall clock
// may jump. One timer counts at a time; those that were set for later do nothing.
void Coordinator::wake_at(std::int64_t at_ms) {
  const std::int64_t current_ms = now_ms();
  at_ms = std::min(at_ms, plus_ms(Instant{current_ms}, limits::kSweepMs).unix_ms);
  if (next_wake_ms_ != 0 && next_wake_ms_ <= at_ms) return;
  next_wake_ms_ = at_ms;
  loop_.after_ms(at_ms - current_ms, [this, at_ms] {
    if (next_wake_ms_ == at_ms) sweep();
  });
}

void Coordinator::sweep() {
  next_wake_ms_ = 0;
  if (sweeping_) return;  // what runs now wakes us when it ends
  const std::int64_t at_ms = now_ms();
  auto due = parts_.reader.due_actions(at_ms, limits::kSweepBatchMax);
  // A store that cannot be read answers every request itself; deadlines wait for it.
  if (!due || due->empty()) return wake_at(at_ms + limits::kSweepMs);
  sweeping_ = true;
  struct Sweep {
    std::size_t left;
    bool more;
    bool changed = false;
  };
  auto turn = std::make_shared<Sweep>(Sweep{due->size(), due->size() == limits::kSweepBatchMax});
  for (const store::ActionRecord& record : *due) {
    auto expiry = std::make_shared<Change>();
    expiry->ref = {record.workspace_id, record.action_id};
    expiry->event_of = [this](const store::ActionRecord& now) -> Result<Event> {
      return event_of_deadline(now, now_ms());
    };
    expiry->done = [this, turn](const Result<Step>& step) {
      if (step) turn->changed = true;
      if (--turn->left != 0) return;
      sweeping_ = false;
      // At once only if that leads somewhere: a broken store would keep us busy for ever.
      wake_at(turn->more && turn->changed ? now_ms() : now_ms() + limits::kSweepMs);
    };
    change(expiry);
  }
}

}  // namespace sentrail::execute
