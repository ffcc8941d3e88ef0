// EnginesAgree of what sessions count: conditions of seeded policies as counts of their own. The
// engine counts the calls that the oracle counts, and the name of a count, read as policy text,
// names the same count.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <optional>

#include "compiler/ir/policy_text.hpp"
#include "compiler/oracle/oracle.hpp"
#include "core/limits.hpp"
#include "core/zones.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/facts_of.hpp"
#include "tests/support/fit_to_text.hpp"
#include "tests/support/random_counts.hpp"
#include "tests/support/representations.hpp"

namespace sentrail::support {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

bool is_of_calls(const ir::Count& count) {
  for (const ir::Condition& one : count.conditions) {
    if (one.kind == ir::ConditionKind::always) return false;
    if (one.kind != ir::ConditionKind::atom && !ir::is_quantified(one.kind)) continue;
    for (const ir::AttributeRef* ref :
         {&one.atom.attribute, one.atom.other ? &*one.atom.other : &one.atom.attribute}) {
      if (is_of_session(ref->attribute) || is_of_answers(ref->attribute)) return false;
    }
  }
  return count.text.size() <= limits::kCountTextBytesMax;
}

// A condition of a random policy that text can say, as a count.
std::optional<ir::Count> drawn(Random& random) {
  ir::Policy policy = random_policy(random);
  fit_to_text(random, policy);
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      ir::Count count = count_of(policy, rule.when, kHourMs);
      if (is_of_calls(count)) return count;
    }
  }
  return std::nullopt;
}

// `rule a: block when session.count(…) within 1h > 0`.
ir::Policy asking_for(const ir::Count& count) {
  ir::Policy policy;
  policy.name = "p";
  add_count(policy, count);
  ir::Atom test;
  test.attribute = {AttributeId::session_count, {count.text}};
  test.op = ir::AtomOp::greater;
  test.operands = {number("0")};
  policy.tiers.push_back(
      {"main", false, {rule("a", Outcome::block, atom(policy, std::move(test)))}});
  return policy;
}

TEST(EnginesAgree, OnWhatSessionsCount) {
  constexpr std::uint64_t kSeed = 20'261'122;
  constexpr std::size_t kPolicies = 400;
  constexpr std::size_t kRequests = 20;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  std::array<std::size_t, 3> truths{};
  for (std::size_t p = 0; p < kPolicies; ++p) {
    const std::optional<ir::Count> count = drawn(random);
    if (!count) continue;
    const ir::Policy policy = asking_for(*count);
    ASSERT_TRUE(policy.verify()) << count->text << policy.verify().error().message;
    Compiled compiled(policy);
    for (std::size_t r = 0; r < kRequests; ++r) {
      const oracle::Request request = random_request(random);
      auto facts = OwnedFacts::of(request);
      if (!facts) continue;
      facts->set_zones(zone_names_of(compiled.program()));
      compiled.scratch().forget();
      const Truth expected = oracle::evaluate(*count, request);
      ASSERT_EQ(compiled.engine().counts(0, **facts, compiled.scratch()), expected)
          << count->text << describe(request);
      ++truths[static_cast<std::size_t>(expected)];
    }
  }
  for (const std::size_t count : truths) EXPECT_GT(count, kPolicies);
}

TEST(PrintParseIdentity, OfTheNamesOfCounts) {
  constexpr std::uint64_t kSeed = 20'261'123;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  std::size_t read = 0;
  for (std::size_t p = 0; p < 400; ++p) {
    const std::optional<ir::Count> count = drawn(random);
    if (!count) continue;
    const std::string text =
        "policy p\nlanguage 1\nrule a: block when session.count" + count->text + " > 0\n";
    const Result<Representations> made = Representations::of(text);
    ASSERT_TRUE(made.has_value()) << made.error().message << text;
    ASSERT_EQ(made->checked().counts.size(), 1u) << text;
    EXPECT_EQ(made->checked().counts[0].text, count->text);
    ++read;
  }
  EXPECT_GT(read, 200u);
}

}  // namespace
}  // namespace sentrail::support
