// Lock files: what is written is read, what is no lock is refused, and what schemas say.
#include "compiler/catalog/lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/catalog/input_schema.hpp"
#include "wire/json.hpp"

namespace sentrail::compiler {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kPay =
    R"({"name":"pay","inputSchema":{"type":"object","properties":{"amount":{"type":"integer"},)"
    R"("to":{"properties":{"iban":{"type":"string"}},"additionalProperties":false}}}})";

InputShape shape_of(std::string_view schema) {
  const auto document = wire::parse_json(schema);
  EXPECT_TRUE(document.has_value());
  return shape_of_schema(document->root());
}

std::string listed(std::string_view tools) {
  return R"({"jsonrpc":"2.0","id":1,"result":{"tools":[)" + std::string(tools) + "]}}";
}

// A lock file of one server, or why there is none.
std::string locked(std::string_view before, std::string_view server, std::string_view answer) {
  const Result<NewLock> lock = update_lock(before, "acme.tools", server, answer);
  return lock ? lock->text : "refused: " + lock.error().message;
}

std::optional<CatalogInfo> read(const std::string& text, std::string* said = nullptr) {
  Sources sources;
  DiagnosticSink sink;
  auto lock = read_lock(sources, sources.add("tools.lock.json", text), sink);
  EXPECT_EQ(lock.has_value(), !sink.has_errors());
  if (said != nullptr && !lock) *said = sink.sorted().front().message;
  return lock;
}

TEST(Lock, WhatIsWrittenIsRead) {
  const std::string one = locked("", "bank", listed(kPay));
  const std::string both = locked(one, "db", R"([{"name":"query"},{"name":"erase"}])");
  const auto lock = read(both);
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(lock->name, "acme.tools");
  EXPECT_TRUE(lock->is_lock);
  std::vector<std::string> tools;
  for (const McpTool& tool : lock->mcp_tools) tools.push_back(tool.server + "/" + tool.name);
  EXPECT_THAT(tools, ElementsAre("bank/pay", "db/erase", "db/query"));
  EXPECT_EQ(locked(both, "db", R"({"tools":[{"name":"erase"},{"name":"query"}]})"), both);
}

TEST(Lock, SaysWhatIsDifferent) {
  const std::string before = locked("", "db", R"([{"name":"a"},{"name":"b"},{"name":"c"}])");
  const auto after =
      update_lock(before, "", "db", R"([{"name":"a"},{"name":"c","x":1},{"name":"d"}])");
  ASSERT_TRUE(after.has_value());
  EXPECT_THAT(after->changes.added, ElementsAre("d"));
  EXPECT_THAT(after->changes.changed, ElementsAre("c"));
  EXPECT_THAT(after->changes.removed, ElementsAre("b"));
  // The order of members is none of it.
  const auto same =
      update_lock(after->text, "", "db", R"([{"name":"a"},{"x":1,"name":"c"},{"name":"d"}])");
  ASSERT_TRUE(same.has_value());
  EXPECT_TRUE(same->changes.none());
}

TEST(Lock, EveryByteOfADefinitionCounts) {
  const std::string text = locked("", "bank", listed(kPay));
  ASSERT_TRUE(read(text).has_value());
  const std::size_t begin = text.find("\"definition\": ") + 14;
  const std::size_t end = text.find('\n', begin) - 1;
  for (std::size_t i = begin; i < end; ++i) {
    std::string other = text;
    other[i] = other[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(read(other).has_value()) << other;
  }
  for (std::size_t i = 0; i < text.size() - 1; ++i) {
    EXPECT_FALSE(read(text.substr(0, i)).has_value()) << i;
  }
}

TEST(Lock, WhatIsNoneIsRefusedWithThePlace) {
  const auto says = [](const std::string& text) {
    std::string said;
    EXPECT_FALSE(read(text, &said).has_value()) << text;
    return said;
  };
  EXPECT_THAT(says("[]"), HasSubstr("the file is not an object"));
  EXPECT_THAT(says("{}"), HasSubstr("mcp_lock is missing"));
  EXPECT_THAT(says(R"({"mcp_lock":2})"), HasSubstr("reads 1"));
  EXPECT_THAT(says(R"({"mcp_lock":1,"name":"sentrail.github","servers":{}})"), HasSubstr("name"));
  EXPECT_THAT(says(R"({"mcp_lock":1,"name":"a..b","servers":{}})"), HasSubstr("name"));
  EXPECT_THAT(says(R"({"mcp_lock":1,"name":"a","servers":{"s":[]}})"),
              HasSubstr("servers.s is not an object"));
  EXPECT_THAT(says(R"({"mcp_lock":1,"name":"a","servers":{"s":{"t":{"definition":{}}}}})"),
              HasSubstr("servers.s.t.sha256 is missing"));
}

TEST(Lock, AnswersThatAreNoneAreRefused) {
  EXPECT_THAT(locked("", "s", "{}"), HasSubstr("`tools` is missing"));
  EXPECT_THAT(locked("", "s", R"({"tools":{}})"), HasSubstr("is not a list"));
  EXPECT_THAT(locked("", "s", R"({"tools":[],"nextCursor":"2"})"),
              HasSubstr("one page of several"));
  EXPECT_THAT(locked("", "s", R"([{"name":1}])"), HasSubstr("tools[0].name is not a string"));
  EXPECT_THAT(locked("", "s", R"([{"name":"a"},{"name":"a"}])"), HasSubstr("before it: `a`"));
  EXPECT_THAT(locked("{}", "s", "[]"), HasSubstr("mcp_lock"));
}

// An answer that is read can be too deep, and answers together too large, for a file that is.
TEST(Lock, WhatWouldNotBeReadIsNotWritten) {
  const auto nested = [](std::size_t levels) {
    std::string schema = "{}";
    for (std::size_t i = 0; i < levels; ++i) {
      schema.insert(0, R"({"properties":{"a":)");
      schema += "}}";
    }
    return R"([{"name":"flat"},{"name":"deep","inputSchema":)" + schema + "}]";
  };
  EXPECT_TRUE(read(locked("", "s", nested(28))).has_value());
  ASSERT_TRUE(wire::parse_json(nested(30)).has_value());
  EXPECT_THAT(locked("", "s", nested(30)),
              HasSubstr("tool `deep` of server `s` does not fit into a lock file: JSON nested"));
  std::string many;
  for (int i = 0; i < 45; ++i) {
    many += (i == 0 ? "[" : ",") + (R"({"name":"t)" + std::to_string(i) + R"(","description":")") +
            std::string(100'000, 'x') + "\"}";
  }
  many += "]";
  const std::string one = locked("", "first", many);
  ASSERT_TRUE(read(one).has_value());
  EXPECT_THAT(locked(one, "second", many),
              HasSubstr("too large with the tools of server `second`: JSON of more than"));
}

TEST(InputSchema, TypesMembersAndValues) {
  const InputShape shape = shape_of(
      R"({"type":"object","additionalProperties":false,"properties":{"n":{"type":["integer","null"]},)"
      R"("mode":{"enum":["b","a"]},"list":{"items":{"type":"string"}},"one":{"const":"x"},)"
      R"("mixed":{"enum":["a",1]}}})");
  EXPECT_EQ(shape.shapes[0].rest, ShapeMembers::closed);
  const auto at = [&](const std::string& name) { return shape_at(shape, std::vector{name}); };
  EXPECT_EQ(at("n").shape->types, shape_types::kNumber | shape_types::kNull);
  EXPECT_THAT(at("mode").shape->values, ElementsAre("a", "b"));
  EXPECT_EQ(at("mode").shape->types, shape_types::kString);
  EXPECT_THAT(at("one").shape->values, ElementsAre("x"));
  EXPECT_TRUE(at("mixed").shape->values.empty());
  EXPECT_EQ(at("mixed").shape->types, shape_types::kAll);
  ASSERT_TRUE(at("list").shape->element.has_value());
  EXPECT_EQ(shape.shapes[*at("list").shape->element].types, shape_types::kString);
  EXPECT_EQ(at("other").rest, ShapeMembers::closed);
  EXPECT_EQ(shape_at(shape, std::vector<std::string>{"mode", "x"}).rest, ShapeMembers::any);
}

TEST(InputSchema, WhatIsNotReadSaysNothing) {
  for (const char* schema :
       {"true", "[]", "{}", R"({"$ref":"#/$defs/a","properties":{"a":{}}})",
        R"({"anyOf":[{"type":"string"}],"type":"number"})",
        R"({"properties":{},"patternProperties":{"^x":{}},"additionalProperties":false})",
        R"({"properties":{},"additionalProperties":{"type":"string"}})", R"({"type":"new"})"}) {
    const InputShape shape = shape_of(schema);
    const ShapeAt at = shape_at(shape, std::vector<std::string>{"a"});
    EXPECT_EQ(at.rest, ShapeMembers::any) << schema;
    EXPECT_EQ(shape.shapes[0].types, shape_types::kAll) << schema;
  }
  EXPECT_EQ(shape_at(shape_of(R"({"properties":{"b":{}}})"), std::vector<std::string>{"a"}).rest,
            ShapeMembers::listed);
}

TEST(InputSchema, TypesHaveNames) {
  EXPECT_EQ(describe_types(shape_types::kString), "a string");
  EXPECT_EQ(describe_types(shape_types::kNumber | shape_types::kNull), "a number or null");
  EXPECT_EQ(describe_types(shape_types::kObject | shape_types::kList | shape_types::kNull),
            "an object, a list or null");
}

}  // namespace
}  // namespace sentrail::compiler
