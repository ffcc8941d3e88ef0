// Tests the approval pre-image: identities, sensitivity to every field, hostile bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "runtime/approvals/binding.hpp"

namespace sentrail::approvals {
namespace {

using testing::HasSubstr;

BindingInput sample() {
  BindingInput input;
  input.action_id.fill(7);
  input.nonce.fill(9);
  input.workspace = "acme";
  input.requester = "key_1";
  input.agent = "release-bot";
  input.upstream = "github";
  input.scheme = "https";
  input.host = "api.github.com";
  input.port = 443;
  input.method = "PUT";
  input.target = "/repos/a/b/pulls/1/merge?x=%2F";
  input.headers = {{"accept", "application/json"}, {"x-trace", "1"}, {"x-trace", "2"}};
  input.body_hash.fill(3);
  input.body_bytes = 17;
  input.tool = "github";
  input.tool_definition_hash = std::string(32, 'd');
  input.preconditions = {{"if-match", "\"v\""}};
  input.bundle_hash.fill(5);
  input.rule = "main.guard.merge";
  input.risk = Risk::high;
  input.quorum = "1 of role:reviewer";
  input.decide_by_ms = 1'790'000'000'000;
  input.execute_within_ms = 600'000;
  return input;
}

struct Change {
  const char* field;
  std::function<void(BindingInput&)> apply;
  bool attaches;  // whether the attach hash stays the same
};

// One smallest change for each of the 23 fields.
std::vector<Change> changes() {
  return {
      {"action_id", [](BindingInput& b) { b.action_id[15] ^= 1; }, true},
      {"nonce", [](BindingInput& b) { b.nonce[0] ^= 1; }, true},
      {"workspace", [](BindingInput& b) { b.workspace += "2"; }, false},
      {"requester", [](BindingInput& b) { b.requester.clear(); }, false},
      {"agent", [](BindingInput& b) { b.agent[0] ^= 1; }, false},
      {"upstream", [](BindingInput& b) { b.upstream += " "; }, false},
      {"scheme", [](BindingInput& b) { b.scheme = "http"; }, false},
      {"host", [](BindingInput& b) { b.host += "."; }, false},
      {"port", [](BindingInput& b) { b.port = 444; }, false},
      {"method", [](BindingInput& b) { b.method = "put"; }, false},
      {"target", [](BindingInput& b) { b.target = "/repos/a/b/pulls/1/merge?x=/"; }, false},
      {"header value", [](BindingInput& b) { b.headers[0].value += "5"; }, false},
      {"header order", [](BindingInput& b) { std::swap(b.headers[1], b.headers[2]); }, false},
      {"header count", [](BindingInput& b) { b.headers.pop_back(); }, false},
      {"body_hash", [](BindingInput& b) { b.body_hash[31] ^= 0x80; }, false},
      {"body_bytes", [](BindingInput& b) { b.body_bytes += 1; }, false},
      {"tool", [](BindingInput& b) { b.tool = "mcp/github"; }, false},
      {"tool_definition_hash", [](BindingInput& b) { b.tool_definition_hash.clear(); }, false},
      {"preconditions", [](BindingInput& b) { b.preconditions.clear(); }, false},
      {"bundle_hash", [](BindingInput& b) { b.bundle_hash[1] ^= 1; }, true},
      {"rule", [](BindingInput& b) { b.rule = "main.guard.merge2"; }, false},
      {"risk", [](BindingInput& b) { b.risk = Risk::critical; }, false},
      {"quorum", [](BindingInput& b) { b.quorum = "2 of role:reviewer"; }, false},
      {"decide_by", [](BindingInput& b) { b.decide_by_ms += 1; }, true},
      {"execute_within", [](BindingInput& b) { b.execute_within_ms -= 1; }, false},
  };
}

TEST(Binding, EveryFieldChangesTheApprovalHash) {
  std::set<Hash> seen = {approval_hash(sample())};
  for (const Change& change : changes()) {
    BindingInput changed = sample();
    change.apply(changed);
    EXPECT_TRUE(seen.insert(approval_hash(changed)).second) << change.field;
  }
  EXPECT_EQ(seen.size(), changes().size() + 1);
}

TEST(Binding, AttachHashLeavesOutExactlyWhatVariesBetweenHolds) {
  const Hash original = attach_hash(sample());
  EXPECT_NE(original, approval_hash(sample()));
  for (const Change& change : changes()) {
    BindingInput changed = sample();
    change.apply(changed);
    EXPECT_EQ(attach_hash(changed) == original, change.attaches) << change.field;
  }
}

TEST(Binding, EncodeDecodeIdentity) {
  for (const Change& change : changes()) {
    BindingInput changed = sample();
    change.apply(changed);
    const auto decoded = decode_preimage(encode_preimage(changed));
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, changed) << change.field;
  }
  const auto decoded = decode_preimage(encode_preimage(BindingInput{}));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, BindingInput{});
}

TEST(Binding, EveryTruncationAndEveryExtraByteIsRefused) {
  const std::string preimage = encode_preimage(sample());
  for (std::size_t size = 0; size < preimage.size(); ++size) {
    const auto decoded = decode_preimage(std::string_view(preimage).substr(0, size));
    ASSERT_FALSE(decoded) << size;
    EXPECT_EQ(decoded.error().code, Errc::corrupt);
  }
  const auto longer = decode_preimage(preimage + '\0');
  ASSERT_FALSE(longer);
  EXPECT_THAT(longer.error().message, HasSubstr("`end`"));
}

// The second identity: whatever decodes is exactly what encodes.
TEST(Binding, EveryFlippedBitIsRefusedOrReadDifferently) {
  const std::string preimage = encode_preimage(sample());
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < preimage.size() * 8; ++bit) {
    std::string flipped = preimage;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto decoded = decode_preimage(flipped);
    if (!decoded) {
      ++refused;
      continue;
    }
    EXPECT_NE(*decoded, sample()) << bit;
    EXPECT_EQ(encode_preimage(*decoded), flipped) << bit;
  }
  // Every bit of the domain and of the 23 lengths breaks the structure.
  EXPECT_GE(refused, (21 + 23 * 4) * 8u - 8u);
}

TEST(Binding, NamesTheMalformedField) {
  const std::string good = encode_preimage(sample());
  std::string bad = good;
  const std::size_t risk = bad.find("high");
  ASSERT_NE(risk, std::string::npos);
  bad.replace(risk, 4, "hIgh");
  EXPECT_THAT(decode_preimage(bad).error().message, HasSubstr("`risk`"));
  bad = good;
  bad.replace(bad.find("accept"), 6, "Accept");
  EXPECT_THAT(decode_preimage(bad).error().message, HasSubstr("`headers`"));
  EXPECT_THAT(decode_preimage("sentrail-approval-v2\0").error().message,
              HasSubstr("sentrail-approval-v1"));
}

TEST(Binding, RandomBindingsSurviveAndSlidBytesDoNotCollide) {
  constexpr std::uint64_t kSeed = 0x5eed02;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    BindingInput input = sample();
    std::vector<std::string*> texts = {&input.workspace, &input.requester, &input.agent,
                                       &input.upstream,  &input.scheme,    &input.host,
                                       &input.method,    &input.target,    &input.tool,
                                       &input.rule,      &input.quorum};
    for (std::string* text : texts) {
      text->clear();
      for (std::size_t i = random() % 6; i > 0; --i) text->push_back(static_cast<char>(random()));
    }
    const auto decoded = decode_preimage(encode_preimage(input));
    ASSERT_TRUE(decoded);
    ASSERT_EQ(*decoded, input);
    // Move one byte across the border between two neighbours: the joined bytes stay the same.
    const std::size_t at = random() % 3;  // workspace, requester, agent and upstream are adjacent
    if (texts[at]->empty()) continue;
    BindingInput slid = input;
    std::string* left[] = {&slid.workspace, &slid.requester, &slid.agent, &slid.upstream};
    left[at + 1]->insert(left[at + 1]->begin(), left[at]->back());
    left[at]->pop_back();
    EXPECT_NE(encode_preimage(slid), encode_preimage(input));
  }
}

TEST(Binding, TargetUrlLeavesOutTheImpliedPort) {
  BindingInput input = sample();
  input.target = "/a";
  EXPECT_EQ(target_url(input), "https://api.github.com/a");
  input.port = 80;
  EXPECT_EQ(target_url(input), "https://api.github.com:80/a");
  input.scheme = "http";
  EXPECT_EQ(target_url(input), "http://api.github.com/a");
  input.port = 8080;
  EXPECT_EQ(target_url(input), "http://api.github.com:8080/a");
}

// printf 'https://api.github.com/aPUTbody' | sha256sum
TEST(Binding, ActionHashIsTheDocumentedJoin) {
  BindingInput input = sample();
  input.target = "/a";
  EXPECT_EQ(hex_encode(action_hash(input, "body")),
            "7e6fe1355bfbec84d7267a191c079075374b7bd0787ff4c4ef519f0d24bec02e");
}

TEST(BindingDeath, RefusesToHashWhatIsNotCanonical) {
  BindingInput input = sample();
  input.headers = {{"Accept", "x"}};
  EXPECT_DEATH((void)approval_hash(input), "is_canonical");
  input = sample();
  input.tool_definition_hash = "short";
  EXPECT_DEATH((void)approval_hash(input), "definition");
}

}  // namespace
}  // namespace sentrail::approvals
