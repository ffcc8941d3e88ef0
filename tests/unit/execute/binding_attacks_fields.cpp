// Attacks that change what would be sent: every field of the pre-image, and the published ways of
// swapping a call under its approval.
//
// Neighbours: binding_attacks.hpp.
#include <utility>

#include "tests/unit/execute/binding_attacks.hpp"

namespace sentrail::execute {
namespace {

using CallChange = void (*)(Call&);
using RecordChange = void (*)(store::ActionRecord&);

// The disk is rewritten in every part that the gate reads, hash included: only the people's votes
// still name what they were shown.
Attack rewritten_call(const char* field, CallChange change) {
  return {std::string("rewritten_") + field, std::string("field ") + field, [change] {
            Call call = merge_call();
            change(call);
            Approved forged = approve_call(call, asked_record());
            forged.record.votes = approved_merge().record.votes;
            return is_sent(forged);
          }};
}

Attack rewritten_record(const char* field, RecordChange change) {
  return {std::string("rewritten_") + field, std::string("field ") + field, [change] {
            store::ActionRecord record = asked_record();
            change(record);
            Approved forged = approve_call(merge_call(), std::move(record));
            forged.record.votes = approved_merge().record.votes;
            return is_sent(forged);
          }};
}

// Stored headers and body are replaced, the pre-image is not.
Attack replaced_call(const char* name, const char* fault, void (*change)(StoredCall&)) {
  return {name, fault, [change] {
            Approved approved = approved_merge();
            change(approved.stored);
            return is_sent(approved);
          }};
}

// The stored pre-image is decoded, changed, and written anew; all else stays.
Attack replaced_preimage(const char* name, const char* fault,
                         void (*change)(approvals::BindingInput&)) {
  return {name, fault, [change] {
            Approved approved = approved_merge();
            approvals::BindingInput input =
                approvals::decode_preimage(approved.stored.preimage).value();
            change(input);
            approved.stored.preimage = approvals::encode_preimage(input);
            return is_sent(approved);
          }};
}

void replace_in(std::string& text, std::string_view old, std::string_view now) {
  const std::size_t at = text.find(old);
  SENTRAIL_CHECK_NOTE(at != std::string::npos, "the attack changes nothing");
  text.replace(at, old.size(), now);
}

}  // namespace

std::vector<Attack> field_attacks() {
  return {
      rewritten_record("action_id", [](auto& r) { r.action_id.bytes[9] ^= 1; }),
      rewritten_record("nonce", [](auto& r) { r.nonce[31] ^= 1; }),
      rewritten_record("workspace", [](auto& r) { r.workspace_id.bytes[0] ^= 1; }),
      rewritten_record("requester", [](auto& r) { r.requested_by = "eve"; }),
      rewritten_record("agent", [](auto& r) { r.agent_id = "other-bot"; }),
      rewritten_call("upstream", [](Call& c) { c.upstream = "connection:github/mirror"; }),
      rewritten_call("scheme", [](Call& c) { c.scheme = "http"; }),
      rewritten_call("host", [](Call& c) { c.host = "api.github.com.evil.example"; }),
      rewritten_call("port", [](Call& c) { c.port = 8443; }),
      rewritten_call("method", [](Call& c) { c.method = "DELETE"; }),
      rewritten_call("target", [](Call& c) { c.target = "/repos/acme/prod/pulls/7/merge"; }),
      rewritten_call("headers", [](Call& c) { c.headers[0].value = "text/plain"; }),
      rewritten_call("body_hash", [](Call& c) { c.body[8] = 'X'; }),
      rewritten_call("body_bytes", [](Call& c) { c.body += ' '; }),
      rewritten_record("tool", [](auto& r) { r.tool = "mcp/github/merge"; }),
      rewritten_call("tool_definition_hash", [](Call& c) { c.tool_definition_hash[0] = 'e'; }),
      rewritten_call("preconditions", [](Call& c) { c.preconditions.clear(); }),
      rewritten_record("bundle_hash", [](auto& r) { r.bundle_hash[0] ^= 1; }),
      rewritten_record("rule", [](auto& r) { r.rule = "main.everyday.merge"; }),
      rewritten_record("risk", [](auto& r) { r.risk = Risk::low; }),
      rewritten_record("quorum", [](auto& r) { r.quorum = "1 of role:member"; }),
      rewritten_record("decide_by", [](auto& r) { r.decide_by_ms += 1; }),
      rewritten_record("execute_within", [](auto& r) { r.execute_within_ms *= 2; }),
  };
}

std::vector<Attack> swapped_call_attacks() {
  return {
      replaced_call("script_changed_while_pending", "openclaw #124738",
                    [](StoredCall& s) { replace_in(s.body, "deploy", "delete"); }),
      replaced_call("arguments_rebuilt_before_sending", "CVE-2026-53822",
                    [](StoredCall& s) { replace_in(s.body, "\",\"count", "\", \"count"); }),
      replaced_call("shown_trimmed_sent_raw", "CVE-2026-32065",
                    [](StoredCall& s) { s.body += "\n; rm -rf /"; }),
      replaced_call("member_order_swapped", "CVE-2026-32052",
                    [](StoredCall& s) {
                      s.body = R"({"count":9007199254740993,"sha":"abc","run":"deploy --force"})";
                    }),
      replaced_call("argument_appended", "CVE-2026-29608",
                    [](StoredCall& s) { replace_in(s.body, "--force", "--force --all"); }),
      replaced_call("argument_dropped", "CVE-2026-27183",
                    [](StoredCall& s) { replace_in(s.body, " --force", ""); }),
      replaced_call("equal_length_argument", "CVE-2026-27566",
                    [](StoredCall& s) { replace_in(s.body, "abc", "abd"); }),
      replaced_call("abbreviated_option", "CVE-2026-28363",
                    [](StoredCall& s) { replace_in(s.body, "--force", "--for"); }),
      replaced_call("case_of_an_argument", "CVE-2026-53820",
                    [](StoredCall& s) { replace_in(s.body, "deploy", "Deploy"); }),
      replaced_call("header_slid_into_body", "Vercel #17493",
                    [](StoredCall& s) {
                      s.body.insert(0, s.headers.back().value);
                      s.headers.pop_back();
                    }),
      replaced_preimage("bytes_slid_between_fields", "Vercel #17493",
                        [](approvals::BindingInput& b) {
                          b.agent.insert(b.agent.begin(), b.requester.back());
                          b.requester.pop_back();
                        }),
      replaced_call("prototype_member", "Vercel #16900",
                    [](StoredCall& s) { replace_in(s.body, "\"sha\"", "\"__proto__\""); }),
      replaced_call("prototype_header", "Vercel #16900",
                    [](StoredCall& s) { s.headers.push_back({"constructor", "1"}); }),
      replaced_preimage("tool_definition_drifted", "Vercel #16902",
                        [](approvals::BindingInput& b) { b.tool_definition_hash[31] ^= 1; }),
      replaced_preimage("tool_definition_dropped", "AISVS 10.4.8",
                        [](approvals::BindingInput& b) { b.tool_definition_hash.clear(); }),
      replaced_preimage("same_tool_on_another_server", "OpenAI #4256",
                        [](approvals::BindingInput& b) { b.upstream = "connection:mirror"; }),
      replaced_preimage("expected_head_removed", "github-mcp-server #3181",
                        [](approvals::BindingInput& b) { b.preconditions.clear(); }),
      replaced_preimage("expected_head_moved", "github-mcp-server #3181",
                        [](approvals::BindingInput& b) { b.preconditions[0].value = "abd"; }),
      replaced_preimage("approval_made_to_last", "opencode #10753",
                        [](approvals::BindingInput& b) { b.execute_within_ms = ~0ull; }),
      replaced_preimage(
          "query_decoded", "double decoding",
          [](approvals::BindingInput& b) { b.target = "/repos/acme/web/pulls/7/merge?via=/x"; }),
      replaced_preimage("query_encoded_twice", "double encoding",
                        [](approvals::BindingInput& b) {
                          b.target = "/repos/acme/web/pulls/7/merge?via=%252Fx";
                        }),
      replaced_preimage("homoglyph_host", "homoglyphs",
                        [](approvals::BindingInput& b) { b.host = "api.g\xd1\x96thub.com"; }),
      replaced_call("duplicate_member", "duplicate keys",
                    [](StoredCall& s) { replace_in(s.body, "{", R"({"sha":"evil",)"); }),
      replaced_call("number_beyond_double", "numbers beyond 2^53",
                    [](StoredCall& s) { replace_in(s.body, "740993", "740992"); }),
      replaced_call("folded_header", "header folding",
                    [](StoredCall& s) { s.headers[0].value = "application/json\r\n x: y"; }),
      replaced_call("repeated_header_order", "header order",
                    [](StoredCall& s) { std::swap(s.headers[1].value, s.headers[2].value); }),
      replaced_call("invisible_letter", "zero-width characters",
                    [](StoredCall& s) { replace_in(s.body, "deploy", "de\xe2\x80\x8bploy"); }),
  };
}

}  // namespace sentrail::execute
