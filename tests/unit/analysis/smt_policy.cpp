// Draws what another judge can be asked. See smt.hpp.
#include <string>
#include <utility>
#include <vector>

#include "tests/support/build_ir.hpp"
#include "tests/unit/analysis/smt.hpp"
#include "tests/unit/analysis/smt_words.hpp"

namespace sentrail::compiler::analysis {
namespace {

using support::Random;

ir::Atom random_test(Random& random) {
  using ir::AtomOp;
  using support::number;
  using support::pattern;
  using support::range;
  using support::test;
  using support::text;
  const auto pick = [&](std::initializer_list<const char*> from) {
    return *(from.begin() + random() % from.size());
  };
  switch (random() % 18) {
    case 0:
      return test("env", AtomOp::equal, {text(pick({"live", "test"}))});
    case 1:
      return test("env", AtomOp::in, {text("live"), pattern(pick({"t*", "?", "a.**", "*.b"}))});
    case 2:
      return test("resource.ref", AtomOp::matches,
                  {pattern(pick({"release/**", "**/a", "*", "r*", "a/*/b", "**/b/**", "main"}))});
    case 3:
      return test("resource.ref", AtomOp::in, {text("main"), pattern(pick({"m*", "*/x", "**"}))});
    case 4:
      return test("risk", random() % 2 == 0 ? AtomOp::greater_equal : AtomOp::less,
                  {support::risk(pick({"medium", "high"}))});
    case 5:
      return test("risk", AtomOp::in, {support::risk("low"), support::risk("critical")});
    case 6:
      return test("agent.registered", AtomOp::equal, {support::boolean(random() % 2 == 0)});
    case 7:
      return test("agent.roles", AtomOp::has, {text(kRoles[random() % 3])});
    case 8:
      return test("body.n", random() % 2 == 0 ? AtomOp::equal : AtomOp::less,
                  {number(pick({"1", "5"}))});
    case 9:
      return test("body.n", AtomOp::in, {range("0", "5"), text("a"), pattern("b/*")});
    case 10:
    case 11:
      return test(pick({"env", "resource.ref"}), AtomOp::search,
                  {support::regex(kSearched[random() % kSearched.size()].written)});
    case 12:
      return test(pick({"env", "resource.ref"}), AtomOp::contains,
                  {text(pick({"i", "ive", "a/", "rel"}))});
    case 13:
      return random() % 2 == 0
                 ? test("env", AtomOp::starts_with, {text(pick({"l", "te"}))})
                 : test("resource.ref", AtomOp::ends_with, {text(pick({"n", "/a", "ain"}))});
    case 14:
    case 15:
      return support::size_test(pick({"env", "resource.ref", "agent.roles", "body.n"}),
                                random() % 2 == 0 ? AtomOp::less : AtomOp::greater,
                                {number(pick({"0", "1", "2", "3", "4"}))});
    case 16:
      return support::size_test(pick({"env", "resource.ref", "agent.roles", "body.n"}), AtomOp::in,
                                {number("0"), range("2", "3")});
    default:
      return random() % 2 == 0 ? test(pick({"env", "resource.ref", "body.n"}), AtomOp::exists)
                               : support::is_type("body.n", ir::TestedType::number);
  }
}

// What a quantifier says: tests of its element, a role, and of the request.
ir::ConditionId random_body(Random& random, ir::Policy& policy, int depth) {
  if (depth == 0 || random() % 3 == 0) {
    if (random() % 3 == 0) return support::atom(policy, random_test(random));
    ir::Atom test = support::test("agent.roles", ir::AtomOp::equal,
                                  {support::text(kRoles[random() % kRoles.size()])});
    if (random() % 3 == 0) {
      test.op = ir::AtomOp::in;
      test.operands.push_back(support::text(kRoles[random() % kRoles.size()]));
    }
    test.attribute.binder = 1;
    test.attribute.element = "x";
    return support::atom(policy, std::move(test));
  }
  const ir::ConditionId first = random_body(random, policy, depth - 1);
  if (random() % 3 == 0) return support::not_of(policy, first);
  const ir::ConditionId second = random_body(random, policy, depth - 1);
  return random() % 2 == 0 ? support::any_of(policy, {first, second})
                           : support::all_of(policy, {first, second});
}

ir::ConditionId quantifier_over_roles(Random& random, ir::Policy& policy) {
  const auto kind =
      random() % 2 == 0 ? ir::ConditionKind::some_element : ir::ConditionKind::every_element;
  const ir::ConditionId body = random_body(random, policy, 2);
  return support::quantified(policy, kind, "x", support::ref("agent.roles"), body);
}

ir::ConditionId random_condition(Random& random, ir::Policy& policy, int depth) {
  if (random() % 6 == 0) return quantifier_over_roles(random, policy);
  if (depth == 0 || random() % 3 == 0) return support::atom(policy, random_test(random));
  if (random() % 3 == 0) {
    return support::not_of(policy, random_condition(random, policy, depth - 1));
  }
  std::vector<ir::ConditionId> parts = {random_condition(random, policy, depth - 1),
                                        random_condition(random, policy, depth - 1)};
  return random() % 3 == 0 ? support::any_of(policy, std::move(parts))
                           : support::all_of(policy, std::move(parts));
}

}  // namespace

ir::Policy smt_policy(Random& random) {
  ir::Policy policy;
  policy.name = "smt";
  policy.default_effect = static_cast<Effect>(random() % 3);
  std::size_t count = 0;
  for (std::size_t t = 0; t < 1 + random() % 2; ++t) {
    ir::Tier tier;
    tier.name = "t" + std::to_string(t);
    tier.guard = random() % 3 == 0;
    for (std::size_t i = 0; i < 1 + random() % 4; ++i) {
      const ir::ConditionId when = random_condition(random, policy, 2);
      const auto outcome = static_cast<Outcome>(tier.guard ? 1 + random() % 3 : random() % 4);
      ir::Rule made = support::rule("r" + std::to_string(count++), outcome, when);
      if (random() % 4 == 0) made.unless = random_condition(random, policy, 1);
      if (random() % 4 == 0) made.until_ms = kEnds[random() % kEnds.size()];
      tier.rules.push_back(std::move(made));
    }
    policy.tiers.push_back(std::move(tier));
  }
  for (const char* name : {"one", "two"}) {
    policy.proofs.push_back(
        {name, static_cast<Effect>(random() % 3), random_condition(random, policy, 1), {}});
  }
  return policy;
}

}  // namespace sentrail::compiler::analysis
