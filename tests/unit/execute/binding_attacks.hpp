// Attacks on the binding of an approval, one row each: what is tried, whose published fault it
// repeats, and whether it got through.
//
// Neighbours: binding_attacks_test.cpp runs the rows. A row says `true` if the attack worked: a
// call other than the approved one would be sent, or one that nobody rightly approved.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "runtime/execute/call.hpp"
#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {

// One attack. `fault` names the field of the pre-image, or the report of the fault elsewhere.
struct Attack {
  std::string name;
  std::string fault;
  std::function<bool()> works;
};

inline void PrintTo(const Attack& attack, std::ostream* out) {
  *out << attack.name << " (" << attack.fault << ")";
}

// An approved call as it lies on disk, with the vote that approved it.
struct Approved {
  store::ActionRecord record;
  StoredCall stored;
};

inline Call merge_call() {
  Call call;
  call.upstream = "connection:github";
  call.scheme = "https";
  call.host = "api.github.com";
  call.port = 443;
  call.method = "PUT";
  call.target = "/repos/acme/web/pulls/7/merge?via=%2Fx";
  call.headers = {{"Accept", "application/json"}, {"X-Step", "1"}, {"X-Step", "2"}};
  call.body = R"({"sha":"abc","count":9007199254740993,"run":"deploy --force"})";
  call.tool_definition_hash = std::string(32, 'd');
  call.preconditions = {{"github.merge.sha", "abc"}};
  return call;
}

// Binds a call to a record and lets one reviewer approve it.
inline Approved approve_call(const Call& call, store::ActionRecord record) {
  const auto input = bind(record, call);
  SENTRAIL_CHECK(input.has_value());
  record.approval_hash = approvals::approval_hash(*input);
  store::Vote vote;
  vote.person_id.bytes[15] = 1;
  vote.verdict = store::Verdict::approve;
  vote.approval_hash = record.approval_hash;
  vote.groups = {"role:reviewer"};
  record.votes = {vote};
  return {record, {approvals::encode_preimage(*input), call.headers, call.body}};
}

inline store::ActionRecord asked_record() {
  store::ActionRecord record = action_in(store::ActionState::approved).record;
  record.nonce.fill(4);
  record.bundle_hash.fill(6);
  record.workspace_id.bytes.fill(3);
  record.agent_id = "release-bot";
  record.requested_by = "release-bot";
  record.tool = "github";
  record.rule = "main.guard.merge";
  record.risk = Risk::high;
  return record;
}

inline Approved approved_merge() {
  return approve_call(merge_call(), asked_record());
}

// Whether what lies on disk would be sent.
inline bool is_sent(const Approved& approved) {
  return check_binding(approved.stored, approved.record).has_value();
}

// The attacks on single fields, on the published faults, and on what people are shown.
[[nodiscard]] std::vector<Attack> field_attacks();
[[nodiscard]] std::vector<Attack> swapped_call_attacks();
[[nodiscard]] std::vector<Attack> replay_attacks();
[[nodiscard]] std::vector<Attack> approver_attacks();
[[nodiscard]] std::vector<Attack> display_attacks();

}  // namespace sentrail::execute
