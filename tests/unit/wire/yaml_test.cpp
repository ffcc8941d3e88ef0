// The wall to YAML: what is read, what is refused and where, and that nothing is typed by YAML.
#include "wire/yaml.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::wire {
namespace {

YamlNode parsed(std::string_view text) {
  auto node = parse_yaml(text);
  EXPECT_TRUE(node) << text << "\n" << (node ? "" : node.error().message);
  return node ? *std::move(node) : YamlNode{};
}

std::string error_of(std::string_view text) {
  const auto node = parse_yaml(text);
  EXPECT_FALSE(node) << text;
  return node ? "" : node.error().message;
}

TEST(Yaml, BuildsTheTree) {
  const YamlNode root = parsed(
      "# a comment\n"
      "name: größe   # another\n"
      "list: [a, 'b c', \"d\\n\"]\n"
      "deep:\n"
      "  - x: 1\n"
      "    y: ~\n"
      "  - |\n"
      "    two\n"
      "    lines\n"
      "empty:\n"
      "none: {}\n");
  ASSERT_EQ(root.kind, YamlKind::mapping);
  ASSERT_EQ(root.entries.size(), 5u);
  EXPECT_EQ(root.entries[0].key, "name");
  EXPECT_EQ(root.find("name")->text, "größe");
  EXPECT_TRUE(root.find("name")->plain);
  const YamlNode& list = *root.find("list");
  ASSERT_EQ(list.items.size(), 3u);
  EXPECT_TRUE(list.items[0].plain);
  EXPECT_EQ(list.items[1].text, "b c");
  EXPECT_FALSE(list.items[1].plain);
  EXPECT_EQ(list.items[2].text, "d\n");
  const YamlNode& deep = *root.find("deep");
  EXPECT_EQ(deep.items[0].find("x")->text, "1");
  EXPECT_TRUE(is_null(*deep.items[0].find("y")));
  EXPECT_EQ(deep.items[0].find("y")->text, "~");
  EXPECT_EQ(deep.items[1].text, "two\nlines\n");
  EXPECT_FALSE(deep.items[1].plain);
  EXPECT_TRUE(is_null(*root.find("empty")));
  EXPECT_EQ(root.find("none")->kind, YamlKind::mapping);
  EXPECT_EQ(root.find("nothing"), nullptr);
  EXPECT_EQ(list.find("name"), nullptr);
}

TEST(Yaml, PlacesCountCodePoints) {
  const YamlNode root = parsed("a: 1\r\n\r\n\"größe\":   [ö, b,\n  c]\n");
  EXPECT_EQ(root.entries[1].line, 3u);
  EXPECT_EQ(root.entries[1].column, 1u);
  const YamlNode& list = root.entries[1].value;
  EXPECT_EQ(list.column, 12u);
  EXPECT_EQ(list.items[0].column, 13u);
  EXPECT_EQ(list.items[1].column, 16u);
  EXPECT_EQ(list.items[2].line, 4u);
  EXPECT_EQ(list.items[2].column, 3u);
}

TEST(Yaml, NothingIsTyped) {
  const YamlNode root = parsed("[010, no, 1.10, 0x1F, 1_000, 12:30:45, 2026-01-01, .inf, =, Null]");
  std::vector<std::string> texts;
  for (const YamlNode& item : root.items) texts.push_back(item.text);
  EXPECT_EQ(texts, (std::vector<std::string>{"010", "no", "1.10", "0x1F", "1_000", "12:30:45",
                                             "2026-01-01", ".inf", "=", "Null"}));
  EXPECT_EQ(parsed("200: ok").entries[0].key, "200");
  EXPECT_EQ(parsed("'~': x").entries[0].key, "~");
}

TEST(Yaml, RootsOfEveryKind) {
  EXPECT_EQ(parsed("text").text, "text");
  EXPECT_EQ(parsed("- a").items.size(), 1u);
  EXPECT_EQ(parsed("---\na: 1\n...\n").entries.size(), 1u);
  EXPECT_TRUE(is_null(parsed("---\n")));
  EXPECT_EQ(error_of(""), "nothing where YAML was expected");
  EXPECT_EQ(error_of("# only a comment\n"), "nothing where YAML was expected");
}

TEST(Yaml, RepeatedKeysAreRefusedWithTheirLine) {
  EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n"), "line 3, column 1: repeated key `a`, first on line 1");
  EXPECT_EQ(error_of("x:\n  - {k: 1, 'k': 2}\n"),
            "line 2, column 12: repeated key `k`, first on line 2");
  EXPECT_EQ(error_of("a: 1\n\"\\u0061\": 2\n"),
            "line 2, column 1: repeated key `a`, first on line 1");
  EXPECT_EQ(error_of("'': 1\n\"\": 2\n"), "line 2, column 1: repeated key ``, first on line 1");
  parsed("a: {a: {a: 1}}\nA: 2\n");
}

TEST(Yaml, SharedAndTaggedNodesAreRefused) {
  EXPECT_EQ(error_of("a: &x 1\nb: 2\n"), "line 1, column 4: an anchor; write the value again");
  EXPECT_EQ(error_of("a: [1, *x]\n").substr(0, 6), "line 1");
  EXPECT_EQ(error_of("&a a: &b [*a]\n").substr(0, 6), "line 1");
  EXPECT_EQ(error_of("a: !!str 1\n"), "line 1, column 4: a tag; types come from the format");
  for (const char* text :
       {"!!map {a: 1}", "a: !local x", "a: ! x", "a: !<!> x", "a: !<?> x", "- !!seq []",
        "!!str a: 1", "? !!str a\n: 1", "a: !<tag:yaml.org,2002:str> x", "a: !!null", "a: !!null ~",
        "a: ! ~", "a: !\n", "a: &x\n", "a: &x ~", "a: &x !!null", "&x a: 1", "- &x\n- 1",
        "a: ! 'x'"}) {
    EXPECT_FALSE(parse_yaml(text)) << text;
  }
  EXPECT_EQ(parsed("a: '!x'\nb: \"&y\"\n").find("a")->text, "!x");
  EXPECT_EQ(error_of("a: 1\n<<: {b: 1}\n"),
            "line 2, column 1: a merge key `<<`; write the entries again");
  parsed("'<<': 1");
}

TEST(Yaml, KeysAreTexts) {
  EXPECT_EQ(error_of("? [a, b]\n: 1\n"), "line 1, column 3: a key that is no text");
  for (const char* text : {"? {a: 1}\n: 1\n", "{[a]: 1}", "~: 1", ": 1", "? \n: 1", "null: 1",
                           "{{a: 1}: 2}", "? - a\n: 1", "{: 1}"}) {
    EXPECT_FALSE(parse_yaml(text)) << text;
  }
}

TEST(Yaml, OneDocument) {
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"), "line 2, column 1: a second document; a file has one");
  EXPECT_FALSE(parse_yaml("--- a\n--- b\n"));
  EXPECT_FALSE(parse_yaml("a: 1\n...\n---\n"));
}

TEST(Yaml, CharactersAreChecked) {
  EXPECT_EQ(error_of("a: b\nc: \xff\n"), "line 2, column 4: the byte `\\xff` is not UTF-8");
  EXPECT_EQ(error_of("\ufeff"
                     "a: 1\n"),
            "line 1, column 1: the character `\\u{feff}` may not stand in YAML");
  EXPECT_EQ(error_of("a: 1\n\x04"
                     "b: 2\n"),
            "line 2, column 1: the character `\\x04` may not stand in YAML");
  EXPECT_EQ(error_of("a: 1\rb: 2\n"),
            "line 1, column 5: the character `\\x0d` may not stand in YAML");
  for (const std::string& text :
       {std::string("a: \0", 4), std::string("a: \x1b[0m"), std::string("a: \x7f"),
        std::string("a: \u0085"), std::string("a: \u2028"), std::string("a: \ufffe"),
        std::string("a: \xed\xa0\x80"),
        std::string("\xff\xfe"
                    "a\0",
                    4),
        std::string("a: 1\r")}) {
    EXPECT_FALSE(parse_yaml(text)) << text;
  }
  for (const std::string& text : {std::string("- \"a\\Nb\""), std::string("{\"\\_\": 1}")}) {
    EXPECT_NE(error_of(text).find("write `\\u0085` or `\\u00a0`"), std::string::npos) << text;
  }
  EXPECT_EQ(parsed("a: \"\\u0085\\L\"").find("a")->text, "\u0085\u2028");
  EXPECT_EQ(parsed("a: \"\\u0000\\x1b\"").find("a")->text, std::string_view("\0\x1b", 2));
}

TEST(Yaml, MalformedTextsNameTheirPlace) {
  EXPECT_EQ(error_of("a: [1, 2\n").substr(0, 5), "line ");
  EXPECT_EQ(error_of("a: 'x\n").substr(0, 5), "line ");
  EXPECT_EQ(error_of("a: b: c\n").substr(0, 28), "line 1, column 5: malformed ");
  for (const char* text :
       {"[", "{", "]", "}", "a: [}", "- a\nb: 1", "a: 1\n  b: 2\n", "\"", "'", "%", "a: \"\\q\"",
        "@a", "`a", "a: |x\n", "- - -\n -", "%YAML 9.9\n---\na"}) {
    EXPECT_FALSE(parse_yaml(text)) << text;
  }
}

TEST(Yaml, DepthNodesAndBytesAreBounded) {
  const auto flow = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_yaml(flow(limits::kYamlDepthMax)));
  EXPECT_EQ(error_of(flow(limits::kYamlDepthMax + 1)),
            "line 1, column 17: nested deeper than 16 levels");
  for (const std::string& opening :
       {std::string("["), std::string("{a: "), std::string("- "), std::string("{? "),
        std::string("[? "), std::string("? "), std::string("a:\n ")}) {
    std::string deep;
    for (int i = 0; i < 20'000; ++i) deep += opening;
    EXPECT_FALSE(parse_yaml(deep)) << opening;
  }
  std::string block;
  for (std::size_t i = 0; i < 2000; ++i) block += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(parse_yaml(block).error().code, Errc::limit_exceeded);

  std::string nodes = "[a";
  for (std::size_t i = 1; i < limits::kYamlNodesMax; ++i) nodes += ",a";
  EXPECT_EQ(parse_yaml(nodes + "]").error().code, Errc::limit_exceeded);
  EXPECT_EQ(parse_yaml(std::string(limits::kYamlBytesMax + 1, '#')).error().code,
            Errc::limit_exceeded);
}

TEST(YamlScalars, Strings) {
  const YamlNode root = parsed("[text, 'null', \"\", true, 010, ~, null, [], {}]");
  EXPECT_EQ(as_string(root.items[0]), "text");
  EXPECT_EQ(as_string(root.items[1]), "null");
  EXPECT_EQ(as_string(root.items[2]), "");
  EXPECT_EQ(as_string(root.items[3]), "true");
  EXPECT_EQ(as_string(root.items[4]), "010");
  for (std::size_t i = 5; i < root.items.size(); ++i) EXPECT_FALSE(as_string(root.items[i])) << i;
  EXPECT_EQ(as_string(root.items[7]).error().message,
            "line 1, column 40: a list where a text was expected");
}

TEST(YamlScalars, Bools) {
  const YamlNode root = parsed("[true, false, True, yes, on, 1, 'true', \"false\", ~, [true]]");
  EXPECT_EQ(as_bool(root.items[0]), true);
  EXPECT_EQ(as_bool(root.items[1]), false);
  for (std::size_t i = 2; i < root.items.size(); ++i) EXPECT_FALSE(as_bool(root.items[i])) << i;
  EXPECT_EQ(as_bool(root.items[3]).error().message,
            "line 1, column 21: `yes` where `true` or `false` was expected");
  EXPECT_EQ(as_bool(root.items[6]).error().message,
            "line 1, column 33: `true` where `true` or `false` was expected, without quotes");
}

TEST(YamlScalars, Integers) {
  const YamlNode good = parsed("[0, 42, -7, -0, 9223372036854775807, -9223372036854775808]");
  const std::vector<std::int64_t> values = {0, 42, -7, 0, INT64_MAX, INT64_MIN};
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(as_int(good.items[i]), values[i]);
  const YamlNode bad = parsed(
      "[010, 00, -01, +1, 0x10, 0o10, 1_000, 1.0, 1e3, '1', 9223372036854775808,"
      " -9223372036854775809, ~, text, '', -, --1, [1], 1 2, 12:30]");
  for (const YamlNode& item : bad.items) EXPECT_FALSE(as_int(item)) << item.text;
  EXPECT_EQ(as_int(bad.items[0]).error().message,
            "line 1, column 2: `010` has a leading zero, which some readers take for octal");
}

// Random texts over YAML's punctuation: an answer or an error with a place, never a crash.
TEST(Yaml, RandomTextsAreAnswered) {
  constexpr unsigned kSeed = 20260302;
  std::printf("seed %u\n", kSeed);
  std::mt19937 random(kSeed);  // NOLINT(cert-msc51-cpp): reproducible on purpose
  const std::vector<std::string> symbols = {
      "a", "b", ":", " ", "\n", "- ", "[",   "]",  "{",  "}",  ",",   "\"", "'",  "?", "|", ">",
      "&", "*", "!", "#", "%",  "~",  "---", "\t", "  ", ": ", "...", "\\", "<<", "é", "0"};
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t length = 1 + random() % 12; length > 0; --length) {
      text += symbols[random() % symbols.size()];
    }
    const auto node = parse_yaml(text);
    if (node) {
      ++accepted;
    } else {
      ASSERT_TRUE(node.error().message.starts_with("line ") ||
                  node.error().message.starts_with("nothing "))
          << text << ": " << node.error().message;
    }
  }
  EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace sentrail::wire
