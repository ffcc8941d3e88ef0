// Short keyed tags: what stands for a secret in a table that must not hold it.
//
// Neighbours: hash.hpp for digests that are stored. Must not know: what is tagged. The key is drawn
// by the object and never leaves it, so nobody can look for two texts of one tag.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace sentrail::crypto {

// 128 bits.
using Tag = std::array<std::uint8_t, 16>;

// Tags texts under a key of its own. threads: const use from any.
class Tagger {
 public:
  // Draws the key.
  Tagger() noexcept;
  Tagger(const Tagger&) = delete;
  Tagger& operator=(const Tagger&) = delete;
  ~Tagger();

  // The tag of these texts in this order, their borders included. cost: no allocation up to 512
  // bytes in all. source: SipHash-2-4 with 128 bits, Aumasson and Bernstein 2012.
  [[nodiscard]] Tag tag(std::initializer_list<std::string_view> texts) const;

 private:
  std::array<std::uint8_t, 16> key_{};
};

}  // namespace sentrail::crypto
