// Builds the sample and puts loaded bundles through their paces. See bundle_samples.hpp.
#include "tests/unit/bundle/bundle_samples.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "compiler/lower/build_bundle.hpp"
#include "compiler/lower/lower.hpp"
#include "core/bundle.hpp"
#include "core/encoding.hpp"
#include "crypto/hash.hpp"
#include "runtime/decide/explain.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/random_counts.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

using Op = ir::AtomOp;

ir::ConditionId every_test(ir::Policy& policy) {
  std::vector<ir::ConditionId> tests;
  const auto add = [&](ir::Atom made) { tests.push_back(atom(policy, std::move(made))); };
  add(test("env", Op::equal, {text("live")}));
  add(test("body.n", Op::equal, {number("-1.5e3")}));
  add(test("mcp.drifted", Op::equal, {boolean(true)}));
  add(test("risk", Op::less, {risk("high")}));
  add(test("body.n", Op::greater_equal, {number("7")}));
  add(test("resource.ref", Op::in, {text("main"), pattern("release/**"), text("\u00e4")}));
  add(test("body.amount", Op::in, {number("1"), range("5", "9"), boolean(false), text("x")}));
  add(test("tool", Op::matches, {pattern("**.g?t*.x")}));
  add(test("agent.roles", Op::has, {text("payer")}));
  add(test("body.tags", Op::has, {number("2")}));
  add(test("http.headers.x-y", Op::exists));
  add(test("resource.ref", Op::contains, {text("lease")}));
  add(test("resource.ref", Op::starts_with, {text("re")}));
  add(test("body.name", Op::ends_with, {text(".md")}));
  add(size_test("agent.roles", Op::in, {number("1"), range("5", "9")}));
  add(size_test("body.tags", Op::less, {number("7")}));
  add(test("resource.ref", Op::search, {regex("(?i)^re|[^a-c\u00e9]+\\b")}));
  add(test("body.name", Op::search, {regex("x{0,2}$")}));
  ir::Atom member = test("body", Op::equal, {text("x")});
  member.attribute = {AttributeId::body, {"name"}, 1, std::string("f")};
  ir::Atom inner = test("body", Op::greater, {number("7")});
  inner.attribute = {AttributeId::body, {}, 2, std::string("h")};
  const auto some =
      quantified(policy, ir::ConditionKind::some_element, "h",
                 {AttributeId::body, {"hunks"}, 1, std::string("f")}, atom(policy, inner));
  const auto both = all_of(policy, {atom(policy, member), some});
  tests.push_back(
      quantified(policy, ir::ConditionKind::every_element, "f", ref("body.files"), both));
  add(is_type("args.a.b", ir::TestedType::object));
  add(test("agent.ip", Op::in, {network("10.0.0.0/8"), network("::1"), network("2001:db8::/32")}));
  add(test("agent.ip", Op::equal, {network("10.0.0.7")}));
  add(test("time", Op::less, {instant("2027-01-31T00:00:00.000Z")}));
  add(test("time", Op::greater_equal, {instant("2027-01-31T12:00:00.000Z")}));
  add(same("agent.owner", "resource.owner"));
  add(test("time", Op::in, {window(0x1f, 540, 1080, "Europe/Berlin")}));
  add(test("time", Op::in, {window(0x7f, 1320, 360, "America/New_York")}));
  for (const ir::Count& count : drawn_counts()) {
    add_count(policy, count);
    ir::Atom counted = test("session.calls", Op::greater, {number("7")});
    counted.attribute = {AttributeId::session_count, {count.text}};
    add(std::move(counted));
  }
  return any_of(policy, std::move(tests));
}

std::vector<OwnedFacts> some_facts() {
  Random random(17);
  std::vector<OwnedFacts> facts;
  while (facts.size() < 12) {
    if (auto made = OwnedFacts::of(random_request(random))) facts.push_back(std::move(*made));
  }
  return facts;
}

}  // namespace

ir::Policy full_policy() {
  ir::Policy policy;
  policy.name = "acme.agents";
  policy.default_because = ir::Template{{"no rule for ", ""}, {ref("action")}};
  const auto tests = every_test(policy);
  const auto never = not_of(policy, always(policy));
  const auto allowed = all_of(policy, {not_of(policy, every_test(policy)), always(policy)});
  ir::Rule stop = rule("stop", Outcome::block, tests);
  stop.because = ir::Template{{"", " is protected"}, {ref("resource.ref")}};
  policy.tiers.push_back({"safety", true, {stop, rule("out", Outcome::pass, never)}});
  ir::Rule ask = rule("ask", Outcome::require_approval, not_of(policy, always(policy)));
  ask.approval = {{{false, "leads", 2}, {false, "sre", 1}, {true, "admin", 1}}, 3'600'000};
  policy.tiers.push_back({"team", false, {rule("go", Outcome::allow, allowed), ask}});
  policy.tiers[0].rules[0].owner = "platform";
  policy.tiers[1].rules[0].ticket = "SEC-12";
  policy.tiers[1].rules[0].until_ms = 20'000ll * 86'400'000;
  ir::Limit sum;
  sum.amount = ref("body.amount");
  sum.most = 5'000'250'000;
  sum.per_ms = 86'400'000;
  sum.keys = {ref("agent.id"), ref("env")};
  sum.otherwise = Effect::require_approval;
  sum.approval = {{{true, "owner", 1}}, std::nullopt};
  ir::Limit count;
  count.most = 20'000'000;
  count.per_ms = 3'600'000;
  policy.tiers[1].rules[0].limits = {sum, count};
  policy.default_approval = {{{true, "owner", 1}}, std::nullopt};
  using Kind = ObligationKind;
  const ir::Obligation redact{Kind::redact, ref("body.card.number"), "", ""};
  const ir::Obligation notify{Kind::notify, std::nullopt, "slack", "#fin"};
  const ir::Obligation tag{Kind::tag, std::nullopt, "", "pii"};
  const ir::Obligation alert{Kind::alert, std::nullopt, "", ""};
  policy.tiers[1].rules[0].obligations = {redact, notify, tag};
  ir::Rule also = rule("pii", Outcome::pass, always(policy));
  also.obligations = {redact, alert};
  policy.tiers[1].alsos.push_back(also);
  ir::Rule tighten = rule("tighten", Outcome::require_approval, always(policy));
  policy.tiers[0].shadows.push_back({rule("trial", Outcome::block, always(policy)), 1});
  policy.tiers[1].shadows.push_back({tighten, 2});
  return policy;
}

ProgramStorage full_program() {
  auto program = compiler::lower(full_policy());
  EXPECT_TRUE(program) << (program ? "" : program.error().message);
  return std::move(*program);
}

std::string full_bundle(std::span<const crypto::NoteSigner> signers) {
  const ProgramStorage program = full_program();
  auto bundle = compiler::build_bundle(
      {.program = program.view(), .catalogs = {}, .foreign = {}, .signers = signers});
  EXPECT_TRUE(bundle) << (bundle ? "" : bundle.error().message);
  return *bundle;
}

std::string with_content(std::string_view content) {
  const std::string digest = hex_encode(crypto::sha256(content));
  return std::string(content) + bundle_statement("acme.agents", content.size(), digest);
}

std::string content_of(std::string_view bundle) {
  BundleHeader header;
  std::memcpy(&header, bundle.data(), sizeof(header));
  return std::string(bundle.substr(0, header.content_bytes));
}

bundles::LoadOptions unsigned_allowed() {
  return {.trusted = {}, .allow_unsigned = true};
}

bool survives(std::string_view bundle) {
  static const std::vector<OwnedFacts> facts = some_facts();
  const auto loaded = bundles::LoadedBundle::from_bytes(bundle, unsigned_allowed());
  if (!loaded) {
    EXPECT_FALSE(loaded.error().message.empty());
    return false;
  }
  const decide::Engine& engine = (*loaded)->engine();
  EXPECT_TRUE(verify(engine.program()));
  EXPECT_FALSE(dump(engine.program()).empty());
  decide::Scratch scratch = engine.make_scratch();
  for (const OwnedFacts& some : facts) {
    const Decision decision = engine.decide(*some, scratch);
    EXPECT_TRUE(decision.rule == Decision::kByDefault ||
                decision.rule < engine.program().rules.size());
    EXPECT_EQ(decide::explain(engine, *some, scratch).decision, decision);
  }
  return true;
}

}  // namespace sentrail::support
