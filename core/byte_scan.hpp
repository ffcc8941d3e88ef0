// How far a text goes on without a byte that needs a closer look, eight bytes at a time.
//
// Neighbours: text.cpp, json_writer.cpp, wire/json_string.cpp ask before they go byte by byte. Must
// not know: what is done about the byte that ends a run. Arithmetic on words of eight bytes, the
// lowest first, so that no processor needs code of its own. source: H. S. Warren, Hacker's Delight,
// 6-1.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sentrail {

namespace bytes_in_words {
// One and the highest bit in every byte.
inline constexpr std::uint64_t kOnes = 0x0101010101010101u;
inline constexpr std::uint64_t kHighs = 0x8080808080808080u;

// A high bit wherever a byte is zero; perhaps also above one that is.
constexpr std::uint64_t zeros(std::uint64_t word) noexcept {
  return (word - kOnes) & ~word & kHighs;
}
// The same wherever a byte is `byte`.
constexpr std::uint64_t equal(std::uint64_t word, unsigned char byte) noexcept {
  return zeros(word ^ kOnes * byte);
}
// The same wherever a byte is below `limit`, which is at most 0x80.
constexpr std::uint64_t below(std::uint64_t word, unsigned char limit) noexcept {
  return (word - kOnes * limit) & ~word & kHighs;
}

// The first byte that is flagged in a word as memory holds it. REQUIRES: word != 0. A flag above
// another may be wrong; the lowest never is.
constexpr std::size_t first_flagged(std::uint64_t word) noexcept {
  static_assert(std::endian::native == std::endian::little);
  return static_cast<std::size_t>(std::countr_zero(word)) / 8;
}

// Bytes at the front of `text` that `word_stops` flags none of. What is shorter than a word is the
// end of one, or the halves of one.
template <class WordStops>
std::size_t run(std::string_view text, WordStops word_stops) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kHalf = sizeof(std::uint32_t);
  const std::size_t size = text.size();
  const auto load = [&text]<class Integer>(std::size_t at, Integer value) {
    std::memcpy(&value, text.data() + at, sizeof(value));
    return std::uint64_t{value};
  };
  std::size_t at = 0;
  for (; size - at >= kWord; at += kWord) {
    const std::uint64_t flags = word_stops(load(at, std::uint64_t{}));
    if (flags != 0) return at + first_flagged(flags);
  }
  if (at == size) return size;
  if (size >= kWord) {
    const std::uint64_t flags = word_stops(load(size - kWord, std::uint64_t{}));
    return flags == 0 ? size : size - kWord + first_flagged(flags);
  }
  if (size >= kHalf) {
    const std::uint64_t flags =
        word_stops(load(0, std::uint32_t{}) | load(size - kHalf, std::uint32_t{}) << 32u);
    if (flags == 0) return size;
    const std::size_t first = first_flagged(flags);
    return first < kHalf ? first : size - kWord + first;
  }
  while (at < size && word_stops(kOnes * static_cast<unsigned char>(text[at])) == 0) ++at;
  return at;
}

// The word with A–Z lowered.
constexpr std::uint64_t lower(std::uint64_t word) noexcept {
  const std::uint64_t low = word & ~kHighs;
  const std::uint64_t from_a = low + kOnes * (0x80 - 'A');
  const std::uint64_t past_z = low + kOnes * (0x80 - 'Z' - 1);
  return word | ((from_a & ~past_z & ~word & kHighs) >> 2u);
}

}  // namespace bytes_in_words

// Bytes at the front that are ASCII.
inline std::size_t ascii_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(text, [](std::uint64_t word) { return word & kHighs; });
}

// Bytes at the front that are ASCII and everyone sees: U+0020 to U+007E.
inline std::size_t visible_ascii_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(text, [](std::uint64_t word) {
    return (word & kHighs) | below(word, 0x20) | equal(word, 0x7f);
  });
}

// Bytes at the front that stand for themselves in a JSON string, whatever its encoding: no control,
// quote or backslash.
inline std::size_t json_plain_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(text, [](std::uint64_t word) {
    return below(word, 0x20) | equal(word, '"') | equal(word, '\\');
  });
}

// The same, but only of ASCII.
inline std::size_t json_plain_ascii_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(text, [](std::uint64_t word) {
    return (word & kHighs) | below(word, 0x20) | equal(word, '"') | equal(word, '\\');
  });
}

}  // namespace sentrail
