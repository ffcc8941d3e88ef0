// Finds where a policy could be wrong, and makes it so. See mistakes.hpp.
#include "compiler/tester/mistakes.hpp"

#include <map>
#include <tuple>
#include <utility>

#include "compiler/probe/domains.hpp"
#include "core/duration.hpp"
#include "core/limits.hpp"
#include "core/schema.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using ir::AtomOp;
using ir::Condition;
using ir::ConditionId;
using ir::ConditionKind;
using ir::OperandKind;

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

void move_end(ir::Operand& range, bool upper, const std::string& end) {
  if (upper) {
    range.upper = end;
  } else {
    range.text = end;
  }
}

std::string shown(const ir::Operand& operand) {
  if (operand.kind == OperandKind::boolean) return operand.boolean ? "true" : "false";
  if (operand.kind == OperandKind::number_range) return operand.text + ".." + operand.upper.str();
  return escape_display(operand.text);
}

std::string shown(const ir::Seats& seats) {
  return std::to_string(seats.people) + " of " + (seats.role ? "role " : "group ") + seats.name;
}

// The operator that differs at the boundary alone.
std::optional<std::pair<AtomOp, const char*>> moved(AtomOp op) {
  switch (op) {
    case AtomOp::less:
      return {{AtomOp::less_equal, "has `<=` for `<`"}};
    case AtomOp::less_equal:
      return {{AtomOp::less, "has `<` for `<=`"}};
    case AtomOp::greater:
      return {{AtomOp::greater_equal, "has `>=` for `>`"}};
    case AtomOp::greater_equal:
      return {{AtomOp::greater, "has `>` for `>=`"}};
    default:
      return std::nullopt;
  }
}

std::string with_other_end(const std::string& pattern, char separator) {
  const std::size_t at = pattern.rfind(separator);
  const std::size_t begin = at == std::string::npos ? 0 : at + 1;
  return pattern.substr(0, begin) + (pattern.substr(begin) == "**" ? "*" : "**");
}

class Finder {
 public:
  Finder(const ir::Policy& policy, const Sources& sources) : policy_(policy), sources_(sources) {}

  std::vector<Mistake> run(Span default_span) {
    std::size_t number = 0;
    for (const ir::Tier& tier : policy_.tiers) {
      for (std::size_t i = 0; i < tier.rules.size(); ++i, ++number) {
        const ir::Rule& rule = tier.rules[i];
        rule_ = number;
        of_rule(rule, tier.guard);
        conditions(rule);
        if (i + 1 < tier.rules.size() && tier.rules[i + 1].outcome != rule.outcome) {
          add(MistakeKind::rules_swapped, rule.span,
              "stands behind rule " + ticked(tier.rules[i + 1].name));
        }
      }
    }
    for (const ir::Tier& tier : policy_.tiers) {
      for (const ir::Rule& also : tier.alsos) {
        rule_ = number++;
        add(MistakeKind::rule_left_out, also.span, "is left out");
        if (also.obligations.size() > 1) obligations(also);
        conditions(also);
      }
    }
    rule_.reset();
    outcomes(outcome_of(policy_.default_effect), default_span, false);
    if (policy_.default_effect == Effect::require_approval) {
      approvals(policy_.default_approval, default_span);
    }
    return std::move(found_);
  }

 private:
  Mistake& add(MistakeKind kind, Span span, std::string what) {
    Mistake& made = found_.emplace_back();
    made.kind = kind;
    made.rule = rule_;
    made.span = span;
    made.what = std::move(what);
    return made;
  }

  // A mistake in a test. One that is there already is that of another use of the same condition.
  void add(MistakeKind kind, ConditionId id, std::size_t at, const std::string& what,
           const std::string& text = "", Span span = {}) {
    if (span == Span{}) span = policy_.conditions[id].span;
    const auto [place, is_new] = places_.emplace(
        std::tuple(kind, span.source.value, span.begin, span.end, at, what), found_.size());
    if (!is_new) {
      found_[place->second].conditions.push_back(id);
      return;
    }
    Mistake& made = add(kind, span, what);
    made.of_test = true;
    made.conditions = {id};
    made.at = at;
    made.text = text;
  }

  static Outcome outcome_of(Effect effect) { return static_cast<Outcome>(effect); }

  void of_rule(const ir::Rule& rule, bool guard) {
    add(MistakeKind::rule_left_out, rule.span, "is left out");
    if (rule.outcome != Outcome::pass) outcomes(rule.outcome, rule.span, guard);
    if (rule.outcome == Outcome::require_approval) approvals(rule.approval, rule.span);
    obligations(rule);
  }

  void obligations(const ir::Rule& rule) {
    for (std::size_t i = 0; i < rule.obligations.size(); ++i) {
      const std::string text = to_string(rule.obligations[i]);
      add(MistakeKind::obligation_left_out, rule.span, "does not oblige to " + ticked(text)).at = i;
    }
  }

  void conditions(const ir::Rule& rule) {
    root(rule.when);
    if (!rule.unless) return;
    add(MistakeKind::unless_left_out, rule.span, "has no `unless`");
    tests(*rule.unless);
  }

  void outcomes(Outcome now, Span span, bool guard) {
    const auto change = [&](Outcome to) {
      add(MistakeKind::outcome_changed, span,
          "says " + ticked(name_of(to)) + " instead of " + ticked(name_of(now)))
          .outcome = to;
    };
    if (now != Outcome::require_approval) return change(Outcome::require_approval);
    if (!guard) change(Outcome::allow);
    change(Outcome::block);
  }

  void changed(MistakeKind kind, Span span, std::string what, ir::Approval approval) {
    add(kind, span, std::move(what)).approval = std::move(approval);
  }

  void approvals(const ir::Approval& now, Span span) {
    if (now.within_ms) {
      ir::Approval other = now;
      const bool longer = *now.within_ms <= limits::kWithinMsMax / 2;
      other.within_ms = longer ? *now.within_ms * 2 : *now.within_ms / 2;
      changed(MistakeKind::time_changed, span,
              "gives " + print_duration_ms(*other.within_ms) + " instead of " +
                  print_duration_ms(*now.within_ms),
              other);
    }
    if (now.seats == ir::Approval{}.seats) return;
    std::uint32_t people = 0;
    for (const ir::Seats& seats : now.seats) people += seats.people;
    for (std::size_t i = 0; i < now.seats.size(); ++i) {
      ir::Approval other = now;
      const auto ask = [&](std::uint32_t count) {
        other.seats[i].people = count;
        changed(MistakeKind::people_changed, span,
                "asks " + shown(other.seats[i]) + " instead of " + shown(now.seats[i]), other);
      };
      if (now.seats[i].people > 1) ask(now.seats[i].people - 1);
      if (people < limits::kQuorumSeatsMax) ask(now.seats[i].people + 1);
      if (now.seats.size() == 1) continue;
      other.seats.erase(other.seats.begin() + static_cast<std::ptrdiff_t>(i));
      changed(MistakeKind::seats_left_out, span, "does not ask " + shown(now.seats[i]), other);
    }
  }

  [[nodiscard]] bool is_on(ConditionId id) const { return is_tool_of_on(policy_, id, sources_); }

  void root(ConditionId id) {
    const ConditionKind kind = policy_.conditions[id].kind;
    const bool junction = kind == ConditionKind::all || kind == ConditionKind::any;
    if (!junction && kind != ConditionKind::always && !is_on(id)) {
      add(MistakeKind::when_left_out, id, 0, "is left out");
    }
    tests(id);
  }

  // Pre-order, which is the order of the text; conditions nest no deeper than the grammar lets
  // them.
  void tests(ConditionId top) {
    std::vector<ConditionId> left = {top};
    while (!left.empty()) {
      const ConditionId id = left.back();
      left.pop_back();
      const Condition& condition = policy_.conditions[id];
      parts(id, condition);
      if (is_quantified(condition.kind)) {
        const bool some = condition.kind == ConditionKind::some_element;
        add(MistakeKind::negated, id, 0, "is negated");
        add(MistakeKind::quantifier_swapped, id, 0,
            some ? "has `all` for `any`" : "has `any` for `all`");
      }
      if (condition.kind == ConditionKind::atom && !is_on(id)) atom(id, condition.atom);
      left.insert(left.end(), condition.children.rbegin(), condition.children.rend());
    }
  }

  void parts(ConditionId id, const Condition& condition) {
    if (condition.kind != ConditionKind::all && condition.kind != ConditionKind::any) return;
    for (std::size_t i = 0; i < condition.children.size(); ++i) {
      const ConditionId child = condition.children[i];
      // What `all` within `all` demands is left out part by part.
      if (policy_.conditions[child].kind == condition.kind || is_on(child)) continue;
      add(MistakeKind::part_left_out, id, i, "is left out", "", policy_.conditions[child].span);
    }
  }

  void atom(ConditionId id, const ir::Atom& atom) {
    add(MistakeKind::negated, id, 0, "is negated");
    if (const auto other = moved(atom.op)) add(MistakeKind::boundary_moved, id, 0, other->second);
    const char separator = row_of(atom.attribute.attribute).separator;
    for (std::size_t i = 0; i < atom.operands.size(); ++i) {
      const ir::Operand& operand = atom.operands[i];
      if (atom.operands.size() > 1) {
        add(MistakeKind::entry_left_out, id, i, "lacks " + ticked(shown(operand)));
      }
      if (operand.kind == OperandKind::pattern) {
        const std::string other = with_other_end(operand.text, separator);
        add(MistakeKind::pattern_changed, id, i,
            "has " + ticked(escape_display(other)) + " for " + ticked(shown(operand)), other);
      }
      if (operand.kind == OperandKind::number_range) range(id, i, operand);
    }
  }

  void range(ConditionId id, std::size_t at, const ir::Operand& operand) {
    for (const bool upper : {false, true}) {
      const auto end = probe::beside(upper ? operand.upper.str() : operand.text, upper);
      if (!end) continue;
      ir::Operand other = operand;
      move_end(other, upper, *end);
      const std::size_t before = found_.size();
      add(MistakeKind::range_moved, id, at,
          "has " + ticked(shown(other)) + " for " + ticked(shown(operand)), *end);
      if (found_.size() > before) found_.back().upper = upper;
    }
  }

  const ir::Policy& policy_;
  const Sources& sources_;
  std::optional<std::size_t> rule_;
  std::vector<Mistake> found_;
  std::map<std::tuple<MistakeKind, std::uint32_t, std::uint32_t, std::uint32_t, std::size_t,
                      std::string>,
           std::size_t>
      places_;
};

// Makes one mistake in a copy.
class Maker {
 public:
  Maker(ir::Policy policy, const Mistake& mistake)
      : policy_(std::move(policy)), mistake_(mistake) {}

  ir::Policy run() && {
    if (mistake_.of_test) {
      // From the last, so that numbers of those before it stay as they are.
      for (std::size_t i = mistake_.conditions.size(); i-- > 0;) test(mistake_.conditions[i]);
    } else if (mistake_.rule) {
      rule(*mistake_.rule);
    } else if (mistake_.approval) {
      policy_.default_approval = *mistake_.approval;
    } else {
      policy_.default_effect = *effect_of(mistake_.outcome);
      policy_.default_approval = {};
    }
    return std::move(policy_);
  }

 private:
  void rule(std::size_t number) {
    for (ir::Tier& tier : policy_.tiers) {
      if (number < tier.rules.size()) return rule(tier, tier.rules, number);
      number -= tier.rules.size();
    }
    for (ir::Tier& tier : policy_.tiers) {
      if (number < tier.alsos.size()) return rule(tier, tier.alsos, number);
      number -= tier.alsos.size();
    }
  }

  void rule(ir::Tier& tier, std::vector<ir::Rule>& rules, std::size_t number) {
    ir::Rule& rule = rules[number];
    switch (mistake_.kind) {
      case MistakeKind::rule_left_out:
        rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(number));
        for (ir::Shadow& shadow : tier.shadows) {
          if (&rules == &tier.rules && shadow.before > number) --shadow.before;
        }
        break;
      case MistakeKind::obligation_left_out:
        rule.obligations.erase(rule.obligations.begin() + static_cast<std::ptrdiff_t>(mistake_.at));
        break;
      case MistakeKind::outcome_changed:
        rule.outcome = mistake_.outcome;
        rule.approval = {};
        break;
      case MistakeKind::rules_swapped:
        std::swap(rule, rules[number + 1]);
        break;
      case MistakeKind::unless_left_out:
        rule.unless.reset();
        break;
      default:
        rule.approval = *mistake_.approval;
        break;
    }
  }

  void test(ConditionId id) {
    Condition& condition = policy_.conditions[id];
    const auto at = static_cast<std::ptrdiff_t>(mistake_.at);
    std::vector<ir::Operand>& operands = condition.atom.operands;
    switch (mistake_.kind) {
      case MistakeKind::when_left_out:
        drop(id);
        break;
      case MistakeKind::part_left_out:
        drop(condition.children[mistake_.at]);
        condition.children.erase(condition.children.begin() + at);
        if (condition.children.size() == 1) point_to(id, condition.children.front());
        break;
      case MistakeKind::negated:
        negate(id);
        break;
      case MistakeKind::quantifier_swapped:
        condition.kind = condition.kind == ConditionKind::some_element
                             ? ConditionKind::every_element
                             : ConditionKind::some_element;
        break;
      case MistakeKind::entry_left_out:
        operands.erase(operands.begin() + at);
        break;
      case MistakeKind::boundary_moved:
        condition.atom.op = moved(condition.atom.op)->first;
        break;
      case MistakeKind::range_moved:
        move_end(operands[mistake_.at], mistake_.upper, mistake_.text);
        break;
      default:
        operands[mistake_.at].text = mistake_.text;
        break;
    }
  }

  template <class Change>
  void change_references(Change change) {
    for (std::uint32_t i = 0; i < policy_.conditions.size(); ++i) {
      for (ConditionId& child : policy_.conditions[ConditionId{i}].children) change(child);
    }
    for (ir::Tier& tier : policy_.tiers) {
      ir::for_each_written(tier, [&change](ir::Rule& rule) {
        change(rule.when);
        if (rule.unless) change(*rule.unless);
      });
    }
    for (ir::Proof& proof : policy_.proofs) change(proof.when);
  }

  // What nobody asks any more asks nothing: an element without its quantifier would be no policy.
  void drop(ConditionId top) {
    std::vector<ConditionId> left = {top};
    while (!left.empty()) {
      Condition& condition = policy_.conditions[left.back()];
      left.pop_back();
      left.insert(left.end(), condition.children.begin(), condition.children.end());
      condition = {ConditionKind::always, {}, {}, {}, condition.span};
    }
  }

  // Who pointed at `old` points at `now`; `old` becomes a condition that nobody asks.
  void point_to(ConditionId old, ConditionId now) {
    const Span span = policy_.conditions[old].span;
    policy_.conditions[old] = {ConditionKind::always, {}, {}, {}, span};
    change_references([&](ConditionId& id) {
      if (id == old) id = now;
    });
  }

  // Puts a `not` behind a condition: children stand before parents.
  void negate(ConditionId negated) {
    change_references([&](ConditionId& id) {
      if (id >= negated) ++id.value;
    });
    IdVector<ir::ConditionTag, Condition> conditions;
    for (std::uint32_t i = 0; i < policy_.conditions.size(); ++i) {
      Condition& condition = policy_.conditions[ConditionId{i}];
      const Span span = condition.span;
      conditions.push_back(std::move(condition));
      if (ConditionId{i} == negated) {
        conditions.push_back({ConditionKind::not_, {}, {}, {negated}, span});
      }
    }
    policy_.conditions = std::move(conditions);
  }

  ir::Policy policy_;
  const Mistake& mistake_;
};

}  // namespace

const ir::Rule& rule_at(const ir::Policy& policy, std::size_t number) {
  for (const ir::Tier& tier : policy.tiers) {
    if (number < tier.rules.size()) return tier.rules[number];
    number -= tier.rules.size();
  }
  std::size_t tier = 0;
  while (number >= policy.tiers[tier].alsos.size()) number -= policy.tiers[tier++].alsos.size();
  return policy.tiers[tier].alsos[number];
}

std::vector<Mistake> mistakes_in(const ir::Policy& policy, const Sources& sources,
                                 Span default_span) {
  return Finder(policy, sources).run(default_span);
}

ir::Policy with_mistake(const ir::Policy& policy, const Mistake& mistake) {
  return Maker(policy, mistake).run();
}

bool is_tool_of_on(const ir::Policy& policy, ir::ConditionId id, const Sources& sources) {
  const Condition& condition = policy.conditions[id];
  return condition.kind == ConditionKind::atom &&
         condition.atom.attribute.attribute == AttributeId::tool &&
         !sources.slice(condition.span).starts_with(row_of(AttributeId::tool).name);
}

std::string text_of(Span span, const Sources& sources) {
  std::string out;
  for (const char c : sources.slice(span)) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return cap_characters(escape_display(out), 80);
}

}  // namespace sentrail::compiler
