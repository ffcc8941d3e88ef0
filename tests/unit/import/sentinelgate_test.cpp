// SentinelGate's policies: order, names of tools, actions, what stands beside the rules.
#include "tests/unit/import/support.hpp"

namespace sentrail::compiler::import_ {
namespace {

using tests::imported;
using tests::refused;
using tests::when_of;

std::string rule_json(const std::string& action, const std::string& more) {
  return R"({"default_policy":"deny","policies":[{"name":"p","enabled":true,"rules":[)"
         R"({"name":"r","action":")" +
         action + "\"," + more + "}]}]}";
}

ImportResult one(const std::string& action, const std::string& more) {
  return imported(ImportFormat::sentinelgate, rule_json(action, more));
}

TEST(SentinelGate, GlobsOfGo) {
  EXPECT_EQ(when_of(one("allow", R"("tool_match":"*")"), "r"), "always");
  EXPECT_EQ(when_of(one("allow", R"("tool_match":"read_file")"), "r"), "mcp.tool == \"read_file\"");
  EXPECT_EQ(when_of(one("allow", R"("tool_match":"read_*.v?")"), "r"),
            "mcp.tool =~ /^read_[^\\/]*\\.v[^\\/]$/");
  const std::string by_server = R"("tool_match":"fs/read")";
  EXPECT_EQ(when_of(one("allow", by_server), "r"), "none");
  EXPECT_EQ(when_of(one("deny", by_server), "r"), "mcp.server == \"fs\" and mcp.tool == \"read\"");
  EXPECT_EQ(when_of(one("deny", R"("tool_match":"[ab]")"), "r"), "always");
  EXPECT_EQ(when_of(one("allow", R"("tool_match":"[ab]")"), "r"), "none");
}

TEST(SentinelGate, AConditionThatFailsBlocks) {
  const ImportResult allow =
      one("allow", R"j("tool_match":"w","condition":"!arguments.path.startsWith(\"/etc\")")j");
  EXPECT_TRUE(allow.exact());
  EXPECT_EQ(when_of(allow, "r_fails"), "mcp.tool == \"w\" and not args.path is string");
  EXPECT_EQ(when_of(allow, "r"), "mcp.tool == \"w\" and not args.path starts_with \"/etc\"");
  const ImportResult deny = one("deny", R"j("condition":"arguments.path.startsWith(\"/etc\")")j");
  EXPECT_TRUE(deny.exact());
  EXPECT_EQ(when_of(deny, "r_fails"), "none");
  EXPECT_EQ(when_of(deny, "r"), "args.path is absent or args.path starts_with \"/etc\"");
}

TEST(SentinelGate, WhatIsLostNeverLoosens) {
  const std::string lost = R"("tool_match":"w","condition":"session_call_count < 5")";
  EXPECT_EQ(when_of(one("allow", lost), "r"), "none");
  EXPECT_EQ(when_of(one("deny", lost), "r"), "mcp.tool == \"w\"");
  const ImportResult fails = one("allow", R"("tool_match":"w","condition":"arguments.n + 1 > 2")");
  EXPECT_EQ(when_of(fails, "r"), "none");
  EXPECT_EQ(when_of(fails, "r_fails"), "mcp.tool == \"w\"") << "without `n`, the call ends there";
  const ImportResult ask = one("approval_required", lost);
  EXPECT_EQ(when_of(ask, "r"), "none");
  EXPECT_EQ(when_of(ask, "r_may_apply"), "mcp.tool == \"w\"");
  EXPECT_FALSE(ask.exact());
  EXPECT_EQ(when_of(one("allow", R"("condition":"1 +")"), "r"), "none");
  EXPECT_EQ(when_of(one("deny", R"("condition":"1 +")"), "r"), "always");
  EXPECT_EQ(when_of(one("allow", R"("surprise":1)"), "r"), "none");
}

TEST(SentinelGate, ActionsAndTimeouts) {
  EXPECT_NE(one("explode", R"("tool_match":"x")").policy.find("rule r: block"), std::string::npos);
  EXPECT_TRUE(one("approval_required", R"("timeout_action":"deny")").exact());
  EXPECT_FALSE(one("approval_required", R"("timeout_action":"allow")").exact());
  EXPECT_FALSE(one("approval_required", R"("approval_timeout":"5m")").exact());
  EXPECT_TRUE(one("allow", R"("approval_timeout":"5m")").exact());
}

TEST(SentinelGate, HigherPrioritiesFirstAndTheStricterOfATie) {
  const ImportResult result = imported(
      ImportFormat::sentinelgate,
      R"([{"name":"p","enabled":true,"rules":[{"name":"low","action":"deny","priority":1},)"
      R"({"name":"high","action":"allow","tool_match":"x","priority":9}]},)"
      R"({"name":"q","enabled":true,"rules":[{"name":"tie","action":"deny","tool_match":"x",)"
      R"("priority":9}]},{"name":"off","enabled":false,"rules":[{"name":"o","action":"allow"}]}])");
  const std::size_t tie = result.policy.find("rule tie:");
  const std::size_t high = result.policy.find("rule high:");
  const std::size_t low = result.policy.find("rule low:");
  EXPECT_LT(tie, high);
  EXPECT_LT(high, low);
  EXPECT_EQ(when_of(result, "o"), "none");
  EXPECT_FALSE(result.exact());
}

TEST(SentinelGate, APolicyThatMayBeDisabledAllowsNothing) {
  const ImportResult result =
      imported(ImportFormat::sentinelgate,
               R"([{"name":"p","rules":[{"name":"a","action":"allow","tool_match":"x"},)"
               R"({"name":"d","action":"deny","tool_match":"y"}]}])");
  EXPECT_EQ(when_of(result, "a"), "none");
  EXPECT_EQ(when_of(result, "d"), "mcp.tool == \"y\"");
}

TEST(SentinelGate, YamlHasItsOwnOrder) {
  const ImportResult single =
      imported(ImportFormat::sentinelgate,
               "policies:\n- name: p\n  rules:\n  - {name: a, condition: 'true', action: allow}\n");
  EXPECT_EQ(when_of(single, "a"), "always");
  EXPECT_FALSE(single.exact()) << "the default is not said";
  EXPECT_NE(single.policy.find("default block"), std::string::npos);
  const ImportResult several =
      imported(ImportFormat::sentinelgate,
               "default_policy: allow\npolicies:\n- name: p\n  rules: [{name: a, action: allow}]\n"
               "- name: q\n  rules: [{name: b, action: deny}]\n");
  EXPECT_NE(several.policy.find("tier p {"), std::string::npos);
  EXPECT_NE(several.policy.find("tier q {"), std::string::npos);
  EXPECT_NE(several.policy.find("default allow"), std::string::npos);
  EXPECT_FALSE(several.exact());
}

TEST(SentinelGate, WhatElseIsEnforcedIsReported) {
  const ImportResult result = imported(
      ImportFormat::sentinelgate,
      R"({"default_policy":"deny","quotas":{"a":{"max":1}},"transforms":[],"server":{"x":"y"},)"
      R"("quarantined_tools":["bad"],"policies":[]})");
  EXPECT_EQ(when_of(result, "quarantined_tools"), "mcp.tool == \"bad\"");
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_NE(result.findings[0].message.find("`quotas`"), std::string::npos);
}

TEST(SentinelGate, AMapGivesVariablesTheirMeaning) {
  const std::string text =
      rule_json("deny", R"j("condition":"dest_domain.endsWith(\".evil.example\")")j");
  EXPECT_EQ(when_of(imported(ImportFormat::sentinelgate, text), "r"), "always");
  const ImportResult mapped =
      imported(ImportFormat::sentinelgate, text, "variables: {dest_domain: http.host}");
  EXPECT_EQ(when_of(mapped, "r"), "http.host ends_with \".evil.example\"");
  EXPECT_TRUE(mapped.exact());
}

TEST(SentinelGate, WhatIsNoPolicyIsRefused) {
  const auto says = [](std::string_view text) { return refused(ImportFormat::sentinelgate, text); };
  EXPECT_EQ(says("a: b"), "there is no list of policies");
  EXPECT_EQ(says("policies: [{rules: 1}]"), "policy 1: `rules` is not a list");
  EXPECT_EQ(says("policies: [{rules: [{name: a}]}]"), "policy 1, rule 1: `action` is missing");
  EXPECT_EQ(says("{\"policies\":[],\"default_policy\":\"maybe\"}"),
            "the file: `default_policy` is neither allow nor deny");
}

}  // namespace
}  // namespace sentrail::compiler::import_
