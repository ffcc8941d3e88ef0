// Short texts eight bytes at a time: hashed and compared without a call.
//
// Neighbours: symbols.cpp, anchors.cpp, pattern.cpp. Must not know: tables. The hash is not a
// cryptographic one: who writes a policy can make texts collide, who sends requests cannot add any.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sentrail::decide {

// The `bytes` bytes at `at`, at most eight, zeros above them.
[[nodiscard]] inline std::uint64_t word_of(const char* at, std::size_t bytes) noexcept {
  if (bytes == 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    return word;
  }
  // Two overlapping reads hold the same bytes where they overlap.
  if (bytes >= 4) {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, at, 4);
    std::memcpy(&high, at + bytes - 4, 4);
    return low | std::uint64_t{high} << (bytes - 4) * 8;
  }
  if (bytes >= 2) {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
    std::memcpy(&low, at, 2);
    std::memcpy(&high, at + bytes - 2, 2);
    return low | std::uint64_t{high} << (bytes - 2) * 8;
  }
  return bytes == 0 ? 0 : static_cast<unsigned char>(*at);
}

// Mixes 8 bytes at a time: a rotation between multiplications carries high bits back down.
[[nodiscard]] inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed) noexcept {
  constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio, odd
  std::uint64_t hash = (text.size() ^ seed) * kMultiplier;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, at += 8) {
    hash = std::rotl((hash ^ word_of(at, 8)) * kMultiplier, 29);
  }
  if (left > 0) hash = std::rotl((hash ^ word_of(at, left)) * kMultiplier, 29);
  hash ^= hash >> 32;
  hash *= kMultiplier;
  return hash ^ hash >> 29;
}

// Whether the first `bytes` bytes of two texts are the same. REQUIRES: both have them.
[[nodiscard]] inline bool are_equal(const char* a, const char* b, std::size_t bytes) noexcept {
  for (; bytes > 8; bytes -= 8, a += 8, b += 8) {
    if (word_of(a, 8) != word_of(b, 8)) return false;
  }
  return word_of(a, bytes) == word_of(b, bytes);
}

// Whether two texts are the same.
[[nodiscard]] inline bool are_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && are_equal(a.data(), b.data(), a.size());
}

// Whether a text begins with another.
[[nodiscard]] inline bool begins_with(std::string_view text, std::string_view head) noexcept {
  return text.size() >= head.size() && are_equal(text.data(), head.data(), head.size());
}

// Whether a text ends with another.
[[nodiscard]] inline bool ends_with(std::string_view text, std::string_view tail) noexcept {
  if (text.size() < tail.size()) return false;
  return are_equal(text.data() + (text.size() - tail.size()), tail.data(), tail.size());
}

}  // namespace sentrail::decide
