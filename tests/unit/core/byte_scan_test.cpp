// Runs of plain bytes, against the obvious loop: every byte at every place of texts of all lengths
// around a word.
#include "core/byte_scan.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace sentrail {
namespace {

template <class Stops>
std::size_t plain_run(std::string_view text, Stops stops) {
  std::size_t at = 0;
  while (at < text.size() && !stops(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

template <class Run, class Stops>
void expect_same(Run run, Stops stops) {
  for (const char around : {'a', '\x20', '\x7e', '!', '#', '[', ']'}) {
    for (std::size_t size = 0; size <= 20; ++size) {
      std::string text(size, around);
      ASSERT_EQ(run(text), plain_run(text, stops));
      for (std::size_t at = 0; at < size; ++at) {
        for (int byte = 0; byte < 256; ++byte) {
          text[at] = static_cast<char>(byte);
          ASSERT_EQ(run(text), plain_run(text, stops)) << size << " " << at << " " << byte;
          // A byte behind one that stops must not hide it.
          if (at + 1 == size) continue;
          const char kept = std::exchange(text[at + 1], static_cast<char>(byte + 1));
          ASSERT_EQ(run(text), plain_run(text, stops)) << size << " " << at << " " << byte;
          text[at + 1] = kept;
        }
        text[at] = around;
      }
    }
  }
}

TEST(ByteScan, RunsEndWhereTheLoopEnds) {
  expect_same(ascii_run, [](unsigned char byte) { return byte >= 0x80; });
  expect_same(visible_ascii_run, [](unsigned char byte) { return byte < 0x20 || byte >= 0x7f; });
  expect_same(json_plain_run,
              [](unsigned char byte) { return byte < 0x20 || byte == '"' || byte == '\\'; });
  expect_same(json_plain_ascii_run, [](unsigned char byte) {
    return byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\';
  });
}

TEST(ByteScan, LoweringAWordLowersItsCapitals) {
  for (int byte = 0; byte < 256; ++byte) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      for (const std::uint64_t around :
           {std::uint64_t{0}, std::uint64_t{0x5a5a5a5a5a5a5a5a}, std::uint64_t{0xffffffffffffffff},
            std::uint64_t{0x4040404040404040}, std::uint64_t{0x8080808080808080}}) {
        const std::uint64_t mask = std::uint64_t{0xff} << shift;
        const std::uint64_t word = (around & ~mask) | std::uint64_t(byte) << shift;
        const bool capital = byte >= 'A' && byte <= 'Z';
        const std::uint64_t wanted = std::uint64_t(capital ? byte + 32 : byte) << shift;
        EXPECT_EQ(bytes_in_words::lower(word) & mask, wanted);
      }
    }
  }
}

}  // namespace
}  // namespace sentrail
