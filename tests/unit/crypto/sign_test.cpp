// Ed25519: published vectors, every bit flipped, keys that must never verify.
#include "crypto/sign.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/encoding.hpp"

namespace sentrail::crypto {
namespace {

template <std::size_t size>
std::array<std::uint8_t, size> array_of(std::string_view hex) {
  const std::string bytes = hex_decode(hex).value();
  std::array<std::uint8_t, size> result{};
  EXPECT_EQ(bytes.size(), size);
  std::copy_n(bytes.begin(), std::min(size, bytes.size()), result.begin());
  return result;
}

struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// source: RFC 8032 §7.1, tests 1 to 3.
constexpr Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"}};

TEST(Ed25519, TestVectors) {
  for (const Vector& vector : kVectors) {
    const auto key = Ed25519PrivateKey::from_seed(array_of<32>(vector.seed));
    const std::string message = hex_decode(vector.message).value();
    EXPECT_EQ(hex_encode(key.public_key()), vector.public_key);
    EXPECT_EQ(hex_encode(key.sign(message)), vector.signature);
    EXPECT_EQ(hex_encode(key.seed()), vector.seed);
    EXPECT_TRUE(verify(key.public_key(), message, array_of<64>(vector.signature)));
    EXPECT_FALSE(verify(key.public_key(), message + "x", array_of<64>(vector.signature)));
  }
}

TEST(Ed25519, EveryFlippedBitFails) {
  const auto key = Ed25519PrivateKey::generate();
  const std::string message = "approve";
  const Ed25519Signature good = key.sign(message);
  ASSERT_TRUE(verify(key.public_key(), message, good));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Ed25519Signature bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ (1u << bit % 8));
    ASSERT_FALSE(verify(key.public_key(), message, bad)) << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(verify(key.public_key(), message, std::span(good).first(size)));
  }
}

TEST(Ed25519, OtherKeysAndSmallOrderKeysFail) {
  const auto key = Ed25519PrivateKey::generate();
  const auto other = Ed25519PrivateKey::generate();
  EXPECT_NE(key.public_key(), other.public_key());
  EXPECT_FALSE(verify(other.public_key(), "m", key.sign("m")));
  // The identity as a key, with R the identity and S 0, satisfies the equation for every message.
  Ed25519PublicKey identity{};
  identity[0] = 1;
  Ed25519Signature signature{};
  signature[0] = 1;
  EXPECT_FALSE(verify(identity, "m", signature));
  EXPECT_FALSE(verify(Ed25519PublicKey{}, "m", signature));
}

// S and S + L satisfy the same equation; only the smaller is a signature.
TEST(Ed25519, RefusesTheSecondSpellingOfASignature) {
  const auto order =
      array_of<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const auto key = Ed25519PrivateKey::from_seed(array_of<32>(kVectors[0].seed));
  Ed25519Signature signature = key.sign("m");
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8u;
  }
  EXPECT_FALSE(verify(key.public_key(), "m", signature));
}

TEST(Ed25519, MovedFromKeysAreWiped) {
  auto first = Ed25519PrivateKey::generate();
  const Ed25519PublicKey key = first.public_key();
  auto second = std::move(first);
  EXPECT_EQ(second.public_key(), key);
  EXPECT_EQ(first.seed(), Ed25519Seed{});  // NOLINT(bugprone-use-after-move): that is the test
  first = std::move(second);
  EXPECT_EQ(first.public_key(), key);
  EXPECT_EQ(second.seed(), Ed25519Seed{});  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace sentrail::crypto
