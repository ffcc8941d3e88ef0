// Refinements in three values: what cannot be told is judged as both.
#include "tests/unit/classify/call.hpp"

namespace sentrail::classify {
namespace {

const std::string kRef = "/repos/acme/web/git/refs/heads/main";
constexpr const char* kPush = "ref.update high";
constexpr const char* kForce = "ref.force_push critical + ref.update high";

TEST(Refine, ABodyThatCannotBeReadMayForce) {
  EXPECT_EQ(github_actions("PATCH", kRef, "unreadable"), kForce);
  EXPECT_EQ(github_actions("PATCH", kRef, "[]"), kForce);
  EXPECT_EQ(github_actions("PATCH", kRef, "\"force\""), kForce);
}

TEST(Refine, AValueOfAnotherTypeMayForce) {
  for (const char* value : {"\"true\"", "1", "null", "[]", "{}", "\"false\"", "0"}) {
    EXPECT_EQ(github_actions("PATCH", kRef, std::string("{\"force\":") + value + "}"), kForce)
        << value;
  }
}

TEST(Refine, WhatIsAbsentDoesNot) {
  EXPECT_EQ(github_actions("PATCH", kRef), kPush);
  EXPECT_EQ(github_actions("PATCH", kRef, "{}"), kPush);
  EXPECT_EQ(github_actions("PATCH", kRef, R"({"Force":true})"), kPush);
}

TEST(Refine, TheQueryCountsToo) {
  EXPECT_EQ(github_actions("PATCH", kRef + "?force=true", "{}"), kForce);
  EXPECT_EQ(github_actions("PATCH", kRef + "?force", "{}"), kForce);
  EXPECT_EQ(github_actions("PATCH", kRef + "?a=1&force=0&force=0", "{}"), kForce);
  EXPECT_EQ(github_actions("PATCH", kRef + "?a;b", "{}"), kForce);
  EXPECT_EQ(github_actions("PATCH", kRef + "?other=1", "{}"), kPush);
}

// Reading more of a call never adds an action: so spoiling it never makes the decision looser.
TEST(Refine, UncertaintyNeverOpens) {
  const std::vector<std::string> readable = {"",
                                             "{}",
                                             R"({"force":true})",
                                             R"({"force":false})",
                                             R"({"archived":true,"private":false})",
                                             R"({"event":"APPROVE"})",
                                             R"({"ref":"refs/tags/x"})",
                                             R"({"name":"x","visibility":"public"})"};
  for (const auto& [method, target] :
       std::vector<std::pair<std::string, std::string>>{{"PATCH", kRef},
                                                        {"PATCH", "/repos/acme/web"},
                                                        {"POST", "/repos/acme/web/pulls/7/reviews"},
                                                        {"POST", "/repos/acme/web/git/refs"},
                                                        {"PUT", "/repos/acme/web/contents/a"}}) {
    TextBody spoiled("unreadable");
    const auto most = github(method, target, &spoiled);
    ASSERT_TRUE(most.has_value());
    for (const std::string& body : readable) {
      TextBody source(body);
      const auto some = github(method, target, &source);
      ASSERT_TRUE(some.has_value());
      for (const ActionFound& found : some->actions) {
        const auto& all = most->actions;
        EXPECT_NE(std::find(all.begin(), all.end(), found), all.end()) << target << " " << body;
      }
    }
  }
}

TEST(Refine, TheBodyIsReadOnlyWhereItMatters) {
  TextBody body(R"({"force":true})");
  ASSERT_TRUE(github("POST", "/repos/acme/web/issues", &body).has_value());
  ASSERT_TRUE(github("GET", "/repos/acme/web", &body).has_value());
  ASSERT_TRUE(github("DELETE", kRef, &body).has_value());
  EXPECT_EQ(body.asked, 0);
  ASSERT_TRUE(github("PATCH", kRef, &body).has_value());
  EXPECT_GT(body.asked, 0);
}

constexpr const char* kYaml = R"(
catalog: a.b
tool: t
version: 1
hosts: [a.example]
parameters: {p: {kind: multi}}
actions: {act: medium, more: high, most: critical}
families:
  all:
    paths:
      /a/{p}:
        POST:
          action: act
          refine:
            - {when: {body.n: 10}, action: more}
            - {when: {body.deep.er: x, path.p: {under: top}}, action: most}
            - {when: {body.n: 10, body.text: "10"}, risk: critical}
            - {when: {query.q: "yes"}, action: more}
)";

std::string small(std::string_view target, std::string_view body) {
  static const CatalogTables tables = tests::lowered_catalog(kYaml);
  static const CatalogView view = tables.view();
  TextBody source(body);
  Call call;
  call.tool = "t";
  call.method = "POST";
  call.target = target;
  call.body = &source;
  return actions_of(classify(view, call));
}

TEST(Refine, NumbersCompareByValue) {
  for (const char* ten : {"10", "10.0", "1e1", "100E-1"}) {
    EXPECT_EQ(small("/a/x", std::string("{\"n\":") + ten + "}"), "more high + act medium") << ten;
  }
  EXPECT_EQ(small("/a/x", R"({"n":10.1})"), "act medium");
  EXPECT_EQ(small("/a/x", R"({"n":"10"})"), "more high + act medium");
  EXPECT_EQ(small("/a/x", R"({"n":1e9999})"), "more high + act medium");
}

TEST(Refine, AllConditionsMustHold) {
  EXPECT_EQ(small("/a/top/x", R"({"deep":{"er":"X"}})"), "most critical + act medium");
  EXPECT_EQ(small("/a/top", R"({"deep":{"er":"x"}})"), "most critical + act medium");
  EXPECT_EQ(small("/a/topmost", R"({"deep":{"er":"x"}})"), "act medium");
  EXPECT_EQ(small("/a/top/x", R"({"deep":{"er":"y"}})"), "act medium");
  EXPECT_EQ(small("/a/top/x", R"({"deep":{}})"), "act medium");
  EXPECT_EQ(small("/a/top/x", R"({"deep":[]})"), "most critical + act medium");
  EXPECT_EQ(small("/a/other", R"({"deep":[]})"), "act medium");
}

TEST(Refine, SeveralCanHoldAtOnceAndRepeatsAreOne) {
  EXPECT_EQ(small("/a/x?q=YES", R"({"n":10,"text":"10"})"),
            "act critical + more high + act medium");
}

}  // namespace
}  // namespace sentrail::classify
