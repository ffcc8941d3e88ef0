// UTF-8 decoding over all lengths, and the tables of the unseen.
#include "compiler/code_points.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sentrail::compiler {
namespace {

TEST(CodePoints, EveryScalarValueRoundTrips) {
  for (char32_t value = 0; value <= 0x10FFFF; ++value) {
    if (value >= 0xD800 && value <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, value);
    const CodePoint point = decode_utf8(text, 0);
    ASSERT_TRUE(point.valid) << std::hex << static_cast<unsigned>(value);
    ASSERT_EQ(point.value, value);
    ASSERT_EQ(point.length, text.size());
  }
}

TEST(CodePoints, RefusesWhatRfc3629Refuses) {
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3",
                          "\xE2\x82", "\xF0\x9F\x98", "\xC3(", "\xFF"}) {
    const CodePoint point = decode_utf8(bad, 0);
    EXPECT_FALSE(point.valid) << bad;
    EXPECT_EQ(point.length, 1u);
  }
}

TEST(CodePoints, KnowsTheUnseen) {
  for (const char32_t value :
       {0x202E, 0x200B, 0x2066, 0xFEFF, 0xA0, 0xAD, 0x3164, 0xE0041, 0xFE0F, 0x2028}) {
    EXPECT_TRUE(is_invisible(value)) << std::hex << static_cast<unsigned>(value);
  }
  for (const char32_t value : {U' ', U'a', U'é', U'中', U'—', U'…', U'→', U'😀'}) {
    EXPECT_FALSE(is_invisible(value)) << std::hex << static_cast<unsigned>(value);
  }
  EXPECT_TRUE(is_control(0x7F));
  EXPECT_TRUE(is_control(0x85));
  EXPECT_FALSE(is_control(U'a'));
}

TEST(CodePoints, EscapesOnlyTheUnseen) {
  EXPECT_EQ(escape_unseen("a\tb\nc"), "a\\tb\\nc");
  EXPECT_EQ(escape_unseen("x\xE2\x80\xAEy"), "x\\u{202e}y");
  EXPECT_EQ(escape_unseen(std::string_view("\0\x1b", 2)), "\\u{0}\\u{1b}");
  EXPECT_EQ(escape_unseen("\xFFé"), "\\x{ff}é");
}

TEST(CodePoints, MeasuresCells) {
  EXPECT_EQ(display_width(std::string_view("abc")), 3u);
  EXPECT_EQ(display_width(std::string_view("中é")), 3u);
  EXPECT_EQ(display_width(std::string_view("e\xCC\x81")), 1u);
}

}  // namespace
}  // namespace sentrail::compiler
