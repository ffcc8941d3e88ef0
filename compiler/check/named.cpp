// Goes through the conditions of a file, those first that others use. See named.hpp.
#include "compiler/check/named.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>

#include "compiler/check/operands.hpp"
#include "compiler/check/paths.hpp"
#include "compiler/check/quantifiers.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::checking {
namespace {

// A word up to its first dot.
std::string_view first_of(std::string_view word) {
  return word.substr(0, word.find('.'));
}

bool is_set_test(TestOp op) {
  return op == TestOp::in || op == TestOp::not_in;
}

class NamedChecker {
 public:
  NamedChecker(Context& context, const WriteTest& write)
      : context_(context), write_(write), in_body_(context.ast.exprs.size(), false) {}

  std::vector<bool> run() {
    declare();
    for (NamedCondition* named : in_order_of_use()) check(*named);
    check_depths();
    return std::move(in_body_);
  }

 private:
  // One condition and what it uses of this file.
  struct Node {
    NamedCondition* named = nullptr;
    std::vector<std::uint32_t> body{};  // expressions, children first
    std::vector<std::pair<std::size_t, Span>> uses{};
    std::vector<std::size_t> used_by{};
    std::size_t waits_for = 0;
  };

  // --- names and bodies --------------------------------------------------------------------
  void declare() {
    std::map<std::string_view, Span> seen;
    std::map<std::string_view, std::size_t> index;
    for (const ConditionNode& node : context_.ast.conditions) {
      const bool is_new = declare_once(context_, seen, "condition", node.name.text, node.name.span);
      NamedCondition& named =
          is_new ? context_.scope.conditions[node.name.text] : repeated_.emplace_back();
      named.node = &node;
      named.scope = &context_.scope;
      named.roles.assign(node.parameters.size(), Role::unused);
      if (is_new) index.emplace(node.name.text, nodes_.size());
      nodes_.push_back({&named, body_of(node.body)});
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      for (const std::uint32_t id : nodes_[i].body) {
        const Expr& expr = context_.ast.exprs[ExprId{id}];
        if (expr.kind != ExprKind::use) continue;
        const auto found = index.find(dotted(expr.test.path));
        if (found == index.end()) continue;
        nodes_[i].uses.emplace_back(found->second, expr.test.path.span);
        nodes_[found->second].used_by.push_back(i);
        ++nodes_[i].waits_for;
      }
    }
  }

  std::vector<std::uint32_t> body_of(ExprId root) {
    std::vector<std::uint32_t> body = {root.value};
    for (std::size_t i = 0; i < body.size(); ++i) {
      in_body_[body[i]] = true;
      for (const ExprId child : context_.ast.exprs[ExprId{body[i]}].children) {
        body.push_back(child.value);
      }
    }
    std::ranges::sort(body);
    return body;
  }

  // --- order and cycles --------------------------------------------------------------------
  std::vector<NamedCondition*> in_order_of_use() {
    std::vector<NamedCondition*> order;
    std::deque<std::size_t> ready;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].waits_for == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
      const Node& node = nodes_[ready.front()];
      ready.pop_front();
      order.push_back(node.named);
      bodies_[node.named] = &node.body;
      for (const std::size_t user : node.used_by) {
        if (--nodes_[user].waits_for == 0) ready.push_back(user);
      }
    }
    std::vector<bool> visited(nodes_.size(), false);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].waits_for == 0) continue;
      nodes_[i].named->broken = true;
      if (!visited[i]) find_cycle(i, visited);
    }
    return order;
  }

  // Follows uses that are still waited for until one comes round.
  void find_cycle(std::size_t start, std::vector<bool>& visited) {
    std::vector<std::pair<std::size_t, Span>> way;  // a condition, and the use that leads on
    std::size_t at = start;
    for (;;) {
      const auto seen = std::ranges::find(way, at, &std::pair<std::size_t, Span>::first);
      if (seen != way.end()) return report_cycle({seen, way.end()});
      if (visited[at]) return;  // its cycle is reported
      visited[at] = true;
      const auto next = std::ranges::find_if(
          nodes_[at].uses, [&](const auto& use) { return nodes_[use.first].waits_for > 0; });
      SENTRAIL_CHECK(next != nodes_[at].uses.end());
      way.emplace_back(at, next->second);
      at = next->first;
    }
  }

  void report_cycle(const std::vector<std::pair<std::size_t, Span>>& cycle) {
    const auto name = [&](std::size_t i) {
      return nodes_[cycle[i % cycle.size()].first].named->node->name;
    };
    std::vector<DiagnosticNote> notes;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      notes.push_back(
          {cycle[i].second, ticked(name(i).text) + " uses " + ticked(name(i + 1).text)});
    }
    const std::string others = cycle.size() == 1 ? ""
                                                 : ", by way of " + ticked(name(1).text) +
                                                       (cycle.size() > 2 ? " and others" : "");
    context_.report(DiagnosticKind::condition_cycle, name(0).span,
                    "the condition " + ticked(name(0).text) + " uses itself" + others,
                    "say one of them without the next", std::move(notes));
  }

  // --- one condition, after those that it uses ---------------------------------------------
  void check(NamedCondition& named) {
    const std::vector<std::uint32_t>& body = *bodies_.at(&named);
    const std::size_t errors_before = context_.error_count;
    const Frame frame{&context_.scope, &named, nullptr, nullptr};
    const FrameGuard guard(context_, frame);
    check_parameter_names(named);
    elements_.clear();
    for (const std::uint32_t id : body) {
      const Expr& expr = context_.ast.exprs[ExprId{id}];
      if (expr.kind != ExprKind::quantified) continue;
      elements_.insert(context_.ast.quantifiers[expr.quantifier].binder.text);
    }
    std::map<std::uint32_t, std::size_t> depths;
    for (const std::uint32_t id : body) {
      const Expr& expr = context_.ast.exprs[ExprId{id}];
      std::size_t depth = 0;
      for (const ExprId child : expr.children) depth = std::max(depth, depths[child.value]);
      if (expr.kind == ExprKind::use) depth = use(named, expr);
      if (expr.kind == ExprKind::test) test(named, expr, id);
      if (expr.kind == ExprKind::quantified) {
        const Path& list = context_.ast.quantifiers[expr.quantifier].list;
        take_role(named, list.steps.front().text, Role::path, list.span);
      }
      depths[id] = depth + (expr.parenthesised ? 1 : 0);
    }
    named.depth = depths[named.node->body.value];
    named.tests = std::min(named.tests, limits::kOperandsMax + 1);
    check_parameters_used(named);
    if (named.depth >= limits::kNestingMax && !named.broken) {
      report_depth(named.node->name.span, named.depth + 1);
    }
    if (context_.error_count != errors_before) named.broken = true;
  }

  void check_parameter_names(const NamedCondition& named) {
    std::map<std::string_view, Span> seen;
    for (const Name& parameter : named.node->parameters) {
      const std::string_view name = parameter.text;
      const Scope& scope = context_.scope;
      const char* hidden = begins_attribute(name)            ? "an attribute"
                           : scope.lists.contains(name)      ? "a list"
                           : scope.conditions.contains(name) ? "a condition"
                           : scope.modules.contains(name)    ? "a module"
                                                             : nullptr;
      if (hidden != nullptr) {
        context_.report(DiagnosticKind::bad_parameter, parameter.span,
                        ticked(name) + " is also the name of " + hidden,
                        "a parameter hides nothing: choose another name");
      }
      declare_once(context_, seen, "parameter", name, parameter.span);
    }
  }

  // What stands for a parameter has one role wherever it is written.
  void take_role(NamedCondition& named, std::string_view name, Role role, Span span) {
    const auto index = parameter_of(&named, name);
    if (!index || role == Role::unused) return;
    Role& known = named.roles[*index];
    if (known == Role::unused) known = role;
    if (known == role) return;
    context_.report(DiagnosticKind::bad_parameter, span,
                    "the parameter " + ticked(name) + " stands for a path and for a value",
                    "left of an operator is a path, right of it a value: use two parameters",
                    {{named.node->parameters[*index].span, "the parameter"}});
  }

  // A parameter with steps behind it is a path right of an operator too.
  void take_words(NamedCondition& named, const Operand& operand) {
    for (const Literal& literal : operand.literals) {
      if (literal.kind != LiteralKind::word) continue;
      const std::string_view first = first_of(literal.text);
      const bool path = first.size() < literal.text.size();
      take_role(named, first, path ? Role::path : Role::value, literal.span);
    }
  }

  void check_parameters_used(NamedCondition& named) {
    for (std::size_t i = 0; i < named.roles.size(); ++i) {
      const Name& parameter = named.node->parameters[i];
      if (named.roles[i] != Role::unused || named.broken) continue;
      context_.report(DiagnosticKind::bad_parameter, parameter.span,
                      "the parameter " + ticked(parameter.text) + " is never tested",
                      "test it, or take it away");
    }
  }

  // out: the parentheses that the use stands for.
  std::size_t use(NamedCondition& named, const Expr& expr) {
    const NamedCondition* used = check_use(context_, expr);
    if (used == nullptr || used->broken) {
      named.broken = true;
      return 0;
    }
    for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
      const Argument& argument = expr.arguments[i];
      if (used->roles[i] == Role::value) {
        take_words(named, argument.value);
      } else if (!argument.path.steps.empty()) {
        take_role(named, argument.path.steps.front().text, Role::path, argument.span);
      }
    }
    named.tests = std::min(named.tests + used->tests, limits::kOperandsMax + 1);
    return used->depth + 1;
  }

  void test(NamedCondition& named, const Expr& expr, std::uint32_t id) {
    ++named.tests;
    const Operand none;
    const Operand& operand = expr.test.op == TestOp::is ? none : expr.test.operand;
    const auto is_parameter = [&](const Literal& literal) {
      return literal.kind == LiteralKind::word && parameter_of(&named, first_of(literal.text));
    };
    const auto is_open = [&](const Literal& literal) {
      return is_parameter(literal) ||
             (literal.kind == LiteralKind::word && elements_.contains(first_of(literal.text)));
    };
    const std::string_view first = expr.test.path.steps.front().text;
    // What is counted belongs to the policy that uses it.
    const bool open = parameter_of(&named, first) || elements_.contains(first) ||
                      expr.test.path.count != 0 || std::ranges::any_of(operand.literals, is_open);
    if (open) {
      if (expr.test.path.count == 0) take_role(named, first, Role::path, expr.test.path.span);
      take_words(named, operand);
      if (operand.bracketed) {
        warn_of_repeats(context_, operand.literals);
      } else if (is_set_test(expr.test.op) && operand.literals[0].kind == LiteralKind::word &&
                 !is_parameter(operand.literals[0])) {
        static_cast<void>(list_of(context_, operand.literals[0]));
      }
      return;
    }
    // Nothing here depends on a use: it is checked now, once, and copied from here.
    Settled& settled = context_.scope.settled;
    std::swap(context_.policy.conditions, settled.conditions);
    const auto begin = static_cast<std::uint32_t>(context_.policy.conditions.size());
    static_cast<void>(write_(expr));
    const auto end = static_cast<std::uint32_t>(context_.policy.conditions.size());
    std::swap(context_.policy.conditions, settled.conditions);
    settled.of.emplace(id, std::pair(begin, end));
  }

  // --- depth -------------------------------------------------------------------------------
  void report_depth(Span span, std::size_t depth) {
    context_.report(DiagnosticKind::condition_too_deep, span,
                    "written out, this condition nests " + std::to_string(depth) +
                        " levels deep, at most " + std::to_string(limits::kNestingMax) +
                        " are allowed",
                    "a use stands for its condition in parentheses: use fewer within each other");
  }

  // Those of rules: each is reported at the outermost use in it.
  void check_depths() {
    const auto& exprs = context_.ast.exprs;
    std::vector<std::size_t> depths(exprs.size(), 0);
    for (std::uint32_t i = 0; i < exprs.size(); ++i) {
      if (in_body_[i]) continue;
      const Expr& expr = exprs[ExprId{i}];
      for (const ExprId child : expr.children) depths[i] = std::max(depths[i], depths[child.value]);
      const bool within = depths[i] <= limits::kNestingMax;
      if (expr.kind == ExprKind::use) {
        const std::string written = dotted(expr.test.path);
        const ScopedName name = look_up(context_.scope, written);
        const auto* conditions = name.home == nullptr ? nullptr : &name.home->conditions;
        if (conditions != nullptr && conditions->contains(name.name)) {
          const NamedCondition& used = conditions->at(name.name);
          depths[i] = used.broken ? 0 : used.depth + 1;
        }
      }
      if (expr.parenthesised) ++depths[i];
      if (within && depths[i] > limits::kNestingMax) report_depth(expr.span, depths[i]);
    }
  }

  Context& context_;
  const WriteTest& write_;
  std::vector<bool> in_body_;
  std::vector<Node> nodes_;
  std::deque<NamedCondition> repeated_;  // second ones of a name: checked, never used
  std::map<const NamedCondition*, const std::vector<std::uint32_t>*> bodies_;
  std::set<std::string_view> elements_;  // of the quantifiers in the body that is being checked
};

}  // namespace

std::vector<bool> check_named(Context& context, const WriteTest& write) {
  return NamedChecker(context, write).run();
}

}  // namespace sentrail::compiler::checking
