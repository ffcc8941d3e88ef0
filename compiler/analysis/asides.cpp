// Asks about each as about a rule of a tier of its own. See asides.hpp.
#include "compiler/analysis/asides.hpp"

#include <string>
#include <utility>
#include <vector>

#include "compiler/analysis/questions.hpp"

namespace sentrail::compiler::analysis {
namespace {

// One `also` or shadow rule, and its number in the policy that is asked about.
struct Asked {
  const ir::Rule* rule = nullptr;
  bool shadow = false;
  std::size_t number = 0;
};

// The policy in which each of them is the last rule of a tier.
class Questioned {
 public:
  explicit Questioned(const ir::Policy& policy) : in_(policy) {
    made_.name = policy.name;
    for (const ir::Tier& tier : policy.tiers) {
      for (const ir::Rule& also : tier.alsos) add(tier, also, 0, false);
      for (const ir::Shadow& one : tier.shadows) add(tier, one.rule, one.before, true);
    }
  }

  [[nodiscard]] const ir::Policy& policy() const { return made_; }
  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }

 private:
  void add(const ir::Tier& tier, const ir::Rule& rule, std::size_t before, bool shadow) {
    ir::Tier alone;
    alone.name = tier.name;
    for (std::size_t i = 0; i < before; ++i) alone.rules.push_back(copy(tier.rules[i]));
    asked_.push_back({&rule, shadow, count_ + before});
    alone.rules.push_back(copy(rule));
    count_ += alone.rules.size();
    made_.tiers.push_back(std::move(alone));
  }

  ir::Rule copy(const ir::Rule& rule) {
    ir::Rule made;
    made.name = rule.name;
    made.qualified_name = rule.qualified_name;
    // Only where it matches is asked, and an `allow` matches until its end.
    const bool ends = rule.outcome == Outcome::allow && rule.until_ms;
    made.outcome = ends ? Outcome::allow : Outcome::block;
    made.until_ms = rule.until_ms;
    made.span = rule.span;
    made.when = copy(rule.when);
    if (rule.unless) made.unless = copy(*rule.unless);
    return made;
  }

  // Recursion: conditions nest at most kConditionDepthMax deep.
  ir::ConditionId copy(ir::ConditionId id) {
    ir::Condition condition = in_.conditions[id];
    for (ir::ConditionId& child : condition.children) child = copy(child);
    return made_.conditions.push_back(std::move(condition));
  }

  const ir::Policy& in_;
  ir::Policy made_;
  std::vector<Asked> asked_;
  std::size_t count_ = 0;
};

void report(const Asked& asked, const RuleReach& reach, DiagnosticSink& sink) {
  const std::string name = "`" + asked.rule->name + "`";
  if (reach.reach == Reach::unknown) {
    sink.report({DiagnosticKind::analysis_unknown,
                 asked.rule->span,
                 "not everything could be told: whether " + name + " matches: " + reach.why,
                 {},
                 "what is exact and what is not: docs/analysis.md"});
    return;
  }
  if (reach.reach == Reach::reached) return;
  const bool shadowed = reach.reach == Reach::shadowed;
  const std::string never =
      shadowed ? "would never be reached: wherever it matches, rules before it match"
               : "never matches with certainty: no request makes its condition true";
  sink.report({asked.shadow ? DiagnosticKind::dead_shadow : DiagnosticKind::dead_also,
               asked.rule->span,
               (asked.shadow ? "the shadow rule " : "the `also` rule ") + name + " " + never,
               {},
               reach.possible ? "change its condition, or take it away; it still counts where "
                                "something cannot be read"
                              : "change its condition, or take it away"});
}

}  // namespace

void diagnose_asides(const ir::Policy& policy, DiagnosticSink& sink) {
  const Questioned questioned(policy);
  if (questioned.asked().empty()) return;
  const Findings findings = analyse(questioned.policy(), Depth::quick);
  for (const Asked& one : questioned.asked()) report(one, findings.rules.at(one.number), sink);
}

}  // namespace sentrail::compiler::analysis
