// Cedar's static subset: scopes, operators, errors, maps.
#include "tests/unit/import/support.hpp"

namespace sentrail::compiler::import_ {
namespace {

using tests::imported;
using tests::refused;
using tests::sample;
using tests::when_of;

constexpr const char* kMap =
    "principal: {types: {User: user.id}, in: {Group: user.groups}}\n"
    "action: {groups: {write: [upload, delete]}}\n"
    "resource: {types: {Album: album}, in: {Album: resource.name}}\n";

// The condition of one permit, with a map.
std::string permit(const std::string& rest, std::string_view map = kMap) {
  return when_of(imported(ImportFormat::cedar, "permit" + rest + ";", map), "policy0");
}

std::string permit_when(const std::string& condition) {
  return permit("(principal, action, resource) when { " + condition + " }");
}

std::string forbid_when(const std::string& condition) {
  return when_of(imported(ImportFormat::cedar,
                          "forbid(principal, action, resource) when { " + condition + " };", kMap),
                 "policy0");
}

TEST(Cedar, Scopes) {
  EXPECT_EQ(permit("(principal, action, resource)"), "always");
  EXPECT_EQ(permit("(principal == User::\"a\", action == Action::\"view\", resource)"),
            "user.id == \"a\" and action == \"view\"");
  EXPECT_EQ(permit("(principal in App::Group::\"g\", action, resource is Album)"),
            "user.groups has \"g\" and resource.type == \"album\"");
  EXPECT_EQ(permit("(principal is User in Group::\"g\", action, resource == Album::\"x\",)"),
            "user.id exists and user.groups has \"g\" and resource.type == \"album\" and "
            "resource.id == \"x\"");
  EXPECT_EQ(permit("(principal, action in [Action::\"write\", Action::\"view\"], resource)"),
            "action == \"write\" or action in [\"upload\", \"delete\"] or action == \"view\"");
  EXPECT_EQ(permit("(principal, action, resource in Album::\"x\")"),
            "(resource.type == \"album\" and resource.id == \"x\") or resource.name == \"x\"");
}

TEST(Cedar, PrincipalsAreOfTheFirstTypeThatIsThere) {
  const char* map = "principal: {types: {Agent: agent.id, User: user.id}}\n";
  EXPECT_EQ(permit("(principal == User::\"a\", action, resource)", map),
            "agent.id is absent and user.id == \"a\"");
  EXPECT_EQ(permit("(principal is Agent, action, resource)", map), "agent.id exists");
}

TEST(Cedar, WithoutAMapWhatIsNamedDecides) {
  const auto first = [](const std::string& text) {
    return when_of(imported(ImportFormat::cedar, text), "policy0");
  };
  EXPECT_EQ(first("permit(principal == User::\"a\", action, resource);"), "user.id == \"a\"");
  EXPECT_EQ(first("permit(principal == Agent::\"a\", action, resource);"), "agent.id == \"a\"");
  EXPECT_EQ(first("permit(principal in Role::\"r\", action, resource);"), "agent.roles has \"r\"");
  EXPECT_EQ(first("permit(principal, action in [Action::\"a\"], resource);"), "action == \"a\"");
  EXPECT_EQ(first("forbid(principal, action in [Action::\"a\"], resource);"), "always");
  EXPECT_EQ(first("permit(principal, action, resource is Album);"), "none");
  EXPECT_EQ(first("permit(principal, action, resource) when { principal.name == \"x\" };"),
            "agent.name == \"x\"");
  EXPECT_EQ(first("permit(principal is User, action, resource) when { principal.name == \"x\" };"),
            "none");
}

TEST(Cedar, WhatFailsIsNotTrue) {
  EXPECT_EQ(permit_when("context.a == 1"), "args.a == 1");
  EXPECT_EQ(permit_when("context.a != \"x\""), "args.a exists and args.a != \"x\"");
  EXPECT_EQ(permit_when("!(context.a == 1)"), "args.a exists and args.a != 1");
  EXPECT_EQ(permit_when("context.a < 5"), "args.a < 5");
  EXPECT_EQ(forbid_when("context.a < 5"), "args.a is number and args.a < 5");
  EXPECT_EQ(permit_when("5 >= context[\"a b\"]"), "args.\"a b\" <= 5");
  EXPECT_EQ(permit_when("context.ok"), "args.ok == true");
  EXPECT_EQ(permit_when("context.a == 1 || context.b == 2"),
            "args.a exists and (args.a == 1 or args.b == 2)");
  EXPECT_EQ(permit("(principal, action, resource) unless { context.a == 1 }"),
            "args.a exists and args.a != 1");
}

TEST(Cedar, OperatorsAndMethods) {
  EXPECT_EQ(permit_when("context has a && context.a == 1"), "args.a == 1");
  EXPECT_EQ(permit_when("context has a.b"),
            "(args.a is absent or args.a is object) and args.a.b exists");
  EXPECT_EQ(permit_when("context.p like \"/a/*\""), "args.p starts_with \"/a/\"");
  EXPECT_EQ(permit_when("context.p like \"*.md\""), "args.p ends_with \".md\"");
  EXPECT_EQ(permit_when("context.p like \"*x*\""), "args.p contains \"x\"");
  EXPECT_EQ(permit_when("context.p like \"a\\*b\""), "args.p == \"a*b\"");
  EXPECT_EQ(permit_when("context.p like \"a*b.c\""), "args.p =~ /(?s)^a.*b\\.c$/");
  EXPECT_EQ(permit_when("context.tags.contains(\"x\")"), "args.tags has \"x\"");
  EXPECT_EQ(permit_when("[\"a\", \"b\"].contains(context.t)"), "args.t in [\"a\", \"b\"]");
  EXPECT_EQ(permit_when("context.tags.containsAny([\"a\", \"b\"])"),
            "args.tags has \"a\" or args.tags has \"b\"");
  EXPECT_EQ(permit_when("context.tags.containsAll([\"a\", \"b\"])"),
            "args.tags has \"a\" and args.tags has \"b\"");
  EXPECT_EQ(permit_when("context.tags.isEmpty()"), "args.tags is list and size(args.tags) == 0");
  EXPECT_EQ(permit_when("resource.owner == \"acme\""), "resource.owner == \"acme\"");
  EXPECT_EQ(permit_when("if context has a then context.a == 1 else true"),
            "args.a == 1 or args.a is absent");
}

TEST(Cedar, WhatIsLostNeverLoosens) {
  for (const char* condition :
       {"context.a == context.b", "resource.owner == principal", "ip(\"1.2.3.4\").isIpv4()",
        "context.ip.isInRange(ip(\"10.0.0.0/8\"))", "context.a + 1 > 2", "{a: 1} == context",
        "context.a == User::\"x\"", "principal.colour == \"red\"", "context.a > \"x\"",
        "principal in context.groups", "context.a in Group::\"g\"", "\"x\"", "resource has colour",
        "principal.hasTag(\"x\")"}) {
    EXPECT_EQ(permit_when(condition), "none") << condition;
    EXPECT_EQ(forbid_when(condition), "always") << condition;
    // Whatever a lost part would have been, the part beside it does not open alone where an error
    // of the lost one would have closed.
    EXPECT_EQ(permit_when(std::string(condition) + " || context.z == 1"), "none") << condition;
    EXPECT_EQ(forbid_when("context.z == 1 && " + std::string(condition)), "args.z == 1")
        << condition;
  }
  EXPECT_EQ(permit_when("principal is Robot"), "none");
  EXPECT_EQ(forbid_when("principal is Robot"), "always");
  EXPECT_EQ(permit("(principal == ?principal, action, resource)"), "none");
}

TEST(Cedar, AnnotationsNameAndExplain) {
  const ImportResult result =
      imported(ImportFormat::cedar,
               "@id(\"my rule\") @reason(\"because\") @flag permit(principal, action, resource);");
  EXPECT_EQ(when_of(result, "my_rule"), "always");
  EXPECT_NE(result.policy.find("# @reason: because"), std::string::npos);
  EXPECT_TRUE(result.exact());
  EXPECT_NE(result.policy.find("default block"), std::string::npos);
}

TEST(Cedar, TheSampleIsCarriedWithItsMap) {
  const ImportResult result =
      imported(ImportFormat::cedar, sample("photos.cedar"), sample("photos_map.yaml"));
  EXPECT_EQ(when_of(result, "alice_reads"),
            "user.id == \"alice\" and (action == \"view\" or action == \"list\") and "
            "resource.type == \"album\" and args.tags is list and args.size <= 100 and not "
            "args.tags has \"private\"");
  EXPECT_EQ(when_of(result, "no_big_uploads"),
            "action == \"upload\" and args.size is number and (args.size > 500 or args.kind == "
            "\"raw\")");
  EXPECT_EQ(when_of(result, "owners"), "none");
  ASSERT_EQ(result.outcomes.size(), 4u);
  EXPECT_TRUE(result.outcomes[0].exact);
  EXPECT_FALSE(result.outcomes[3].exact);
}

TEST(Cedar, WhatIsNotCedarIsRefusedWithItsPlace) {
  const auto says = [](const std::string& text) { return refused(ImportFormat::cedar, text); };
  EXPECT_EQ(says("permit(principal, action);"), "line 1, column 25: `);` is not Cedar here");
  EXPECT_EQ(says("permit(principal, action, resource)\n  when { context.a = 1 };"),
            "line 2, column 20: `= 1 };` is not Cedar here");
  EXPECT_EQ(says("permit(action, principal, resource);"),
            "line 1: the scope of `principal` is not `==`, `in` or `is` on it");
  EXPECT_EQ(says("permit(principal, action, resource) when { \"\\q\" == context.a };"),
            "line 1, column 45: the string has an escape that means nothing");
  EXPECT_EQ(says("allow(principal, action, resource);").find("line 1, column 1"), 0u);
  EXPECT_NE(says("\xff").find("not UTF-8"), std::string::npos);
  std::string deep = "permit(principal, action, resource) when { ";
  for (int i = 0; i < 5'000; ++i) deep += '(';
  EXPECT_NE(says(deep).find("nested deeper than 64"), std::string::npos);
}

TEST(Cedar, MapsAreStrict) {
  const auto says = [](std::string_view map) {
    return refused(ImportFormat::cedar, "permit(principal, action, resource);", map);
  };
  EXPECT_NE(says("principal: {type: x}").find("`type` means nothing in `principal`"),
            std::string::npos);
  EXPECT_NE(says("principal: {types: {User: nobody.id}}").find("`nobody.id` is not an attribute"),
            std::string::npos);
  EXPECT_NE(says("colours: {}").find("`colours` means nothing in a map"), std::string::npos);
  EXPECT_NE(says("action: {groups: {a: b}}").find("a group is a list"), std::string::npos);
  EXPECT_NE(says("[").find("the map: "), std::string::npos);
  EXPECT_EQ(refused(ImportFormat::sentrail, "[]", "{}"),
            "Sentrail's policies have no names to map; leave out the map");
}

}  // namespace
}  // namespace sentrail::compiler::import_
