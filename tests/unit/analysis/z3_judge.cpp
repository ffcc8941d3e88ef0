// One solver for each policy, one push for each question. See z3_judge.hpp.
#include "tests/unit/analysis/z3_judge.hpp"

#include <gtest/gtest.h>
#include <z3++.h>

#include <cstdio>
#include <optional>
#include <string>

#include "compiler/analysis/diff.hpp"
#include "compiler/analysis/prove.hpp"
#include "compiler/analysis/questions.hpp"
#include "compiler/analysis/time_classes.hpp"
#include "core/time.hpp"
#include "tests/unit/analysis/smt.hpp"

namespace sentrail::compiler::analysis {
namespace {

// Of all answers, how many analysis may leave open: per hundred.
constexpr std::size_t kUnknownMax = 1;

// How many answers were the same, and how many one of the two did not know.
struct Tally {
  std::size_t same = 0;
  std::size_t z3_unknown = 0;
  std::size_t our_unknown = 0;
};

class Z3 {
 public:
  Z3(std::string declarations, unsigned timeout_ms)
      : declarations_(std::move(declarations)), timeout_ms_(timeout_ms) {}

  // Whether some request has the property; nothing if z3 does not know.
  std::optional<bool> some(const std::string& property) {
    z3::context context;
    z3::solver solver(context);
    z3::params params(context);
    params.set("timeout", timeout_ms_);
    solver.set(params);
    solver.from_string((declarations_ + "(assert " + property + ")\n").c_str());
    switch (solver.check()) {
      case z3::sat:
        return true;
      case z3::unsat:
        return false;
      default:
        return std::nullopt;
    }
  }

 private:
  std::string declarations_;
  unsigned timeout_ms_;
};

void expect_same(Tally& tally, std::optional<bool> theirs, std::optional<bool> ours,
                 const std::string& context) {
  if (!ours) {
    ++tally.our_unknown;
  } else if (!theirs) {
    ++tally.z3_unknown;
  } else {
    ++tally.same;
    EXPECT_EQ(*ours, *theirs) << context;
  }
}

std::optional<bool> known(Verdict verdict) {
  if (verdict == Verdict::unknown) return std::nullopt;
  return verdict == Verdict::refuted;
}

void compare(const ir::Policy& policy, const ir::Policy& other, unsigned timeout_ms, Tally& tally) {
  Z3 z3(smt_request() + smt_of(policy, "a_") + smt_of(other, "b_"), timeout_ms);
  const Findings findings = analyse(policy, Depth::quick);
  for (std::size_t i = 0; i < findings.rules.size(); ++i) {
    const RuleReach& found = findings.rules[i];
    const std::string n = std::to_string(i);
    const std::string context = policy.dump() + "rule " + n + " " + found.why;
    std::optional<bool> reached;
    std::optional<bool> matches;
    if (found.reach != Reach::unknown) {
      reached = found.reach == Reach::reached;
      matches = found.reach != Reach::never_matches;
    }
    expect_same(tally, z3.some("a_fires" + n), reached, context);
    expect_same(tally, z3.some("a_must" + n), matches, context);
    if (reached == false) {
      expect_same(tally, z3.some("a_candidate" + n), found.possible, context);
    }
  }
  const std::vector<ProofOutcome> proofs = prove(policy);
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    expect_same(tally, z3.some("a_claim" + std::to_string(i)), known(proofs[i].existence.verdict),
                policy.dump() + proofs[i].proof->name);
  }
  const Difference difference = diff(policy, other);
  EXPECT_EQ(difference.unconfirmed + findings.unconfirmed, 0u) << policy.dump() << other.dump();
  std::optional<bool> changed = false;
  for (const ChangeGroup& group : difference.groups) {
    if (!group.changes.empty()) changed = true;
    if (group.changes.empty() && changed == false) changed = std::nullopt;
  }
  expect_same(tally, z3.some("(not (= a_effect b_effect))"), changed, policy.dump() + other.dump());
}

}  // namespace

void compare_with_z3(std::uint64_t seed, std::size_t policies, unsigned timeout_ms) {
  set_horizon(parse_rfc3339("2026-11-20T00:00:00Z").value());
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  support::Random random(seed);
  Tally tally;
  for (std::size_t i = 0; i < policies && !testing::Test::HasFailure(); ++i) {
    const ir::Policy policy = smt_policy(random);
    ir::Policy other = policy;
    // A small edit, so that some pairs are the same after all.
    ir::Rule& edited = other.tiers[random() % other.tiers.size()].rules.back();
    if (random() % 2 == 0) {
      edited.outcome = Outcome::block;
    } else {
      edited.unless.reset();
    }
    // What the edit left without an owner stays as it is: it decides nothing.
    compare(policy, other, timeout_ms, tally);
  }
  std::printf("[       Z3 ] %zu verdicts the same, z3 did not know %zu, analysis %zu\n", tally.same,
              tally.z3_unknown, tally.our_unknown);
  const std::size_t all = tally.same + tally.z3_unknown + tally.our_unknown;
  EXPECT_LE(tally.our_unknown * 100, all * kUnknownMax);
  EXPECT_GT(tally.same, tally.z3_unknown) << "the judge hardly judged";
}

}  // namespace sentrail::compiler::analysis
