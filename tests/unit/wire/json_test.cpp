// The wall to JSON: trees, limits, messages, repeats.
#include "wire/json.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/json_writer.hpp"
#include "core/limits.hpp"

namespace sentrail::wire {
namespace {

std::string again(const JsonDocument& document, KeyOrder order = KeyOrder::as_written) {
  std::string out;
  JsonWriter(&out, order).raw(document.root());
  return out;
}

std::string error_of(std::string_view text) {
  const auto parsed = parse_json(text);
  EXPECT_FALSE(parsed) << text;
  return parsed ? "" : parsed.error().message;
}

TEST(Json, BuildsTheTree) {
  const auto document = parse_json(
      R"( {"name":"größe \u20ac \ud83d\ude00","n":[1, -0.50, 1e400],"t":true,"f":false,"z":null,)"
      R"("o":{"":{}}} )");
  ASSERT_TRUE(document) << document.error().message;
  const JsonValue root = document->root();
  EXPECT_EQ(root.kind(), JsonKind::object);
  EXPECT_EQ(root.size(), 6u);
  EXPECT_EQ(root.find("name").text(), "größe € 😀");
  EXPECT_TRUE(root.find("t").boolean());
  EXPECT_FALSE(root.find("f").boolean());
  EXPECT_EQ(root.find("z").kind(), JsonKind::null);
  EXPECT_FALSE(root.find("Name").exists());
  const JsonValue numbers = root.find("n");
  ASSERT_EQ(numbers.size(), 3u);
  EXPECT_EQ(numbers.first_child().text(), "1");
  EXPECT_EQ(numbers.first_child().next().text(), "-0.50");
  EXPECT_EQ(numbers.first_child().next().next().text(), "1e400");
  EXPECT_EQ(root.find("o").find("").kind(), JsonKind::object);
  EXPECT_EQ(document->nodes().front().end, document->nodes().size());
}

TEST(Json, ScalarsAreTextsToo) {
  EXPECT_EQ(parse_json(" \"a\\u0000b\"\n")->root().text(), std::string_view("a\0b", 3));
  EXPECT_EQ(parse_json("-12.50e+3")->root().text(), "-12.50e+3");
  EXPECT_EQ(parse_json("null")->root().kind(), JsonKind::null);
  for (const char* text : {"nul", "nulll", "null null", "True", "01", "+1", "1,", "\"a", "a\"",
                           "\"a\" \"b\"", "\"a\"b",
                           "\xef\xbb\xbf"
                           "1",
                           "1\xff", "'a'", "/**/1"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
}

TEST(Json, EmptyAndTrailing) {
  EXPECT_EQ(error_of(""), "nothing where JSON was expected");
  EXPECT_EQ(error_of(" \t\r\n"), "nothing where JSON was expected");
  for (const char* text :
       {"{}{}", "[] 1", "{},", "[]]", "{}}", "[1]x", "[],[]", "{}\\", "[]\"\""}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_FALSE(parse_json(std::string_view("[]\0", 3)));
  EXPECT_FALSE(parse_json(std::string_view("\0", 1)));
}

TEST(Json, RepeatedKeysAreFoundDecoded) {
  EXPECT_EQ(error_of(R"({"a":1,"b":2,"a":3})"),
            "repeated key `a` in a JSON object that ends at or behind byte 17");
  EXPECT_FALSE(parse_json(R"({"a":1,"\u0061":2})"));
  EXPECT_FALSE(parse_json(R"({"é":1,"\u00e9":2})"));
  EXPECT_FALSE(parse_json(R"({"":1,"":2})"));
  EXPECT_FALSE(parse_json(R"([{"x":{"y":[{"k":1,"k":1}]}}])"));
  EXPECT_TRUE(parse_json(R"({"a":{"a":{"a":1}},"A":1})"));
  EXPECT_TRUE(parse_json(R"([{"a":1},{"a":2}])"));
  EXPECT_NE(error_of("{\"\\u202e\":1,\"\\u202e\":1}").find("`\\u{202e}`"), std::string::npos);
}

TEST(Json, ManyKeys) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"key" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse_json(text + "\"last\":0}"));
  EXPECT_FALSE(parse_json(text + "\"key77777\":0}"));
}

TEST(Json, DepthIsBoundedWithoutRecursion) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse_json(nested(limits::kJsonDepthMax)));
  const auto deeper = parse_json(nested(limits::kJsonDepthMax + 1));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, Errc::limit_exceeded);
  EXPECT_EQ(deeper.error().message, "JSON nested deeper than 64 levels");
  EXPECT_EQ(parse_json(nested(1'000'000)).error().code, Errc::limit_exceeded);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_FALSE(parse_json(objects));
  EXPECT_FALSE(parse_json(objects + "1" + std::string(100'000, '}')));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(Json, NodesAndBytesAreBounded) {
  std::string text = "[1";
  for (std::size_t i = 2; i < limits::kJsonNodesMax; ++i) text += ",1";
  EXPECT_TRUE(parse_json(text + "]"));
  EXPECT_EQ(parse_json(text + ",1]").error().code, Errc::limit_exceeded);

  const std::string longest = "\"" + std::string(limits::kJsonBytesMax - 2, 'x') + "\"";
  EXPECT_EQ(parse_json(longest)->root().text().size(), limits::kJsonBytesMax - 2);
  EXPECT_EQ(parse_json(longest + " ").error().code, Errc::limit_exceeded);
  const std::string in_array = "[\"" + std::string(limits::kJsonBytesMax - 4, 'x') + "\"]";
  EXPECT_EQ(parse_json(in_array)->root().first_child().text().size(), limits::kJsonBytesMax - 4);
}

TEST(Json, NumbersKeepTheirSpelling) {
  for (const char* text : {"0", "-0", "1E5", "1e+05", "0.10", "9007199254740993", "1e-999999999",
                           "123456789012345678901234567890123456789012345678901234567890"}) {
    const auto document = parse_json("[" + std::string(text) + "]");
    ASSERT_TRUE(document) << text;
    EXPECT_EQ(again(*document), "[" + std::string(text) + "]");
  }
  for (const char* text :
       {"00", "01", "-", "1.", ".1", "1e", "+1", "0x1", "1_0", "NaN", "Infinity", "-Infinity",
        "1.e1", "1 2", "1\"a\"", "1true", "1\x0c", "1\x1a", "--1"}) {
    EXPECT_FALSE(parse_json("[" + std::string(text) + "]")) << text;
    EXPECT_FALSE(parse_json("{\"a\":" + std::string(text) + "}")) << text;
    EXPECT_FALSE(parse_json(text)) << text;
  }
}

TEST(Json, SurrogatesComeInPairs) {
  EXPECT_EQ(parse_json(R"(["\ud83d\ude00"])")->root().first_child().text(), "😀");
  EXPECT_EQ(parse_json(R"(["\uDBFF\uDFFF"])")->root().first_child().text(), "\U0010ffff");
  for (const char* text :
       {R"(["\ud83d"])", R"(["\ude00"])", R"(["\ude00\ud83d"])", R"(["\ud83dx"])",
        R"(["\ud83d\u0041"])", R"(["\ud83d\ud83d"])", R"(["\ud83d\n"])", R"(["\ud83d\ude0"])",
        R"({"\ud800":1})", R"({"\udc00":1})", "\"\\ud800\"", "[\"\xed\xa0\x80\"]"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
}

TEST(Json, MessagesNameTheByte) {
  EXPECT_EQ(error_of(R"({"a":tru})"), "malformed JSON at or behind byte 5: not a value");
  EXPECT_EQ(error_of("[1,2"),
            "malformed JSON at or behind byte 0: an array or object is not closed");
  EXPECT_EQ(error_of("[\"\xff\"]"), "malformed JSON at byte 2: the bytes are not UTF-8");
  EXPECT_EQ(error_of("[\"a]"), "malformed JSON: a string is not closed");
  EXPECT_EQ(error_of("[\"a\nb\"]"),
            "malformed JSON: a control character in a string is not escaped");
  EXPECT_EQ(
      error_of(R"(["\x"])"),
      "malformed JSON at or behind byte 1: a string has a bad escape, an unpaired surrogate or "
      "a bare control");
  EXPECT_EQ(error_of("[1 2]"), "malformed JSON at or behind byte 1: unexpected token");
  EXPECT_EQ(error_of("[]1"),
            "malformed JSON at or behind byte 0: an array or object is not closed");
}

TEST(Json, CaseRepeatsAreTold) {
  const auto repeats = [](const char* text) {
    const JsonDocument document = parse_json(text).value();
    return has_case_repeats(document.root());
  };
  EXPECT_TRUE(repeats(R"({"merge":1,"Merge":2})"));
  EXPECT_TRUE(repeats(R"([0,{"x":{"a":1,"b":2,"A":3}}])"));
  EXPECT_TRUE(repeats(R"({"É":1,"é":2})"));
  EXPECT_TRUE(repeats(R"({"\u212a":1,"k":2})"));  // Kelvin sign
  EXPECT_TRUE(repeats(R"({"\u017f":1,"S":2})"));  // long s
  EXPECT_TRUE(repeats(R"({"straße":1,"STRASSE":2})"));
  EXPECT_FALSE(repeats(R"({"a":{"A":1},"b":{"A":1}})"));
  EXPECT_FALSE(repeats(R"([{"a":1},{"A":1}])"));
  EXPECT_FALSE(repeats(R"({"a":"A","b":"a"})"));
  EXPECT_FALSE(repeats("1"));
  EXPECT_FALSE(repeats("{}"));
}

TEST(Json, CanonicalFormSortsAtEveryDepth) {
  const auto document = parse_json(R"({"b":[{"z":1,"y":"\u00e9\/"}],"a":null})");
  ASSERT_TRUE(document);
  EXPECT_EQ(again(*document, KeyOrder::sorted), R"({"a":null,"b":[{"y":"é/","z":1}]})");
  EXPECT_EQ(again(*document), R"({"b":[{"z":1,"y":"é/"}],"a":null})");
}

TEST(Json, ThreadsAndTurnsDoNotMix) {
  const std::string huge = "[\"" + std::string(3u << 20, 'h') + "\"]";
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (std::size_t id = 0; id < wrong.size(); ++id) {
    threads.emplace_back([&, id] {
      for (int i = 0; i < 300; ++i) {
        const std::string text = R"({"id":[)" + std::to_string(id) + "," + std::to_string(i) + "]}";
        const auto document = parse_json(text);
        if (!document || again(*document) != text) ++wrong[id];
        if (parse_json("[1,")) ++wrong[id];
        if (i % 100 == 0 && !parse_json(huge)) ++wrong[id];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

}  // namespace
}  // namespace sentrail::wire
