// One loop over all requests for each question. See brute_force.hpp.
#include "tests/unit/analysis/brute_force.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "compiler/analysis/vacuous_approvals.hpp"
#include "compiler/oracle/atom.hpp"
#include "compiler/oracle/oracle.hpp"
#include "core/limits.hpp"
#include "tests/support/approvals.hpp"
#include "tests/support/build_ir.hpp"

namespace sentrail::compiler::analysis {
namespace {

using support::Random;

// One request with what the oracle says of it.
struct Tried {
  const oracle::Request* request = nullptr;
  std::vector<Truth> truths;
  oracle::Decision decision;
};

std::vector<Tried> try_all(const ir::Policy& policy, const std::vector<oracle::Request>& all) {
  std::vector<Tried> tried;
  for (const oracle::Request& request : all) {
    std::vector<Truth> truths = oracle::evaluate_rules(policy, request);
    oracle::Decision decision = oracle::join(policy, truths);
    tried.push_back({&request, std::move(truths), std::move(decision)});
  }
  return tried;
}

struct PlacedRule {
  const ir::Rule* rule = nullptr;
  std::size_t tier = 0;
};

std::vector<PlacedRule> rules_of(const ir::Policy& policy) {
  std::vector<PlacedRule> rules;
  for (std::size_t t = 0; t < policy.tiers.size(); ++t) {
    for (const ir::Rule& rule : policy.tiers[t].rules) rules.push_back({&rule, t});
  }
  return rules;
}

// `==` of two attributes. What is absent may equal whatever is there; beside what is absent too it
// equals nothing, whatever it is.
Truth same_without_absence(const ir::Atom& atom, const oracle::Request& request,
                           const ir::AttributeRef& blind, const oracle::Elements& elements) {
  const auto is_absent = [&](const ir::AttributeRef& ref) {
    return ref.binder == 0 && oracle::look_up(request, ref).kind == oracle::ValueKind::absent;
  };
  if ((atom.attribute != blind && atom.other != blind) || !is_absent(blind)) {
    return oracle::evaluate(atom, request, elements);
  }
  const ir::AttributeRef& peer = atom.attribute == blind ? *atom.other : atom.attribute;
  return peer != blind && is_absent(peer) ? Truth::f : Truth::u;
}

// A condition where tests of one attribute, `exists` apart, and quantifiers over it cannot tell
// absence from unreadable.
Truth without_absence(const ir::Policy& policy, ir::ConditionId id, const oracle::Request& request,
                      const ir::AttributeRef& blind, const oracle::Elements& elements = {}) {
  const ir::Condition& condition = policy.conditions[id];
  const auto of = [&](ir::ConditionId child, const oracle::Elements& inner) {
    return without_absence(policy, child, request, blind, inner);
  };
  const bool hidden = condition.atom.attribute == blind &&
                      oracle::look_up(request, blind).kind == oracle::ValueKind::absent;
  Truth truth = Truth::t;
  switch (condition.kind) {
    case ir::ConditionKind::always:
      return Truth::t;
    case ir::ConditionKind::atom:
      if (condition.atom.other)
        return same_without_absence(condition.atom, request, blind, elements);
      if (condition.atom.op != ir::AtomOp::exists && hidden) return Truth::u;
      return oracle::evaluate(condition.atom, request, elements);
    case ir::ConditionKind::not_:
      return negate(of(condition.children[0], elements));
    case ir::ConditionKind::all:
      for (const ir::ConditionId child : condition.children) {
        truth = both(truth, of(child, elements));
      }
      return truth;
    case ir::ConditionKind::any:
      truth = Truth::f;
      for (const ir::ConditionId child : condition.children) {
        truth = either(truth, of(child, elements));
      }
      return truth;
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element:
      break;
  }
  const oracle::Value list = oracle::look_up(request, condition.atom.attribute);
  if (hidden || list.kind != oracle::ValueKind::list ||
      list.elements.size() > limits::kListElementsMax) {
    return hidden ? Truth::u : oracle::evaluate(policy, id, request);
  }
  const bool some_one = condition.kind == ir::ConditionKind::some_element;
  truth = certain(!some_one);
  for (const oracle::Value& element : list.elements) {
    const Truth one = of(condition.children[0], {&element});
    truth = some_one ? either(truth, one) : both(truth, one);
  }
  return truth;
}

// Whether no rule of the same tier before one is true.
bool is_looked_at(const std::vector<PlacedRule>& rules, const Tried& tried, std::size_t i) {
  for (std::size_t k = 0; k < i; ++k) {
    if (rules[k].tier == rules[i].tier && tried.truths[k] == Truth::t) return false;
  }
  return true;
}

bool is_candidate(const Tried& tried, std::size_t i) {
  const auto& list = tried.decision.candidates;
  return std::find(list.begin(), list.end(), i) != list.end();
}

template <class Holds>
bool some(const std::vector<Tried>& tried, Holds holds) {
  return std::any_of(tried.begin(), tried.end(), holds);
}

void expect_shadowed_by(const std::vector<Tried>& tried, std::size_t i,
                        const std::vector<std::size_t>& by, const std::string& context) {
  ASSERT_FALSE(by.empty()) << context;
  const auto escapes = [&](const Tried& one, std::optional<std::size_t> but) {
    return one.truths[i] == Truth::t && std::all_of(by.begin(), by.end(), [&](std::size_t k) {
             return k == but || one.truths[k] != Truth::t;
           });
  };
  EXPECT_FALSE(some(tried, [&](const Tried& one) { return escapes(one, std::nullopt); }))
      << context;
  for (const std::size_t k : by) {
    EXPECT_TRUE(some(tried, [&](const Tried& one) { return escapes(one, k); }))
        << context << "rule " << k << " is not needed";
  }
}

void compare_reach(const std::vector<PlacedRule>& rules, const std::vector<Tried>& tried,
                   const Findings& findings, const std::string& context) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string where = context + "rule " + std::to_string(i) + "\n";
    const bool matches = some(tried, [&](const Tried& t) { return t.truths[i] == Truth::t; });
    const bool reached = some(tried, [&](const Tried& t) {
      return t.truths[i] == Truth::t && is_looked_at(rules, t, i);
    });
    const Reach expected = reached   ? Reach::reached
                           : matches ? Reach::shadowed
                                     : Reach::never_matches;
    const RuleReach& found = findings.rules[i];
    ASSERT_EQ(static_cast<int>(found.reach), static_cast<int>(expected)) << where << found.why;
    if (expected == Reach::shadowed) expect_shadowed_by(tried, i, found.by, where);
    if (expected == Reach::reached) continue;
    EXPECT_EQ(found.possible, some(tried, [&](const Tried& t) { return is_candidate(t, i); }))
        << where;
  }
}

void compare_holes(const ir::Policy& policy, const std::vector<PlacedRule>& rules,
                   const std::vector<Tried>& tried, const Findings& findings,
                   const std::string& context) {
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const ir::Rule& rule = *rules[i].rule;
    const auto outcome = effect_of(rule.outcome);
    if (!outcome) continue;
    for (const char* name : {"env", "risk", "resource.ref", "body", "body.n", "user.groups"}) {
      const ir::AttributeRef blind = support::ref(name);
      const bool expected = some(tried, [&](const Tried& one) {
        if (oracle::look_up(*one.request, blind).kind != oracle::ValueKind::absent) return false;
        Truth truth = without_absence(policy, rule.when, *one.request, blind);
        if (rule.unless) {
          truth = both(truth, negate(without_absence(policy, *rule.unless, *one.request, blind)));
        }
        if (*outcome == Effect::allow) {
          return one.decision.rule == i && one.truths[i] == Truth::t && truth != Truth::t;
        }
        return is_looked_at(rules, one, i) && one.truths[i] == Truth::f && truth != Truth::f &&
               one.decision.effect < *outcome;
      });
      const bool found =
          std::any_of(findings.holes.begin(), findings.holes.end(),
                      [&](const Hole& hole) { return hole.rule == i && hole.absent == blind; });
      EXPECT_EQ(found, expected) << context << "rule " << i << ", hole by " << name;
    }
  }
}

// Whether an approval that is asked for too leaves nothing of another's part; `first`: of two that
// say the same it is the first.
bool answers_for(const ir::Approval& one, const ir::Approval& other, Vacuity what, bool first) {
  if (what == Vacuity::asked) return false;
  if (what == Vacuity::seats) {
    return fills(one.seats, other.seats) && (first || !fills(other.seats, one.seats));
  }
  return one.within_ms &&
         (first ? *one.within_ms <= *other.within_ms : *one.within_ms < *other.within_ms);
}

bool is_vacuous(const ir::Policy& policy, const std::vector<PlacedRule>& rules,
                const std::vector<Tried>& tried, std::size_t i, Vacuity what) {
  const ir::Approval& mine = rules[i].rule->approval;
  return std::all_of(tried.begin(), tried.end(), [&](const Tried& one) {
    if (!is_candidate(one, i) || one.decision.effect != Effect::require_approval) return true;
    const auto& candidates = one.decision.candidates;
    const bool other = std::any_of(candidates.begin(), candidates.end(), [&](std::size_t k) {
      return k != i && rules[k].rule->outcome == Outcome::require_approval &&
             answers_for(rules[k].rule->approval, mine, what, k < i);
    });
    return other ||
           (one.decision.default_joined && policy.default_effect == Effect::require_approval &&
            answers_for(policy.default_approval, mine, what, false));
  });
}

void compare_approvals(const ir::Policy& policy, const std::vector<PlacedRule>& rules,
                       const std::vector<Tried>& tried, const Findings& findings,
                       const std::string& context) {
  std::set<std::pair<std::size_t, Vacuity>> found;
  for (const VacuousApproval& one : findings.approvals) found.emplace(one.rule, one.what);
  std::set<std::pair<std::size_t, Vacuity>> expected;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const ir::Rule& rule = *rules[i].rule;
    if (rule.outcome != Outcome::require_approval) continue;
    if (findings.rules[i].reach != Reach::reached) continue;
    if (is_vacuous(policy, rules, tried, i, Vacuity::asked)) {
      expected.emplace(i, Vacuity::asked);
      continue;
    }
    if (rule.approval.seats != ir::Approval{}.seats &&
        is_vacuous(policy, rules, tried, i, Vacuity::seats)) {
      expected.emplace(i, Vacuity::seats);
    }
    if (rule.approval.within_ms && is_vacuous(policy, rules, tried, i, Vacuity::time)) {
      expected.emplace(i, Vacuity::time);
    }
  }
  EXPECT_EQ(found, expected) << context;
}

void compare_exemptions(const ir::Policy& policy, const std::vector<PlacedRule>& rules,
                        const std::vector<Tried>& tried, const Findings& findings,
                        const std::string& context) {
  for (const Exemption& exemption : findings.exemptions) {
    const std::size_t i = exemption.rule;
    const ir::Rule& rule = *rules[i].rule;
    std::set<std::optional<std::size_t>> expected;
    for (const Tried& one : tried) {
      if (!is_looked_at(rules, one, i)) continue;
      if (oracle::evaluate(policy, rule.when, *one.request) != Truth::t) continue;
      if (oracle::evaluate(policy, *rule.unless, *one.request) != Truth::t) continue;
      expected.insert(one.decision.rule);
    }
    std::set<std::optional<std::size_t>> found;
    for (const Catch& one : exemption.caught) found.insert(one.rule);
    EXPECT_EQ(found, expected) << context << "unless of rule " << i << " " << exemption.why;
  }
}

// Of all answers, how many may be left open, per hundred: where every test is known, and where
// some are taken to be anything.
constexpr std::size_t kUnknownMax = 1;
constexpr std::size_t kUnknownOfOthersMax = 25;

struct Opened {
  std::size_t answers = 0;
  std::size_t unknown = 0;

  void add(bool open) {
    ++answers;
    unknown += open ? 1 : 0;
  }
};

// Whether analysis knows every test of a policy.
bool is_exact(const ir::Policy& policy) {
  return std::ranges::none_of(policy.conditions, [](const ir::Condition& condition) {
    return condition.atom.other && condition.atom.attribute.binder > 0;
  });
}

}  // namespace

std::size_t compare_findings(const ir::Policy& policy, const std::vector<oracle::Request>& all) {
  const std::string context = policy.dump();
  const std::vector<PlacedRule> rules = rules_of(policy);
  const std::vector<Tried> tried = try_all(policy, all);
  const Findings findings = analyse(policy, Depth::full);
  EXPECT_EQ(findings.unconfirmed, 0u) << context;
  EXPECT_TRUE(findings.unknown.empty()) << context << findings.unknown[0];
  compare_reach(rules, tried, findings, context);
  const bool uncovered = some(tried, [&](const Tried& one) {
    return std::all_of(one.decision.candidates.begin(), one.decision.candidates.end(),
                       [&](std::size_t i) { return rules[i].rule->outcome == Outcome::pass; });
  });
  EXPECT_EQ(findings.uncovered.verdict, uncovered ? Verdict::refuted : Verdict::proved) << context;
  std::set<std::pair<std::size_t, std::size_t>> overlaps;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const auto mine = effect_of(rules[i].rule->outcome);
      const auto theirs = effect_of(rules[k].rule->outcome);
      if (rules[i].tier != rules[k].tier || !mine || !theirs || mine == theirs) continue;
      if (some(tried, [&](const Tried& one) {
            return one.truths[i] == Truth::t && one.truths[k] == Truth::t;
          })) {
        overlaps.emplace(k, i);
      }
    }
  }
  std::set<std::pair<std::size_t, std::size_t>> found;
  for (const Overlap& overlap : findings.overlaps) found.emplace(overlap.first, overlap.second);
  EXPECT_EQ(found, overlaps) << context;
  compare_holes(policy, rules, tried, findings, context);
  compare_exemptions(policy, rules, tried, findings, context);
  compare_approvals(policy, rules, tried, findings, context);
  return rules.size() * 2 + 2;
}

std::size_t compare_proofs(const ir::Policy& policy, const std::vector<oracle::Request>& all) {
  for (const ProofOutcome& outcome : prove(policy)) {
    const bool refuted = std::any_of(all.begin(), all.end(), [&](const oracle::Request& request) {
      return oracle::evaluate(policy, outcome.proof->when, request) != Truth::f &&
             oracle::decide(policy, request).effect == outcome.proof->never;
    });
    EXPECT_EQ(outcome.existence.verdict, refuted ? Verdict::refuted : Verdict::proved)
        << policy.dump() << outcome.proof->name << " " << outcome.existence.why;
  }
  return policy.proofs.size();
}

std::size_t compare_difference(const ir::Policy& before, const ir::Policy& after,
                               const std::vector<oracle::Request>& all) {
  using RulePair = std::pair<std::optional<std::size_t>, std::optional<std::size_t>>;
  std::map<std::pair<Effect, Effect>, std::set<RulePair>> expected;
  for (const oracle::Request& request : all) {
    const oracle::Decision old_one = oracle::decide(before, request);
    const oracle::Decision new_one = oracle::decide(after, request);
    if (old_one.effect == new_one.effect) continue;
    expected[{old_one.effect, new_one.effect}].emplace(old_one.rule, new_one.rule);
  }
  const Difference difference = diff(before, after);
  const std::string context = before.dump() + after.dump();
  EXPECT_EQ(difference.unconfirmed, 0u) << context;
  EXPECT_EQ(difference.groups.size(), expected.size()) << context;
  bool tightened = false;
  for (const ChangeGroup& group : difference.groups) {
    EXPECT_FALSE(tightened && group.widens()) << "widenings come first\n" << context;
    tightened = tightened || !group.widens();
    const auto found = expected.find({group.from, group.to});
    if (found == expected.end()) {
      ADD_FAILURE() << "no request changes so\n" << context << group.why;
      continue;
    }
    std::set<RulePair> pairs;
    for (const Change& change : group.changes) {
      pairs.emplace(change.before.decision.rule, change.after.decision.rule);
    }
    EXPECT_TRUE(
        std::includes(found->second.begin(), found->second.end(), pairs.begin(), pairs.end()))
        << context;
    EXPECT_EQ(pairs.size() < found->second.size(), group.more) << context << group.why;
  }
  return 6;
}

void compare_unknown(std::uint64_t seed, std::size_t policies) {
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  const support::World world = unknown_world();
  Random random(seed);
  Opened exact;   // of policies whose every test analysis knows
  Opened others;  // with tests that it takes to be anything
  for (std::size_t i = 0; i < policies && !testing::Test::HasFailure(); ++i) {
    const ir::Policy policy = world_policy(random, world);
    const std::vector<oracle::Request> all = requests_about({&policy}, world);
    Opened& count = is_exact(policy) ? exact : others;
    const std::string context = policy.dump();
    const std::vector<PlacedRule> rules = rules_of(policy);
    const std::vector<Tried> tried = try_all(policy, all);
    const Findings findings = analyse(policy, Depth::full);
    EXPECT_EQ(findings.unconfirmed, 0u) << context;
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
      const bool reached = some(tried, [&](const Tried& t) {
        return t.truths[rule] == Truth::t && is_looked_at(rules, t, rule);
      });
      const Reach said = findings.rules[rule].reach;
      count.add(said == Reach::unknown);
      EXPECT_FALSE(reached && (said == Reach::never_matches || said == Reach::shadowed))
          << context << "rule " << rule;
    }
    for (const ProofOutcome& outcome : prove(policy)) {
      const bool refuted = std::ranges::any_of(all, [&](const oracle::Request& request) {
        return oracle::evaluate(policy, outcome.proof->when, request) != Truth::f &&
               oracle::decide(policy, request).effect == outcome.proof->never;
      });
      count.add(outcome.existence.verdict == Verdict::unknown);
      EXPECT_FALSE(refuted && outcome.existence.verdict == Verdict::proved)
          << context << outcome.proof->name;
    }
  }
  std::printf("[  UNKNOWN ] %zu of %zu answers, and %zu of %zu with others\n", exact.unknown,
              exact.answers, others.unknown, others.answers);
  EXPECT_LE(exact.unknown * 100, exact.answers * kUnknownMax);
  EXPECT_LE(others.unknown * 100, others.answers * kUnknownOfOthersMax)
      << "few answers rest on tests that are not known";
}

void compare_worlds(std::uint64_t seed, std::size_t policies, const support::World& world) {
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  std::size_t answers = 0;
  std::size_t requests = 0;
  std::optional<ir::Policy> last;
  for (std::size_t i = 0; i < policies && !testing::Test::HasFailure(); ++i) {
    ir::Policy policy = world_policy(random, world);
    support::add_random_approvals(random, policy);
    ASSERT_TRUE(policy.verify().has_value());
    const std::vector<oracle::Request> all = requests_about({&policy}, world);
    requests += all.size();
    answers += compare_findings(policy, all) + compare_proofs(policy, all);
    if (last)
      answers += compare_difference(*last, policy, requests_about({&*last, &policy}, world));
    last = std::move(policy);
  }
  std::printf("[   WORLDS ] %zu answers over %zu requests\n", answers, requests);
}

}  // namespace sentrail::compiler::analysis
