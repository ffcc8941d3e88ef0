// Ed25519: keys, signing, verifying.
//
// Neighbours: note.hpp gives signatures names and text form. Must not know: what is signed; the
// message itself must say what it is for.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace sentrail::crypto {

// A public key and a signature as bytes. source: RFC 8032 §5.1.
using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;
// The 32 random bytes that a private key is made of.
using Ed25519Seed = std::array<std::uint8_t, 32>;

// A private key. Wiped from memory when destroyed or moved from. threads: const use from any.
class Ed25519PrivateKey {
 public:
  // A new key from the kernel's randomness.
  [[nodiscard]] static Ed25519PrivateKey generate();
  // The key of a seed. The caller wipes its own copy.
  [[nodiscard]] static Ed25519PrivateKey from_seed(const Ed25519Seed& seed);

  // Moves the secret and wipes where it was.
  Ed25519PrivateKey(Ed25519PrivateKey&& other) noexcept;
  Ed25519PrivateKey& operator=(Ed25519PrivateKey&& other) noexcept;
  Ed25519PrivateKey(const Ed25519PrivateKey&) = delete;
  Ed25519PrivateKey& operator=(const Ed25519PrivateKey&) = delete;
  ~Ed25519PrivateKey();

  // The key that verifies what this one signs.
  [[nodiscard]] Ed25519PublicKey public_key() const noexcept;
  // The secret itself, for storing it. Handle with care.
  [[nodiscard]] Ed25519Seed seed() const noexcept;
  // Signs: deterministic, equal messages have equal signatures.
  [[nodiscard]] Ed25519Signature sign(std::string_view message) const noexcept;

 private:
  Ed25519PrivateKey() = default;

  std::array<std::uint8_t, 64> bytes_{};  // seed, then public key
};

// Whether `signature` is `key`'s over `message`. Small-order keys and signatures that are not in
// canonical form never verify. cost: about 60 µs.
[[nodiscard]] bool verify(const Ed25519PublicKey& key, std::string_view message,
                          std::span<const std::uint8_t> signature) noexcept;

}  // namespace sentrail::crypto
