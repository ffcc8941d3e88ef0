// A person's word on a held call, and what came of it.
//
// Neighbours: approvals_routes.cpp (the queue), execute/coordinator.hpp counts the vote and sends
// the call, watch.hpp tells of its end. Must not know: how votes are counted. The wait is begun
// before the vote is cast, so that no end is missed; no thread waits. source: docs/api.md A4.
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/approvals/voter.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/gateway/voting.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;
using store::ActionState;
using store::Verdict;

// What a request says.
struct Word {
  Uuid action_id;
  Verdict verdict = Verdict::deny;
  std::string reason;
  std::optional<std::string> hash;  // the first digits, lower case
  std::optional<std::string> on_behalf_of;
};

Result<Word> read_word(const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  Word word;
  const Result<Uuid> id = parse_uuid(fields.required_text("approvalRequestId"));
  if (id) {
    word.action_id = *id;
  } else {
    fields.refuse("approvalRequestId", "must be an approval's id");
  }
  const std::string decision = fields.required_text("decision");
  if (decision == "approved") {
    word.verdict = Verdict::approve;
  } else if (decision != "denied") {
    fields.refuse("decision", "must be approved or denied");
  }
  word.reason = fields.text("reason").value_or("");
  if (word.reason.size() > limits::kVoteReasonBytesMax) {
    fields.refuse("reason", "is longer than " + std::to_string(limits::kVoteReasonBytesMax));
  }
  word.on_behalf_of = fields.text("onBehalfOf");
  word.hash = fields.text("hash");
  if (word.hash) {
    word.hash = to_lower_ascii(*word.hash);
    if (!names_hash(*word.hash)) {
      fields.refuse("hash", "must be at least the first 12 hex digits of the approval's hash");
    }
  }
  SENTRAIL_TRY(fields.finish());
  return word;
}

http::HttpResponse decision_answer(const ActionRecord& record,
                                   const std::optional<execute::StoredResponse>& result,
                                   bool queued) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  json.key("status").string(agent_status(record));
  json.key("executionResult");
  write_result(json, result);
  json.key("notificationQueued").boolean(queued);
  json.key("notificationError").null();
  json.end_object();
  return json_answer(200, std::move(body));
}

bool has_ended(const ActionRecord& record) {
  return !store::is_open(record.state);
}

// One vote on its way, kept alive by those who will call it back.
class Decision : public std::enable_shared_from_this<Decision> {
 public:
  Decision(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply)
      : parts_(parts), call_(std::move(call)), reply_(std::move(reply)) {}

  // `rests_on`: what says who votes must still be so when the vote is stored.
  void start(const ActionRecord& record, execute::VoteCast cast,
             std::vector<store::Operation> rests_on) {
    record_ = record;
    cast_ = std::move(cast);
    const execute::ActionRef ref{record.workspace_id, record.action_id};
    const auto self = shared_from_this();
    wait_ = parts_.watch.await(
        *call_->io, ref, limits::kDecisionWaitMsMax, has_ended,
        [self](std::optional<ActionRecord> ended) { self->on_end(std::move(ended)); });
    cast_vote(parts_, ref, cast_, std::move(rests_on),
              [self](Result<ActionRecord> voted) { self->on_vote(std::move(voted)); });
  }

 private:
  // threads: the coordinator's; at once on ours if it is overloaded.
  void on_vote(Result<ActionRecord> voted) {
    if (!voted) {
      parts_.watch.settle(wait_, std::nullopt);
      return refuse(std::move(voted).error());
    }
    const bool runs = voted->kind == store::ActionKind::forward &&
                      voted->state != ActionState::held && store::is_open(voted->state);
    if (!runs) {
      parts_.watch.settle(wait_, std::nullopt);
      return answer(*std::move(voted));
    }
    {
      const std::lock_guard lock(mutex_);
      record_ = *std::move(voted);
      approved_ = true;
      if (!over_) return;
    }
    answer_latest();
  }

  // threads: the I/O thread's. The call ended, or the time to wait did.
  void on_end(std::optional<ActionRecord> ended) {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      if (ended) end_ = std::move(ended);
      if (!approved_) return;  // the vote's own outcome answers, or is yet to come
    }
    answer_latest();
  }

  void answer_latest() {
    std::optional<ActionRecord> end;
    {
      const std::lock_guard lock(mutex_);
      end = end_;
    }
    if (end) return answer(*std::move(end));
    const auto self = shared_from_this();
    const bool queued = run_for(parts_, call_, reply_, [self]() -> Answer {
      SENTRAIL_ASSIGN_OR_RETURN(
          const std::optional<ActionRecord> now,
          self->parts_.store.get_action(self->record_.workspace_id, self->record_.action_id));
      return self->answer_of(now ? *now : self->record_);
    });
    if (!queued) reply_(decision_answer(record_, std::nullopt, notified(record_)));
  }

  void answer(ActionRecord record) {
    const auto self = shared_from_this();
    const bool queued =
        run_for(parts_, call_, reply_, [self, record] { return Answer(self->answer_of(record)); });
    // The vote counts all the same; its result can be asked for.
    if (!queued) reply_(decision_answer(record, std::nullopt, notified(record)));
  }

  [[nodiscard]] http::HttpResponse answer_of(const ActionRecord& record) const {
    // A result that cannot be shown does not undo what was done.
    const auto result = load_result(parts_.store, parts_.vault, record);
    return decision_answer(record, result ? *result : std::nullopt, notified(record));
  }

  void refuse(Error error) {
    const auto self = shared_from_this();
    const bool queued = run_for(parts_, call_, reply_, [self, error]() -> Answer {
      const auto now =
          self->parts_.store.get_action(self->record_.workspace_id, self->record_.action_id);
      const ActionRecord& record = now && *now ? **now : self->record_;
      return refusal(refused_vote(record, self->cast_, self->parts_.coordinator.now_ms(), error));
    });
    if (!queued) reply_(people_refusal(error));
  }

  [[nodiscard]] bool notified(const ActionRecord& record) const {
    return parts_.settings.notifies && record.decided_ms != 0;
  }

  GateParts& parts_;
  const std::shared_ptr<PeopleCall> call_;
  const Reply reply_;
  execute::VoteCast cast_;
  Watch::WaitId wait_ = 0;

  std::mutex mutex_;
  ActionRecord record_;              // as last known; written before it is shared
  std::optional<ActionRecord> end_;  // guarded by mutex_
  bool approved_ = false;            // guarded by mutex_
  bool over_ = false;                // guarded by mutex_
};

Status begin_decision(GateParts& parts, const std::shared_ptr<PeopleCall>& call, Reply reply) {
  SENTRAIL_ASSIGN_OR_RETURN(const Word word, read_word(*call));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<ActionRecord> record,
                            parts.store.get_action(call->workspace_id, word.action_id));
  if (!record) return fail(Errc::not_found, "there is no such approval");
  if (word.hash && !hex_encode(record->approval_hash).starts_with(*word.hash)) {
    reply(refusal(409, "hash_mismatch",
                  "this is not the call that was shown to you; look at it again"));
    return {};
  }
  SENTRAIL_ASSIGN_OR_RETURN(VotingPerson voting, voting_person(*call));
  if (word.on_behalf_of) {
    if (const Status lent = speak_for(parts, *call, *record, *word.on_behalf_of, voting); !lent) {
      reply(refusal(403, "no_delegation", lent.error().message));
      return {};
    }
  }
  std::make_shared<Decision>(parts, call, std::move(reply))
      ->start(*record,
              {std::move(voting.voter), word.verdict, record->approval_hash, word.reason,
               parts.settings.reasons, Uuid{}, first_look(parts, *call, *record)},
              std::move(voting.rests_on));
  return {};
}

}  // namespace

void decide_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  if (const Status begun = begin_decision(parts, call, reply); !begun) {
    reply(people_refusal(begun.error()));
  }
}

}  // namespace sentrail::gateway
