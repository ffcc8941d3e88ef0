// Reading what is asked for and no more: the same values as a whole reading gives, the same
// refusals whatever is asked for.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/facts.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "wire/json.hpp"

namespace sentrail::wire {
namespace {

using Path = std::vector<std::string_view>;

JsonFields fields_of(const std::vector<Path>& paths) {
  JsonFields fields;
  for (const Path& path : paths) fields.add(path);
  return fields;
}

std::string shown(const Fact& fact) {
  switch (fact.kind) {
    case FactKind::absent:
      return "absent";
    case FactKind::unreadable:
      return "unreadable";
    case FactKind::null:
      return "null";
    case FactKind::boolean:
      return fact.boolean ? "true" : "false";
    case FactKind::array:
    case FactKind::object: {
      std::string out;
      JsonWriter(&out).raw(fact.json);
      return out;
    }
    default:
      return "`" + std::string(fact.text) + "`";
  }
}

constexpr std::string_view kText =
    R"({"a":{"b":[1,{"c":"x"}],"d":null,"skipped":{"k":[true,"long text"]}},"n":1.50,)"
    R"("s":"t\u00e9","list":[{"a":1},{"a":2}],"e":{},"z":false})";

TEST(JsonFields, WhatIsAskedForReadsAsInTheWholeText) {
  const JsonDocument whole = parse_json(kText).value();
  const std::vector<Path> paths = {
      {"a"},         {"a", "b"}, {"a", "d"}, {"a", "b", "c"}, {"n"},
      {"n", "x"},    {"s"},      {"list"},   {"list", "a"},   {"e"},
      {"e", "x"},    {"z"},      {"none"},   {"none", "x"},   {"a", "skipped", "k"},
      {"a", "none"}, {}};
  for (const Path& asked : paths) {
    for (const Path& also : paths) {
      const JsonDocument some = parse_json_fields(kText, fields_of({asked, also})).value();
      for (const Path* path : {&asked, &also}) {
        EXPECT_EQ(shown(Fact::of(some.root()).at(*path)), shown(Fact::of(whole.root()).at(*path)))
            << (path->empty() ? "" : path->back());
      }
    }
  }
}

TEST(JsonFields, NothingElseIsKept) {
  const JsonDocument some = parse_json_fields(kText, fields_of({{"n"}, {"a", "d"}})).value();
  std::string out;
  JsonWriter(&out).raw(some.root());
  EXPECT_EQ(out, R"({"a":{"d":null},"n":1.50})");
  EXPECT_LT(some.text().size(), kText.size() / 2);
  const JsonDocument none = parse_json_fields(kText, JsonFields()).value();
  EXPECT_EQ(none.nodes().size(), 1u);
  EXPECT_EQ(none.root().size(), 0u);
  const JsonDocument all = parse_json_fields(kText, JsonFields::everything()).value();
  EXPECT_EQ(all.nodes().size(), parse_json(kText).value().nodes().size());
}

TEST(JsonFields, MembersThatAreSkippedAreValidated) {
  for (const std::string_view bad :
       {R"({"k":01})", R"({"k":"\x"})", R"({"k":"\ud800"})", R"({"k":[1,]})",
        R"({"k":{"a":1,"a":2}})", R"({"k":tru})", R"({"k":1} x)", R"({"k":{"a" 1}})",
        R"({"k":1,"k":2})", "{\"k\":\"\xff\"}", R"({"k":1)", R"({"k":[})",
        R"({"\u006b":1,"k":2})"}) {
    EXPECT_FALSE(parse_json_fields(bad, fields_of({{"x"}}))) << bad;
    EXPECT_FALSE(parse_json_fields(bad, fields_of({{"k"}}))) << bad;
    EXPECT_FALSE(
        parse_json_fields("{\"x\":1,\"y\":[" + std::string(bad) + "]}", fields_of({{"x"}})))
        << bad;
  }
}

TEST(JsonFields, KeysThatDifferInCaseAreRefusedWhereverTheyStand) {
  EXPECT_TRUE(parse_json(R"({"ab":1,"aB":2})"));
  for (const std::string_view bad :
       {R"({"ab":1,"aB":2})", R"({"x":{"q":[{"K":1,"k":2}]}})", "{\"\xc3\x89\":1,\"\xc3\xa9\":2}",
        R"({"b":1,"c":{"d":1},"B":2})"}) {
    EXPECT_FALSE(parse_json_fields(bad, fields_of({{"z"}}))) << bad;
    EXPECT_FALSE(parse_json_fields(bad, JsonFields::everything())) << bad;
  }
  EXPECT_TRUE(parse_json_fields(R"({"a":{"k":1},"b":{"K":1}})", JsonFields()));
}

TEST(JsonFields, LimitsCountWhatIsSkipped) {
  std::string deep = R"({"k":)";
  for (std::size_t i = 0; i < limits::kJsonDepthMax; ++i) deep += '[';
  for (std::size_t i = 0; i < limits::kJsonDepthMax; ++i) deep += ']';
  EXPECT_FALSE(parse_json_fields(deep + "}", JsonFields()));
  std::string many = R"({"k":[1)";
  for (std::size_t i = 0; i < limits::kJsonNodesMax; ++i) many += ",1";
  const auto refused = parse_json_fields(many + "]}", JsonFields());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
}

}  // namespace
}  // namespace sentrail::wire
