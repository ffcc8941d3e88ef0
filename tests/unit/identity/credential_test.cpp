// Tests the forms of secrets and how they are read from a header.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "runtime/identity/credential.hpp"

namespace sentrail::identity {
namespace {

using testing::MatchesRegex;
using testing::Optional;

TEST(Secrets, HaveTheDocumentedForms) {
  EXPECT_THAT(new_api_key(store::Environment::live).text, MatchesRegex("agk_[0-9A-Za-z]{40}"));
  EXPECT_THAT(new_api_key(store::Environment::test).text, MatchesRegex("agk_test_[0-9A-Za-z]{40}"));
  EXPECT_THAT(new_session_token().text, MatchesRegex("sps_[0-9A-Za-z]{40}"));
  EXPECT_THAT(new_bootstrap_token().text, MatchesRegex("sbt_[0-9A-Za-z]{40}"));
}

TEST(Secrets, AreHashedAndMasked) {
  const NewSecret secret = new_api_key(store::Environment::test);
  EXPECT_EQ(secret.hash, hash_secret(secret.text));
  EXPECT_EQ(secret.hint, "agk_test…" + secret.text.substr(secret.text.size() - 4));
  EXPECT_LT(secret.hint.size(), 20u);
}

TEST(Secrets, AreNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) seen.insert(new_api_key(store::Environment::live).text);
  EXPECT_EQ(seen.size(), 200u);
}

TEST(Secrets, FormIsCheckedWhole) {
  const std::string forty(40, 'x');
  EXPECT_TRUE(is_api_key_form("agk_" + forty));
  EXPECT_TRUE(is_api_key_form("agk_test_" + forty));
  for (const std::string& bad :
       {std::string(), std::string("agk_"), "agk_" + forty + "x", "agk_" + forty.substr(1),
        "AGK_" + forty, "sps_" + forty, "agk_" + forty.substr(1) + "-", "agk_live_" + forty,
        "agk_test_" + forty.substr(1), forty}) {
    EXPECT_FALSE(is_api_key_form(bad)) << bad;
  }
}

TEST(PresentedSecret, ThreeSchemesInAnyCase) {
  for (const char* scheme : {"Bearer", "bearer", "BEARER", "token", "Token", "tOkEn"}) {
    EXPECT_THAT(presented_secret(std::string(scheme) + " secret"), Optional(std::string("secret")));
  }
  for (const char* scheme : {"Basic", "basic", "BASIC"}) {
    const std::string value = std::string(scheme) + " " + base64_encode("x-access-token:secret");
    EXPECT_THAT(presented_secret(value), Optional(std::string("secret")));
  }
  EXPECT_THAT(presented_secret("Bearer   secret"), Optional(std::string("secret")));
}

TEST(PresentedSecret, OfBasicIsThePasswordAlone) {
  EXPECT_THAT(presented_secret("Basic " + base64_encode(":secret")),
              Optional(std::string("secret")));
  EXPECT_THAT(presented_secret("Basic " + base64_encode("user:a:b")), Optional(std::string("a:b")));
  EXPECT_EQ(presented_secret("Basic " + base64_encode("secret:")), std::nullopt);
  EXPECT_EQ(presented_secret("Basic " + base64_encode("secret")), std::nullopt);
}

TEST(PresentedSecret, EverythingElseIsNone) {
  for (const std::string& bad :
       {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("secret"),
        std::string(" Bearer secret"), std::string("Bearer a b"), std::string("Digest secret"),
        std::string("Bearertoken secret"), std::string("Basic !!!"), std::string("Basic c2VjcmV0="),
        std::string("Bearer\tsecret"), "Bearer " + std::string(limits::kHttpHeaderBytesMax, 'x')}) {
    EXPECT_EQ(presented_secret(bad), std::nullopt) << bad.substr(0, 40);
  }
}

}  // namespace
}  // namespace sentrail::identity
