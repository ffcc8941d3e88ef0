// Sentrail's policy JSON: each documented field, carried or not.
#include "tests/unit/import/support.hpp"

namespace sentrail::compiler::import_ {
namespace {

using tests::imported;
using tests::refused;
using tests::when_of;

std::string policy_json(const std::string& mode, const std::string& more,
                        const std::string& tool = "*") {
  return R"({"name":"r","tool":")" + tool + R"(","mode":")" + mode + R"(","priority":5,)" + more +
         "}";
}

ImportResult one(const std::string& mode, const std::string& more, const std::string& tool = "*") {
  return imported(ImportFormat::sentrail, policy_json(mode, more, tool));
}

TEST(Hosted, FieldsThatMeanOneThingAreCarried) {
  const ImportResult result =
      one("allow",
          R"("actionPattern":"pull_request.*","resourceType":"pr","conditions":{)"
          R"("minRiskLevel":"low","maxRiskLevel":"high","allowedAgents":["a","b"],)"
          R"("blockedAgents":["c"],"allowedResourceTypes":["pr"],"blockedResourceTypes":["x"],)"
          R"("customRules":{}})",
          "github");
  EXPECT_TRUE(result.exact()) << result.policy;
  EXPECT_EQ(when_of(result, "r"),
            "tool == \"github\" and action starts_with \"pull_request.\" and resource.type == "
            "\"pr\" and risk >= low and risk <= high and agent.id in [\"a\", \"b\"] and agent.id "
            "!= \"c\" and resource.type != \"x\"");
  EXPECT_NE(result.policy.find("default require_approval"), std::string::npos);
  EXPECT_NE(result.policy.find("rule unmatched_repos_delete: block"), std::string::npos);
}

TEST(Hosted, RiskLevelHasTwoReadings) {
  const std::string risk = R"("actionPattern":"*","riskLevel":"medium")";
  EXPECT_EQ(when_of(one("allow", risk), "r"), "risk == medium");
  EXPECT_EQ(when_of(one("block", risk), "r"), "risk >= medium");
  const ImportResult ask = one("require_approval", risk);
  EXPECT_EQ(when_of(ask, "r"), "risk == medium");
  EXPECT_EQ(when_of(ask, "r_may_apply"), "risk == medium or risk >= medium");
  EXPECT_FALSE(ask.exact());
}

TEST(Hosted, WhatIsNotDocumentedNeverLoosens) {
  for (const char* field :
       {R"("conditions":{"customRules":{"x":1}})", R"("conditions":{"hours":"9-5"})",
        R"("hours":"9-5")", R"("conditions":{"allowedAgents":[]})", R"("actionType":"read")"}) {
    const std::string more = R"("actionPattern":"push",)" + std::string(field);
    const ImportResult allow = one("allow", more);
    EXPECT_EQ(when_of(allow, "r"), "none") << field;
    EXPECT_FALSE(allow.exact());
    EXPECT_NE(allow.policy.find("NOT CARRIED"), std::string::npos);
    EXPECT_EQ(when_of(one("block", more), "r"), "action == \"push\"") << field;
    const ImportResult ask = one("require_approval", more);
    EXPECT_EQ(when_of(ask, "r"), "none");
    EXPECT_EQ(when_of(ask, "r_may_apply"), "action == \"push\"");
    EXPECT_NE(ask.policy.find("guard tier uncertain"), std::string::npos);
  }
}

TEST(Hosted, NamesOfMcpTools) {
  const std::string any = R"("actionPattern":"*",)";
  EXPECT_EQ(when_of(one("allow", any + R"("toolName":"get_x")", "mcp"), "r"),
            "tool == \"mcp\" and mcp.tool == \"get_x\"");
  EXPECT_EQ(when_of(one("block", any + R"("toolNamePattern":"delete_*")", "mcp"), "r"),
            "tool == \"mcp\" and mcp.tool starts_with \"delete_\"");
  const std::string bare = any + R"("toolNamePattern":"delete")";
  EXPECT_EQ(when_of(one("allow", bare, "mcp"), "r"),
            "tool == \"mcp\" and mcp.tool == \"delete\" and mcp.tool starts_with \"delete\"");
  EXPECT_EQ(when_of(one("block", any + R"("toolName":"x")"), "r"),
            "mcp.tool == \"x\" or tool != \"mcp\"");
  EXPECT_EQ(when_of(one("allow", any + R"("toolName":"x")"), "r"), "mcp.tool == \"x\"");
}

TEST(Hosted, OrderIsByPriorityAndTheStricterFirst) {
  const ImportResult result = imported(
      ImportFormat::sentrail,
      R"({"policies":[{"name":"c","tool":"*","actionPattern":"*","mode":"allow","priority":9},)"
      R"({"name":"a","tool":"*","actionPattern":"x","mode":"allow","priority":1},)"
      R"({"name":"b","tool":"*","actionPattern":"x","mode":"block","priority":1}]})");
  const std::size_t a = result.policy.find("rule a:");
  const std::size_t b = result.policy.find("rule b:");
  const std::size_t c = result.policy.find("rule c:");
  EXPECT_LT(b, a);
  EXPECT_LT(a, c);
  EXPECT_FALSE(result.exact()) << "a tie is reported";
}

TEST(Hosted, DisabledPoliciesAndDefaults) {
  const std::string off = policy_json("allow", R"("actionPattern":"*","enabled":false)");
  const ImportResult result = imported(ImportFormat::sentrail, off, {}, Effect::allow);
  EXPECT_TRUE(result.exact());
  EXPECT_EQ(when_of(result, "r"), "none");
  EXPECT_NE(result.policy.find("default allow"), std::string::npos);
  EXPECT_EQ(result.policy.find("repos.delete"), std::string::npos);
}

TEST(Hosted, BlockedAgentsOfABlockIsATrapThatIsSaid) {
  const ImportResult result =
      one("block", R"("actionPattern":"*","conditions":{"blockedAgents":["bad"]})");
  EXPECT_TRUE(result.exact());
  EXPECT_EQ(when_of(result, "r"), "agent.id != \"bad\"");
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_NE(result.findings[0].message.find("everybody else"), std::string::npos);
}

TEST(Hosted, NamesAreNoCodeAndNeverCollide) {
  const ImportResult result = imported(
      ImportFormat::sentrail,
      R"([{"name":"allow","tool":"a\"} rule x: allow when always #\u202e","actionPattern":"*",)"
      R"("mode":"block","priority":1},{"name":"ALLOW","tool":"*","actionPattern":"*",)"
      R"("mode":"block","priority":2},{"name":"{risk}\n#","tool":"*","actionPattern":"*",)"
      R"("mode":"block","priority":3}])");
  EXPECT_EQ(when_of(result, "allow_rule"),
            "tool == \"a\\\"} rule x: allow when always #\\u{202e}\"");
  EXPECT_EQ(when_of(result, "allow_rule_2"), "always");
  EXPECT_NE(result.policy.find("{{risk}}"), std::string::npos);
}

TEST(Hosted, WhatIsNoPolicyIsRefused) {
  const auto says = [](const std::string& text) { return refused(ImportFormat::sentrail, text); };
  EXPECT_EQ(says(R"({"name":"r"})"), "policy 1: `tool` is missing");
  EXPECT_EQ(says(policy_json("permit", R"("actionPattern":"*")")),
            "policy 1: `mode` is none of allow, block, require_approval");
  EXPECT_EQ(says(policy_json("allow", R"("enabled":true)")),
            "policy 1: `actionPattern` is missing");
  EXPECT_EQ(says(policy_json("allow", R"("actionPattern":"*","riskLevel":"huge")")),
            "policy 1: `riskLevel` is none of low, medium, high, critical");
  EXPECT_EQ(says(policy_json("allow", R"("actionPattern":"*","enabled":"no")")),
            "policy 1: `enabled` is neither true nor false");
  EXPECT_EQ(says(R"({"policies":{}})"), "there is no list of policies");
  EXPECT_EQ(says("[1]"), "policy 1 is not an object");
  EXPECT_NE(says("[{]").find("byte"), std::string::npos);
}

}  // namespace
}  // namespace sentrail::compiler::import_
