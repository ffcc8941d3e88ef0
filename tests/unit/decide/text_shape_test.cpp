// One look at a text tells what going through it byte by byte does, with every width.
// See runtime/decide/text_shape.hpp.
#include "runtime/decide/text_shape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::decide {
namespace {

std::vector<LookWidth> widths() {
  std::vector<LookWidth> all = {LookWidth::portable};
  if (widest_look() >= LookWidth::avx2) all.push_back(LookWidth::avx2);
  if (widest_look() >= LookWidth::avx512) all.push_back(LookWidth::avx512);
  return all;
}

// As docs/language.md says it, segment by segment.
bool is_matchable(std::string_view text, char separator) {
  if (text.size() > limits::kMatchedBytesMax || !is_valid_utf8(text)) return false;
  if (separator != '/') return true;
  if (text.find('\\') != text.npos || text.find('\0') != text.npos) return false;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    const std::string_view segment = text.substr(at, end - at);
    const bool inner = at > 0 && end < text.size();
    if ((segment.empty() && inner) || segment == "." || segment == "..") return false;
    if (end == text.size()) return true;
    at = end + 1;
  }
}

std::uint64_t separators_of(std::string_view text, char separator) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 64); ++i) {
    if (text[i] == separator) bits |= std::uint64_t{1} << i;
  }
  return bits;
}

void expect_shape(const std::string& text, char separator) {
  // In a block of its own, so that reading past its end is noticed.
  const std::vector<char> bytes(text.begin(), text.end());
  const std::string_view view(bytes.data(), bytes.size());
  const TextShape expected{is_matchable(view, separator), separators_of(view, separator)};
  for (const LookWidth width : widths()) {
    const TextShape shape = shape_of(view, separator, width);
    EXPECT_EQ(shape.matchable, expected.matchable) << text << " " << static_cast<int>(width);
    if (shape.matchable) {
      EXPECT_EQ(shape.separators, expected.separators) << text << " " << static_cast<int>(width);
    }
  }
  EXPECT_EQ(shape_of(view, separator).matchable, expected.matchable) << text;
}

TEST(TextShape, OfEveryLengthAndPlace) {
  for (std::size_t length = 0; length <= 200; ++length) {
    const std::string plain(length, 'a');
    expect_shape(plain, '/');
    for (std::size_t at = 0; at < length; ++at) {
      for (const std::string_view part :
           {"/", ".", "..", "//", "/.", "/./", "/../", "\\", "\x01", "\xc3\xa4", "\xff", " "}) {
        std::string text = plain;
        text.replace(at, part.size(), part);
        for (const char separator : {'/', '.'}) expect_shape(text, separator);
      }
    }
  }
}

TEST(TextShape, OfRandomTexts) {
  std::mt19937_64 random(7);
  constexpr std::string_view kBytes = "aab./-\\\x7f\xc3\xa4";
  for (int i = 0; i < 100'000; ++i) {
    std::string text(random() % 150, ' ');
    const std::size_t kinds = 3 + random() % (kBytes.size() - 2);
    for (char& byte : text) byte = kBytes[random() % kinds];
    expect_shape(text, "/."[i % 2]);
  }
}

TEST(TextShape, TooLongIsNotMatchable) {
  for (const LookWidth width : widths()) {
    const std::string longest(limits::kMatchedBytesMax, 'a');
    EXPECT_TRUE(shape_of(longest, '/', width).matchable);
    EXPECT_FALSE(shape_of(longest + "a", '/', width).matchable);
  }
}

}  // namespace
}  // namespace sentrail::decide
