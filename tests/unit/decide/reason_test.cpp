// What people are told, and that hostile values cannot say more. See runtime/decide/reason.hpp.
#include "runtime/decide/reason.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"

namespace sentrail::support {
namespace {

Compiled compiled_with(std::optional<ir::Template> because,
                       std::optional<ir::Template> default_because = std::nullopt) {
  ir::Policy policy;
  policy.name = "acme";
  policy.default_because = std::move(default_because);
  const auto when = atom(policy, test("env", ir::AtomOp::equal, {text("live")}));
  ir::Rule made = rule("protect", Outcome::block, when);
  made.qualified_name = "acme.safety.protect";
  made.because = std::move(because);
  policy.tiers.push_back({"safety", false, {made}});
  return Compiled(policy);
}

std::string reason(Compiled& compiled, const Facts& facts) {
  return decide::reason_of(compiled.engine(), compiled.decide(facts), facts);
}

Facts live() {
  Facts facts;
  facts[AttributeId::env] = Fact::of("live");
  return facts;
}

// L8.10.
TEST(Reason, FillsHolesWithValues) {
  Compiled compiled = compiled_with(
      ir::Template{{"", " on ", " by ", ""}, {ref("resource.ref"), ref("env"), ref("agent.id")}});
  Facts facts = live();
  facts[AttributeId::resource_ref] = Fact::of("refs/heads/main");
  facts[AttributeId::agent_id] = Fact::unreadable();
  EXPECT_EQ(reason(compiled, facts), "refs/heads/main on live by (unreadable)");
}

TEST(Reason, NamesTheRuleWhereNoBecauseIsWritten) {
  Compiled compiled = compiled_with(std::nullopt);
  EXPECT_EQ(reason(compiled, live()), "Policy 'acme.safety.protect' matched");
  EXPECT_EQ(decide::rule_name_of(compiled.program(), compiled.decide(live()).rule),
            "acme.safety.protect");
}

TEST(Reason, TellsOfTheDefault) {
  Compiled silent = compiled_with(std::nullopt);
  EXPECT_EQ(reason(silent, Facts{}), "No rule matched");
  EXPECT_EQ(decide::rule_name_of(silent.program(), silent.decide(Facts{}).rule), "default");
  Compiled spoken = compiled_with(std::nullopt, ir::Template{{"ask ", ""}, {ref("env")}});
  EXPECT_EQ(reason(spoken, Facts{}), "ask (absent)");
}

TEST(Reason, TellsOfADefaultThatStandsAboveAnUncertainRule) {
  ir::Policy policy;
  policy.name = "acme";
  const auto when = atom(policy, test("env", ir::AtomOp::equal, {text("live")}));
  policy.tiers.push_back({"t", false, {rule("r", Outcome::allow, when)}});
  Compiled compiled(policy);
  Facts facts;
  facts[AttributeId::env] = Fact::unreadable();
  EXPECT_EQ(reason(compiled, facts), "No rule matched with certainty");
}

TEST(Reason, EscapesHostileValuesAndCapsThem) {
  Compiled compiled =
      compiled_with(ir::Template{{"ref ", " is ", ""}, {ref("resource.ref"), ref("body.x")}});
  Facts facts = live();
  facts[AttributeId::resource_ref] = Fact::of("a\nHTTP/1.1 200 \x1b[31m\u202e\xff");
  std::string shown = reason(compiled, facts);
  EXPECT_EQ(shown, "ref a\\x0aHTTP/1.1 200 \\x1b[31m\\u{202e}\\xff is (absent)");
  const std::string huge(1 << 20, '\x01');
  facts[AttributeId::resource_ref] = Fact::of(huge);
  shown = reason(compiled, facts);
  EXPECT_LE(count_code_points(shown), limits::kReasonCharactersMax);
  EXPECT_TRUE(shown.ends_with(" is (absent)")) << shown;
}

TEST(Reason, CapsTheWholeText) {
  Compiled compiled = compiled_with(ir::Template{{std::string(1'000, 'x')}, {}});
  EXPECT_EQ(count_code_points(reason(compiled, live())), limits::kReasonCharactersMax);
}

TEST(Reason, ShowsValuesOfEveryKindWithoutSpillingContainers) {
  const auto shown = [](const oracle::Value& value) {
    oracle::Request request;
    request.values["body"] = value;
    const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
    return decide::show_value((**facts)[AttributeId::body]);
  };
  EXPECT_EQ(shown(absent()), "(absent)");
  EXPECT_EQ(shown(unreadable()), "(unreadable)");
  EXPECT_EQ(shown(null_value()), "null");
  EXPECT_EQ(shown(boolean_value(true)), "true");
  EXPECT_EQ(shown(boolean_value(false)), "false");
  EXPECT_EQ(shown(number_value("1.50")), "1.50");
  EXPECT_EQ(shown(string_value("x")), "x");
  EXPECT_EQ(shown(list_value({string_value("secret")})), "(list of 1)");
  EXPECT_EQ(shown(object_value({{"token", string_value("secret")}})), "(object of 1)");
  const std::vector<std::string_view> roles = {"a", "b\n", "c", "d", "e", "f", "g", "h", "i"};
  const std::span<const std::string_view> all(roles);
  EXPECT_EQ(decide::show_value(Fact::of(all.first(2))), "[a, b\\x0a]");
  EXPECT_EQ(decide::show_value(Fact::of(all)), "[a, b\\x0a, c, d, e, f, g, h, …]");
  EXPECT_EQ(decide::show_value(Fact::of(all.first(0))), "[]");
}

}  // namespace
}  // namespace sentrail::support
