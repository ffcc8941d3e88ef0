// Tests which header fields are forwarded and the canonical form they are hashed in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/gate_headers.hpp"
#include "runtime/approvals/headers.hpp"

namespace sentrail::approvals {
namespace {

using testing::ElementsAre;
using Fields = std::vector<HeaderField>;

TEST(ForwardedHeaders, KeepsOrderAndSpellingOfTheRest) {
  const Fields received = {{"Host", "gate"},
                           {"User-Agent", "octokit"},
                           {"authorization", "Bearer agk_x"},
                           {"ACCEPT", "a"},
                           {"Content-Length", "3"},
                           {"X-Agent-Id", "bot"},
                           {"X-Sentrail-Anything", "1"},
                           {"accept", "b"}};
  EXPECT_THAT(forwarded_headers(received, {}),
              ElementsAre(HeaderField{"User-Agent", "octokit"}, HeaderField{"ACCEPT", "a"},
                          HeaderField{"accept", "b"}));
}

TEST(ForwardedHeaders, DropsWhatConnectionNames) {
  const Fields received = {{"Connection", "close, X-One ,,\tx-two"},
                           {"connection", "x-THREE"},
                           {"x-one", "1"},
                           {"X-Two", "2"},
                           {"X-Three", "3"},
                           {"x-four", "4"}};
  EXPECT_THAT(forwarded_headers(received, {}), ElementsAre(HeaderField{"x-four", "4"}));
}

TEST(ForwardedHeaders, DropsInjectedCredentials) {
  const Fields received = {{"Private-Token", "agent's own"}, {"accept", "a"}};
  const std::vector<std::string_view> injected = {"private-token"};
  EXPECT_THAT(forwarded_headers(received, injected), ElementsAre(HeaderField{"accept", "a"}));
}

TEST(ForwardedHeaders, EveryHopByHopFieldIsNeverForwarded) {
  for (const char* name : {"authorization", "connection", "content-length", "cookie", "expect",
                           "host", "http2-settings", "keep-alive", "proxy-authenticate",
                           "proxy-authorization", "proxy-connection", "te", "trailer",
                           "transfer-encoding", "upgrade", "x-agent-id", "x-sentrail-decision"}) {
    EXPECT_TRUE(is_never_forwarded(name)) << name;
  }
  for (const char* name : {"accept", "accept-encoding", "content-type", "if-match", "user-agent",
                           "idempotency-key", "x-github-api-version", "x-sentrai", "link"}) {
    EXPECT_FALSE(is_never_forwarded(name)) << name;
  }
  for (const std::string_view name : dropped_request_names()) {
    EXPECT_TRUE(is_never_forwarded(name)) << name;
  }
}

// Some upstreams read `_` as `-`: the other spelling must not come through.
TEST(ForwardedHeaders, AnUnderscoreIsADash) {
  const Fields received = {{"Connection", "x_one, X-Two"},
                           {"X-One", "1"},
                           {"X_Two", "2"},
                           {"Content_Length", "3"},
                           {"X_HTTP_Method-Override", "PUT"},
                           {"X_Sentrail_Decision", "allow"},
                           {"PRIVATE_TOKEN", "agent's own"},
                           {"X_Kept", "4"}};
  const std::vector<std::string_view> injected = {"private-token"};
  EXPECT_THAT(forwarded_headers(received, injected), ElementsAre(HeaderField{"X_Kept", "4"}));
}

TEST(CanonicalHeaders, LowersTrimsSortsAndKeepsRepeatsInOrder) {
  const Fields fields = {{"X-B", " two \t"}, {"a", ""}, {"x-b", "one"}, {"X-A", "in  side"}};
  const auto canonical = canonical_headers(fields);
  ASSERT_TRUE(canonical);
  EXPECT_THAT(*canonical, ElementsAre(HeaderField{"a", ""}, HeaderField{"x-a", "in  side"},
                                      HeaderField{"x-b", "two"}, HeaderField{"x-b", "one"}));
}

TEST(CanonicalHeaders, RefusesWhatIsNoField) {
  const std::vector<HeaderField> bad = {
      {"", "v"},          {"a b", "v"},       {"a:", "v"},
      {"a\xc3\xa9", "v"}, {"a", "v\r\nb: c"}, {"a", std::string("v\0", 2)},
      {"a", "v\n"},       {"a\n", "v"},       {"(a)", "v"}};
  for (const HeaderField& field : bad) {
    const auto result = canonical_headers(std::vector{field});
    ASSERT_FALSE(result) << field.name << "=" << field.value;
    EXPECT_EQ(result.error().code, Errc::invalid_argument);
  }
}

TEST(CanonicalHeaders, IsIdempotentAndIgnoresOrderOfDistinctNames) {
  constexpr std::uint64_t kSeed = 0x5eed01;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    Fields fields;
    for (std::size_t i = random() % 8; i > 0; --i) {
      fields.push_back({std::string(1, static_cast<char>("aAbB"[random() % 4])),
                        std::string(random() % 3, ' ') + std::to_string(random() % 9) + "\t"});
    }
    const auto once = canonical_headers(fields);
    ASSERT_TRUE(once);
    EXPECT_TRUE(is_canonical(*once));
    EXPECT_EQ(*canonical_headers(*once), *once);
    std::vector<HeaderField> parted;
    for (const bool first : {true, false}) {
      std::copy_if(fields.begin(), fields.end(), std::back_inserter(parted),
                   [&](const HeaderField& f) { return (f.name == "b" || f.name == "B") == first; });
    }
    fields = parted;
    EXPECT_EQ(*canonical_headers(fields), *once);
  }
}

TEST(CanonicalHeaders, IsCanonicalSeesEveryDeviation) {
  EXPECT_TRUE(is_canonical(Fields{}));
  EXPECT_TRUE(is_canonical(Fields{{"a", "1"}, {"a", "0"}, {"b", ""}}));
  EXPECT_FALSE(is_canonical(Fields{{"A", "1"}}));
  EXPECT_FALSE(is_canonical(Fields{{"b", "1"}, {"a", "1"}}));
  EXPECT_FALSE(is_canonical(Fields{{"a", " 1"}}));
  EXPECT_FALSE(is_canonical(Fields{{"a", "1\t"}}));
  EXPECT_FALSE(is_canonical(Fields{{"", "1"}}));
  EXPECT_FALSE(is_canonical(Fields{{"a", "1\n2"}}));
}

}  // namespace
}  // namespace sentrail::approvals
