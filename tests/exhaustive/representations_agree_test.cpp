// EnginesAgree from text on: seeded policies are written down, read back and brought through every
// phase; each form decides as the oracle decides what was meant. The fuzz target
// tests/fuzz/fuzz_differential.cpp does the same with chosen bytes.
#include "tests/support/representations.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "tests/support/build_ir.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/written_policy.hpp"

namespace sentrail::support {
namespace {

TEST(EnginesAgree, EveryRepresentationOfAWrittenPolicyDecidesAsTheOracle) {
  constexpr std::uint64_t kSeed = 20'260'117;
  constexpr std::size_t kPolicies = 400;
  constexpr std::size_t kRequests = 12;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  std::size_t changed = 0;  // by a shadow rule
  std::size_t obliged = 0;
  std::size_t refused = 0;                                 // as an obligation cannot be carried out
  std::map<std::pair<Effect, bool>, std::size_t> answers;  // by effect, and whether by a rule
  for (std::size_t p = 0; p < kPolicies; ++p) {
    const WrittenPolicy written = random_written_policy(random);
    ASSERT_TRUE(written.policy.verify().has_value());
    Result<Representations> made = Representations::of(written.text, written.module);
    ASSERT_TRUE(made.has_value()) << made.error().message << written.text;
    for (std::size_t r = 0; r < kRequests; ++r) {
      const oracle::Request request = random_request(random);
      const oracle::Decision expected = oracle::decide(written.policy, request);
      ASSERT_EQ(made->difference(request, expected), "")
          << written.text << written.module << describe(request);
      const auto shadows = oracle::shadows_of(written.policy, request);
      const oracle::Answer answer = oracle::answer(written.policy, request);
      ASSERT_EQ(made->difference(request, describe(answer, shadows)), "")
          << written.text << written.module << describe(request);
      changed += shadows.size();
      obliged += answer.obligations.empty() ? 0 : 1;
      refused += answer.effect != expected.effect ? 1 : 0;
      ++answers[{expected.effect, expected.rule.has_value()}];
    }
  }
  // The comparison says something only if all kinds of answer occur.
  for (const std::size_t count : {changed, obliged, refused}) {
    EXPECT_GT(count, kPolicies * kRequests / 50);
  }
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    EXPECT_GT((answers[{effect, true}]), kPolicies * kRequests / 50) << name_of(effect);
    EXPECT_GT((answers[{effect, false}]), 0u) << name_of(effect);
  }
}

// Every word of the language that the texts are meant to hold.
TEST(EnginesAgree, WrittenPoliciesSayEverythingThatALanguageOnePolicyCan) {
  Random random(7);
  std::string all;
  for (int i = 0; i < 200; ++i) {
    const WrittenPolicy written = random_written_policy(random);
    all += written.text + written.module;
  }
  for (const char* said : {" == ",          " != ",
                           " < ",           " <= ",
                           " > ",           " >= ",
                           " in [",         " not in ",
                           " in list",      " ~ ",
                           " !~ ",          " has ",
                           " exists",       " is absent",
                           " is null",      "not (",
                           " and ",         " or ",
                           "guard tier",    ": pass",
                           "priority ",     "on github",
                           "unless ",       "when always",
                           " contains ",    " starts_with ",
                           " ends_with ",   " =~ /",
                           "size(",         "default allow",
                           "default block", "because ",
                           "list list0",    "condition cond0",
                           "(p, v) = ",     "(v, p) = ",
                           "not cond",      "import m",
                           " in m.list",    "m.cond",
                           "any x in",      "all x in",
                           "any y in",      "[*]",
                           "also rule",     "shadow rule",
                           "then ",         "redact body",
                           "session.count("}) {
    EXPECT_NE(all.find(said), std::string::npos) << said;
  }
}

}  // namespace
}  // namespace sentrail::support
