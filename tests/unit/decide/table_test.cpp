// Looking rules up gives what asking all of them gives. support::Compiled decides by every engine
// and ends the test where two differ. See runtime/decide/table.hpp.
#include "runtime/decide/table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/lower.hpp"
#include "compiler/oracle/oracle.hpp"
#include "runtime/decide/engine.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/rule_book.hpp"
#include "tests/support/wide_policy.hpp"

namespace sentrail::support {
namespace {

using decide::Engine;
using decide::EngineKind;
using decide::Scratch;
using ir::AtomOp;

TEST(EnginesAgree, OnWidePolicies) {
  const std::uint64_t seed = 31;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  std::size_t filed = 0;
  std::size_t columns = 0;
  std::size_t decided_by_rules = 0;
  std::size_t undecidable = 0;
  for (int i = 0; i < 90; ++i) {
    WideLimits limits;
    if (i % 3 == 1) limits = {.tiers_max = 1, .rules_max = 400, .names = 200};
    if (i % 3 == 2) limits = {.tiers_max = 12, .rules_max = 20, .names = 6};
    const ir::Policy policy = wide_policy(random, limits);
    Compiled compiled(policy, i % 2 == 0 ? Phases::all : Phases::without_simplify);
    const Engine table(compiled.program(), EngineKind::table);
    filed += table.table()->report().filed;
    columns += table.table()->report().columns;
    for (int k = 0; k < 60; ++k) {
      const oracle::Request request = wide_request(random, limits);
      const std::optional<OwnedFacts> facts = OwnedFacts::of(request);
      ASSERT_TRUE(facts.has_value());
      const Decision decision = compiled.decide(**facts);
      decided_by_rules += decision.rule != Decision::kByDefault ? 1 : 0;
      undecidable += decision.undecidable ? 1 : 0;
      if (k > 0) continue;  // the oracle takes its time
      ASSERT_EQ(difference(oracle::decide(policy, request), decision), "")
          << policy.dump() << describe(request);
    }
  }
  EXPECT_GT(filed, 5'000u);
  EXPECT_GT(columns, 500u);
  EXPECT_GT(decided_by_rules, 2'000u);
  EXPECT_GT(undecidable, 2'000u);
}

TEST(EnginesAgree, OnRandomPoliciesOfManyRules) {
  Random random(32);
  RandomLimits limits;
  limits.rules_max = 60;
  for (int i = 0; i < 60; ++i) {
    const ir::Policy policy = random_policy(random, limits);
    Compiled compiled(policy);
    for (int k = 0; k < 40; ++k) {
      std::optional<OwnedFacts> facts = OwnedFacts::of(random_request(random));
      if (!facts) continue;
      facts->set_zones(zone_names_of(compiled.program()));
      (void)compiled.decide(**facts);
    }
  }
}

TEST(Table, IsChosenWhereItCostsLess) {
  Book few;
  for (std::size_t i = 0; i < 5; ++i) few.add(is("env", i));
  const Compiled small(few.policy);
  EXPECT_EQ(Engine(small.program()).kind(), EngineKind::linear);
  EXPECT_EQ(Engine(small.program()).table(), nullptr);
  EXPECT_EQ(Engine(small.program(), EngineKind::table).kind(), EngineKind::table);
  Book many;
  for (std::size_t i = 0; i < 500; ++i) many.add(is("env", i));
  const Compiled large(many.policy);
  EXPECT_EQ(Engine(large.program()).kind(), EngineKind::table);
  EXPECT_EQ(Engine(large.program(), EngineKind::linear).kind(), EngineKind::linear);
  // Rules that cannot be looked up have to be asked, all of them.
  Book opaque;
  for (int i = 0; i < 500; ++i) {
    opaque.add(test("body.n", AtomOp::less, {number(std::to_string(i))}));
  }
  const Compiled asked(opaque.policy);
  EXPECT_EQ(Engine(asked.program()).kind(), EngineKind::linear);
}

TEST(Table, ReportsWhatItIsMadeOf) {
  Book book;
  for (std::size_t i = 0; i < 40; ++i) book.add(is("env", i));
  for (std::size_t i = 0; i < 40; ++i) book.add(test("agent.roles", AtomOp::has, {text(named(i))}));
  book.add(test("body.n", AtomOp::less, {number("3")}));
  book.add(not_of(book.policy, always(book.policy)));
  const Compiled compiled(book.policy, Phases::without_simplify);
  const Engine engine(compiled.program());
  ASSERT_NE(engine.table(), nullptr);
  const decide::TableReport& report = engine.table()->report();
  EXPECT_EQ(report.columns, 2u);
  EXPECT_EQ(report.filed, 80u);
  EXPECT_EQ(report.unfiled, 1u);
  EXPECT_EQ(report.never, 1u);
  EXPECT_EQ(report.linear_cost, 82 * decide::kStepCost * decide::kAlways);
  EXPECT_LT(report.expected_cost, report.linear_cost);
  EXPECT_GT(report.bytes, 80 * sizeof(decide::FiledRule));
}

TEST(Table, ARuleThatNeverMatchesIsNeverAsked) {
  for (const bool unsure : {false, true}) {
    Book book;
    const auto never = not_of(book.policy, always(book.policy));
    book.add(all_of(book.policy, {book.ask(is("env", 1)), never}));
    for (std::size_t i = 0; i < 50; ++i) book.add(is("env", i), Outcome::allow);
    Compiled compiled(book.policy, Phases::without_simplify);
    oracle::Request request;
    request.values["env"] = unsure ? unreadable() : string_value("n1");
    const Decision decision = decide_request(compiled, request);
    EXPECT_EQ(decision.candidate_count, unsure ? 50u : 1u);
    EXPECT_EQ(decision.candidates[0], unsure ? 1u : 2u);
  }
}

TEST(Table, OfNoRulesGivesTheDefault) {
  Book book(Effect::block);
  Compiled none(book.policy);
  EXPECT_EQ(decide_request(none, {}).effect, Effect::block);
  book.policy.tiers.clear();
  Compiled no_tier(book.policy);
  EXPECT_EQ(decide_request(no_tier, {}).effect, Effect::block);
}

// A value that cannot be compared makes every test of its column undecidable: all of its rules are
// candidates, those of other columns are not.
struct Unsure {
  const char* name;
  ir::Atom (*ask)(std::size_t i);
  oracle::Value value;
};

class UnsureColumns : public testing::TestWithParam<Unsure> {};

TEST_P(UnsureColumns, HaveAllOfTheirRulesAsked) {
  Book book(Effect::allow);
  for (std::size_t i = 0; i < 20; ++i) {
    book.add(GetParam().ask(i));
    book.add(is("env", i));
  }
  Compiled compiled(book.policy);
  const Engine table(compiled.program(), EngineKind::table);
  EXPECT_EQ(table.table()->report().unfiled, 0u);
  oracle::Request request;
  const ir::Atom asked = GetParam().ask(0);
  oracle::Value value = GetParam().value;
  if (!asked.attribute.steps.empty()) value = object_value({{asked.attribute.steps[0], value}});
  request.values.emplace(row_of(asked.attribute.attribute).name, value);
  const Decision decision = decide_request(compiled, request);
  EXPECT_TRUE(decision.undecidable);
  EXPECT_EQ(decision.candidate_count, 20u);
  EXPECT_EQ(decision.effect, Effect::block);
}

const Unsure kUnsure[] = {
    {"string_unreadable", [](std::size_t i) { return is("agent.id", i); }, unreadable()},
    {"string_null", [](std::size_t i) { return is("body.k", i); }, null_value()},
    {"string_number", [](std::size_t i) { return is("body.k", i); }, number_value("1")},
    {"pattern_unreadable",
     [](std::size_t i) { return test("http.path", AtomOp::matches, {pattern(named(i) + "/*")}); },
     unreadable()},
    {"pattern_dots",
     [](std::size_t i) { return test("http.path", AtomOp::matches, {pattern(named(i) + "/*")}); },
     string_value("a/../b")},
    {"pattern_empty_segment",
     [](std::size_t i) { return test("http.path", AtomOp::matches, {pattern(named(i) + "/*")}); },
     string_value("a//b")},
    {"pattern_boolean",
     [](std::size_t i) { return test("body.k", AtomOp::matches, {pattern(named(i) + "/*")}); },
     boolean_value(true)},
    {"elements_unreadable",
     [](std::size_t i) { return test("agent.roles", AtomOp::has, {text(named(i))}); },
     unreadable()},
    {"elements_of_a_string",
     [](std::size_t i) { return test("body.k", AtomOp::has, {text(named(i))}); },
     string_value("n0")},
    {"elements_of_another_type",
     [](std::size_t i) { return test("body.k", AtomOp::has, {text(named(i))}); },
     list_value({string_value("x"), number_value("1"), string_value("y")})},
    {"elements_too_many",
     [](std::size_t i) { return test("body.k", AtomOp::has, {text(named(i))}); },
     list_value(std::vector(limits::kListElementsMax + 1, string_value("n0")))},
    {"part_unreadable",
     [](std::size_t i) { return test("agent.id", AtomOp::contains, {text(named(i))}); },
     unreadable()},
    {"part_number",
     [](std::size_t i) { return test("body.k", AtomOp::contains, {text(named(i))}); },
     number_value("1")},
    {"edge_list",
     [](std::size_t i) {
       return test("body.k", i % 2 == 0 ? AtomOp::starts_with : AtomOp::ends_with,
                   {text(named(i))});
     },
     list_value({string_value("n1")})},
    {"regex_no_utf8",
     [](std::size_t i) { return test("http.path", AtomOp::search, {regex("x" + named(i))}); },
     string_value("\xff")},
    {"regex_at_the_head_too_long",
     [](std::size_t i) { return test("http.path", AtomOp::search, {regex("^x" + named(i))}); },
     string_value(std::string(limits::kRegexValueBytesMax + 1, 'x'))},
    {"risk_of_no_name",
     [](std::size_t i) {
       return test("risk", AtomOp::equal, {risk(std::vector{"low", "high"}[i % 2])});
     },
     string_value("severe")},
    {"risk_unreadable",
     [](std::size_t i) {
       return test("risk", AtomOp::equal, {risk(std::vector{"low", "high"}[i % 2])});
     },
     unreadable()},
    {"boolean_text",
     [](std::size_t i) { return test("body.k", AtomOp::equal, {boolean(i % 2 == 0)}); },
     string_value("true")},
    {"boolean_unreadable",
     [](std::size_t i) { return test("agent.registered", AtomOp::equal, {boolean(i % 2 == 0)}); },
     unreadable()},
};

INSTANTIATE_TEST_SUITE_P(Table, UnsureColumns, testing::ValuesIn(kUnsure),
                         [](const auto& one) { return std::string(one.param.name); });

// What was found before an element that is no string was reached certainly matches.
TEST(Table, ElementsBeforeAnOddOneCount) {
  Book book;
  for (std::size_t i = 0; i < 30; ++i) {
    book.add(test("body.tags", AtomOp::has, {text(named(i))}), Outcome::allow);
  }
  Compiled compiled(book.policy);
  oracle::Request request;
  request.values["body"] =
      object_value({{"tags", list_value({string_value("n7"), null_value(), string_value("n9")})}});
  const Decision decision = decide_request(compiled, request);
  EXPECT_EQ(decision.candidate_count, 8u);  // 0 to 6 may match, 7 does
  EXPECT_EQ(decision.effect, Effect::allow);
  EXPECT_FALSE(decision.default_joined);
}

TEST(Table, FindsARuleOnceWhereAValueHasItTwice) {
  Book book;
  for (std::size_t i = 0; i < 30; ++i) {
    const std::string path = "**/" + named(i) + "/**";
    book.add(all_of(book.policy, {book.ask(test("http.path", AtomOp::matches, {pattern(path)})),
                                  book.ask(test("body.n", AtomOp::less, {number("3")}))}));
  }
  Compiled compiled(book.policy);
  oracle::Request request;
  std::string path;
  for (int i = 0; i < 200; ++i) path += "/n4";
  request.values["http.path"] = string_value(path);
  request.values["body"] = unreadable();
  const Decision decision = decide_request(compiled, request);
  EXPECT_EQ(decision.candidate_count, 1u);
  EXPECT_TRUE(decision.undecidable);
}

// Columns behind the first 64 are looked up, but no rule is checked against them.
TEST(Table, HasMoreColumnsThanItChecks) {
  Book book(Effect::allow);
  const auto add_checked = [&](const char* member) {
    for (std::size_t i = 0; i < 20; ++i) {
      book.add(
          all_of(book.policy, {book.ask(is(member, 0)), book.ask(test("tool", AtomOp::exists))}));
    }
  };
  add_checked("body.k");  // the first column, and below the last
  for (std::size_t c = 0; c < 100; ++c) {
    const std::string member = "body.m" + std::to_string(c);
    for (std::size_t i = 0; i < 20; ++i) {
      const char* const other = i % 2 == 0 ? "body.k" : "body.z";
      book.add(all_of(book.policy, {book.ask(is(member.c_str(), i)), book.ask(is(other, 0))}));
    }
  }
  add_checked("body.z");
  Compiled compiled(book.policy);
  const Engine table(compiled.program(), EngineKind::table);
  ASSERT_EQ(table.table()->report().columns, 102u);
  Random random(33);
  std::size_t matched = 0;
  for (int k = 0; k < 400; ++k) {
    oracle::Value body = object_value({});
    const auto put = [&](std::string member, std::size_t name) {
      body.names.push_back(std::move(member));
      body.elements.push_back(random() % 30 == 0 ? null_value() : string_value(named(name)));
    };
    for (std::size_t c = 0; c < 100; ++c) {
      if (random() % 3 == 0) put("m" + std::to_string(c), random() % 400);
    }
    for (const char* const member : {"k", "z"}) {
      if (random() % 3 > 0) put(member, random() % 3);
    }
    oracle::Request request;
    request.values["body"] = body;
    matched += decide_request(compiled, request).effect == Effect::block ? 1 : 0;
  }
  EXPECT_GT(matched, 50u);
  EXPECT_LT(matched, 350u);
}

TEST(Table, ADemandThatWasLookedUpAndNotFoundSparesItsRule) {
  Book book(Effect::allow);
  for (std::size_t i = 0; i < 60; ++i) {
    book.add(
        all_of(book.policy, {book.ask(is("env", i)), book.ask(is("tool", 60 - i)),
                             book.ask(test("agent.roles", AtomOp::has, {text(named(i % 5))}))}));
  }
  Compiled compiled(book.policy);
  for (std::size_t env = 0; env < 60; env += 7) {
    for (const char* tool : {"n1", "n53", "other"}) {
      oracle::Request request;
      request.values["env"] = string_value(named(env));
      request.values["tool"] = string_value(tool);
      request.values["agent.roles"] = strings_value({"n0", "n2"});
      const bool matches = tool == named(60 - env) && (env % 5 == 0 || env % 5 == 2);
      EXPECT_EQ(decide_request(compiled, request).effect == Effect::block, matches) << env << tool;
      request.values["tool"] = unreadable();
      const bool may_match = env % 5 == 0 || env % 5 == 2;
      EXPECT_EQ(decide_request(compiled, request).undecidable, may_match) << env;
    }
  }
}

// The compiler makes one row of equal tests; a bundle from elsewhere may have several.
TEST(Table, TestsThatAreTwinsHoldTogether) {
  Book book(Effect::allow);
  for (std::size_t i = 0; i < 20; ++i) {
    book.add(test("tool", AtomOp::matches, {pattern(named(i) + ".*")}));
    book.add(test("agent.roles", AtomOp::has, {text(named(i))}));
  }
  auto& rules = book.policy.tiers[0].rules;
  ir::Tier second{"second", false, {rules.begin() + 20, rules.end()}};
  rules.resize(20);
  book.policy.tiers.push_back(std::move(second));
  ProgramStorage tables = std::move(*compiler::lower(book.policy));
  // The second tier asks what the first one asks, by rows of its own.
  for (std::size_t i = tables.nodes.size() / 2; i < tables.nodes.size(); ++i) {
    NodeRow& node = tables.nodes[i];
    AtomRow twin = tables.atoms[node.atom - 20];
    tables.operands.push_back(tables.operands[twin.operands_begin]);
    twin.operands_begin = static_cast<std::uint32_t>(tables.operands.size() - 1);
    node.atom = static_cast<std::uint32_t>(tables.atoms.size());
    tables.atoms.push_back(twin);
  }
  tables.policy[0].cost = cost_of(tables.view());
  ASSERT_TRUE(verify(tables.view()).has_value()) << verify(tables.view()).error().message;
  const Engine linear(tables.view(), EngineKind::linear);
  const Engine table(tables.view(), EngineKind::table);
  Scratch scratch = table.make_scratch();
  for (std::size_t i = 0; i < 20; ++i) {
    Facts facts;
    const std::string name = named(i);
    const std::array<std::string_view, 1> roles = {name};
    const std::string tool = name + ".x";
    facts[AttributeId::tool] = Fact::of(tool);
    EXPECT_EQ(linear.decide(facts, scratch).candidate_count, i < 10 ? 2u : 0u);
    EXPECT_EQ(table.decide(facts, scratch), linear.decide(facts, scratch)) << name;
    facts = {};
    facts[AttributeId::agent_roles] = Fact::of(std::span(roles));
    EXPECT_EQ(table.decide(facts, scratch), linear.decide(facts, scratch)) << name;
  }
}

TEST(Table, TiersEndOneByOne) {
  ir::Policy policy;
  policy.name = "tiers";
  policy.default_effect = Effect::allow;
  for (int t = 0; t < 5; ++t) {
    ir::Tier tier{"t" + std::to_string(t), t == 0, {}};
    for (std::size_t i = 0; i < 40 && t != 2; ++i) {  // one tier is empty
      tier.rules.push_back(rule("r", Outcome::pass, atom(policy, is("env", i % 20))));
      tier.rules.push_back(rule("r", Outcome::require_approval, atom(policy, is("tool", i % 20))));
    }
    policy.tiers.push_back(std::move(tier));
  }
  Compiled compiled(policy);
  oracle::Request request;
  request.values["env"] = string_value("n4");
  request.values["tool"] = string_value("n4");
  const Decision decision = decide_request(compiled, request);
  EXPECT_EQ(decision.candidate_count, 4u);
  EXPECT_EQ(decision.candidates[1], 80u + 8u);
  request.values["tool"] = string_value("n3");
  EXPECT_EQ(decide_request(compiled, request).candidates[3], 240u + 7u);
}

TEST(Table, ForcedWhereItDoesNotPayDecidesTheSame) {
  Random random(34);
  std::size_t unpaid = 0;
  for (int i = 0; i < 150; ++i) {
    const WideLimits limits{.tiers_max = 2, .rules_max = 6, .names = 3};
    const ir::Policy policy = wide_policy(random, limits);
    Compiled compiled(policy);
    const Engine table(compiled.program(), EngineKind::table);
    unpaid += table.table()->pays() ? 0 : 1;
    for (int k = 0; k < 30; ++k) {
      const oracle::Request request = wide_request(random, limits);
      ASSERT_EQ(difference(oracle::decide(policy, request), decide_request(compiled, request)), "")
          << policy.dump() << describe(request);
    }
  }
  EXPECT_GT(unpaid, 100u);
}

TEST(Table, SharesAScratchWithEnginesOfOtherSizes) {
  Random random(35);
  Scratch shared;
  std::vector<Compiled> all;
  std::vector<Engine> tables;
  std::vector<WideLimits> sizes;
  for (std::size_t i = 0; i < 9; ++i) {
    sizes.push_back({.tiers_max = 1 + i, .rules_max = 4 + 30 * i, .names = 10});
    all.emplace_back(wide_policy(random, sizes.back()));
    tables.emplace_back(all.back().program(), EngineKind::table);
  }
  for (int k = 0; k < 3'000; ++k) {
    const std::size_t which = static_cast<std::size_t>(random() % all.size());
    const std::optional<OwnedFacts> facts = OwnedFacts::of(wide_request(random, sizes[which]));
    ASSERT_TRUE(facts.has_value());
    shared.fit(tables[which].bound());
    const Decision fresh = all[which].decide(**facts);
    const bool linear = random() % 4 == 0;
    const Engine& engine = linear ? all[which].engine() : tables[which];
    ASSERT_EQ(engine.decide(**facts, shared), fresh) << which << " " << linear;
  }
}

TEST(Table, ForgetsWhatItFoundBeforeGenerationsStartAgain) {
  Book book(Effect::allow);
  for (std::size_t i = 0; i < 50; ++i) {
    book.add(
        all_of(book.policy, {book.ask(is("env", i)),
                             book.ask(test("tool", AtomOp::matches, {pattern(named(i) + "*")}))}));
    book.add(test("agent.roles", AtomOp::has, {text(named(i))}));
  }
  const Compiled compiled(book.policy);
  const Engine table(compiled.program(), EngineKind::table);
  const auto decide = [&](Scratch& scratch, const char* env, const char* tool, const char* role) {
    Facts facts;
    facts[AttributeId::env] = Fact::of(env);
    facts[AttributeId::tool] = Fact::of(tool);
    const std::array<std::string_view, 1> roles = {role};
    facts[AttributeId::agent_roles] = Fact::of(std::span(roles));
    return table.decide(facts, scratch).effect;
  };
  for (std::uint32_t left = 1; left < 6; ++left) {
    Scratch scratch = table.make_scratch();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(decide(scratch, "n7", "n7", "n9"), Effect::block);
    scratch.skip_to_generation(std::numeric_limits<std::uint32_t>::max() - left);
    for (int i = 0; i < 12; ++i) {
      EXPECT_EQ(decide(scratch, "n7", "n8", "x"), Effect::allow) << left << " " << i;
    }
    EXPECT_EQ(decide(scratch, "n7", "n7", "x"), Effect::block);
  }
}

}  // namespace
}  // namespace sentrail::support
