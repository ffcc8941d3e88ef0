// Tests scopes, and the life of keys from making to rotation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/limits.hpp"
#include "runtime/identity/keys.hpp"

namespace sentrail::identity {
namespace {

using store::Scope;
using testing::ElementsAre;

constexpr std::int64_t kNow = 1'790'000'000'000;

KeyRequest request() {
  KeyRequest made;
  made.environment = store::Environment::live;
  made.name = "ci";
  made.scopes.add(Scope::gateway);
  made.agent_ids = {"claude"};
  return made;
}

TEST(Scopes, NamesAndSets) {
  const std::vector<std::string> names = {"mcp", "gateway"};
  const store::Scopes scopes = parse_scopes(names).value();
  EXPECT_THAT(names_of(scopes), ElementsAre("gateway", "mcp"));
  EXPECT_EQ(scope_named("admin-read"), Scope::admin_read);
  EXPECT_EQ(scope_named("admin_read"), std::nullopt);
  EXPECT_EQ(parse_scopes(std::vector<std::string>{}).error().code, Errc::invalid_argument);
  EXPECT_EQ(parse_scopes(std::vector<std::string>{"root"}).error().code, Errc::invalid_argument);
}

// Every set against every use: only the MCP gate takes another scope.
TEST(Scopes, AdmitExactlyWhatTheySay) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    const store::Scopes scopes{static_cast<std::uint8_t>(bits)};
    for (const Scope needed : {Scope::gateway, Scope::evaluate, Scope::mcp, Scope::admin_read}) {
      const bool fallback = needed == Scope::mcp && (bits & 2u) != 0;
      EXPECT_EQ(admits(scopes, needed), scopes.has(needed) || fallback) << bits;
    }
  }
}

TEST(Keys, MadeWithNinetyDaysAndNoSecretInTheRecord) {
  const MadeKey made = make_key(request(), kNow).value();
  EXPECT_EQ(made.record.expires_ms, kNow + 90 * limits::kDayMs);
  EXPECT_EQ(made.record.hash, hash_secret(made.text));
  EXPECT_EQ(made.record.hint.find(made.text.substr(4, 30)), std::string::npos);
  EXPECT_TRUE(is_usable(made.record, Scope::gateway, kNow));
  EXPECT_FALSE(is_usable(made.record, Scope::evaluate, kNow));
  EXPECT_TRUE(is_usable(made.record, Scope::gateway, made.record.expires_ms - 1));
  EXPECT_FALSE(is_usable(made.record, Scope::gateway, made.record.expires_ms));
}

TEST(Keys, RefuseSenselessRequests) {
  KeyRequest bad = request();
  bad.name.clear();
  EXPECT_EQ(make_key(bad, kNow).error().code, Errc::invalid_argument);
  bad = request();
  bad.scopes = {};
  EXPECT_EQ(make_key(bad, kNow).error().code, Errc::invalid_argument);
  for (const std::string& id : {std::string(), std::string("a b"), std::string("a\n"),
                                std::string(129, 'a'), std::string("ä")}) {
    bad = request();
    bad.agent_ids = {id};
    EXPECT_EQ(make_key(bad, kNow).error().code, Errc::invalid_argument) << id;
  }
}

TEST(Keys, RevokedOnceAndForGood) {
  const store::ApiKey key = make_key(request(), kNow).value().record;
  const store::ApiKey gone = revoke(key, kNow + 5);
  EXPECT_FALSE(is_usable(gone, Scope::gateway, kNow + 5));
  EXPECT_EQ(revoke(gone, kNow + 9).revoked_ms, kNow + 5);
}

TEST(Keys, RotateWithAnOverlap) {
  const store::ApiKey key = make_key(request(), kNow).value().record;
  const Rotation rotation = rotate(key, kNow + 1'000, limits::kKeyOverlapMsDefault).value();
  EXPECT_NE(rotation.fresh.record.id, key.id);
  EXPECT_NE(rotation.fresh.record.hash, key.hash);
  EXPECT_EQ(rotation.fresh.record.agent_ids, key.agent_ids);
  EXPECT_EQ(rotation.fresh.record.expires_ms, kNow + 1'000 + 90 * limits::kDayMs);
  const std::int64_t during = kNow + limits::kKeyOverlapMsDefault;
  EXPECT_TRUE(is_usable(rotation.old, Scope::gateway, during));
  EXPECT_TRUE(is_usable(rotation.fresh.record, Scope::gateway, during));
  EXPECT_FALSE(is_usable(rotation.old, Scope::gateway, during + 1'000));
}

TEST(Keys, RotationNeverLengthensTheOldKey) {
  KeyRequest brief = request();
  brief.life_ms = 1'000;
  const store::ApiKey key = make_key(brief, kNow).value().record;
  const Rotation rotation = rotate(key, kNow, limits::kKeyOverlapMsDefault).value();
  EXPECT_EQ(rotation.old.expires_ms, kNow + 1'000);
  EXPECT_EQ(rotation.fresh.record.expires_ms, kNow + 1'000);
  EXPECT_EQ(rotate(key, kNow, 0).value().old.expires_ms, kNow);
  EXPECT_EQ(rotate(key, kNow, -5).value().old.expires_ms, kNow);
  EXPECT_EQ(rotate(key, kNow + 1'000, 0).error().code, Errc::conflict);
  EXPECT_EQ(rotate(revoke(key, kNow), kNow, 0).error().code, Errc::conflict);
}

}  // namespace
}  // namespace sentrail::identity
