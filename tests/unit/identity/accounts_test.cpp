// Tests accounts, signing in, sessions and the brake on guessing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/limits.hpp"
#include "runtime/identity/accounts.hpp"
#include "runtime/identity/credential.hpp"
#include "runtime/identity/device.hpp"

namespace sentrail::identity {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kNow = 1'790'000'000'000;
constexpr const char* kPassphrase = "correct horse battery";

const store::Person& dana() {
  static const store::Person kDana =
      make_person({"dana", "", "", kPassphrase, {Uuid{}, store::Role::reviewer, {"sre"}}}, kNow)
          .value();
  return kDana;
}

TEST(Accounts, KeepASlowHashOnly) {
  EXPECT_THAT(dana().passphrase_hash, StartsWith("$argon2id$"));
  EXPECT_EQ(dana().passphrase_hash.find("horse"), std::string::npos);
  EXPECT_EQ(dana().display_name, "dana");
}

TEST(Accounts, NamesAreChecked) {
  for (const char* good : {"al", "dana", "d.o_e-2"}) EXPECT_TRUE(check_account_name(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("a"), std::string("Dana"), std::string("1a"), std::string("a b"),
        std::string("dänä"), std::string(65, 'a'), std::string("a\n")}) {
    EXPECT_FALSE(check_account_name(bad)) << bad;
  }
}

TEST(Accounts, PassphrasesAreChecked) {
  EXPECT_TRUE(check_passphrase(kPassphrase, "dana"));
  EXPECT_FALSE(check_passphrase("short", "dana"));
  EXPECT_FALSE(check_passphrase("", "dana"));
  EXPECT_FALSE(check_passphrase("aaaaaaaaaaaaaaaa", "dana"));
  EXPECT_FALSE(check_passphrase("DanaDanaDana", "danadanadana"));
  EXPECT_EQ(check_passphrase(std::string(limits::kPassphraseBytesMax, 'a') + "b", "x").error().code,
            Errc::limit_exceeded);
}

TEST(SignIn, WithTheRightPassphraseOnly) {
  const SignedIn in = sign_in(&dana(), kPassphrase, kNow).value();
  EXPECT_EQ(in.session.token_hash, hash_secret(in.token));
  EXPECT_EQ(in.session.auth_method, "passphrase");
  EXPECT_EQ(in.session.expires_ms, kNow + limits::kSessionLifeMs);

  store::Person disabled = dana();
  disabled.disabled = true;
  store::Person foreign = dana();
  foreign.passphrase_hash.clear();
  const Error wrong = sign_in(&dana(), "wrong horse battery", kNow).error();
  EXPECT_EQ(wrong.code, Errc::permission_denied);
  for (const auto& refused :
       {sign_in(nullptr, kPassphrase, kNow), sign_in(&disabled, kPassphrase, kNow),
        sign_in(&foreign, "", kNow), sign_in(&dana(), "", kNow)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), wrong) << "every refusal is the same";
  }
}

TEST(Sessions, EndInTimeAndWithThePerson) {
  store::Session session;
  session.person_id = dana().id;
  session.created_ms = kNow;
  session.expires_ms = kNow + limits::kSessionLifeMs;
  EXPECT_TRUE(check_session(session, dana(), kNow));
  EXPECT_TRUE(check_session(session, dana(), session.expires_ms - 1));
  EXPECT_FALSE(check_session(session, dana(), session.expires_ms));
  EXPECT_FALSE(check_session(session, dana(), kNow - limits::kDayMs)) << "the clock was set back";
  store::Person other = dana();
  other.id.bytes[0] ^= 1;
  EXPECT_FALSE(check_session(session, other, kNow));
  other = dana();
  other.disabled = true;
  EXPECT_FALSE(check_session(session, other, kNow));
}

TEST(Memberships, AreOfOneWorkspace) {
  EXPECT_EQ(membership_of(dana(), Uuid{})->role, store::Role::reviewer);
  Uuid elsewhere;
  elsewhere.bytes[0] = 1;
  EXPECT_EQ(membership_of(dana(), elsewhere), std::nullopt);
  store::Person gone = dana();
  gone.disabled = true;
  EXPECT_EQ(membership_of(gone, Uuid{}), std::nullopt);
}

TEST(Throttle, StopsANameAfterFiveAndForgivesInTime) {
  SignInThrottle throttle;
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    ASSERT_TRUE(throttle.check("dana", "10.0.0.1", kNow));
    throttle.failed("dana", "10.0.0.1", kNow);
  }
  const Status stopped = throttle.check("dana", "10.0.0.2", kNow + 1);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::unavailable);
  EXPECT_THAT(stopped.error().message, HasSubstr("300 s"));
  EXPECT_TRUE(throttle.check("robin", "10.0.0.1", kNow + 1));
  EXPECT_TRUE(throttle.check("dana", "10.0.0.1", kNow + limits::kSignInWindowMs));
}

TEST(Throttle, StopsAnAddressThatTriesManyNames) {
  SignInThrottle throttle;
  for (std::uint32_t i = 0; i < limits::kSignInFailuresPerAddressMax; ++i) {
    const std::string name = "name" + std::to_string(i);
    ASSERT_TRUE(throttle.check(name, "10.0.0.1", kNow)) << i;
    throttle.failed(name, "10.0.0.1", kNow);
    throttle.succeeded(name);  // a right guess of another's does not clear the address
  }
  EXPECT_FALSE(throttle.check("fresh", "10.0.0.1", kNow));
  EXPECT_TRUE(throttle.check("fresh", "10.0.0.2", kNow));
}

TEST(Throttle, SuccessForgivesTheName) {
  SignInThrottle throttle;
  for (int i = 0; i < 4; ++i) throttle.failed("dana", "10.0.0.1", kNow);
  throttle.succeeded("dana");
  for (int i = 0; i < 4; ++i) throttle.failed("dana", "10.0.0.1", kNow);
  EXPECT_TRUE(throttle.check("dana", "10.0.0.2", kNow));
}

TEST(Throttle, AKnownDeviceIsCountedForItselfAlone) {
  SignInThrottle throttle;
  for (std::uint32_t i = 0; i < limits::kSignInFailuresPerAddressMax; ++i) {
    throttle.failed("dana", "here", kNow);
  }
  EXPECT_FALSE(throttle.check("dana", "here", kNow));
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    ASSERT_TRUE(throttle.check("dana", "here", kNow, "laptop"));
    throttle.failed("dana", "here", kNow, "laptop");
  }
  EXPECT_FALSE(throttle.check("dana", "here", kNow, "laptop")) << "guessing stays bounded";
  EXPECT_TRUE(throttle.check("dana", "here", kNow, "phone"));
  throttle.succeeded("dana", "phone");
  EXPECT_FALSE(throttle.check("dana", "there", kNow)) << "no new tries for who guesses elsewhere";
}

TEST(Devices, ATokenIsOfOneGateAndOneName) {
  const crypto::SealKey master = crypto::SealKey::generate();
  const std::string token = new_device_token(master, "dana");
  EXPECT_NE(device_of(master, token, "dana"), "");
  EXPECT_EQ(device_of(master, token, "robin"), "");
  EXPECT_EQ(device_of(crypto::SealKey::generate(), token, "dana"), "");
  EXPECT_NE(device_of(master, token, "dana"),
            device_of(master, new_device_token(master, "dana"), "dana"));
  for (const std::string& bad : {std::string(), std::string("sdt_"), token.substr(4), token + "A",
                                 token.substr(0, token.size() - 1)}) {
    EXPECT_EQ(device_of(master, bad, "dana"), "") << bad;
  }
}

TEST(Throttle, AFloodOfNamesStaysBounded) {
  SignInThrottle throttle;
  for (std::size_t i = 0; i < limits::kSignInNamesMax + 100; ++i) {
    const std::string made_up = std::to_string(i);
    throttle.failed("n" + made_up, "a" + made_up, kNow + static_cast<std::int64_t>(i));
  }
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    throttle.failed("dana", "here", kNow + 9'000);
  }
  EXPECT_FALSE(throttle.check("dana", "elsewhere", kNow + 9'000));
}

}  // namespace
}  // namespace sentrail::identity
