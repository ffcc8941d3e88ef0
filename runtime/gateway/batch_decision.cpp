// Several held calls approved together, by the hash of the list of their hashes.
//
// Neighbours: approval_decision.cpp (one call), crypto/list_hash.hpp, voting.hpp. Must not know:
// how votes are counted. None is voted on unless the list is what was shown; then each is voted on
// for itself. source: docs/api.md A4, docs/approval_hash.md.
#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "crypto/list_hash.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/held_view.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/gateway/voting.hpp"

namespace sentrail::gateway {
namespace {

using store::ActionRecord;

// What a request says.
struct Word {
  std::vector<Uuid> ids;  // in the order in which they were shown
  std::string hash;
  std::string reason;
  std::optional<std::string> on_behalf_of;
};

std::vector<Uuid> read_ids(Fields& fields) {
  const std::vector<std::string> texts = fields.texts("approvalRequestIds");
  if (texts.empty() || texts.size() > limits::kBatchApprovalsMax) {
    fields.refuse("approvalRequestIds",
                  "must name 1 to " + std::to_string(limits::kBatchApprovalsMax) + " approvals");
  }
  std::vector<Uuid> ids;
  for (const std::string& text : texts) {
    const Result<Uuid> id = parse_uuid(text);
    if (!id) {
      fields.refuse("approvalRequestIds", "must hold ids of approvals");
    } else if (std::find(ids.begin(), ids.end(), *id) != ids.end()) {
      fields.refuse("approvalRequestIds", "names an approval twice");
    } else {
      ids.push_back(*id);
    }
  }
  return ids;
}

Result<Word> read_word(const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  Word word;
  word.ids = read_ids(fields);
  word.hash = to_lower_ascii(fields.required_text("hash"));
  word.reason = fields.text("reason").value_or("");
  word.on_behalf_of = fields.text("onBehalfOf");
  if (word.reason.size() > limits::kVoteReasonBytesMax) {
    fields.refuse("reason", "is longer than " + std::to_string(limits::kVoteReasonBytesMax));
  }
  SENTRAIL_TRY(fields.finish());
  return word;
}

// Whether these calls may be approved in one go, and are those that were shown; what stands against
// it if not.
std::optional<http::HttpResponse> refusal_of_list(const std::vector<ActionRecord>& records,
                                                  const std::string& hash) {
  std::vector<crypto::Digest> hashes;
  for (const ActionRecord& record : records) {
    if (record.risk != records.front().risk) {
      return refusal(409, "mixed_risk",
                     "one batch holds calls of one risk; decide about these apart");
    }
    hashes.push_back(record.approval_hash);
  }
  if (hex_encode(crypto::hash_list(crypto::kBatchDomain, hashes)) == hash) return std::nullopt;
  return refusal(409, "hash_mismatch",
                 "this is not the list that was shown to you; look at it again");
}

// The votes of one batch on their way, kept alive by those who will call it back.
class Batch : public std::enable_shared_from_this<Batch> {
 public:
  Batch(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply,
        std::vector<ActionRecord> records)
      : parts_(parts),
        call_(std::move(call)),
        reply_(std::move(reply)),
        records_(std::move(records)),
        casts_(records_.size()),
        errors_(records_.size()),
        left_(records_.size()) {}

  void start(std::vector<VotingPerson> voting, const std::string& reason) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      casts_[i] = {std::move(voting[i].voter),
                   store::Verdict::approve,
                   records_[i].approval_hash,
                   reason,
                   parts_.settings.reasons,
                   Uuid{},
                   first_look(parts_, *call_, records_[i])};
    }
    for (std::size_t i = 0; i < casts_.size(); ++i) {
      cast_vote(parts_, {call_->workspace_id, records_[i].action_id}, casts_[i],
                std::move(voting[i].rests_on),
                [self = shared_from_this(), i](Result<ActionRecord> voted) {
                  self->on_vote(i, std::move(voted));
                });
    }
  }

 private:
  // threads: the coordinator's; at once on ours if it is overloaded.
  void on_vote(std::size_t index, Result<ActionRecord> voted) {
    {
      const std::lock_guard lock(mutex_);
      if (voted) {
        records_[index] = *std::move(voted);
      } else {
        errors_[index] = std::move(voted).error();
      }
      if (--left_ != 0) return;
    }
    const auto self = shared_from_this();
    const bool queued =
        run_for(parts_, call_, reply_, [self]() -> Answer { return self->answer(); });
    // The votes count all the same; what came of them can be asked for.
    if (!queued) reply_(overloaded());
  }

  // All votes are back: nothing of this is shared any more.
  http::HttpResponse answer() {
    std::string body;
    JsonWriter json(&body);
    const bool all = std::none_of(errors_.begin(), errors_.end(),
                                  [](const auto& error) { return error.has_value(); });
    json.begin_object().key("ok").boolean(all).key("items").begin_array();
    for (std::size_t i = 0; i < records_.size(); ++i) {
      json.begin_object();
      write_id(json, "approvalRequestId", records_[i].action_id);
      write_outcome(json, i);
      json.end_object();
    }
    json.end_array().end_object();
    return json_answer(200, std::move(body));
  }

  void write_outcome(JsonWriter& json, std::size_t index) {
    if (!errors_[index]) {
      json.key("status").string(agent_status(records_[index]));
      return;
    }
    const Error& error = *errors_[index];
    const auto now = parts_.store.get_action(call_->workspace_id, records_[index].action_id);
    const ActionRecord& record = now && *now ? **now : records_[index];
    const Refused refused = refused_vote(record, casts_[index], parts_.coordinator.now_ms(), error);
    json.key("status").string(agent_status(record));
    json.key("code").string(refused.code);
    json.key("error").string(refused.sentence);
  }

  GateParts& parts_;
  const std::shared_ptr<PeopleCall> call_;
  const Reply reply_;
  std::vector<ActionRecord> records_;         // as last known
  std::vector<execute::VoteCast> casts_;      // of each record
  std::vector<std::optional<Error>> errors_;  // of each vote that was not counted
  std::mutex mutex_;
  std::size_t left_;  // guarded by mutex_
};

Status begin_batch(GateParts& parts, const std::shared_ptr<PeopleCall>& call, const Reply& reply) {
  SENTRAIL_ASSIGN_OR_RETURN(const Word word, read_word(*call));
  std::vector<ActionRecord> records;
  for (const Uuid& id : word.ids) {
    SENTRAIL_ASSIGN_OR_RETURN(std::optional<ActionRecord> record,
                              parts.store.get_action(call->workspace_id, id));
    if (!record) return fail(Errc::not_found, "there is no approval " + format_uuid(id));
    records.push_back(*std::move(record));
  }
  if (auto refused = refusal_of_list(records, word.hash)) {
    reply(*std::move(refused));
    return {};
  }
  std::vector<VotingPerson> voting;
  for (const ActionRecord& record : records) {
    SENTRAIL_ASSIGN_OR_RETURN(VotingPerson person, voting_person(*call));
    if (word.on_behalf_of) {
      if (const Status lent = speak_for(parts, *call, record, *word.on_behalf_of, person); !lent) {
        reply(refusal(403, "no_delegation", lent.error().message));
        return {};
      }
    }
    voting.push_back(std::move(person));
  }
  std::make_shared<Batch>(parts, call, reply, std::move(records))
      ->start(std::move(voting), word.reason);
  return {};
}

}  // namespace

void decide_batch(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  if (const Status begun = begin_batch(parts, call, reply); !begun) {
    reply(people_refusal(begun.error()));
  }
}

}  // namespace sentrail::gateway
