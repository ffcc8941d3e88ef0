// Holding calls: filling in, sealing, committing, and joining what is pending already.
//
// Neighbours: coordinator.hpp, changes.hpp. Must not know: sockets, rows, policy.
#include <iterator>
#include <optional>
#include <utility>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "runtime/approvals/binding.hpp"
#include "runtime/audit/hiding.hpp"
#include "runtime/execute/changes.hpp"

namespace sentrail::execute {

// One request to hold, on its way.
struct Coordinator::Holding {
  HoldRequest request;
  Callback<Held> done;
  Patience patience;
  std::string sealed;
  int tries = 0;
};

void Coordinator::hold(HoldRequest request, Callback<Held> done) {
  auto holding = std::make_shared<Holding>();
  holding->request = std::move(request);
  holding->done = done;
  holding->patience = holding->request.patience.or_bounded(parts_.clock);
  if (!loop_.post([this, holding] { submit_hold(holding); })) {
    done(fail(Errc::unavailable, "too many requests wait for the store; try again"));
  }
}

// Fills in the draft and seals the call.
Result<Step> Coordinator::prepare(Holding& holding) {
  store::ActionRecord& draft = holding.request.draft;
  const Call& call = holding.request.call;
  if (call.body.size() > limits::kBodyHeldBytesMax) {
    return fail(Errc::limit_exceeded, "a held call may have at most " +
                                          std::to_string(limits::kBodyHeldBytesMax) +
                                          " bytes of body");
  }
  const std::int64_t at_ms = now_ms();
  const std::int64_t within_ms = holding.request.decide_within_ms;
  draft.action_id = crypto::uuid_v4();
  if (draft.correlation_id == Uuid{}) draft.correlation_id = crypto::uuid_v7(at_ms);
  draft.hold_audit_id = crypto::uuid_v7(at_ms);
  crypto::fill_random(draft.nonce);
  draft.decide_by_ms =
      plus_ms(Instant{at_ms}, within_ms > 0 ? within_ms : limits::kDecideByMsDefault).unix_ms;
  if (draft.execute_within_ms <= 0) draft.execute_within_ms = limits::kExecuteByMsDefault;
  draft.escalations = options_.escalations;
  SENTRAIL_ASSIGN_OR_RETURN(const approvals::BindingInput input, bind(draft, call));
  draft.approval_hash = approvals::approval_hash(input);
  draft.attach_hash = approvals::attach_hash(input);
  draft.action_hash = approvals::action_hash(input, call.body);
  holding.sealed = parts_.vault.seal(
      draft, StoredCall{approvals::encode_preimage(input), call.headers, call.body});
  draft.request = {crypto::uuid_v4(), holding.sealed.size(), crypto::sha256(holding.sealed)};
  return execute::hold(draft, at_ms);
}

// What a hold writes: record, entry, sealed call, charges. Takes the sealed call.
store::Transaction Coordinator::transaction_of(Holding& holding, const Step& step) {
  const store::ActionRecord& record = step.action.record;
  store::Transaction out = scribe_.write(
      step, 0, audit::Payload::of(audit::hide(holding.request.call.body, record.hidden)),
      holding.request.obliged);
  out.operations.emplace_back(
      store::PutBlob{record.workspace_id, record.request.id, std::move(holding.sealed)});
  if (holding.request.charges) out.operations.emplace_back(*holding.request.charges);
  return out;
}

void Coordinator::submit_hold(std::shared_ptr<Holding> holding) {
  Result<Step> step = prepare(*holding);
  if (!step) return holding->done(tl::make_unexpected(std::move(step).error()));
  const store::ActionRecord& record = step->action.record;
  store::Transaction transaction = transaction_of(*holding, *step);
  // A hold that its caller never heard of must not wait for people.
  if (Result<Step> withdrawn =
          transition(step->action, Withdrawn{"nobody was told of this hold in time"}, now_ms())) {
    transaction.if_withdrawn.emplace_back(store::PutAction{withdrawn->action.record, 1, false, 0});
    transaction.if_withdrawn.emplace_back(
        store::EndCharges{record.workspace_id, record.correlation_id, true});
  }
  ledger_.commit(kHoldStep, std::move(transaction), holding->patience,
                 [this, holding, step = *std::move(step)](store::Outcome outcome) mutable {
                   if (outcome.status) {
                     step.action.record.version = 1;
                     carry_out(step);
                     const Uuid audit_id = step.action.record.hold_audit_id;
                     return holding->done(Held{std::move(step.action.record), false, audit_id});
                   }
                   if (outcome.existing_action) return attach(holding, *outcome.existing_action);
                   holding->done(tl::make_unexpected(std::move(outcome.status).error()));
                 });
}

void Coordinator::edit(const ActionRef& ref, HoldRequest edited, approvals::Voter editor,
                       std::string why, std::vector<store::Operation> rests_on,
                       Callback<store::ActionRecord> done) {
  auto holding = std::make_shared<Holding>();
  holding->request = std::move(edited);
  holding->request.draft.edited_by = editor.person_id;
  holding->request.draft.edited_from = ref.action_id;
  auto change_ = std::make_shared<Change>();
  change_->ref = ref;
  change_->rests_on = std::move(rests_on);
  auto fresh = std::make_shared<std::optional<Step>>();
  change_->event_of = [this, holding, fresh, why,
                       editor](const store::ActionRecord&) -> Result<Event> {
    SENTRAIL_ASSIGN_OR_RETURN(Step step, prepare(*holding));
    const Uuid made = step.action.record.action_id;
    fresh->emplace(std::move(step));
    return Withdrawn{why, made, editor};
  };
  change_->extend = [this, holding, fresh](const Step&, store::Transaction& transaction) {
    store::Transaction made = transaction_of(*holding, **fresh);
    std::move(made.operations.begin(), made.operations.end(),
              std::back_inserter(transaction.operations));
  };
  change_->done = [this, fresh, done](const Result<Step>& step) {
    if (!step) return done(tl::make_unexpected(step.error()));
    (*fresh)->action.record.version = 1;
    carry_out(**fresh);
    done(std::move((*fresh)->action.record));
  };
  if (!loop_.post([this, change_] { change(change_); })) {
    done(fail(Errc::unavailable, "too many requests wait for the store; try again"));
  }
}

// For who wanted to join a call that ended meanwhile: this is a new one then.
void Coordinator::hold_anew(std::shared_ptr<Holding> holding) {
  if (++holding->tries < limits::kChangeTriesMax) return submit_hold(std::move(holding));
  holding->done(fail(Errc::unavailable, "the same call keeps ending; try again"));
}

// Joins the pending call that is the same, if it still is pending when that is written.
void Coordinator::attach(std::shared_ptr<Holding> holding, const Uuid& pending) {
  auto record = parts_.reader.get_action(holding->request.draft.workspace_id, pending);
  if (!record) return holding->done(tl::make_unexpected(std::move(record).error()));
  if (!*record || !is_open((*record)->state)) return hold_anew(std::move(holding));
  store::AuditEntry entry =
      scribe_.attach_entry(**record, holding->request.draft, holding->request.obliged);
  Held held{*std::move(*record), true, entry.id};
  store::Transaction transaction;
  transaction.operations.emplace_back(
      store::RequireOpenAction{held.record.workspace_id, held.record.action_id});
  transaction.operations.emplace_back(store::AppendAudit{std::move(entry)});
  ledger_.commit(kAttachStep, std::move(transaction), holding->patience,
                 [this, holding, held = std::move(held)](store::Outcome outcome) mutable {
                   if (outcome.status) return holding->done(std::move(held));
                   if (outcome.status.error().code == Errc::conflict) return hold_anew(holding);
                   holding->done(tl::make_unexpected(std::move(outcome.status).error()));
                 });
}

}  // namespace sentrail::execute
