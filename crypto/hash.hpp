// SHA-256, HMAC, and comparing secrets.
//
// Neighbours: bundles, approvals and the audit log hash with it; note.hpp. Must not know: what is
// hashed. Callers separate domains themselves: every pre-image begins with its own name.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace sentrail::crypto {

// A SHA-256 value.
using Digest = std::array<std::uint8_t, 32>;

// Hashes all of `bytes`. threads: any. source: FIPS 180-4.
[[nodiscard]] Digest sha256(std::string_view bytes);

// Hashes bytes that arrive in pieces; the pieces' borders do not matter.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = default;
  Sha256& operator=(const Sha256&) = default;
  ~Sha256();  // wipes what it has seen

  // Adds the next piece.
  Sha256& update(std::string_view bytes);
  // The digest of all pieces. REQUIRES: called once; then only destroy or assign.
  [[nodiscard]] Digest finish();

 private:
  alignas(8) std::array<std::byte, 112> state_;  // of OpenSSL, as a value
  bool taken_ = false;
};

// HMAC-SHA-256 under one key, for many messages: the key, of any length, is worked in once.
// threads: const use from any. source: RFC 2104.
class HmacKey {
 public:
  explicit HmacKey(std::string_view key);
  HmacKey(HmacKey&&) noexcept;
  HmacKey& operator=(HmacKey&&) = delete;
  ~HmacKey();

  // The message's code. cost: no allocation. REQUIRES: not moved from.
  [[nodiscard]] Digest sign(std::string_view message) const noexcept;

 private:
  struct State;
  std::unique_ptr<State> keyed_;
};

// The code of a key's only message.
[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view message);

// Whether two texts are equal, in time that depends on their lengths alone.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] bool constant_time_equal(const Digest& a, const Digest& b) noexcept;

}  // namespace sentrail::crypto
