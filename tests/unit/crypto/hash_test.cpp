// Published vectors for SHA-256 and HMAC; pieces against the whole.
#include "crypto/hash.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "core/encoding.hpp"

namespace sentrail::crypto {
namespace {

std::string bytes(std::string_view hex) {
  return hex_decode(hex).value();
}

// source: FIPS 180-4 examples, NIST CAVP SHA256ShortMsg.
TEST(Sha256, TestVectors) {
  EXPECT_EQ(hex_encode(sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_encode(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(hex_encode(sha256(bytes("d3"))),
            "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

TEST(Sha256, PiecesMakeTheWhole) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  const Digest whole = sha256(text);
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size(); at += piece) hash.update(text.substr(at, piece));
    ASSERT_EQ(hash.finish(), whole) << piece;
  }
  EXPECT_EQ(Sha256().finish(), sha256(""));
  Sha256 first;
  first.update("ab");
  Sha256 second = std::move(first);
  EXPECT_EQ(second.update("c").finish(), sha256("abc"));
}

TEST(Sha256, ThreadsDoNotShare) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (std::size_t id = 0; id < wrong.size(); ++id) {
    threads.emplace_back([id, &wrong] {
      for (int i = 0; i < 2000; ++i) {
        const std::string text = std::to_string(id) + ":" + std::to_string(i);
        if (sha256(text) != Sha256().update(text).finish()) ++wrong[id];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(Sha256Death, OneDigestOnly) {
  Sha256 hash;
  (void)hash.finish();
  EXPECT_DEATH((void)hash.finish(), "already taken");
  EXPECT_DEATH(hash.update("x"), "already taken");
}

// source: RFC 4231 §4.2, §4.3, §4.7; and an empty key by RFC 2104.
TEST(Hmac, TestVectors) {
  EXPECT_EQ(hex_encode(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(hmac_sha256(std::string(131, '\xaa'),
                                   "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hex_encode(hmac_sha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(hmac_sha256(std::string_view(), "x"), hmac_sha256("", "x"));
}

// HMAC by its definition, on the other library's hash. source: RFC 2104 §2.
Digest hmac_by_definition(std::string key, const std::string& message) {
  constexpr std::size_t kBlock = 64;
  if (key.size() > kBlock) key = std::string(as_chars(sha256(key)));
  key.resize(kBlock, '\0');
  std::string inner;
  std::string outer;
  for (const char byte : key) {
    inner.push_back(static_cast<char>(byte ^ 0x36));
    outer.push_back(static_cast<char>(byte ^ 0x5c));
  }
  return sha256(outer + std::string(as_chars(sha256(inner + message))));
}

TEST(Hmac, KeyedOnceForManyMessages) {
  for (const std::size_t size : {0, 1, 20, 63, 64, 65, 131}) {
    const std::string key(size, '\xaa');
    const HmacKey keyed(key);
    for (const std::size_t length : {0, 1, 55, 56, 64, 1000}) {
      const std::string message(length, 'm');
      EXPECT_EQ(keyed.sign(message), hmac_by_definition(key, message)) << size << " " << length;
    }
  }
}

TEST(ConstantTimeEqual, IsEquality) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("secret", "secret"));
  EXPECT_FALSE(constant_time_equal("secret", "secreT"));
  EXPECT_FALSE(constant_time_equal("secret", "secret1"));
  EXPECT_FALSE(constant_time_equal("", "a"));
  EXPECT_TRUE(constant_time_equal(sha256("a"), sha256("a")));
  EXPECT_FALSE(constant_time_equal(sha256("a"), sha256("b")));
}

}  // namespace
}  // namespace sentrail::crypto
