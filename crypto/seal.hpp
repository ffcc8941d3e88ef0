// Sealing: secrets at rest, readable with the key alone and bound to where they belong.
//
// Neighbours: stored bodies, tool credentials and responses are sealed. Must not know: where keys
// come from, or what is inside. Associated data names the place (table, key, workspace): a sealed
// text moved elsewhere does not open.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::crypto {

// A 256-bit key. Wiped from memory when destroyed or moved from. threads: const use from any.
class SealKey {
 public:
  static constexpr std::size_t kSize = 32;

  // A new key from the kernel's randomness.
  [[nodiscard]] static SealKey generate();
  // Takes a key's bytes; the caller wipes its own copy. fails: invalid_argument unless 32 bytes.
  [[nodiscard]] static Result<SealKey> from_bytes(std::string_view bytes);

  // Moves the secret and wipes where it was.
  SealKey(SealKey&& other) noexcept;
  SealKey& operator=(SealKey&& other) noexcept;
  SealKey(const SealKey&) = delete;
  SealKey& operator=(const SealKey&) = delete;
  ~SealKey();

  // The secret itself, for storing it under another key. Handle with care.
  [[nodiscard]] std::span<const std::uint8_t, kSize> bytes() const noexcept { return bytes_; }

 private:
  SealKey() = default;

  std::array<std::uint8_t, kSize> bytes_{};
};

// How much longer a sealed text is: a nonce of 24 bytes before it, a tag of 16 after it.
inline constexpr std::size_t kSealOverheadBytes = 40;

// Encrypts and authenticates with a fresh random nonce, so that sealing twice gives two texts.
// out: nonce || ciphertext || tag. source: XChaCha20-Poly1305, draft-irtf-cfrg-xchacha-03.
[[nodiscard]] std::string seal(const SealKey& key, std::string_view plaintext,
                               std::string_view associated_data);

// The text that seal() was given with the same key and associated data.
// fails: corrupt, for every other input and without telling why.
[[nodiscard]] Result<std::string> open(const SealKey& key, std::string_view sealed,
                                       std::string_view associated_data);

// Overwrites a secret in place; empties the string.
void wipe(std::string& secret) noexcept;
void wipe(std::span<std::uint8_t> secret) noexcept;

}  // namespace sentrail::crypto
