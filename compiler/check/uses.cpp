// Puts arguments in the place of parameters and bodies in the place of uses. See uses.hpp.
#include "compiler/check/uses.hpp"

#include <algorithm>
#include <utility>

#include "compiler/check/operands.hpp"
#include "compiler/check/paths.hpp"
#include "compiler/check/quantifiers.hpp"

namespace sentrail::compiler::checking {
namespace {

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

// How a condition is written with its parameters: `ci(who)`.
std::string head_of(const NamedCondition& named) {
  std::string out(named.node->name.text);
  for (std::size_t i = 0; i < named.node->parameters.size(); ++i) {
    out += i == 0 ? "(" : ", ";
    out += named.node->parameters[i].text;
  }
  return named.node->parameters.empty() ? out : out + ")";
}

class UseWriter {
 public:
  UseWriter(Context& context, WriteTest write) : context_(context), write_(std::move(write)) {}

  // Recursion is bounded: parentheses and uses together nest at most limits::kNestingMax deep.
  ir::ConditionId condition(const Scope& scope, ExprId id) {
    const Expr& expr = scope.ast->exprs[id];
    if (expr.kind == ExprKind::use) return use(expr);
    if (expr.kind == ExprKind::always) return always(expr.span);
    if (expr.kind == ExprKind::test) return test(scope, id);
    if (expr.kind == ExprKind::quantified) return quantified(scope, expr);
    std::vector<ir::ConditionId> children;
    for (const ExprId child : expr.children) children.push_back(condition(scope, child));
    const ir::ConditionKind kind = expr.kind == ExprKind::not_   ? ir::ConditionKind::not_
                                   : expr.kind == ExprKind::and_ ? ir::ConditionKind::all
                                                                 : ir::ConditionKind::any;
    return append(context_, kind, std::move(children), expr.span);
  }

  ir::ConditionId use(const Expr& expr) {
    const NamedCondition* named = checked(expr);
    if (named == nullptr) return always(expr.span);
    if (named->broken || !within_budget(*named, expr.span)) return always(expr.span);
    const Frame* caller = context_.frame;
    const Frame frame{named->scope, named, &expr.arguments, caller};
    const bool outermost = context_.sites.empty();
    const std::size_t begin = context_.policy.conditions.size();
    context_.sites.push_back({expr.span, std::string(named->node->name.text)});
    ir::ConditionId id;
    {
      const FrameGuard guard(context_, frame);
      id = condition(*named->scope, named->node->body);
    }
    context_.sites.pop_back();
    if (!outermost) return id;
    context_.site_test.reset();
    // What another file says is shown at the use: rules and their tests lie in one file.
    for (std::size_t i = begin; i < context_.policy.conditions.size(); ++i) {
      Span& span = context_.policy.conditions[ir::ConditionId{static_cast<std::uint32_t>(i)}].span;
      if (span.source != expr.span.source) span = expr.span;
    }
    return id;
  }

  const NamedCondition* checked(const Expr& expr) {
    const NamedCondition* named = find(expr);
    return named == nullptr || !check_arguments(*named, expr) ? nullptr : named;
  }

 private:
  ir::ConditionId always(Span span) {
    return append(context_, ir::ConditionKind::always, {}, span);
  }

  const NamedCondition* find(const Expr& expr) {
    const std::string written = dotted(expr.test.path);
    const ScopedName name = look_up(*context_.frame->scope, written);
    if (name.home != nullptr) {
      const auto found = name.home->conditions.find(name.name);
      if (found != name.home->conditions.end()) {
        if (name.home == &context_.scope) context_.used_conditions.insert(found->first);
        if (name.home == context_.frame->scope || !is_private(name.name)) return &found->second;
        context_.report(DiagnosticKind::unknown_condition, expr.test.path.span,
                        ticked(written) + " is for its own module alone",
                        "a name that begins with `_` cannot be used outside of its file",
                        {{found->second.node->name.span, "it is declared here"}});
        return nullptr;
      }
    }
    report_unknown(expr, written, name);
    return nullptr;
  }

  void report_unknown(const Expr& expr, const std::string& written, const ScopedName& name) {
    const Span span = expr.test.path.span;
    if (expr.arguments.empty() && begins_attribute(expr.test.path.steps.front().text)) {
      context_.report(DiagnosticKind::expected_operator, span,
                      ticked(written) + " is an attribute and stands without an operator",
                      "write what is asked of it, such as `" + written + " exists`");
      return;
    }
    if (name.home != nullptr && name.home->lists.contains(name.name)) {
      context_.report(DiagnosticKind::unknown_condition, span,
                      ticked(written) + " is a list, not a condition",
                      "test it with `in`: `PATH in " + written + "`");
      return;
    }
    context_.report(DiagnosticKind::unknown_condition, span,
                    "there is no condition " + ticked(written),
                    suggestion_of(*context_.frame->scope, written, &condition_names,
                                  "declare it with `condition NAME = …`; the test of an attribute "
                                  "has an operator"));
  }

  bool check_arguments(const NamedCondition& named, const Expr& expr) {
    const std::size_t wanted = named.roles.size();
    const std::size_t given = expr.arguments.size();
    const DiagnosticNote declared{named.node->name.span, "it is declared here"};
    if (given != wanted) {
      context_.report(DiagnosticKind::wrong_argument, expr.span,
                      ticked(named.node->name.text) + " takes " + counted(wanted, "argument") +
                          ", here " + (given == 1 ? "is " : "are ") + std::to_string(given),
                      "write `" + head_of(named) + "`" +
                          (wanted > 0 ? " with a path or value for each parameter" : ""),
                      {declared});
      return false;
    }
    bool fine = true;
    for (std::size_t i = 0; i < given; ++i) fine = check_argument(named, expr, i) && fine;
    return fine;
  }

  // An argument that is a parameter of the body around it has that one's role, by construction.
  bool check_argument(const NamedCondition& named, const Expr& expr, std::size_t index) {
    const Argument& argument = expr.arguments[index];
    const bool path = named.roles[index] == Role::path;
    const bool fits = path ? !argument.path.steps.empty()
                           : argument.value.bracketed || !argument.value.literals.empty();
    if (fits) return true;
    const std::string name = ticked(named.node->parameters[index].text);
    context_.report(DiagnosticKind::wrong_argument, argument.span,
                    path ? "the parameter " + name + " stands for an attribute, this is a value"
                         : "the parameter " + name + " stands for a value, this is an attribute",
                    path ? "write a path such as `agent.id`" : "write a value or a list",
                    {{named.node->parameters[index].span, "the parameter"}});
    return false;
  }

  // What is written out within another use is counted with that.
  bool within_budget(const NamedCondition& named, Span span) {
    return !context_.sites.empty() || spend_operands(context_, named.tests, span);
  }

  ir::ConditionId test(const Scope& scope, ExprId id) {
    const Expr& expr = scope.ast->exprs[id];
    if (context_.sites.empty()) return write_(expr);
    context_.site_test = expr.span;
    const auto settled = scope.settled.of.find(id.value);
    return settled == scope.settled.of.end() ? write_(expr) : copied(scope, settled->second);
  }

  ir::ConditionId quantified(const Scope& scope, const Expr& expr) {
    const Quantifier& quantifier = scope.ast->quantifiers[expr.quantifier];
    if (!context_.sites.empty()) context_.site_test = quantifier.list.span;
    const Element element = element_of(context_, quantifier);
    Frame inner = *context_.frame;
    inner.elements = &element;
    ir::ConditionId child;
    {
      const FrameGuard guard(context_, inner);
      ++context_.quantifier_depth;
      child = condition(scope, expr.children.front());
      --context_.quantifier_depth;
    }
    return append_quantified(context_, element, child, expr.span);
  }

  // A test that was checked with its declaration.
  ir::ConditionId copied(const Scope& scope, std::pair<std::uint32_t, std::uint32_t> range) {
    const auto base = static_cast<std::uint32_t>(context_.policy.conditions.size());
    ir::ConditionId last;
    for (std::uint32_t i = range.first; i < range.second; ++i) {
      ir::Condition condition = scope.settled.conditions[ir::ConditionId{i}];
      for (ir::ConditionId& child : condition.children) {
        child = ir::ConditionId{base + (child.value - range.first)};
      }
      if (!spend_operands(context_, condition.atom.operands.size(), context_.sites.front().span)) {
        condition.atom.operands.clear();
        condition.kind = ir::ConditionKind::always;
      }
      last = context_.policy.conditions.push_back(std::move(condition));
    }
    return last;
  }

  Context& context_;
  WriteTest write_;
};

}  // namespace

std::optional<std::size_t> parameter_of(const NamedCondition* named, std::string_view name) {
  if (named == nullptr) return std::nullopt;
  const std::vector<Name>& parameters = named->node->parameters;
  const auto found = std::ranges::find(parameters, name, &Name::text);
  if (found == parameters.end()) return std::nullopt;
  return static_cast<std::size_t>(found - parameters.begin());
}

ActualPath actual_path(const Context& context, const Path& path) {
  ActualPath actual{path, context.frame, {}};
  while (actual.frame->arguments != nullptr) {
    const auto index = parameter_of(actual.frame->named, actual.path.steps.front().text);
    if (!index) break;
    const std::span<const Name> given = (*actual.frame->arguments)[*index].path.steps;
    std::vector<Name> steps(given.begin(), given.end());
    steps.insert(steps.end(), actual.path.steps.begin() + 1, actual.path.steps.end());
    actual.joined = std::move(steps);
    actual.path.steps = actual.joined;
    actual.frame = actual.frame->caller;
  }
  return actual;
}

ActualValue actual_value(const Context& context, const Literal& literal) {
  ActualValue actual;
  const Literal* word = &literal;
  const Frame* frame = context.frame;
  while (frame->arguments != nullptr && word->kind == LiteralKind::word) {
    const auto index = parameter_of(frame->named, word->text);
    if (!index) break;
    actual.operand = &(*frame->arguments)[*index].value;
    frame = frame->caller;
    actual.frame = frame;
    if (actual.operand->bracketed) break;
    word = &actual.operand->literals.front();
  }
  return actual;
}

const Literal& actual_literal(const Context& context, const Literal& literal) {
  const ActualValue actual = actual_value(context, literal);
  const bool one = actual.operand != nullptr && !actual.operand->bracketed;
  return one ? actual.operand->literals.front() : literal;
}

ir::ConditionId write_condition(Context& context, ExprId id, const WriteTest& write) {
  return UseWriter(context, write).condition(context.scope, id);
}

ir::ConditionId write_part(Context& context, const Scope& scope, ExprId id,
                           const WriteTest& write) {
  return UseWriter(context, write).condition(scope, id);
}

const NamedCondition* check_use(Context& context, const Expr& expr) {
  return UseWriter(context, {}).checked(expr);
}

std::string dotted(const Path& path) {
  std::string out;
  for (const Name& step : path.steps) {
    if (!out.empty()) out += '.';
    out += step.text;
  }
  return out;
}

}  // namespace sentrail::compiler::checking
