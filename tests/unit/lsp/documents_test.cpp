// Positions and edits, against the plain way of counting.
#include "compiler/lsp/documents.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "compiler/lsp/uri.hpp"

namespace sentrail::compiler::lsp {
namespace {

TEST(Positions, CountCodeUnits) {
  const std::string text = "aé🦜b\r\nx\n\ry";
  const LineIndex lines(text);
  EXPECT_EQ(lines.line_count(), 4u);
  const std::uint32_t b = static_cast<std::uint32_t>(text.find('b'));
  EXPECT_EQ(lines.position_of(text, b, Encoding::utf16), (Position{0, 4}));
  EXPECT_EQ(lines.position_of(text, b, Encoding::utf8), (Position{0, 7}));
  EXPECT_EQ(lines.offset_of(text, {0, 4}, Encoding::utf16), b);
  EXPECT_EQ(lines.offset_of(text, {0, 7}, Encoding::utf8), b);
  // Within the parrot: its beginning. Behind the line: its end, before what ends it.
  EXPECT_EQ(lines.offset_of(text, {0, 3}, Encoding::utf16), text.find("🦜"));
  EXPECT_EQ(lines.offset_of(text, {0, 5}, Encoding::utf8), text.find("🦜"));
  EXPECT_EQ(lines.offset_of(text, {0, 99}, Encoding::utf16), text.find('\r'));
  EXPECT_EQ(lines.offset_of(text, {1, 0}, Encoding::utf16), text.find('x'));
  EXPECT_EQ(lines.offset_of(text, {3, 0}, Encoding::utf16), text.find('y'));
  EXPECT_EQ(lines.offset_of(text, {99, 0}, Encoding::utf16), text.size());
}

TEST(Positions, EveryCharacterThereAndBack) {
  const std::string text = "\xf0\x9f\xa6\x9c\xff\n\na\xc3\xa9\r\n\xe2\x82\xac";
  const LineIndex lines(text);
  for (const Encoding encoding : {Encoding::utf16, Encoding::utf8}) {
    for (const std::uint32_t offset : {0u, 4u, 5u, 6u, 7u, 8u, 10u, 12u, 15u}) {
      const Position position = lines.position_of(text, offset, encoding);
      EXPECT_EQ(lines.offset_of(text, position, encoding), offset);
    }
  }
}

// A text as UTF-16 code units, for the plain way.
std::vector<std::u16string> lines_of(const std::u16string& text) {
  std::vector<std::u16string> lines(1);
  for (const char16_t c : text) {
    lines.back() += c;
    if (c == u'\n') lines.emplace_back();
  }
  return lines;
}

std::string utf8_of(const std::u16string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t c = text[i];
    if (c >= 0xd800 && c < 0xdc00) c = 0x10000 + ((c - 0xd800) << 10) + (text[++i] - 0xdc00u);
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += {static_cast<char>(0xc0 | (c >> 6)), static_cast<char>(0x80 | (c & 63))};
    } else {
      out += {static_cast<char>(0xf0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 63)),
              static_cast<char>(0x80 | ((c >> 6) & 63)), static_cast<char>(0x80 | (c & 63))};
    }
  }
  return out;
}

TEST(Documents, RandomEditsAreThoseOfPlainStrings) {
  const std::vector<std::u16string> pieces = {u"a", u"é", u"\xd83e\xdd9c", u"\n", u"rule x"};
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    Documents documents;
    documents.open("p", "file:///p", 1, "");
    std::u16string plain;
    for (int edit = 0; edit < 60; ++edit) {
      const auto boundary = [&] {
        std::size_t at = random() % (plain.size() + 1);
        if (at < plain.size() && plain[at] >= 0xdc00 && plain[at] < 0xe000) --at;
        return at;
      };
      std::size_t begin = boundary();
      std::size_t end = random() % 3 == 0 ? boundary() : begin;
      if (end < begin) std::swap(begin, end);
      const auto position = [&](std::size_t at) {
        const std::vector<std::u16string> before = lines_of(plain.substr(0, at));
        return Position{static_cast<std::uint32_t>(before.size() - 1),
                        static_cast<std::uint32_t>(before.back().size())};
      };
      const Range range{position(begin), position(end)};
      std::u16string text;
      for (std::size_t count = random() % 4; count > 0; --count) {
        text += pieces[random() % pieces.size()];
      }
      plain.replace(begin, end - begin, text);
      ASSERT_TRUE(documents.change("p", range, utf8_of(text), Encoding::utf16));
      ASSERT_EQ(documents.find("p")->text, utf8_of(plain));
    }
  }
}

TEST(Documents, ChangesOfWhatIsNotOpenAreNone) {
  Documents documents;
  EXPECT_FALSE(documents.change("p", std::nullopt, "x", Encoding::utf16));
  documents.open("p", "file:///p", 1, "abc");
  const std::uint64_t before = documents.find("p")->stamp;
  EXPECT_TRUE(documents.change("p", Range{{0, 2}, {0, 1}}, "-", Encoding::utf16));
  EXPECT_EQ(documents.find("p")->text, "a-c");
  EXPECT_NE(documents.find("p")->stamp, before);
  EXPECT_TRUE(documents.change("p", std::nullopt, "new", Encoding::utf16));
  EXPECT_EQ(documents.find("p")->text, "new");
  documents.close("p");
  EXPECT_EQ(documents.find("p"), nullptr);
}

TEST(Uris, PathsThereAndBack) {
  for (const char* path : {"/a/b.sentrail", "/a b/é#%?.sentrail", "/"}) {
    EXPECT_EQ(path_of(uri_of(path)), path);
  }
  EXPECT_EQ(path_of("file:///c%3A/a%2520b"), "/c:/a%20b");
  EXPECT_EQ(path_of("file://localhost/a/../b"), "/b");
  EXPECT_EQ(path_of("file:///a%"), "/a%");
  EXPECT_EQ(path_of("untitled:Untitled-1"), "untitled:Untitled-1");
  EXPECT_EQ(uri_of("untitled:Untitled-1"), "untitled:Untitled-1");
}

}  // namespace
}  // namespace sentrail::compiler::lsp
