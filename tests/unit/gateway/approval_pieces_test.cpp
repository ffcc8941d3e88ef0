// Tests what an edit changed, the text of rules made of calls, and first looks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/limits.hpp"
#include "runtime/gateway/always_rule.hpp"
#include "runtime/gateway/edit_diff.hpp"
#include "runtime/gateway/looks.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

// The changes as the answer has them.
std::string changes(const std::string& before, const std::string& after) {
  const JsonDocument old = wire::parse_json(before).value();
  const JsonDocument now = wire::parse_json(after).value();
  const auto found = diff_json(old.root(), now.root());
  if (!found) return found.error().message;
  std::string out;
  JsonWriter json(&out);
  write_changes(json, *found);
  return out;
}

TEST(EditDiff, NamesEveryChangedValueWithItsPointer) {
  EXPECT_EQ(changes(R"({"a":1,"b":[1,2]})", R"({"b":[1,2],"a":1})"), "[]");
  EXPECT_EQ(changes(R"({"a":1})", R"({"a":2})"), R"([{"pointer":"/a","old":1,"new":2}])");
  EXPECT_EQ(changes(R"({"a":1})", R"({})"), R"([{"pointer":"/a","old":1}])");
  EXPECT_EQ(changes(R"({})", R"({"a":null})"), R"([{"pointer":"/a","new":null}])");
  EXPECT_EQ(changes(R"({"a":{"b":[1,2]}})", R"({"a":{"b":[1,3]}})"),
            R"([{"pointer":"/a/b/1","old":2,"new":3}])");
  EXPECT_EQ(changes(R"([1])", R"([1,2])"), R"([{"pointer":"/1","new":2}])");
  EXPECT_EQ(changes(R"({"a":[1]})", R"({"a":{"0":1}})"),
            R"([{"pointer":"/a","old":[1],"new":{"0":1}}])");
  EXPECT_EQ(changes("1", "true"), R"([{"pointer":"","old":1,"new":true}])");
}

TEST(EditDiff, EscapesPointersAndTellsNumbersApartAsTheyAreWritten) {
  EXPECT_EQ(changes(R"({"a/b~c":1})", R"({"a/b~c":2})"),
            R"([{"pointer":"/a~1b~0c","old":1,"new":2}])");
  EXPECT_THAT(changes(R"({"n":9007199254740993})", R"({"n":9007199254740992})"), HasSubstr("/n"));
  EXPECT_THAT(changes(R"({"n":1})", R"({"n":1.0})"), HasSubstr("1.0"));
}

TEST(EditDiff, HasALimitThatAPersonCanRead) {
  std::string before = "[";
  std::string after = "[";
  for (std::size_t i = 0; i < limits::kEditChangesMax; ++i) {
    before += i == 0 ? "1" : ",1";
    after += i == 0 ? "2" : ",2";
  }
  EXPECT_THAT(changes(before + "]", after + "]"), HasSubstr("\"/63\""));
  EXPECT_THAT(changes(before + ",1]", after + ",2]"), HasSubstr("at most 64"));
}

// --- rules made of calls -------------------------------------------------------------------

constexpr std::int64_t kNow = 1'790'000'000'000;

store::ActionRecord merge() {
  store::ActionRecord record;
  record.tool = "github";
  record.action = "pull_request.merge";
  record.agent_id = "octo";
  record.risk = Risk::high;
  record.resource_type = "pull_request";
  record.resource_id = "acme/web#6";
  record.method = "PUT";
  record.rule = "acme.agents.team.merges";
  record.approval_hash.fill(0xab);
  return record;
}

AlwaysWish wish() {
  AlwaysWish made;
  made.hours = 8;
  made.uses = 20;
  made.owner = "bob";
  return made;
}

Result<AlwaysRule> rule_for(const store::ActionRecord& record, const std::string& body,
                            const AlwaysWish& wanted = wish(),
                            std::span<const NamedText> query = {}) {
  AlwaysArguments arguments;
  arguments.query.entries = query;
  const auto document = wire::parse_json(body);
  if (!body.empty()) arguments.body = document ? Fact::of(document->root()) : Fact::unreadable();
  return always_rule(record, "/repos/acme/web/pulls/6/merge", arguments, "acme.agents", wanted,
                     kNow);
}

TEST(AlwaysRule, IsOfThisAgentActionResourceAndArgumentsForATime) {
  const auto made = rule_for(merge(), R"({"merge_method":"squash","n":1,"ok":true})");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->module, "acme.agents");
  EXPECT_EQ(made->tier, "team");
  EXPECT_EQ(made->before, "merges");
  for (const char* part :
       {"rule always_abababababab: allow", "tool == \"github\"", "action == \"pull_request.merge\"",
        "agent.id == \"octo\"", "resource.id == \"acme/web#6\"",
        "body.\"merge_method\" == \"squash\"", "body.\"n\" == 1", "body.\"ok\" == true",
        "and size(body) == 3\n", "limit 20 per 8h else require_approval", "owner \"bob\"",
        "\n    until 2026-09-21\n"}) {
    EXPECT_THAT(made->rule, HasSubstr(part));
  }
  EXPECT_EQ(made->until_ms, kNow + 8 * 3'600'000);
  EXPECT_THAT(diff_of(*made), HasSubstr("@@ tier team, in front of rule merges @@\n+  #"));
}

TEST(AlwaysRule, IsRefusedWhereItWouldAllowWhatNobodyLookedAt) {
  store::ActionRecord record = merge();
  record.risk = Risk::critical;
  EXPECT_FALSE(rule_for(record, ""));
  record = merge();
  record.agent_id.clear();
  EXPECT_FALSE(rule_for(record, ""));
  for (const char* body :
       {"no json", "[1]", R"({"deep":{"a":1}})", R"({"list":[1]})", R"({"nothing":null})"}) {
    EXPECT_FALSE(rule_for(merge(), body)) << body;
  }
  AlwaysWish any = wish();
  any.exact_arguments = false;
  EXPECT_TRUE(rule_for(merge(), R"({"deep":{"a":1}})", any));
}

TEST(AlwaysRule, ExactArgumentsLeaveNoRoomForFurtherOnes) {
  const auto nothing = rule_for(merge(), "");
  ASSERT_TRUE(nothing);
  EXPECT_THAT(nothing->rule, HasSubstr("and body is absent\n"));
  const auto empty = rule_for(merge(), "{}");
  ASSERT_TRUE(empty);
  EXPECT_THAT(empty->rule, HasSubstr("and size(body) == 0\n"));
  EXPECT_THAT(empty->tests, HasSubstr("/pulls/6/merge\" body {} with agent.id"));

  const NamedText query[] = {{"force", "true"}, {"a b", ""}};
  const auto asked = rule_for(merge(), "", wish(), query);
  ASSERT_TRUE(asked);
  EXPECT_THAT(asked->rule, HasSubstr("and http.query.\"force\" == \"true\"\n"));
  EXPECT_THAT(asked->rule, HasSubstr("and http.query.\"a b\" == \"\"\n"));
  const NamedText twice[] = {{"force", "true"}, {"force", "false"}};
  EXPECT_FALSE(rule_for(merge(), "", wish(), twice));
  AlwaysWish any = wish();
  any.exact_arguments = false;
  const auto open = rule_for(merge(), "{\"a\":1}", any, query);
  ASSERT_TRUE(open);
  EXPECT_THAT(open->rule, Not(HasSubstr("body")));
  EXPECT_THAT(open->rule, Not(HasSubstr("query")));
}

// What an agent wrote must not become policy text.
TEST(AlwaysRule, WhatStandsInACallStaysInItsString) {
  store::ActionRecord record = merge();
  record.resource_id = "x\" or always because \"";
  const auto made = rule_for(record, "{\"k\\\"}\":\"a\\nb\\\\\xe2\x80\xae\"}");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->rule, HasSubstr(R"(resource.id == "x\" or always because \"")"));
  EXPECT_THAT(made->rule, HasSubstr(R"(body."k\"}" == "a\u{a}b\\\u{202e}")"));
  EXPECT_THAT(made->rule, Not(HasSubstr("\xe2\x80\xae")));
  record.resource_id = "\xff";
  EXPECT_FALSE(rule_for(record, ""));
}

TEST(AlwaysRule, OfADefaultIsATierOfItsOwn) {
  store::ActionRecord record = merge();
  record.rule.clear();
  const auto made = rule_for(record, "");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->tier.empty());
  EXPECT_EQ(made->rule.rfind("tier always_abababababab {\n", 0), 0u);
}

// --- looks ---------------------------------------------------------------------------------

TEST(Looks, RememberTheFirstAndForgetTheOldest) {
  Looks looks(2);
  Uuid a;
  Uuid b;
  b.bytes[0] = 1;
  looks.note(a, a, 10);
  looks.note(a, a, 20);
  EXPECT_EQ(looks.first(a, a), 10);
  EXPECT_EQ(looks.first(a, b), 0);
  looks.note(a, b, 30);
  looks.note(b, b, 40);
  EXPECT_EQ(looks.first(a, a), 0);
  EXPECT_EQ(looks.first(a, b), 30);
  EXPECT_EQ(looks.first(b, b), 40);
}

}  // namespace
}  // namespace sentrail::gateway
