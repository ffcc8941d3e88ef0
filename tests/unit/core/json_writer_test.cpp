// JSON put together, escaped, sorted; and the calls that must abort.
#include "core/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sentrail {
namespace {

std::string string_as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonWriter, WhatAnotherHasWrittenStandsAsItIs) {
  std::string one;
  JsonWriter(&one).begin_object().key("a").integer(1).end_object();
  const std::string large = '"' + std::string(2'000, 'x') + '"';
  std::string out;
  JsonWriter(&out).begin_array().written(one).written(large).written(one).end_array();
  EXPECT_EQ(out, "[" + one + "," + large + "," + one + "]");
}

TEST(JsonWriter, NestsAndSeparates) {
  std::string out = "> ";
  JsonWriter json(&out);
  json.begin_object();
  json.key("z").begin_array().integer(-1).boolean(true).boolean(false).null().end_array();
  json.key("a").begin_object().end_object();
  json.key("").begin_array().begin_array().end_array().string("s").end_array();
  EXPECT_FALSE(json.complete());
  json.end_object();
  EXPECT_TRUE(json.complete());
  EXPECT_EQ(out, R"(> {"z":[-1,true,false,null],"a":{},"":[[],"s"]})");
}

TEST(JsonWriter, KeysAreEscapedHoweverTheyAreGiven) {
  const auto as_text = [](std::string_view name) {
    std::string out;
    JsonWriter(&out).begin_object().key("a").null().key(name).null().end_object();
    return out;
  };
  const auto of = [](JsonKey name) {
    std::string out;
    JsonWriter(&out).begin_object().key("a").null().key(name).null().end_object();
    return out;
  };
  EXPECT_EQ(of("say \"x\""), R"({"a":null,"say \"x\"":null})");
  EXPECT_EQ(of("back\\slash\n"), as_text("back\\slash\n"));
  EXPECT_EQ(of("\xff"), as_text("\xff"));
  EXPECT_EQ(of("caf\u00e9"), as_text("caf\u00e9"));
  EXPECT_EQ(of(""), as_text(""));
  EXPECT_EQ(of("plain"), R"({"a":null,"plain":null})");
  EXPECT_EQ(of("0123456789012345678901234567890123456789012345678"),
            as_text("0123456789012345678901234567890123456789012345678"));
  EXPECT_TRUE(JsonKey("plain").plain());
  EXPECT_FALSE(JsonKey("two\nlines").plain());
  EXPECT_FALSE(JsonKey(std::string("plain")).plain());
}

TEST(JsonWriter, WritesIntegersToTheirEnds) {
  std::string out;
  JsonWriter json(&out);
  json.begin_array();
  json.integer(std::numeric_limits<std::int64_t>::min());
  json.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
  json.raw_number("1e400").raw_number("-0.50");
  json.end_array();
  EXPECT_EQ(out, "[-9223372036854775808,18446744073709551615,1e400,-0.50]");
}

TEST(JsonWriter, EscapesStrings) {
  EXPECT_EQ(string_as_json("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(string_as_json(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(string_as_json("é€𝄞\u2028"), "\"é€𝄞\u2028\"");
  EXPECT_EQ(string_as_json("a\xff\xed\xa0\x80z"), "\"a\ufffd\ufffd\ufffd\ufffdz\"");
  EXPECT_EQ(string_as_json("\xe2\x82"), "\"\ufffd\ufffd\"");
}

// {"b":[1.0,"x\n",{}],"a":{"d":null,"c":true},"":[]} as wire/json.cpp lays it out.
JsonDocument sample() {
  const std::string text = "b1.0x\nadc";
  using Kind = JsonKind;
  return JsonDocument({{Kind::object, 0, 3, 14},
                       {Kind::string, 0, 1, 2},
                       {Kind::array, 0, 3, 6},
                       {Kind::number, 1, 3, 4},
                       {Kind::string, 4, 2, 5},
                       {Kind::object, 0, 0, 6},
                       {Kind::string, 6, 1, 7},
                       {Kind::object, 0, 2, 12},
                       {Kind::string, 7, 1, 9},
                       {Kind::null, 0, 0, 10},
                       {Kind::string, 8, 1, 11},
                       {Kind::boolean, 0, 1, 12},
                       {Kind::string, 9, 0, 13},
                       {Kind::array, 0, 0, 14}},
                      text);
}

TEST(JsonWriter, WritesParsedValuesAgain) {
  const JsonDocument document = sample();
  std::string out;
  JsonWriter(&out).raw(document.root());
  EXPECT_EQ(out, R"({"b":[1.0,"x\n",{}],"a":{"d":null,"c":true},"":[]})");
  std::string sorted;
  JsonWriter(&sorted, KeyOrder::sorted).raw(document.root());
  EXPECT_EQ(sorted, R"({"":[],"a":{"c":true,"d":null},"b":[1.0,"x\n",{}]})");
  std::string inside;
  JsonWriter json(&inside);
  json.begin_object()
      .key("body")
      .raw(document.root().find("a"))
      .key("n")
      .raw(document.root().find("b").first_child());
  json.end_object();
  EXPECT_EQ(inside, R"({"body":{"d":null,"c":true},"n":1.0})");
}

TEST(JsonWriterDeath, AbortsOnWhatIsNotJson) {
  std::string out;
  EXPECT_DEATH(JsonWriter(&out).end_array(), "end without its begin");
  EXPECT_DEATH(JsonWriter(&out).begin_object().end_array(), "end without its begin");
  EXPECT_DEATH(JsonWriter(&out).begin_object().null(), "needs its key");
  EXPECT_DEATH(JsonWriter(&out).key("k"), "key outside an object");
  EXPECT_DEATH(JsonWriter(&out).begin_array().key("k"), "key outside an object");
  EXPECT_DEATH(JsonWriter(&out).begin_object().key("k").key("l"), "key without its value");
  EXPECT_DEATH(JsonWriter(&out).begin_object().key("k").end_object(), "key without its value");
  EXPECT_DEATH(JsonWriter(&out).null().null(), "one root");
  EXPECT_DEATH(JsonWriter(&out).raw_number("01"), "not a JSON number");
  EXPECT_DEATH(JsonWriter(&out).raw(JsonValue{}), "exists");
}

TEST(JsonWriterDeath, SortedModeAbortsOnDescendingOrEqualKeys) {
  std::string out;
  const auto two = [&out](const char* first, const char* second) {
    out.clear();
    JsonWriter(&out, KeyOrder::sorted).begin_object().key(first).null().key(second).null();
  };
  two("a", "b");
  two("", "a");
  two("B", "a");
  two("a", "aa");
  two("z", "é");
  EXPECT_DEATH(two("b", "a"), "ascend");
  EXPECT_DEATH(two("a", "a"), "ascend");
  EXPECT_DEATH(two("", ""), "ascend");
  EXPECT_DEATH(two("é", "z"), "ascend");
}

TEST(JsonNumber, FollowsTheGrammar) {
  for (const char* text : {"0", "-0", "10", "1.0", "-1.05", "1e5", "1E+5", "0e-0", "0.0e00",
                           "9e400", "123456789012345678901234567890"}) {
    EXPECT_TRUE(is_json_number(text)) << text;
  }
  for (const char* text :
       {"",   "-",  "+1",  "01",  "-01",      "1.",    ".5",  "1e",    "1e+",   "1.e5",
        "1 ", " 1", "0x1", "NaN", "Infinity", "1.0.0", "--1", "1e5.0", "1_000", "00"}) {
    EXPECT_FALSE(is_json_number(text)) << text;
  }
}

}  // namespace
}  // namespace sentrail
