// Tests that a stored call is sent only if it is, byte for byte, what was approved.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/hash.hpp"
#include "runtime/execute/call.hpp"
#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {
namespace {

using testing::HasSubstr;

Call sample_call() {
  Call call;
  call.upstream = "github";
  call.scheme = "https";
  call.host = "api.github.com";
  call.port = 443;
  call.method = "POST";
  call.target = "/repos/a/b/issues";
  call.headers = {{"X-Trace", "1"}, {"Accept", "application/json"}, {"x-trace", "2"}};
  call.body = std::string("{\"title\":\"\0\"}", 13);
  return call;
}

// A record and what is stored for it, bound as a hold binds them.
std::pair<store::ActionRecord, StoredCall> bound() {
  store::ActionRecord record = action_in(store::ActionState::approved).record;
  record.nonce.fill(4);
  record.tool = "github";
  record.rule = "main.guard.issues";
  record.agent_id = "bot";
  const auto input = bind(record, sample_call());
  EXPECT_TRUE(input);
  record.approval_hash = approvals::approval_hash(*input);
  return {record, {approvals::encode_preimage(*input), sample_call().headers, sample_call().body}};
}

TEST(CheckBinding, GivesTheCallBackAsItWas) {
  const auto [record, stored] = bound();
  const auto call = check_binding(stored, record);
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_EQ(*call, sample_call());
}

TEST(CheckBinding, EveryOtherByteIsRefused) {
  const auto [record, stored] = bound();
  const std::vector<std::pair<const char*, std::function<void(StoredCall&)>>> changes = {
      {"body byte", [](StoredCall& s) { s.body[3] ^= 1; }},
      {"body length", [](StoredCall& s) { s.body.pop_back(); }},
      {"header value", [](StoredCall& s) { s.headers[0].value = "3"; }},
      {"header name", [](StoredCall& s) { s.headers[1].name = "Accepts"; }},
      {"header order", [](StoredCall& s) { std::swap(s.headers[0], s.headers[2]); }},
      {"header added", [](StoredCall& s) { s.headers.push_back({"If-Match", "x"}); }},
      {"header dropped", [](StoredCall& s) { s.headers.pop_back(); }},
      {"header malformed", [](StoredCall& s) { s.headers[0].value = "a\r\nb: c"; }},
      {"pre-image byte", [](StoredCall& s) { s.preimage[40] ^= 1; }},
      {"pre-image gone", [](StoredCall& s) { s.preimage.clear(); }},
  };
  for (const auto& [name, change] : changes) {
    StoredCall changed = stored;
    change(changed);
    EXPECT_FALSE(check_binding(changed, record)) << name;
  }
}

// A record that was edited on disk: what steers people, deadlines and retries is bound too.
TEST(CheckBinding, EveryOtherRecordIsRefused) {
  const auto [record, stored] = bound();
  const std::vector<std::pair<const char*, std::function<void(store::ActionRecord&)>>> changes = {
      {"quorum", [](auto& r) { r.quorum = "1 of role:member"; }},
      {"requester", [](auto& r) { r.requested_by = "someone"; }},
      {"agent", [](auto& r) { r.agent_id = "other"; }},
      {"workspace", [](auto& r) { r.workspace_id.bytes[0] = 9; }},
      {"action id", [](auto& r) { r.action_id.bytes[0] = 9; }},
      {"nonce", [](auto& r) { r.nonce[0] = 9; }},
      {"rule", [](auto& r) { r.rule = "main.guard.other"; }},
      {"risk", [](auto& r) { r.risk = Risk::low; }},
      {"bundle", [](auto& r) { r.bundle_hash[0] = 9; }},
      {"decide_by", [](auto& r) { r.decide_by_ms += 1; }},
      {"execute_within", [](auto& r) { r.execute_within_ms += 1; }},
      {"hash", [](auto& r) { r.approval_hash[0] ^= 1; }},
  };
  for (const auto& [name, change] : changes) {
    store::ActionRecord changed = record;
    change(changed);
    const auto call = check_binding(stored, changed);
    ASSERT_FALSE(call) << name;
    EXPECT_EQ(call.error().code, Errc::corrupt) << name;
  }
}

// The capitals of a header are the client's; two spellings of one list have one hash.
TEST(CheckBinding, SpellingOfHeaderNamesIsKeptAndNotBound) {
  auto [record, stored] = bound();
  stored.headers[1].name = "ACCEPT";
  const auto call = check_binding(stored, record);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->headers[1].name, "ACCEPT");
}

// --- vault ---------------------------------------------------------------------------------

TEST(CallVault, OpensWhatItSealedForTheSameActionOnly) {
  const CallVault vault(crypto::SealKey::generate());
  auto [record, stored] = bound();
  const std::string sealed = vault.seal(record, stored);
  record.request = {Uuid{}, sealed.size(), crypto::sha256(sealed)};
  const auto opened = vault.open_call(record, sealed);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(*opened, stored);

  store::ActionRecord other = record;
  other.action_id.bytes[5] ^= 1;
  EXPECT_EQ(vault.open_call(other, sealed).error().code, Errc::corrupt);
  EXPECT_FALSE(CallVault(crypto::SealKey::generate()).open_call(record, sealed));
}

TEST(CallVault, RefusesBytesThatTheRecordDoesNotName) {
  const CallVault vault(crypto::SealKey::generate());
  auto [record, stored] = bound();
  const std::string sealed = vault.seal(record, stored);
  EXPECT_THAT(vault.open_call(record, sealed).error().message, HasSubstr("held call"));
  // Sealed again: the key is right, the bytes are not those of the hold.
  record.request = {Uuid{}, sealed.size(), crypto::sha256(sealed)};
  EXPECT_FALSE(vault.open_call(record, vault.seal(record, stored)));
}

TEST(CallVault, ACallIsNoResponse) {
  const CallVault vault(crypto::SealKey::generate());
  auto [record, stored] = bound();
  const StoredResponse response{201, {{"Content-Type", "application/json"}}, "{\"id\":1}", true};
  const std::string sealed = vault.seal(record, response);
  record.response = {Uuid{}, sealed.size(), crypto::sha256(sealed)};
  const auto opened = vault.open_response(record, sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, response);
  record.request = record.response;
  EXPECT_FALSE(vault.open_call(record, sealed));
}

}  // namespace
}  // namespace sentrail::execute
