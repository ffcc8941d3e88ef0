// UTF-8 against utf8proc over every sequence that matters; display, caps and suggestions.
#include "core/text.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <array>

namespace sentrail {
namespace {

TEST(Utf8, EveryCodePointRoundTrips) {
  for (char32_t point = 0; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    std::string text;
    append_utf8(text, point);
    const CodePoint read = decode_utf8(text, 0);
    ASSERT_TRUE(read.valid && read.value == point && read.size == text.size())
        << static_cast<std::uint32_t>(point);
  }
}

// All sequences of three bytes, and of four with a last byte at each edge of its range.
TEST(Utf8, AgreesWithUtf8procOnEverySequence) {
  std::array<char, 4> bytes{};
  const auto check = [&](std::size_t size) {
    utf8proc_int32_t expected = -1;
    const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(bytes.data());
    const auto taken = utf8proc_iterate(data, static_cast<utf8proc_ssize_t>(size), &expected);
    const CodePoint read = decode_utf8({bytes.data(), size}, 0);
    if (read.valid != (taken > 0)) return false;
    return !read.valid || (read.size == taken && read.value == static_cast<char32_t>(expected));
  };
  for (unsigned first = 0; first < 256; ++first) {
    bytes[0] = static_cast<char>(first);
    ASSERT_TRUE(check(1)) << first;
    for (unsigned second = 0; second < 256; ++second) {
      bytes[1] = static_cast<char>(second);
      ASSERT_TRUE(check(2)) << first << ' ' << second;
      for (unsigned third = 0; third < 256; ++third) {
        bytes[2] = static_cast<char>(third);
        ASSERT_TRUE(check(3)) << first << ' ' << second << ' ' << third;
        for (const unsigned fourth : {0u, 0x7fu, 0x80u, 0xbfu, 0xc0u, 0xffu}) {
          bytes[3] = static_cast<char>(fourth);
          ASSERT_TRUE(check(4)) << first << ' ' << second << ' ' << third << ' ' << fourth;
        }
      }
    }
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("größe €𝄞"));
  EXPECT_FALSE(is_valid_utf8("a\xed\xa0\x80"));
  EXPECT_EQ(find_invalid_utf8("aé\xff!"), 3u);
  EXPECT_EQ(find_invalid_utf8("\xe2\x82"), 0u);
  EXPECT_EQ(count_code_points("größe"), 5u);
  EXPECT_EQ(count_code_points("a\xff\xff"), 3u);
}

TEST(Ascii, LowersOnlyAsciiLetters) {
  EXPECT_EQ(to_lower_ascii("AZ@[`az{É"), "az@[`az{É");
  EXPECT_TRUE(equal_ignoring_ascii_case("Content-LENGTH", "content-length"));
  EXPECT_FALSE(equal_ignoring_ascii_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_ascii_case("@", "`"));
  EXPECT_FALSE(equal_ignoring_ascii_case("É", "é"));
}

TEST(Display, EveryInvisibleCategoryIsInvisible) {
  for (utf8proc_int32_t point = 0; point <= 0x10ffff; ++point) {
    switch (utf8proc_category(point)) {
      case UTF8PROC_CATEGORY_CC:
      case UTF8PROC_CATEGORY_CF:
      case UTF8PROC_CATEGORY_CO:
      case UTF8PROC_CATEGORY_ZL:
      case UTF8PROC_CATEGORY_ZP:
        ASSERT_TRUE(is_invisible(static_cast<char32_t>(point))) << point;
        break;
      case UTF8PROC_CATEGORY_ZS:
        ASSERT_EQ(is_invisible(static_cast<char32_t>(point)), point != ' ') << point;
        break;
      case UTF8PROC_CATEGORY_LU:
      case UTF8PROC_CATEGORY_LL:
      case UTF8PROC_CATEGORY_ND:
      case UTF8PROC_CATEGORY_PD:
      case UTF8PROC_CATEGORY_SM:
        ASSERT_FALSE(is_invisible(static_cast<char32_t>(point))) << point;
        break;
      default:
        break;
    }
  }
  for (const char32_t point : {0x34f, 0x115f, 0x1160, 0x180b, 0x2800, 0x3164, 0xfe0f, 0xffa0,
                               0xfdd0, 0xffff, 0x1fffe, 0xe01ef, 0xe0fff, 0x10ffff}) {
    EXPECT_TRUE(is_invisible(point)) << static_cast<std::uint32_t>(point);
  }
}

TEST(Display, EscapesWhatCannotBeSeen) {
  EXPECT_EQ(escape_display("plain \\ text, größe 漢字 🙂"), "plain \\ text, größe 漢字 🙂");
  EXPECT_EQ(escape_display("\x1b[31mred\r\n\t\x7f"), "\\x1b[31mred\\x0d\\x0a\\x09\\x7f");
  EXPECT_EQ(escape_display(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(escape_display("a\u202eb\u200bc\u2066d\ufeff"),
            "a\\u{202e}b\\u{200b}c\\u{2066}d\\u{feff}");
  EXPECT_EQ(escape_display("\u0085\u00a0"), "\\u{85}\\u{a0}");
  EXPECT_EQ(escape_display("\U000e0041"), "\\u{e0041}");
  EXPECT_EQ(escape_display("\xff\xc0\xaf\xed\xa0\x80"), "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
  EXPECT_EQ(escape_display("\xe2\x82"), "\\xe2\\x82");
}

TEST(Display, CapsByCodePoints) {
  EXPECT_EQ(cap_characters("größe", 5), "größe");
  EXPECT_EQ(cap_characters("größe", 4), "grö…");
  EXPECT_EQ(cap_characters("größe", 1), "…");
  EXPECT_EQ(cap_characters("größe", 0), "");
  EXPECT_EQ(cap_characters("", 0), "");
  EXPECT_EQ(cap_characters("", 3), "");
}

TEST(Suggestions, EditDistance) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("resuorce", "resource"), 1u);
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // neighbours swap once, never apart again
}

TEST(Suggestions, ClosestIsNearOrNothing) {
  constexpr std::array<std::string_view, 4> kNames = {"resource.repo", "resource.ref", "tool",
                                                      "agent.roles"};
  EXPECT_EQ(closest("resource.repp", kNames), "resource.repo");
  EXPECT_EQ(closest("resuorce.ref", kNames), "resource.ref");
  EXPECT_EQ(closest("tol", kNames), "tool");
  EXPECT_EQ(closest("agents.roles", kNames), "agent.roles");
  EXPECT_EQ(closest("x", kNames), std::nullopt);
  EXPECT_EQ(closest("", kNames), std::nullopt);
  EXPECT_EQ(closest(std::string(1000, 't'), kNames), std::nullopt);
  EXPECT_EQ(closest("anything", {}), std::nullopt);
}

}  // namespace
}  // namespace sentrail
