// Makes the policies, compares them. See aspects.hpp.
#include "compiler/analysis/aspects.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/simplify/forms.hpp"

namespace sentrail::compiler::analysis {
namespace {

using Marks = std::function<bool(const ir::Rule&)>;

// A policy that requires approval where this one asks for just that, and allows what others would
// hold. What it decides differently from another's is a request that asks other people.
ir::Policy asking(ir::Policy policy, const ir::Approval& approval) {
  for (ir::Tier& tier : policy.tiers) {
    for (ir::Rule& rule : tier.rules) {
      if (rule.outcome != Outcome::require_approval) continue;
      // In a guard tier, which never lifts the default, `pass` has the same bearing.
      if (rule.approval != approval) rule.outcome = tier.guard ? Outcome::pass : Outcome::allow;
      rule.approval = {};
      rule.until_ms.reset();  // only what allows has an end
    }
  }
  if (policy.default_effect == Effect::require_approval && policy.default_approval != approval) {
    policy.default_effect = Effect::allow;
  }
  policy.default_approval = {};
  return policy;
}

// Whether some rule that is marked is candidate until its end alone.
bool ends(const ir::Policy& policy, const Marks& marked) {
  return std::ranges::any_of(policy.tiers, [&marked](const ir::Tier& tier) {
    return std::ranges::any_of(tier.rules, [&marked](const ir::Rule& rule) {
      return rule.outcome == Outcome::allow && rule.until_ms && marked(rule);
    });
  });
}

// A policy that blocks where a marked rule is a candidate or a marked `also` matches, and allows
// all else. Its rules are candidates where they were. REQUIRES: no marked rule has an end.
ir::Policy marking(ir::Policy policy, const Marks& marked) {
  ir::Tier alsos{"also", true, {}, {}, {}};
  for (ir::Tier& tier : policy.tiers) {
    for (ir::Rule& rule : tier.rules) {
      // Only what allows has an end.
      if (rule.outcome != Outcome::allow) rule.until_ms.reset();
      // In a guard tier, which never lifts the default, `pass` has the same bearing.
      rule.outcome = tier.guard ? Outcome::pass : Outcome::allow;
      if (marked(rule)) rule.outcome = Outcome::block;
      rule.limits.clear();
      rule.obligations.clear();
      rule.approval = {};
    }
    for (ir::Rule& also : tier.alsos) {
      if (!marked(also)) continue;
      also.outcome = Outcome::block;
      also.until_ms.reset();
      also.obligations.clear();
      alsos.rules.push_back(std::move(also));
    }
    tier.alsos.clear();
    tier.shadows.clear();
  }
  if (!alsos.rules.empty()) policy.tiers.push_back(std::move(alsos));
  policy.default_effect = Effect::allow;
  policy.default_approval = {};
  return policy;
}

// For each rule, by its name, a number that is the same only where it is a candidate alike: of its
// condition, and the number of the rule before it.
using Places = std::map<std::string, std::size_t>;
Places places_of(const ir::Policy& policy, std::map<std::string, std::size_t>& numbers) {
  Places places;
  const auto number_of = [&](std::size_t before, const ir::Rule& rule) {
    std::string text =
        std::to_string(before) + '\n' + rule.qualified_name + '\n' + key_text(policy, rule);
    return numbers.try_emplace(std::move(text), numbers.size() + 1).first->second;
  };
  for (const ir::Tier& tier : policy.tiers) {
    std::size_t before = 0;
    for (const ir::Rule& rule : tier.rules) {
      before = number_of(before, rule);
      places[rule.qualified_name] = before;
    }
    for (const ir::Rule& also : tier.alsos) places[also.qualified_name] = number_of(0, also);
  }
  return places;
}

class Comparison {
 public:
  Comparison(const ir::Policy& before, const ir::Policy& after, AspectOptions options)
      : before_(before),
        after_(after),
        options_(options),
        old_places_(places_of(before, numbers_)),
        places_(places_of(after, numbers_)) {}

  std::vector<AspectChange> run() {
    if (options_.same_effects) approvals();
    obligations();
    limits();
    return std::move(found_);
  }

 private:
  using Rules = std::set<std::string>;

  // The rules and `also` rules that are marked.
  static Rules marked_by(const ir::Policy& policy, const Marks& marked) {
    Rules names;
    const auto look = [&](const ir::Rule& rule) {
      if (marked(rule)) names.insert(rule.qualified_name);
    };
    for (const ir::Tier& tier : policy.tiers) {
      std::ranges::for_each(tier.rules, look);
      std::ranges::for_each(tier.alsos, look);
    }
    return names;
  }

  [[nodiscard]] bool stays(const std::string& rule) const {
    const auto old = old_places_.find(rule);
    const auto now = places_.find(rule);
    return old != old_places_.end() && now != places_.end() && old->second == now->second;
  }

  void approvals() {
    std::vector<ir::Approval> all;
    bool same = before_.default_effect == after_.default_effect;
    std::map<std::string, ir::Approval> askers[2];
    std::map<std::string, Outcome> outcomes[2];
    for (const ir::Policy* policy : {&before_, &after_}) {
      const std::size_t side = policy == &after_ ? 1 : 0;
      const auto add = [&all](const ir::Approval& one) {
        if (std::ranges::find(all, one) == all.end()) all.push_back(one);
      };
      for (const ir::Tier& tier : policy->tiers) {
        for (const ir::Rule& rule : tier.rules) {
          askers[side][rule.qualified_name] = rule.approval;
          outcomes[side][rule.qualified_name] = rule.outcome;
          same = same && stays(rule.qualified_name);
          if (rule.outcome == Outcome::require_approval) add(rule.approval);
        }
      }
      askers[side][""] = policy->default_approval;
      if (policy->default_effect == Effect::require_approval) add(policy->default_approval);
    }
    const bool moved = !same || outcomes[0] != outcomes[1];
    const bool changed = moved || (!options_.only_moved && askers[0] != askers[1]);
    // One that all ask for is the same wherever the effect is.
    if (all.size() < 2 || !changed) return;
    for (const ir::Approval& one : all) {
      compare({AspectKind::approval, to_string(one)}, asking(before_, one), asking(after_, one),
              Effect::require_approval);
    }
  }

  void obligations() {
    std::vector<ir::Obligation> seen;
    const auto look = [&](const ir::Rule& rule) {
      for (const ir::Obligation& one : rule.obligations) {
        if (std::ranges::find(seen, one) != seen.end()) continue;
        seen.push_back(one);
        AspectChange change{AspectKind::obligation, ir::to_string(one), hides(one.kind)};
        compare_marked(std::move(change), [one](const ir::Rule& other) {
          return std::ranges::find(other.obligations, one) != other.obligations.end();
        });
      }
    };
    for (const ir::Tier& tier : before_.tiers) {
      std::ranges::for_each(tier.rules, look);
      std::ranges::for_each(tier.alsos, look);
    }
  }

  void limits() {
    for (const ir::Tier& tier : before_.tiers) {
      for (const ir::Rule& rule : tier.rules) {
        if (rule.limits.empty()) continue;
        compare_marked({AspectKind::limit, rule.qualified_name},
                       [name = rule.qualified_name](const ir::Rule& other) {
                         return other.qualified_name == name && !other.limits.empty();
                       });
      }
    }
  }

  void compare_marked(AspectChange change, const Marks& marked) {
    const Rules old = marked_by(before_, marked);
    const Rules now = marked_by(after_, marked);
    const auto stay = [this](const std::string& rule) { return stays(rule); };
    const bool moved = !std::ranges::all_of(old, stay) || !std::ranges::all_of(now, stay);
    if (!moved && (options_.only_moved || old == now)) return;
    if (ends(before_, marked) || ends(after_, marked)) {
      change.why = "rules that end are not compared in this";
      found_.push_back(std::move(change));
      return;
    }
    compare(std::move(change), marking(before_, marked), marking(after_, marked), Effect::block);
  }

  // Whether two policies have one effect at the same requests.
  void compare(AspectChange change, const ir::Policy& before, const ir::Policy& after,
               Effect effect) {
    compared_ += places_.size() + 1;
    if (compared_ > limits::kAspectRulesMax) {
      change.why = "too many rules changed for each to be compared in this";
      found_.push_back(std::move(change));
      return;
    }
    for (const ChangeGroup& group : diff(before, after).groups) {
      if (change.why.empty()) change.why = group.why;
      if (group.from != effect && group.to != effect) continue;
      std::vector<oracle::Request>& requests = group.from == effect ? change.lost : change.gained;
      for (const Change& one : group.changes) requests.push_back(one.before.request);
    }
    const bool nothing = change.lost.empty() && change.gained.empty() && change.why.empty();
    if (!nothing) found_.push_back(std::move(change));
  }

  const ir::Policy& before_;
  const ir::Policy& after_;
  AspectOptions options_;
  std::map<std::string, std::size_t> numbers_;
  Places old_places_;
  Places places_;
  std::size_t compared_ = 0;
  std::vector<AspectChange> found_;
};

}  // namespace

std::vector<AspectChange> aspect_changes(const ir::Policy& before, const ir::Policy& after,
                                         AspectOptions options) {
  return Comparison(before, after, options).run();
}

}  // namespace sentrail::compiler::analysis
