// The solver against trying all values, and its cores.
#include "compiler/analysis/sat.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

namespace sentrail::compiler::analysis {
namespace {

using Clauses = std::vector<std::vector<Lit>>;

bool holds(const Clauses& clauses, std::uint32_t values) {
  for (const std::vector<Lit>& clause : clauses) {
    bool any = false;
    for (const Lit lit : clause) any = any || ((values >> (lit >> 1) & 1) == 1) == ((lit & 1) == 0);
    if (!any) return false;
  }
  return true;
}

bool can_hold(const Clauses& clauses, std::uint32_t variables) {
  for (std::uint32_t values = 0; values < 1u << variables; ++values) {
    if (holds(clauses, values)) return true;
  }
  return false;
}

TEST(Sat, AgreesWithTryingAllValues) {
  const std::uint32_t seed = std::random_device{}();
  std::printf("[     SEED ] %u\n", seed);
  std::mt19937 random(seed);
  constexpr std::uint32_t kVariables = 9;
  std::size_t satisfiable = 0;
  constexpr std::size_t kRounds = 600;
  for (std::size_t round = 0; round < kRounds; ++round) {
    Sat sat;
    for (std::uint32_t i = 0; i < kVariables; ++i) (void)sat.new_variable();
    Clauses clauses;
    for (std::size_t i = 0; i < 30 + random() % 12; ++i) {
      std::vector<Lit>& clause = clauses.emplace_back();
      for (std::size_t k = 0; k < 3; ++k)
        clause.push_back(static_cast<Lit>(random() % (2 * kVariables)));
      sat.add(clause);
    }
    std::vector<Lit> assumed;
    for (std::size_t i = 0; i < random() % 4; ++i)
      assumed.push_back(static_cast<Lit>(random() % (2 * kVariables)));
    Clauses all = clauses;
    for (const Lit lit : assumed) all.push_back({lit});
    const SatAnswer answer = sat.solve(assumed, 100'000);
    ASSERT_EQ(answer == SatAnswer::satisfiable, can_hold(all, kVariables));
    if (answer == SatAnswer::satisfiable) {
      ++satisfiable;
      for (const std::vector<Lit>& clause : all) {
        EXPECT_TRUE(
            std::any_of(clause.begin(), clause.end(), [&](Lit lit) { return sat.is_true(lit); }));
      }
      continue;
    }
    Clauses core = clauses;
    for (const Lit lit : sat.core()) {
      EXPECT_NE(std::find(assumed.begin(), assumed.end(), lit), assumed.end());
      core.push_back({lit});
    }
    EXPECT_FALSE(can_hold(core, kVariables)) << "a core that can hold";
    // The same solver goes on to answer other questions.
    EXPECT_EQ(sat.solve({}, 100'000) == SatAnswer::satisfiable, can_hold(clauses, kVariables));
  }
  EXPECT_GT(satisfiable, kRounds / 10);
  EXPECT_LT(satisfiable, kRounds - kRounds / 10);
}

TEST(Sat, SaysWhenItsBudgetIsUsedUp) {
  // Seven things do not fit in six places, which learning clauses proves only slowly.
  Sat sat;
  std::vector<std::vector<Lit>> in(7);
  for (auto& thing : in) {
    for (int place = 0; place < 6; ++place) thing.push_back(sat.new_variable());
    sat.add(thing);
  }
  for (std::size_t place = 0; place < 6; ++place) {
    for (std::size_t a = 0; a < 7; ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        sat.add({negation(in[a][place]), negation(in[b][place])});
      }
    }
  }
  EXPECT_EQ(sat.solve({}, 10), SatAnswer::exhausted);
  EXPECT_EQ(sat.solve({}, 1'000'000), SatAnswer::unsatisfiable);
}

}  // namespace
}  // namespace sentrail::compiler::analysis
