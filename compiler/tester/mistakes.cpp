// Finds where a policy could be wrong, and makes it so. See mistakes.hpp.
#include "compiler/tester/mistakes.hpp"

#include <map>
#include <tuple>
#include <utility>

#include "compiler/ir/policy_text.hpp"
#include "compiler/probe/domains.hpp"
#include "compiler/tester/limit_mistakes.hpp"
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
  Finder(const ir::Policy& policy, const Sources& sources)
      : policy_(policy), sources_(sources), timed_(tests_say_time(policy)) {}

  std::vector<Mistake> run(Span default_span) {
    std::size_t number = 0;
    for (const ir::Tier& tier : policy_.tiers) {
      if (tier.implied) number += tier.rules.size();  // nobody writes it wrong
      for (std::size_t i = 0; i < tier.rules.size() && !tier.implied; ++i, ++number) {
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
    if (rule.outcome != Outcome::pass && !(rule.on_response && guard)) {
      outcomes(rule.outcome, rule.span, guard, rule.on_response);
    }
    if (rule.outcome == Outcome::require_approval) approvals(rule.approval, rule.span);
    for (LimitMistake& one : limit_mistakes(rule)) {
      const auto kind = one.limit ? MistakeKind::limit_changed : MistakeKind::limit_left_out;
      Mistake& made = add(kind, rule.span, std::move(one.what));
      made.at = one.at;
      made.limit = std::move(one.limit);
    }
    end(rule);
    obligations(rule);
  }

  // Where a rule that does not allow ends, nothing changes.
  void end(const ir::Rule& rule) {
    if (!timed_ || !rule.until_ms || rule.outcome != Outcome::allow) return;
    for (const std::int64_t until :
         {*rule.until_ms - limits::kDayMs, *rule.until_ms + limits::kDayMs}) {
      if (until <= 0) continue;
      add(MistakeKind::end_moved, rule.span,
          "has " + ticked(until_shown(until)) + " for " + ticked(until_shown(*rule.until_ms)))
          .until_ms = until;
    }
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

  void outcomes(Outcome now, Span span, bool guard, bool answers = false) {
    const auto change = [&](Outcome to) {
      add(MistakeKind::outcome_changed, span,
          "says " + ticked(name_of(to)) + " instead of " + ticked(name_of(now)))
          .outcome = to;
    };
    if (answers) return change(now == Outcome::allow ? Outcome::block : Outcome::allow);
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

  [[nodiscard]] bool is_on(ConditionId id) const { return is_of_on(policy_, id, sources_); }

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
      // A range of instants, and each of its ends, has the text of the whole test.
      const Span span = policy_.conditions[child].span;
      const bool untold = span == condition.span;
      add(MistakeKind::part_left_out, id, i,
          untold ? "lacks " + ticked(ir::policy_text(policy_.conditions, child)) : "is left out",
          "", span);
    }
  }

  [[nodiscard]] std::string end_shown(ConditionId id) const {
    return ticked(text_of(policy_, id, sources_));
  }

  void atom(ConditionId id, const ir::Atom& atom) {
    // Both ends of a range have its text: each says which it is.
    const std::string of_end = is_end_of_range(policy_, id) ? " in " + end_shown(id) : "";
    add(MistakeKind::negated, id, 0,
        of_end.empty() ? "is negated" : "has the contrary of " + end_shown(id));
    if (const auto other = moved(atom.op)) {
      const std::size_t before = found_.size();
      add(MistakeKind::boundary_moved, id, 0, other->second + of_end);
      if (found_.size() > before) found_.back().op = other->first;
    }
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
      if (operand.kind == OperandKind::window) window(id, i, operand);
    }
  }

  void window(ConditionId id, std::size_t at, const ir::Operand& operand) {
    const std::string now = ticked(window_shown(operand.window, operand.text));
    for (const Window& other : moved_windows(operand.window)) {
      const std::size_t before = found_.size();
      add(MistakeKind::window_moved, id, at,
          "has " + ticked(window_shown(other, operand.text)) + " for " + now);
      if (found_.size() > before) found_.back().window = other;
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
  bool timed_;
  std::optional<std::size_t> rule_;
  std::vector<Mistake> found_;
  std::map<std::tuple<MistakeKind, std::uint32_t, std::uint32_t, std::uint32_t, std::size_t,
                      std::string>,
           std::size_t>
      places_;
};

// Whether a test says in which phase its rule is.
bool is_phase(const ir::Atom& atom) {
  return atom.attribute.attribute == AttributeId::response && atom.op == ir::AtomOp::exists;
}

}  // namespace

void move_end(ir::Operand& range, bool upper, const std::string& end) {
  if (upper) {
    range.upper = end;
  } else {
    range.text = end;
  }
}

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

bool is_of_on(const ir::Policy& policy, ir::ConditionId id, const Sources& sources) {
  const Condition& condition = policy.conditions[id];
  if (condition.kind == ConditionKind::not_) {
    const Condition& inner = policy.conditions[condition.children[0]];
    return inner.kind == ConditionKind::atom && is_phase(inner.atom);
  }
  if (condition.kind == ConditionKind::atom && is_phase(condition.atom)) return true;
  return condition.kind == ConditionKind::atom &&
         condition.atom.attribute.attribute == AttributeId::tool &&
         !sources.slice(condition.span).starts_with(row_of(AttributeId::tool).name);
}

// Both ends are the first parts of a pair, next to it.
bool is_end_of_range(const ir::Policy& policy, ConditionId id) {
  const Condition& end = policy.conditions[id];
  if (end.kind != ConditionKind::atom || end.atom.operands.size() != 1 ||
      end.atom.operands[0].kind != OperandKind::instant) {
    return false;
  }
  for (std::uint32_t i = id.value + 1; i <= id.value + 2 && i < policy.conditions.size(); ++i) {
    const Condition& pair = policy.conditions[ConditionId{i}];
    if (pair.kind == ConditionKind::all && pair.span == end.span) return true;
  }
  return false;
}

std::string text_of(const ir::Policy& policy, ConditionId id, const Sources& sources) {
  return is_end_of_range(policy, id) ? ir::policy_text(policy.conditions, id)
                                     : text_of(policy.conditions[id].span, sources);
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
