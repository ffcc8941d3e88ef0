// Passphrases: identity, wrong ones, hostile hashes. Interactive cost, to stay quick.
#include "crypto/password.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"

namespace sentrail::crypto {
namespace {

TEST(Password, VerifiesItsOwnHash) {
  const std::string hash =
      hash_password("correct horse battery staple", PasswordCost::interactive).value();
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=2,p=1$")) << hash;
  EXPECT_TRUE(verify_password(hash, "correct horse battery staple"));
  EXPECT_FALSE(verify_password(hash, "correct horse battery stapl"));
  EXPECT_FALSE(verify_password(hash, ""));
  EXPECT_NE(hash_password("correct horse battery staple", PasswordCost::interactive), hash);
}

TEST(Password, ModerateIsTheDefault) {
  const std::string hash = hash_password("p").value();
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=262144,t=3,p=1$")) << hash;
  EXPECT_TRUE(verify_password(hash, "p"));
}

TEST(Password, RefusesHashesThatItDidNotWrite) {
  const std::string salt_and_hash =
      "$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b/dWRWJTmaaJObGc29tZXNhbHQ";
  for (const std::string& hash :
       {std::string(), std::string("x"), std::string("$argon2id$"),
        "$argon2id$v=19$m=4294967295,t=2,p=1" + salt_and_hash,
        "$argon2id$v=19$m=65536,t=4294967295,p=1" + salt_and_hash,
        "$argon2id$v=19$m=8,t=1,p=1" + salt_and_hash,
        "$argon2i$v=19$m=65536,t=2,p=1" + salt_and_hash, std::string(5000, '$'),
        std::string("$argon2id$v=19$m=65536,t=2,p=1\0", 31) + salt_and_hash}) {
    EXPECT_FALSE(verify_password(hash, "password")) << hash;
  }
}

// The hash of `p` by libsodium's least parameters (8 KiB, one pass): right in every way but its
// price.
TEST(Password, RefusesCheapHashes) {
  EXPECT_FALSE(
      verify_password("$argon2id$v=19$m=8,t=1,p=1$KYMu+Yllfw8/"
                      "2OGPY4kGwQ$b6czPV1mS7LqfVM+cqOyhQpzVj9h1QwPkKNI1xRmELQ",
                      "p"));
}

TEST(Password, EveryCutOfAHashIsRefused) {
  const std::string hash = hash_password("p", PasswordCost::interactive).value();
  // Cuts inside the last 40 characters would each cost a whole verification.
  for (std::size_t size = 0; size + 40 < hash.size(); ++size) {
    ASSERT_FALSE(verify_password(hash.substr(0, size), "p")) << size;
  }
}

TEST(Password, BoundsTheLength) {
  const std::string longest(limits::kPassphraseBytesMax, 'p');
  const auto hash = hash_password(longest, PasswordCost::interactive);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(verify_password(*hash, longest));
  EXPECT_FALSE(verify_password(*hash, longest + "p"));
  EXPECT_EQ(hash_password(longest + "p").error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace sentrail::crypto
