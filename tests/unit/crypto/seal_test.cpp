// Sealing: the draft's vector, identity, every damage refused, keys wiped.
#include "crypto/seal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/encoding.hpp"

namespace sentrail::crypto {
namespace {

std::string bytes(std::string_view hex) {
  return hex_decode(hex).value();
}

// source: draft-irtf-cfrg-xchacha-03, A.3.1.
TEST(Seal, OpensThePublishedVector) {
  const SealKey key =
      SealKey::from_bytes(bytes("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"))
          .value();
  const std::string nonce = bytes("404142434445464748494a4b4c4d4e4f5051525354555657");
  const std::string sealed = bytes(
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda"
      "7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b23835"
      "65d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49");
  EXPECT_EQ(open(key, nonce + sealed, bytes("50515253c0c1c2c3c4c5c6c7")),
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the "
            "future, sunscreen would be it.");
}

TEST(Seal, SealOpenIdentity) {
  const SealKey key = SealKey::generate();
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 63u, 64u, 65u, 4096u, 100'000u}) {
    const std::string text(size, 'x');
    const std::string sealed = seal(key, text, "row 7");
    EXPECT_EQ(sealed.size(), size + kSealOverheadBytes);
    EXPECT_EQ(open(key, sealed, "row 7"), text);
  }
  EXPECT_NE(seal(key, "same", ""), seal(key, "same", ""));
  EXPECT_EQ(seal(key, "visible?", "").find("visible?"), std::string::npos);
}

TEST(Seal, RefusesEveryDamage) {
  const SealKey key = SealKey::generate();
  const std::string sealed = seal(key, "token", "row 7");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string damaged = sealed;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    ASSERT_FALSE(open(key, damaged, "row 7")) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_FALSE(open(key, sealed.substr(0, size), "row 7")) << size;
  }
  EXPECT_FALSE(open(key, sealed + "x", "row 7"));
  EXPECT_FALSE(open(key, sealed, "row 8"));
  EXPECT_FALSE(open(key, sealed, ""));
  EXPECT_EQ(open(SealKey::generate(), sealed, "row 7").error().code, Errc::corrupt);
}

TEST(SealKey, TakesExactly32Bytes) {
  EXPECT_FALSE(SealKey::from_bytes(""));
  EXPECT_FALSE(SealKey::from_bytes(std::string(31, 'k')));
  EXPECT_FALSE(SealKey::from_bytes(std::string(33, 'k')));
  EXPECT_EQ(SealKey::from_bytes(std::string(16, 'k')).error().message,
            "a sealing key has 32 bytes, this one has 16");
}

TEST(SealKey, MovedFromKeysAreWiped) {
  SealKey first = SealKey::from_bytes(std::string(32, 'k')).value();
  const SealKey second = std::move(first);
  EXPECT_EQ(as_chars(second.bytes()), std::string(32, 'k'));
  // NOLINTNEXTLINE(bugprone-use-after-move): that is the test
  EXPECT_EQ(as_chars(first.bytes()), std::string(32, '\0'));
}

TEST(SealKey, DestroyedKeysAreWiped) {
  alignas(SealKey) std::array<unsigned char, sizeof(SealKey)> storage{};
  auto* key = new (storage.data()) SealKey(SealKey::generate());
  EXPECT_FALSE(std::all_of(storage.begin(), storage.end(), [](auto byte) { return byte == 0; }));
  key->~SealKey();
  EXPECT_TRUE(std::all_of(storage.begin(), storage.end(), [](auto byte) { return byte == 0; }));
}

TEST(Wipe, EmptiesStrings) {
  std::string secret(100, 's');
  wipe(secret);
  EXPECT_TRUE(secret.empty());
  std::array<std::uint8_t, 3> bytes = {1, 2, 3};
  wipe(bytes);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 3>{}));
}

}  // namespace
}  // namespace sentrail::crypto
