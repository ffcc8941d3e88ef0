// Checks rules one by one and sorts them by priority. See rules.hpp.
#include "compiler/check/rules.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "compiler/check/answers.hpp"
#include "compiler/check/approvals.hpp"
#include "compiler/check/expiry.hpp"
#include "compiler/check/obligations.hpp"
#include "compiler/check/operands.hpp"
#include "compiler/check/rule_limits.hpp"
#include "compiler/check/templates.hpp"
#include "compiler/ir/pattern.hpp"
#include "compiler/oracle/glob.hpp"

namespace sentrail::compiler::checking {
namespace {

// The name of the tier of rules that stand outside any.
constexpr std::string_view kImplicitTier = "main";

bool glob_matches(std::string_view pattern, std::string_view name) {
  return oracle::matches(pattern, name, '.') == Truth::t;
}

// The written priority; rules without one come after all that have one.
std::uint32_t priority_of(const RuleNode& node) {
  constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
  if (!node.priority) return kLast;
  const std::string_view text = node.priority->text;
  std::uint32_t value = kLast;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  SENTRAIL_CHECK_NOTE(error == std::errc{} && end == text.data() + text.size(),
                      "the parser admits whole numbers only");
  return value;
}

class RuleChecker {
 public:
  RuleChecker(Context& context, const std::vector<ir::ConditionId>& conditions)
      : context_(context), conditions_(conditions) {}

  void tier(const TierNode& node) {
    const std::string_view name = node.implicit ? kImplicitTier : node.name.text;
    const Span span = node.implicit ? node.rules.front().name.span : node.name.span;
    declare_once(context_, tiers_, "tier", name, span);
    if (node.rules.empty()) {
      context_.report(DiagnosticKind::empty_tier, node.name.span,
                      "the tier " + ticked(name) + " has no rules",
                      Help("take it away", without(context_.sources, node.span)));
    }
    for (const RuleNode& rule : node.rules) {
      declare_once(context_, names_, "rule", rule.name.text, rule.name.span);
    }
    ir::Tier tier{std::string(name), node.guard, {}};
    check_priorities(node);
    for (const RuleNode* rule_node : in_order(node)) {
      ir::Rule made = rule(*rule_node, tier);
      if (rule_node->kind == RuleKind::also) {
        tier.alsos.push_back(std::move(made));
      } else if (rule_node->kind == RuleKind::shadow) {
        tier.shadows.push_back({std::move(made), tier.rules.size()});
      } else {
        tier.rules.push_back(std::move(made));
      }
    }
    context_.policy.tiers.push_back(std::move(tier));
  }

 private:
  // L8.3.
  static std::vector<const RuleNode*> in_order(const TierNode& node) {
    std::vector<const RuleNode*> rules;
    for (const RuleNode& rule : node.rules) rules.push_back(&rule);
    std::ranges::stable_sort(rules, {}, [](const RuleNode* rule) { return priority_of(*rule); });
    return rules;
  }

  void check_priorities(const TierNode& node) {
    std::map<std::uint32_t, const RuleNode*> first;
    for (const RuleNode& rule : node.rules) {
      if (!rule.priority) continue;
      const RuleNode& other = *first.emplace(priority_of(rule), &rule).first->second;
      if (other.outcome == rule.outcome) continue;
      context_.report(DiagnosticKind::priority_conflict, rule.priority->span,
                      "rule " + ticked(rule.name.text) + " and rule " + ticked(other.name.text) +
                          " have the same priority and different outcomes",
                      "give the one that should be tried first the lower number",
                      {{other.priority->span, "the same priority"}});
    }
  }

  ir::Rule rule(const RuleNode& node, const ir::Tier& tier) {
    const std::string name(node.name.text);
    ir::Rule rule;
    rule.name = name;
    rule.qualified_name = context_.policy.name + "." + tier.name + "." + name;
    rule.outcome = node.outcome;
    rule.span = node.span;
    if (tier.guard && node.outcome == Outcome::allow) {
      context_.report(DiagnosticKind::guard_allows, node.outcome_span,
                      "the guard tier " + ticked(tier.name) + " holds an `allow`",
                      "guard tiers only tighten: write `pass` to end the tier, or move the rule to "
                      "an ordinary tier");
    }
    rule.approval = check_approval(context_, node.approval, node.outcome);
    rule.on_response = node.on && node.on->response;
    rule.when = condition(node);
    if (node.unless) rule.unless = conditions_.at(node.unless->value);
    if (node.because) rule.because = check_template(context_, *node.because);
    if (node.owner) rule.owner = node.owner->text;
    if (node.ticket) rule.ticket = node.ticket->text;
    rule.obligations = check_obligations(context_, node.then, rule.on_response);
    if (node.until) {
      rule.until_ms = check_until(context_, *node.until);
      rule.until_span = node.until->span;
    }
    rule.limits = check_limits(context_, node);
    check_phase(context_, node, rule);
    return rule;
  }

  // `on and when`; the parser has seen to it that one of them is there.
  ir::ConditionId condition(const RuleNode& node) {
    std::vector<ir::ConditionId> parts;
    if (node.on) add_on(*node.on, parts);
    if (node.when) {
      const ir::ConditionId when = conditions_.at(node.when->value);
      const bool always = context_.policy.conditions[when].kind == ir::ConditionKind::always;
      if (parts.empty() || !always) parts.push_back(when);
    }
    SENTRAIL_CHECK(!parts.empty());
    if (parts.size() == 1) return parts.front();
    return append(context_, ir::ConditionKind::all, std::move(parts), node.span);
  }

  // L8.2, L19.2: sugar for tests of `tool` and `action`, and of the phase.
  void add_on(const OnClause& on, std::vector<ir::ConditionId>& parts) {
    if (on.response) {
      ir::Atom answered{{AttributeId::response, {}}, ir::AtomOp::exists, {}};
      parts.push_back(append(context_, std::move(answered), *on.response));
    }
    if (on.tool) add_tool(on, parts);
  }

  void add_tool(const OnClause& on, std::vector<ir::ConditionId>& parts) {
    const ir::AttributeRef tool{AttributeId::tool, {}};
    if (check_tool(context_, on.tool->text, on.tool->span)) check_actions(on);
    if (auto operand = operand_of(context_, tool, *on.tool, Place::entry)) {
      const bool pattern = operand->kind == ir::OperandKind::pattern;
      const ir::AtomOp op = pattern ? ir::AtomOp::matches : ir::AtomOp::equal;
      ir::Atom atom{tool, op, {std::move(*operand)}, ir::TestedType::string};
      parts.push_back(append(context_, std::move(atom), on.tool->span));
    }
    if (on.actions.empty() && !parts.empty()) return;
    const ir::AttributeRef action{AttributeId::action, {}};
    warn_of_repeats(context_, on.actions);
    ir::Atom atom{action, ir::AtomOp::in, entries_of(context_, action, on.actions, on.span),
                  ir::TestedType::string};
    parts.push_back(append(context_, std::move(atom), on.span));
  }

  // The actions of the imported catalogs whose tool `on` names.
  std::vector<std::string_view> actions_of(std::string_view tool) const {
    std::vector<std::string_view> actions;
    for (const CatalogInfo* catalog : context_.imported) {
      if (!glob_matches(tool, catalog->tool)) continue;
      actions.insert(actions.end(), catalog->actions.begin(), catalog->actions.end());
    }
    return actions;
  }

  // Whether an action is one of those, by its name or as a pattern. A thousand rules name actions,
  // of which a catalog has a thousand: names are looked up, patterns tried.
  bool is_known_action(std::string_view tool, std::string_view action) const {
    const bool pattern = action.find_first_of("*?\\") != std::string_view::npos;
    return std::ranges::any_of(context_.imported, [&](const CatalogInfo* catalog) {
      if (!glob_matches(tool, catalog->tool)) return false;
      if (!pattern) return std::ranges::binary_search(catalog->actions, action);
      return std::ranges::any_of(catalog->actions,
                                 [&](std::string_view name) { return glob_matches(action, name); });
    });
  }

  void check_actions(const OnClause& on) {
    if (context_.catalogs == nullptr) return;
    for (const Literal& action : on.actions) {
      const bool word = action.kind == LiteralKind::word || action.kind == LiteralKind::string;
      if (!word || ir::pattern_problem(action.text, '.')) continue;  // reported as an operand
      if (is_known_action(on.tool->text, action.text)) continue;
      const std::string tool(on.tool->text);
      const std::vector<std::string_view> known = actions_of(tool);
      if (known.empty()) continue;  // lock files say nothing of actions
      if (ir::has_wildcard(action.text)) {
        context_.report(DiagnosticKind::action_matches_nothing, action.span,
                        ticked(action.text) + " matches no action of " + ticked(tool),
                        "its actions include " + enumerate(known));
      } else {
        context_.report(DiagnosticKind::unknown_action, action.span,
                        ticked(tool) + " has no action " + ticked(action.text),
                        suggestion(action.text, known, "its actions include " + enumerate(known)));
      }
    }
  }

  Context& context_;
  const std::vector<ir::ConditionId>& conditions_;
  std::map<std::string_view, Span> tiers_;
  std::map<std::string_view, Span> names_;
};

// An import behind those that there are, or behind the head.
std::vector<Edit> import_of(const Ast& ast, const std::string& name) {
  std::uint32_t at = 0;
  for (const Decl& decl : ast.order) {
    const bool head = decl.kind == DeclKind::policy || decl.kind == DeclKind::language ||
                      decl.kind == DeclKind::import_;
    if (head) at = std::max(at, decl.span.end);
  }
  return {{{ast.source, at, at}, at == 0 ? "import " + name + "\n" : "\nimport " + name}};
}

}  // namespace

bool check_tool(Context& context, std::string_view tool, Span span) {
  if (context.catalogs == nullptr || ir::pattern_problem(tool, '.')) return true;
  for (const CatalogInfo* catalog : context.imported) {
    if (glob_matches(tool, catalog->tool)) return true;
  }
  if (context.import_failed) return false;
  for (const CatalogInfo& catalog : *context.catalogs) {
    if (!glob_matches(tool, catalog.tool)) continue;
    context.report(DiagnosticKind::unknown_tool, span,
                   "the catalog of " + ticked(tool) + " is not imported",
                   Help("write `import " + catalog.name + "` at the beginning",
                        import_of(context.ast, catalog.name)));
    return false;
  }
  std::vector<std::string_view> tools;
  for (const CatalogInfo& catalog : *context.catalogs) tools.push_back(catalog.tool);
  context.report(DiagnosticKind::unknown_tool, span, "no catalog has the tool " + ticked(tool),
                 suggestion(tool, tools,
                            "a tool without catalog is tested by `when tool == \"" +
                                std::string(tool) + "\"`"));
  return false;
}

void check_tiers(Context& context, const std::vector<ir::ConditionId>& conditions) {
  RuleChecker checker(context, conditions);
  for (const TierNode& node : context.ast.tiers) checker.tier(node);
  check_obligation_count(context);
}

}  // namespace sentrail::compiler::checking
