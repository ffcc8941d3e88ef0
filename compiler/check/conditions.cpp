// Operators by type, and the tests that they make. See conditions.hpp.
#include "compiler/check/conditions.hpp"

#include <optional>
#include <string>
#include <utility>

#include "compiler/check/counts.hpp"
#include "compiler/check/named.hpp"
#include "compiler/check/operands.hpp"
#include "compiler/check/operators.hpp"
#include "compiler/check/paths.hpp"
#include "compiler/check/regexes.hpp"
#include "compiler/check/uses.hpp"
#include "compiler/check/windows.hpp"

namespace sentrail::compiler::checking {
namespace {

std::string operators_of(Type type) {
  switch (type) {
    case Type::boolean:
      return "a bool has `==`, `!=` and `in`";
    case Type::string:
      return "a string has `==`, `!=`, `~`, `!~`, `=~`, `in`, `contains`, `starts_with` and "
             "`ends_with`; it has no order";
    case Type::number:
    case Type::risk:
      return "it has `==`, `!=`, `<`, `<=`, `>`, `>=` and `in`";
    case Type::string_set:
      return "ask a set for one element: `has VALUE`";
    case Type::time:
      return "it is always there: test it by `in` and `not in` with a window, as in `time in "
             "mon..fri 09:00..18:00 \"Europe/Berlin\"`, or a range of instants, as in `time in "
             "2026-12-20..2027-01-05`, or by `<`, `<=`, `>` and `>=` with an instant, as in `time "
             "< 2027-01-31T12:00:00Z`";
    case Type::ip:
      return "an address has `==`, `!=`, `in` and `not in`: ask whether it is in a network, as in "
             "`agent.ip in \"10.0.0.0/8\"`";
    case Type::json:
      return "";
  }
  return "";
}

class ConditionChecker {
 public:
  explicit ConditionChecker(Context& context) : context_(context) {}

  ir::ConditionId test(const Expr& expr) {
    const Test& test = expr.test;
    auto ref = test.path.count == 0 ? resolve(context_, test.path)
                                    : resolve_count(context_, test.path, [this](const Expr& one) {
                                        return this->test(one);
                                      });
    if (!ref || !check_size(test, *ref) || !check_operator(test, *ref)) return broken(expr.span);
    if (test.op == TestOp::is) return is(test, *ref, expr.span);
    const auto [op, negated] = meaning_of(test.op);
    if (op == ir::AtomOp::equal) {
      if (const auto id = same(test, *ref, negated, expr.span)) return *id;
    }
    ir::Atom atom{*std::move(ref), op, {}, ir::TestedType::string, test.sized};
    const Left left{atom.attribute, test.sized};
    const bool time = type_of(atom.attribute) == Type::time;
    if (test.operand.window && !(time && op == ir::AtomOp::in)) {
      report_misplaced_window(context_, left.name(), test.operand.span);
      return broken(expr.span);
    }
    if (time && op == ir::AtomOp::in && !test.operand.window) {
      return in_ranges(test, atom.attribute, negated, expr.span);
    }
    if (time && op == ir::AtomOp::in) {
      auto window = window_of(context_, test.operand);
      if (!window) return broken(expr.span);
      ++context_.operand_count;
      atom.operands.push_back(*std::move(window));
    } else if (op == ir::AtomOp::in) {
      atom.operands = entries_of(context_, left, test.operand);
    } else if (op != ir::AtomOp::exists) {
      const Place place = op == ir::AtomOp::matches ? Place::pattern : Place::value;
      auto operand = op == ir::AtomOp::search ? regex_of(context_, test.operand.literals.front())
                                              : ordered_operand(test, left, place);
      if (!operand) return broken(expr.span);
      ++context_.operand_count;
      atom.operands.push_back(std::move(*operand));
    }
    return finish(std::move(atom), negated, expr.span);
  }

 private:
  ir::ConditionId broken(Span span) {
    return append(context_, ir::ConditionKind::always, {}, span);
  }

  ir::ConditionId finish(ir::Atom atom, bool negated, Span span) {
    const ir::ConditionId id = append(context_, std::move(atom), span);
    return negated ? append(context_, ir::ConditionKind::not_, {id}, span) : id;
  }

  // `time in` ranges of instants: at or behind the first of one of them, and before its second.
  ir::ConditionId in_ranges(const Test& test, const ir::AttributeRef& ref, bool negated,
                            Span span) {
    const std::size_t errors = context_.error_count;
    std::vector<ir::Operand> ranges = entries_of(context_, ref, test.operand);
    if (context_.error_count != errors || !spend_operands(context_, ranges.size(), span)) {
      return broken(span);
    }
    const auto compared = [&](ir::AtomOp op, std::string instant) {
      ir::Operand operand;
      operand.kind = ir::OperandKind::instant;
      operand.text = std::move(instant);
      return append(context_, ir::Atom{ref, op, {std::move(operand)}}, span);
    };
    std::vector<ir::ConditionId> any;
    if (ranges.empty()) any.push_back(compared(ir::AtomOp::less, first_instant()));
    for (ir::Operand& range : ranges) {
      const auto first = compared(ir::AtomOp::greater_equal, std::move(range.text));
      const auto behind = compared(ir::AtomOp::less, range.upper.str());
      any.push_back(append(context_, ir::ConditionKind::all, {first, behind}, span));
    }
    const ir::ConditionId id =
        any.size() == 1 ? any.front() : append(context_, ir::ConditionKind::any, any, span);
    return negated ? append(context_, ir::ConditionKind::not_, {id}, span) : id;
  }

  // The test of two attributes, if what stands right of the operator is one too.
  std::optional<ir::ConditionId> same(const Test& test, const ir::AttributeRef& ref, bool negated,
                                      Span span) {
    const Literal& written = test.operand.literals.front();
    const ActualValue actual = actual_value(context_, written);
    if (actual.operand != nullptr && actual.operand->bracketed) return std::nullopt;
    const Literal& literal = actual_literal(context_, written);
    const FrameGuard guard(context_, actual.frame == nullptr ? *context_.frame : *actual.frame);
    const std::optional<DottedWord> path = attribute_path(context_, literal);
    if (!path) return std::nullopt;
    std::optional<ir::AttributeRef> other = resolve(context_, path->path());
    if (!other) return broken(span);
    const Left left{ref, test.sized};
    if (test.sized || !ir::can_be_same(type_of(ref), type_of(*other))) {
      context_.report(DiagnosticKind::never_equal, literal.span,
                      ticked(left.name()) + " is of type " + std::string(name_of(left.type())) +
                          " and " + ticked(to_string(*other)) + " of type " +
                          std::string(name_of(type_of(*other))) + ": they are not compared",
                      test.sized ? "a size is compared with a number"
                                 : "strings, numbers and bools equal their like and what JSON "
                                   "holds, risks their like");
      return broken(span);
    }
    if (ref == *other) {
      context_.report(DiagnosticKind::compared_with_itself, span,
                      ticked(to_string(ref)) +
                          " is compared with itself: they are equal wherever "
                          "it is there",
                      "compare it with another attribute, or write `exists`");
    }
    ++context_.operand_count;
    ir::Atom atom{ref, ir::AtomOp::same, {}, ir::TestedType::string, false, std::move(other)};
    return finish(std::move(atom), negated, span);
  }

  // What has a size: strings, sets, and JSON, whose lists and objects do.
  bool check_size(const Test& test, const ir::AttributeRef& ref) {
    if (!test.sized) return true;
    const Type type = type_of(ref);
    const std::string written = ticked("size(" + to_string(ref) + ")");
    if (type != Type::string && type != Type::string_set && type != Type::json) {
      context_.report(
          DiagnosticKind::wrong_operator, test.path.span,
          ticked(to_string(ref)) + " is of type " + std::string(name_of(type)) + " and has no size",
          "strings, sets and JSON lists and objects have one");
      return false;
    }
    if (applies_to_size(meaning_of(test.op).op)) return true;
    context_.report(DiagnosticKind::wrong_operator, test.op_span,
                    ticked(context_.sources.slice(test.op_span)) + " does not go with " + written +
                        ", a number",
                    operators_of(Type::number));
    return false;
  }

  bool check_operator(const Test& test, const ir::AttributeRef& ref) {
    if (test.sized) return true;
    const Type type = type_of(ref);
    const ir::AtomOp op = meaning_of(test.op).op;
    if (applies(op, type)) return true;
    const std::string written(context_.sources.slice(test.op_span));
    std::string help = operators_of(type);
    if (op == ir::AtomOp::has) help = "`has` asks a set or a JSON list; " + help;
    Help advice(std::move(help));
    if (type == Type::string_set && written == "==") advice.replacement = "has";
    if (type == Type::string && op == ir::AtomOp::has) advice.replacement = "==";
    context_.report(DiagnosticKind::wrong_operator, test.op_span,
                    ticked(written) + " does not go with " + ticked(to_string(ref)) + ", of type " +
                        std::string(name_of(type)),
                    std::move(advice));
    return false;
  }

  // Whether a literal, or what stands for it, names an attribute where it is written.
  bool names_attribute(const Literal& written) {
    const ActualValue actual = actual_value(context_, written);
    const FrameGuard guard(context_, actual.frame == nullptr ? *context_.frame : *actual.frame);
    return attribute_path(context_, actual_literal(context_, written)).has_value();
  }

  // Json is compared in order with numbers only.
  std::optional<ir::Operand> ordered_operand(const Test& test, const Left& left, Place place) {
    const Literal& literal = actual_literal(context_, test.operand.literals.front());
    const Operand* argument = actual_value(context_, test.operand.literals.front()).operand;
    const bool list = argument != nullptr && argument->bracketed;  // refused below
    const bool json_order = left.type() == Type::json && is_order(meaning_of(test.op).op);
    if (json_order && names_attribute(test.operand.literals.front())) {
      context_.report(DiagnosticKind::attribute_as_value, literal.span,
                      ticked(literal.text) + " names an attribute, and here stands a value",
                      "attributes are compared by `==` and `!=` alone; write a number");
      return std::nullopt;
    }
    if (json_order && !list && literal.kind != LiteralKind::number &&
        literal.kind != LiteralKind::range) {
      context_.report(DiagnosticKind::wrong_operand, literal.span,
                      "only numbers have an order beside json", "write a number");
      return std::nullopt;
    }
    if (is_partial(meaning_of(test.op).op) && left.type() == Type::json &&
        literal.kind != LiteralKind::string && !names_attribute(test.operand.literals.front())) {
      context_.report(DiagnosticKind::wrong_operand, literal.span,
                      ticked(context_.sources.slice(test.op_span)) + " looks for a string",
                      "write it in quotes");
      return std::nullopt;
    }
    return operand_of(context_, left, test.operand.literals.front(), place);
  }

  ir::ConditionId is(const Test& test, const ir::AttributeRef& ref, Span span) {
    const Literal& literal = test.operand.literals.front();
    ir::Atom atom{ref, ir::AtomOp::exists, {}, ir::TestedType::string, false};
    if (literal.text == "absent") return finish(std::move(atom), true, span);
    const auto tested = tested_type(literal.text);
    const Type type = type_of(ref);
    if (!tested || !can_be(type, *tested)) {
      context_.report(DiagnosticKind::impossible_type, literal.span,
                      ticked(to_string(ref)) + " is of type " + std::string(name_of(type)) +
                          ", so `is " + std::string(literal.text) + "` never holds",
                      "write `exists`, or `is absent`");
      return broken(span);
    }
    atom.op = ir::AtomOp::is_type;
    atom.tested_type = *tested;
    return finish(std::move(atom), false, span);
  }

  Context& context_;
};

}  // namespace

std::optional<ir::Count> given_count(Context& context, const Path& path) {
  ConditionChecker checker(context);
  return count_of(context, path, [&](const Expr& expr) { return checker.test(expr); });
}

std::vector<ir::ConditionId> check_conditions(Context& context) {
  ConditionChecker checker(context);
  const WriteTest write = [&](const Expr& expr) { return checker.test(expr); };
  const std::vector<bool> named = check_named(context, write);
  // What uses of conditions write out comes on top.
  context.policy.conditions.reserve(context.ast.exprs.size());
  std::vector<ir::ConditionId> ids;
  ids.resize(context.ast.exprs.size());
  std::vector<bool> written = named;  // bodies are written where they are used
  for (const Expr& expr : context.ast.exprs) {
    for (const ExprId child : expr.children) written[child.value] = true;
  }
  for (const CountNode& count : context.ast.counts) written[count.test.value] = true;
  for (std::uint32_t i = 0; i < ids.size(); ++i) {
    if (!written[i]) ids[i] = write_condition(context, ExprId{i}, write);
  }
  return ids;
}

}  // namespace sentrail::compiler::checking
