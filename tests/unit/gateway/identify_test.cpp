// What is remembered of a caller changes nothing about who may call.
#include "runtime/gateway/identify.hpp"

#include <gtest/gtest.h>

#include <string>

#include "runtime/identity/credential.hpp"
#include "tests/unit/gateway/known_fixture.hpp"

namespace sentrail::gateway {
namespace {

constexpr std::int64_t kNow = 1'790'000'000'000;

class IdentifyTest : public KnownFixture {
 protected:
  IdentifyTest() {
    key_.id = crypto::uuid_v4();
    key_.workspace_id = workspace_.id;
    key_.hash = secret_.hash;
    key_.scopes.add(store::Scope::gateway);
    key_.expires_ms = kNow + 1'000;
    put(store::Put<store::ApiKey>{key_, 0});
  }

  static http::Headers headers(const std::string& secret, std::string_view agent = "ci-1") {
    http::Headers made;
    made.add("Authorization", "Bearer " + secret);
    if (!agent.empty()) made.add("X-Agent-Id", agent);
    return made;
  }

  // The refusal's status, or 200.
  static int ask(const http::Headers& headers, const Known& known, std::int64_t now_ms = kNow,
                 store::Scope scope = store::Scope::gateway) {
    const auto caller = identify_agent(headers, known, scope, now_ms);
    return caller ? 200 : caller.error().status;
  }

  const identity::NewSecret secret_ = identity::new_api_key(store::Environment::test);
  store::ApiKey key_;
};

TEST_F(IdentifyTest, TheSecondTimeIsTheSameCaller) {
  const auto now = known();
  const auto first = identify_agent(headers(secret_.text), *now, store::Scope::gateway, kNow);
  const auto second = identify_agent(headers(secret_.text), *now, store::Scope::gateway, kNow);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second) << "not remembered";
  EXPECT_EQ((*second)->key.id, key_.id);
  EXPECT_EQ((*second)->agent_id, "ci-1");
}

TEST_F(IdentifyTest, AnotherAgentOrSecretIsNotRemembered) {
  const auto now = known();
  ASSERT_EQ(ask(headers(secret_.text), *now), 200);
  const auto other =
      identify_agent(headers(secret_.text, "ci-2"), *now, store::Scope::gateway, kNow);
  ASSERT_TRUE(other);
  EXPECT_EQ((*other)->agent_id, "ci-2");
  std::string wrong = secret_.text;
  wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
  EXPECT_EQ(ask(headers(wrong), *now), 401);
  // The border between the two headers counts.
  EXPECT_EQ(ask(headers(secret_.text + "c", "i-1"), *now), 401);
}

TEST_F(IdentifyTest, ExpiryAndScopeAreLookedAtEachTime) {
  const auto now = known();
  ASSERT_EQ(ask(headers(secret_.text), *now), 200);
  EXPECT_EQ(ask(headers(secret_.text), *now, kNow, store::Scope::evaluate), 401);
  EXPECT_EQ(ask(headers(secret_.text), *now, kNow + 999), 200);
  EXPECT_EQ(ask(headers(secret_.text), *now, kNow + 1'000), 401);
}

TEST_F(IdentifyTest, ANewSnapshotForgets) {
  ASSERT_EQ(ask(headers(secret_.text), *known()), 200);
  store::ApiKey revoked = key_;
  revoked.revoked = true;
  put(store::Put<store::ApiKey>{revoked, 1});
  EXPECT_EQ(ask(headers(secret_.text), *known()), 401);
}

TEST_F(IdentifyTest, TwoReadingsOfWhoCallsAreRefused) {
  const auto now = known();
  ASSERT_EQ(ask(headers(secret_.text), *now), 200);
  http::Headers two_names = headers(secret_.text);
  two_names.add("x-agent-id", "ci-1");
  EXPECT_EQ(ask(two_names, *now), 400);
  http::Headers two_secrets = headers(secret_.text);
  two_secrets.add("authorization", "Bearer " + secret_.text);
  EXPECT_EQ(ask(two_secrets, *now), 401);
  http::Headers stranger = headers("agk_nobody");
  stranger.add("x-agent-id", "ci-1");
  EXPECT_EQ(ask(stranger, *now), 401) << "a stranger learns nothing";
}

}  // namespace
}  // namespace sentrail::gateway
