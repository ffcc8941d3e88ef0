// Cheap and exact findings; what needs classes of values is analysis/'s. See lints.hpp.
#include "compiler/check/lints.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/check/asserted.hpp"
#include "compiler/check/regexes.hpp"
#include "compiler/ir/phases.hpp"
#include "core/decimal.hpp"

namespace sentrail::compiler::checking {
namespace {

// A test that must be true, or (negated) false, for a rule to match certainly.
struct Demand {
  const ir::Atom* atom = nullptr;
  bool negated = false;
  Span span;
};

// Orders demands by what they are made of.
bool is_before(const Demand& a, const Demand& b) {
  const ir::AttributeRef& one = a.atom->attribute;
  const ir::AttributeRef& other = b.atom->attribute;
  return std::tie(one.attribute, one.steps) < std::tie(other.attribute, other.steps);
}

// The demands of one rule: what stands under `and` alone.
void collect(const ir::Policy& policy, ir::ConditionId root, bool negated,
             std::vector<Demand>& demands) {
  std::vector<std::pair<ir::ConditionId, bool>> left = {{root, negated}};
  while (!left.empty()) {
    const auto [id, is_negated] = left.back();
    left.pop_back();
    const ir::Condition& condition = policy.conditions[id];
    const ir::ConditionKind both = is_negated ? ir::ConditionKind::any : ir::ConditionKind::all;
    if (condition.kind == ir::ConditionKind::atom) {
      demands.push_back({&condition.atom, is_negated, condition.span});
    } else if (condition.kind == ir::ConditionKind::not_) {
      left.emplace_back(condition.children[0], !is_negated);
    } else if (condition.kind == both) {
      for (const ir::ConditionId child : condition.children) left.emplace_back(child, is_negated);
    }
  }
}

// Whether two literals are of one type and different values.
bool differ(const ir::Operand& a, const ir::Operand& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == ir::OperandKind::number) {
    return Decimal::parse(a.text) != Decimal::parse(b.text);
  }
  return a.text != b.text || a.boolean != b.boolean;
}

// Whether no value meets both demands. Not every such pair is found, but each found is one.
bool contradict(const Demand& a, const Demand& b) {
  if (a.negated != b.negated) {
    const ir::Atom& wanted = a.negated ? *b.atom : *a.atom;
    const ir::Atom& refused = a.negated ? *a.atom : *b.atom;
    return wanted == refused || refused.op == ir::AtomOp::exists;
  }
  return !a.negated && a.atom->op == ir::AtomOp::equal && b.atom->op == ir::AtomOp::equal &&
         a.atom->sized == b.atom->sized && differ(a.atom->operands[0], b.atom->operands[0]);
}

void warn_of_contradiction(Context& context, const ir::Rule& rule) {
  // Pairs beyond these are not looked at, so that the work stays linear.
  constexpr std::size_t kDemandsMax = 16;
  std::vector<Demand> demands;
  collect(context.policy, rule.when, false, demands);
  if (rule.unless) collect(context.policy, *rule.unless, true, demands);
  std::ranges::stable_sort(demands, is_before);
  for (auto begin = demands.begin(), end = begin; begin != demands.end(); begin = end) {
    end = std::upper_bound(begin, demands.end(), *begin, is_before);
    const std::span<const Demand> list(begin, end);  // of one attribute
    const std::size_t count = std::min(list.size(), kDemandsMax);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (!contradict(list[i], list[k])) continue;
        const bool in_order = list[k].span.begin < list[i].span.begin;
        context.report(DiagnosticKind::never_matches, list[in_order ? i : k].span,
                       "rule " + ticked(rule.name) +
                           " never matches with certainty: its condition "
                           "demands two different things of " +
                           ticked(to_string(list[i].atom->attribute)),
                       "join the tests with `or`, or take one away",
                       {{list[in_order ? k : i].span, "the other one"}});
        return;
      }
    }
  }
}

// The rules behind one that matches whatever the request, and has no end.
void warn_of_unreachable(Context& context, const ir::Tier& tier) {
  for (std::size_t i = 0; i + 1 < tier.rules.size(); ++i) {
    const ir::Rule& rule = tier.rules[i];
    if (!ir::matches_every_request(context.policy, rule)) continue;
    // Rules about answers are tried where this one is not.
    std::vector<const ir::Rule*> behind;
    for (std::size_t k = i + 1; k < tier.rules.size(); ++k) {
      if (!tier.rules[k].on_response) behind.push_back(&tier.rules[k]);
    }
    if (behind.empty()) return;
    const std::size_t more = behind.size() - 1;
    std::string message = "rule " + ticked(behind.front()->name);
    if (more > 0) message += " and " + std::to_string(more) + " more";
    message += more > 0 ? " are never reached" : " is never reached";
    context.report(DiagnosticKind::never_reached, behind.front()->span,
                   message + ": rule " + ticked(rule.name) + " before it matches always",
                   "move " + ticked(rule.name) + " to the end of its tier",
                   {{rule.span, "this rule ends the tier"}});
    return;
  }
}

}  // namespace

void warn_of_unused_names(Context& context) {
  // What others may use is used, as far as one file can tell.
  const bool exports = context.imported_at || context.ast.tiers.empty();
  for (const ConditionNode& node : context.ast.conditions) {
    const std::string_view name = node.name.text;
    if (context.used_conditions.contains(name) || (exports && !is_private(name))) continue;
    context.report(DiagnosticKind::unused_condition, node.name.span,
                   "the condition " + ticked(node.name.text) + " is never used",
                   "name it in the condition of a rule, or take it away");
  }
  for (const ListNode& node : context.ast.lists) {
    const std::string_view name = node.name.text;
    if (context.used_lists.contains(name) || (exports && !is_private(name))) continue;
    context.report(DiagnosticKind::unused_list, node.name.span,
                   "the list " + ticked(node.name.text) + " is never used",
                   Help("test it with `in " + std::string(node.name.text) + "`, or take it away",
                        without(context.sources, node.span)));
  }
}

void warn_of_rules(Context& context) {
  const std::vector<Reach> reaches = reaches_of(context.policy);
  for (const ir::Tier& tier : context.policy.tiers) {
    warn_of_unreachable(context, tier);
    ir::for_each_written(tier, [&](const ir::Rule& rule) { warn_of_contradiction(context, rule); });
    for (const ir::Rule& rule : tier.rules) {
      if (rule.outcome == Outcome::allow) warn_of_unanchored(context, rule);
      if (rule.outcome != Outcome::allow || !rests_on_claims(reaches, rule)) continue;
      context.report(
          DiagnosticKind::allow_by_claim, rule.span,
          "what the client merely claims is enough for rule " + ticked(rule.name) + " to allow",
          "headers, client names and MCP annotations are not verified: add a test of "
          "something that is, such as `agent.id` or `risk`");
    }
  }
}

}  // namespace sentrail::compiler::checking
