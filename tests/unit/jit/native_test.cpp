// Deciding with native code, whoever made it: the same decisions as without, whatever is absent,
// odd or over a limit. support::Compiled compares. See runtime/decide/native.hpp.
#include "runtime/decide/native.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "compiler/oracle/oracle.hpp"
#include "core/limits.hpp"
#include "runtime/decide/engine.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/interpreted_native.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/support/wide_policy.hpp"
#include "tests/unit/jit/trees.hpp"

namespace sentrail::support {
namespace {

using decide::Engine;
using decide::EngineKind;
using jit::Coverage;

TEST(NativeCode, DecidesAsTheOracleOnTrees) {
  for (const std::size_t rules : {63u, 64u, 65u, 130u}) {
    const ir::Policy policy = trees(rules);
    Compiled compiled(policy);
    std::size_t by_rules = 0;
    for (std::size_t i = 0; i < 100; ++i) {
      const oracle::Request request = trees_request(i);
      const Decision decision = decide_request(compiled, request);
      ASSERT_EQ(difference(oracle::decide(policy, request), decision), "") << describe(request);
      by_rules += decision.rule != Decision::kByDefault ? 1 : 0;
    }
    EXPECT_GT(by_rules, 20u);
    EXPECT_LT(by_rules, 100u);
  }
}

// Every number that is compared, those between, before and behind them, and what is no number.
TEST(NativeCode, RanksNumbersAsTheyCompare) {
  using ir::AtomOp;
  Book book;
  for (const AtomOp op :
       {AtomOp::less, AtomOp::less_equal, AtomOp::greater, AtomOp::greater_equal, AtomOp::equal}) {
    for (const char* const bound : {"-3", "0", "2.5", "1e3", "12345678901234567890.5"}) {
      book.add(all_of(book.policy,
                      {book.ask(test("body.n", op, {number(bound)})),
                       not_of(book.policy, book.ask(test("body.m", op, {number(bound)})))}));
    }
  }
  book.add(test("body.n", AtomOp::in, {number("7"), range("2.5", "3"), range("-9", "-3")}));
  const std::vector<oracle::Value> values = {null_value(),
                                             string_value("0"),
                                             boolean_value(true),
                                             number_value("-3"),
                                             number_value("-3.0001"),
                                             number_value("-2"),
                                             number_value("0"),
                                             number_value("-0.0"),
                                             number_value("2.5"),
                                             number_value("2.50001"),
                                             number_value("3"),
                                             number_value("7"),
                                             number_value("1000"),
                                             number_value("1001"),
                                             number_value("12345678901234567890.5"),
                                             number_value("12345678901234567890.6"),
                                             number_value("1e9999999")};
  for (const Phases phases : {Phases::all, Phases::without_simplify}) {
    Compiled compiled(book.policy, phases);
    const auto compare = [&](oracle::Value body) {
      oracle::Request request;
      request.values["body"] = std::move(body);
      EXPECT_EQ(difference(oracle::decide(book.policy, request), decide_request(compiled, request)),
                "")
          << describe(request);
    };
    for (const oracle::Value& n : values) {
      compare(object_value({{"n", n}}));
      compare(object_value({{"m", n}}));
      for (const oracle::Value& m : values) compare(object_value({{"n", n}, {"m", m}}));
    }
  }
}

// One input that cannot be decided leaves the rules of its block to the judge.
TEST(NativeCode, LeavesWhatCannotBeDecidedToTheJudge) {
  const ir::Policy policy = trees(64);
  Compiled compiled(policy);
  std::size_t undecidable = 0;
  for (const char* const member : {"amount", "age", "items", "verified"}) {
    oracle::Request request = trees_request(5);
    request.values["body"] = object_value({{member, string_value("odd")}});
    const Decision decision = decide_request(compiled, request);
    ASSERT_EQ(difference(oracle::decide(policy, request), decision), "") << member;
    undecidable += decision.undecidable ? 1 : 0;
  }
  EXPECT_GE(undecidable, 1u);
}

// A comparison that never holds may still be undecidable, though nothing of it is left in a
// formula.
TEST(NativeCode, ReadsWhatItsFormulasDoNotName) {
  using Never = std::pair<ir::AtomOp, const char*>;
  for (const auto& [op, name] :
       {Never(ir::AtomOp::greater, "critical"), Never(ir::AtomOp::less, "low")}) {
    for (const bool negated : {false, true}) {
      for (const Outcome outcome : {Outcome::allow, Outcome::block}) {
        ir::Policy policy;
        policy.name = "never";
        ir::ConditionId when = atom(policy, test("risk", op, {risk(name)}));
        if (negated) when = not_of(policy, when);
        policy.tiers.push_back({"t", false, {rule("r", outcome, when)}});
        Compiled compiled(policy);
        for (const char* const value : {"severe", "low", "critical", ""}) {
          oracle::Request request;
          if (*value != '\0') request.values["risk"] = string_value(value);
          const Decision decision = decide_request(compiled, request);
          ASSERT_EQ(difference(oracle::decide(policy, request), decision), "") << value;
          EXPECT_EQ(decision.undecidable, std::string_view(value) == "severe") << value;
        }
      }
    }
  }
}

// Rules that a limit leaves out are judged as before.
TEST(NativeCode, StopsAtItsLimits) {
  const ir::Policy policy = trees(200);
  Compiled compiled(policy);
  for (const Coverage coverage : {Coverage::every_rule, Coverage::whole}) {
    for (const bool bytes : {false, true}) {
      jit::LibraryOptions options;
      options.coverage = coverage;
      (bytes ? options.code_bytes_max : options.instructions_max) = 1'000;
      const jit::Library library(options, &interpreted_api());
      const Engine engine(compiled.program(), EngineKind::jit, &library);
      const decide::NativeReport& report = engine.native_report();
      EXPECT_EQ(report.rules % 64, 0u);
      EXPECT_GT(report.rules, 0u);
      EXPECT_EQ(report.rules + report.over_caps, 200u);
      EXPECT_LE(bytes ? report.code_bytes : report.instructions, 1'000u);
      EXPECT_NE(engine.description().find("more are over its limits"), std::string::npos);
      decide::Scratch scratch = engine.make_scratch();
      for (std::size_t i = 0; i < 100; ++i) {
        const auto facts = OwnedFacts::of(trees_request(i));
        ASSERT_TRUE(facts.has_value());
        ASSERT_EQ(engine.decide(**facts, scratch), compiled.decide(**facts)) << i;
      }
    }
  }
}

TEST(NativeCode, OfNothingIsNotMade) {
  jit::LibraryOptions options;
  options.instructions_max = 1;
  const jit::Library library(options, &interpreted_api());
  const Compiled compiled(trees(100));
  const Engine engine(compiled.program(), EngineKind::jit, &library);
  EXPECT_NE(engine.kind(), EngineKind::jit);
  EXPECT_TRUE(engine.native_report().chosen);
  EXPECT_EQ(engine.native_report().over_caps, 100u);
  EXPECT_EQ(engine.native_report().rules, 0u);
}

// What an earlier decision left in a scratch is not this one's, not even after 2^32 of them.
TEST(NativeCode, ForgetsWhatItAnswered) {
  const ir::Policy policy = trees(130);
  const Compiled compiled(policy);
  const Engine engine(compiled.program(), EngineKind::jit, &interpreted_native(Coverage::whole));
  const Engine table(compiled.program(), EngineKind::table);
  decide::Scratch scratch = engine.make_scratch();
  for (std::size_t i = 0; i < 100; ++i) {
    if (i == 50) scratch.skip_to_generation(~std::uint32_t{0} - 3);
    const auto facts = OwnedFacts::of(trees_request(i));
    ASSERT_TRUE(facts.has_value());
    const Decision decision = engine.decide(**facts, scratch);
    ASSERT_EQ(table.decide(**facts, scratch), decision) << i;
  }
}

// How much of what is drawn elsewhere native code decides, so that those tests say something.
TEST(NativeCode, HasMostRulesOfRandomPolicies) {
  const std::uint64_t seed = 62;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  RandomLimits limits;
  limits.rules_max = 60;
  std::size_t rules = 0;
  std::size_t native = 0;
  for (int i = 0; i < 60; ++i) {
    const ir::Policy policy = i % 2 == 0 ? random_policy(random, limits) : wide_policy(random);
    const Compiled compiled(policy);
    const Engine engine(compiled.program(), EngineKind::jit,
                        &interpreted_native(Coverage::every_rule));
    rules += compiled.program().rules.size();
    native += engine.native_report().rules;
  }
  EXPECT_GT(native, rules / 2);
}

}  // namespace
}  // namespace sentrail::support
