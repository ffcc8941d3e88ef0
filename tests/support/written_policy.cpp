// Writes a policy that text can say. See written_policy.hpp.
#include "tests/support/written_policy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/ir/phases.hpp"
#include "core/time.hpp"
#include "tests/support/approvals.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/fit_to_text.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/random_address.hpp"
#include "tests/support/random_window.hpp"
#include "tests/support/rule_limits.hpp"
#include "tests/support/written_test.hpp"

namespace sentrail::support {
namespace {

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}
bool once_in(Random& random, std::size_t count) {
  return below(random, count) == 0;
}

// A rule's `on`, if it has one, and what is left for `when`.
struct Clauses {
  std::string on;
  ir::ConditionId when;
};

class Writer {
 public:
  Writer(Random& random, ir::Policy& policy) : random_(random), policy_(policy), tests_(random) {}

  // The text of the root, and that of its module.
  WrittenPolicy run();

 private:
  std::size_t below(std::size_t count) { return support::below(random_, count); }
  bool once_in(std::size_t count) { return support::once_in(random_, count); }

  std::string condition(ir::ConditionId id, bool inner);
  std::string approval(Outcome outcome, const ir::Approval& approval) {
    return outcome == Outcome::require_approval ? written_approval(random_, approval) : "";
  }
  std::string plain_condition(ir::ConditionId id, bool inner);
  [[nodiscard]] std::string called(const std::string& name) const { return tests_.called(name); }
  std::string named_condition(ir::ConditionId id);
  [[nodiscard]] bool is_closed(ir::ConditionId id) const;
  std::string named_test(const ir::Atom& atom);
  std::string negation(ir::ConditionId child);
  std::string quantified(const ir::Condition& one);
  void add_on(ir::Rule& rule, Clauses& clauses);
  std::string rule(const ir::Rule& rule, const Clauses& clauses,
                   std::optional<std::size_t> priority, const char* kind);
  std::string aside(const ir::Rule& one, const char* kind);
  [[nodiscard]] Clauses clauses_of(const ir::Rule& one) const;
  std::vector<std::string> rules(ir::Tier& tier);
  std::string header();
  std::string default_clause();

  Random& random_;
  ir::Policy& policy_;
  AtomWriter tests_;
  std::string conditions_;
  std::size_t condition_count_ = 0;
  std::size_t quantifier_depth_ = 0;
};

std::string Writer::negation(ir::ConditionId child) {
  const ir::Condition& negated = policy_.conditions[child];
  if (negated.kind == ir::ConditionKind::atom && !once_in(4))
    return tests_.test(negated.atom, true);
  if (!once_in(4)) {
    if (const auto ranges = tests_.ranges_test(policy_, child, true)) return *ranges;
  }
  // A condition with a name: of what a body cannot see, a chain of `not` could come.
  if (negated.kind != ir::ConditionKind::always && is_closed(child) && once_in(6)) {
    return "not " + named_condition(child);
  }
  return "not (" + condition(child, false) + ")";
}

// Now and then the last steps of what all tests name stand behind `[*]`; here there are none.
std::string Writer::quantified(const ir::Condition& one) {
  std::string out = one.kind == ir::ConditionKind::some_element ? "any " : "all ";
  out += one.element.str() + " in " + tests_.path(one.atom.attribute) + (once_in(3) ? "[*]" : "");
  ++quantifier_depth_;
  out += (once_in(2) ? ": " : " :") + condition(one.children.at(0), true);
  --quantifier_depth_;
  return out;
}

// A test by the name of a condition whose parameters stand for its two sides.
std::string Writer::named_test(const ir::Atom& atom) {
  using Op = ir::AtomOp;
  const std::string name = "cond" + std::to_string(condition_count_++);
  std::string left = tests_.path(atom.attribute);
  std::string body = "p";
  if (!atom.attribute.steps.empty() && once_in(2)) {  // steps of the path behind the parameter
    const std::string whole = atom.attribute.binder > 0
                                  ? atom.attribute.element.str()
                                  : std::string(row_of(atom.attribute.attribute).name);
    body += left.substr(whole.size());
    left = whole;
  }
  if (atom.sized) body = "size(" + body + ")";
  if (atom.operands.size() == 1 && atom.operands[0].kind == ir::OperandKind::window) {
    // A window is no argument.
    conditions_ += "condition " + name + "(p) = " + body + " in " +
                   tests_.value(atom.attribute, atom.operands.at(0)) + "\n";
    return called(name) + "(" + left + ")";
  }
  if (atom.op == Op::exists) {
    conditions_ += "condition " + name + "(p) = " + body + " exists\n";
    return called(name) + "(" + left + ")";
  }
  const bool swapped = once_in(2);
  const std::string right = atom.other          ? to_string(*atom.other)
                            : atom.op == Op::in ? tests_.entries(atom)
                                                : tests_.value(atom.attribute, atom.operands.at(0));
  conditions_ += "condition " + name + (swapped ? "(v, p) = " : "(p, v) = ") + body + " " +
                 std::string(sign_of(atom.op)) + " v\n";
  return called(name) + "(" + (swapped ? right + ", " + left : left + ", " + right) + ")";
}

// Whether a condition names no element of the quantifiers around it, which a body cannot see.
bool Writer::is_closed(ir::ConditionId id) const {
  const ir::Condition& one = policy_.conditions[id];
  const auto is_outside = [&](const ir::AttributeRef& ref) {
    return ref.binder == 0 || ref.binder > quantifier_depth_;
  };
  return is_outside(one.atom.attribute) && (!one.atom.other || is_outside(*one.atom.other)) &&
         std::ranges::all_of(one.children, [&](ir::ConditionId child) { return is_closed(child); });
}

std::string Writer::named_condition(ir::ConditionId id) {
  const ir::Condition& one = policy_.conditions[id];
  // What `is` and `=~` take is no value that a parameter could stand for.
  const bool divisible = one.atom.op < ir::AtomOp::search || one.atom.op == ir::AtomOp::exists ||
                         one.atom.op == ir::AtomOp::same;
  const bool whole = one.atom.attribute.attribute == AttributeId::session_count || !divisible;
  if (one.kind == ir::ConditionKind::atom && !whole && once_in(2)) return named_test(one.atom);
  if (!is_closed(id)) return plain_condition(id, true);
  const bool before = std::exchange(tests_.in_module, true);
  const std::string body = plain_condition(id, false);
  tests_.in_module = before;
  const std::string name = "cond" + std::to_string(condition_count_++);
  conditions_ += "condition " + name + " = " + body + "\n";
  return called(name);
}

// Now and then by a name; `always` has none.
std::string Writer::condition(ir::ConditionId id, bool inner) {
  const bool named = policy_.conditions[id].kind != ir::ConditionKind::always && once_in(10);
  return named ? named_condition(id) : plain_condition(id, inner);
}

// `inner`: beside others, where a chain needs parentheses.
std::string Writer::plain_condition(ir::ConditionId id, bool inner) {
  const ir::Condition& one = policy_.conditions[id];
  switch (one.kind) {
    case ir::ConditionKind::always:
      return "always";
    case ir::ConditionKind::atom:
      return tests_.test(one.atom, false);
    case ir::ConditionKind::not_:
      return negation(one.children.at(0));
    case ir::ConditionKind::some_element:
    case ir::ConditionKind::every_element:
      return quantified(one);
    case ir::ConditionKind::all:
    case ir::ConditionKind::any:
      break;
  }
  if (!once_in(4)) {
    if (const auto ranges = tests_.ranges_test(policy_, id, false)) return *ranges;
  }
  const std::string_view joint = one.kind == ir::ConditionKind::all ? " and " : " or ";
  std::string out;
  for (const ir::ConditionId child : one.children) {
    if (!out.empty()) out += joint;
    out += condition(child, true);
  }
  return inner || once_in(8) ? "(" + out + ")" : out;
}

// Puts `on` before a rule's condition, in the text and in what is meant.
void Writer::add_on(ir::Rule& rule, Clauses& clauses) {
  const std::array tools = {text("github"), text("x"), text("a.b"), pattern("g*"), pattern("a.**")};
  const std::array actions = {text("a"),      text("a.b"),     text("main"), pattern("a.*"),
                              pattern("*.b"), pattern("a.**"), pattern("?")};
  const ir::AttributeRef tool = ref("tool");
  ir::Atom on_tool = support::test("tool", ir::AtomOp::equal, {tools[below(tools.size())]});
  if (on_tool.operands[0].kind == ir::OperandKind::pattern) on_tool.op = ir::AtomOp::matches;
  clauses.on = "on " + tests_.text_or_word(tool, on_tool.operands[0].text);
  std::vector<ir::ConditionId> parts = {atom(policy_, on_tool)};
  if (const std::size_t count = below(4); count > 0) {
    ir::Atom on_action = support::test("action", ir::AtomOp::in);
    for (std::size_t i = 0; i < count; ++i) {
      on_action.operands.push_back(actions[below(actions.size())]);
    }
    const bool bare = count == 1 && once_in(2);
    clauses.on += ' ' + (bare ? tests_.entry(on_action.attribute, on_action.operands[0])
                              : tests_.entries(on_action));
    parts.push_back(atom(policy_, std::move(on_action)));
  }
  parts.push_back(rule.when);
  rule.when = all_of(policy_, std::move(parts));
}

std::string Writer::rule(const ir::Rule& rule, const Clauses& clauses,
                         std::optional<std::size_t> priority, const char* kind) {
  std::vector<std::string> parts;
  if (!clauses.on.empty()) parts.push_back(clauses.on);
  const bool always = policy_.conditions[clauses.when].kind == ir::ConditionKind::always;
  if (clauses.on.empty() || !always || once_in(2)) {
    parts.push_back("when " + condition(clauses.when, false));
  }
  if (rule.unless) parts.push_back("unless " + condition(*rule.unless, false));
  if (rule.until_ms) {
    parts.push_back("until " + format_rfc3339_ms(*rule.until_ms - 86'400'000).substr(0, 10));
  }
  if (!rule.owner.empty()) parts.push_back("owner \"" + rule.owner + "\"");
  if (!rule.ticket.empty()) parts.push_back("ticket \"" + rule.ticket + "\"");
  if (!rule.limits.empty()) parts.push_back(written_limits(random_, rule.limits));
  if (!rule.obligations.empty()) parts.push_back(written_obligations(rule.obligations));
  if (priority) parts.push_back("priority " + std::to_string(*priority));
  std::string out = std::string(kind) + "rule " + rule.name;
  if (kind[0] != 'a') {
    if (once_in(8)) parts.push_back("because \"{env}, not {{this}}: {resource.ref}\"");
    out += ": " + std::string(name_of(rule.outcome)) + approval(rule.outcome, rule.approval);
  }
  while (!parts.empty()) {
    const auto next = parts.begin() + static_cast<std::ptrdiff_t>(below(parts.size()));
    out += (once_in(4) ? " " : "\n  ") + *next;
    parts.erase(next);
  }
  return out + "\n";
}

// `on response` is the first part of the condition of a rule on answers.
Clauses Writer::clauses_of(const ir::Rule& one) const {
  if (!one.on_response) return {{}, one.when};
  return {"on response", policy_.conditions[one.when].children.at(1)};
}

std::string Writer::aside(const ir::Rule& one, const char* kind) {
  return rule(one, clauses_of(one), std::nullopt, kind);
}

// The rules in some order of the text that their priorities bring back into the order in which
// they are tried.
std::vector<std::string> Writer::rules(ir::Tier& tier) {
  // Shadow rules stand in the order of the text, so that each keeps its place.
  const bool shadowed = !tier.shadows.empty();
  const std::size_t ranked = !shadowed && once_in(2) ? below(tier.rules.size() + 1) : 0;
  std::vector<std::vector<std::string>> groups;  // each keeps its order
  std::size_t priority = below(3);
  for (std::size_t i = 0; i < tier.rules.size(); ++i) {
    ir::Rule& one = tier.rules[i];
    Clauses clauses = clauses_of(one);
    if (!one.on_response && once_in(5)) add_on(one, clauses);
    const bool same = i > 0 && i < ranked && tier.rules[i - 1].outcome == one.outcome && once_in(2);
    if (i > 0 && i < ranked && !same) priority += 1 + below(9);
    if (!same && i <= ranked) groups.emplace_back();
    for (const ir::Shadow& shadow : tier.shadows) {
      if (shadow.before == i) groups.back().push_back(aside(shadow.rule, "shadow "));
    }
    groups.back().push_back(
        rule(one, clauses, i < ranked ? std::optional(priority) : std::nullopt, ""));
  }
  if (shadowed && groups.empty()) groups.emplace_back();
  for (const ir::Shadow& shadow : tier.shadows) {
    if (shadow.before < tier.rules.size()) continue;
    groups.back().push_back(aside(shadow.rule, "shadow "));
  }
  for (const ir::Rule& also : tier.alsos) groups.push_back({aside(also, "also ")});
  std::vector<std::string> texts;
  while (!groups.empty()) {
    const auto group = groups.begin() + static_cast<std::ptrdiff_t>(below(groups.size()));
    texts.push_back(std::move(group->front()));
    group->erase(group->begin());
    if (group->empty()) groups.erase(group);
  }
  return texts;
}

std::string Writer::header() {
  std::string out = "policy " + policy_.name + "\n";
  if (once_in(2)) out += "language 1\n";
  return out;
}

std::string Writer::default_clause() {
  const bool unwritten = policy_.default_effect == Effect::require_approval &&
                         policy_.default_approval == ir::Approval{};
  if (unwritten && once_in(2)) return "";
  std::string out =
      "default " + std::string(name_of(policy_.default_effect)) +
      approval(static_cast<Outcome>(policy_.default_effect), policy_.default_approval);
  if (once_in(4)) out += " because \"no rule\"";
  return out + "\n";
}

WrittenPolicy Writer::run() {
  tests_.has_module = once_in(3);
  const std::size_t of_module = tests_.has_module ? below(policy_.tiers.size() + 1) : 0;
  std::size_t written = 0;
  std::string module;
  const std::string written_default = default_clause();
  const bool default_first = once_in(4);
  std::string body = default_first ? written_default : "";
  bool loose_used = false;
  std::vector<std::string> loose;  // rules outside tiers that are still to be written
  for (ir::Tier& tier : policy_.tiers) {
    tests_.in_module = written++ < of_module;
    std::vector<std::string> texts = rules(tier);
    if (tests_.in_module) {
      module += (tier.guard ? "guard tier " : "tier ") + tier.name + " {\n";
      for (const std::string& one : texts) module += one;
      module += "}\n";
      continue;
    }
    if (!loose_used && !tier.guard && !texts.empty() && once_in(3)) {
      loose_used = true;
      body += texts.front();
      loose.assign(texts.begin() + 1, texts.end());
    } else {
      body += (tier.guard ? "guard tier " : "tier ") + tier.name + " {\n";
      for (const std::string& one : texts) body += one;
      body += "}\n";
    }
    while (!loose.empty() && once_in(2)) {
      body += loose.front();
      loose.erase(loose.begin());
    }
  }
  for (const std::string& one : loose) body += one;
  const std::string tail = default_first ? "" : written_default;
  tests_.in_module = false;
  const std::string names =
      once_in(2) ? tests_.lists() + conditions_ : conditions_ + tests_.lists();
  if (tests_.has_module) {
    const std::string parts = once_in(2) ? names + module : module + names;
    return {{}, header() + "import m\n" + body + tail, "policy m\n" + parts};
  }
  return {{}, once_in(2) ? header() + names + body + tail : header() + body + tail + names, ""};
}

}  // namespace

WrittenPolicy random_written_policy(Random& random, const RandomLimits& limits) {
  WrittenPolicy written;
  written.policy = random_policy(random, limits);
  add_random_ends(random, written.policy);
  add_random_limits(random, written.policy);
  add_random_obligations(random, written.policy);
  for (ir::Tier& tier : written.policy.tiers) {
    if (!tier.rules.empty()) tier.rules.front().owner = "platform";
    if (!tier.rules.empty()) tier.rules.back().ticket = "SEC-12";
  }
  fit_to_text(random, written.policy);
  const WrittenPolicy texts = Writer(random, written.policy).run();
  written.text = texts.text;
  written.module = texts.module;
  written.policy = ir::with_phases(std::move(written.policy));
  return written;
}

}  // namespace sentrail::support
