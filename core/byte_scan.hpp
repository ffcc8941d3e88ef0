// How far a text goes on without a byte that needs a closer look, eight bytes at a time.
//
// Neighbours: text.cpp, json_writer.cpp, wire/json_string.cpp ask before they go byte by byte. Must
// not know: what is done about the byte that ends a run. Arithmetic on words of eight bytes, so
// that no machine needs code of its own. source: H. S. Warren, Hacker's Delight, 6-1.
#pragma once

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

// Bytes at the front of `text` that `stops` is false of. `word_stops` may not miss a byte of a word
// that stops.
template <class WordStops, class Stops>
std::size_t run(std::string_view text, WordStops word_stops, Stops stops) noexcept {
  const auto load = [&text](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof(word));
    return word;
  };
  std::size_t at = 0;
  while (text.size() - at >= sizeof(std::uint64_t) && word_stops(load(at)) == 0) {
    at += sizeof(std::uint64_t);
  }
  // What is shorter than a word is the end of one: most texts have no byte that stops.
  const bool short_rest = text.size() - at < sizeof(std::uint64_t);
  if (short_rest && at != 0 && word_stops(load(text.size() - sizeof(std::uint64_t))) == 0) {
    return text.size();
  }
  while (at < text.size() && !stops(static_cast<unsigned char>(text[at]))) ++at;
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
  return run(
      text, [](std::uint64_t word) { return word & kHighs; },
      [](unsigned char byte) { return byte >= 0x80; });
}

// Bytes at the front that are ASCII and everyone sees: U+0020 to U+007E.
inline std::size_t visible_ascii_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(
      text,
      [](std::uint64_t word) { return (word & kHighs) | below(word, 0x20) | equal(word, 0x7f); },
      [](unsigned char byte) { return byte < 0x20 || byte >= 0x7f; });
}

// Bytes at the front that stand for themselves in a JSON string, whatever its encoding: no control,
// quote or backslash.
inline std::size_t json_plain_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(
      text,
      [](std::uint64_t word) { return below(word, 0x20) | equal(word, '"') | equal(word, '\\'); },
      [](unsigned char byte) { return byte < 0x20 || byte == '"' || byte == '\\'; });
}

// The same, but only of ASCII.
inline std::size_t json_plain_ascii_run(std::string_view text) noexcept {
  using namespace bytes_in_words;
  return run(
      text,
      [](std::uint64_t word) {
        return (word & kHighs) | below(word, 0x20) | equal(word, '"') | equal(word, '\\');
      },
      [](unsigned char byte) {
        return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
      });
}

}  // namespace sentrail
