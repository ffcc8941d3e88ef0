// See conditions.hpp.
#include "compiler/format/conditions.hpp"

#include <string>

namespace sentrail::compiler {

void ConditionLayout::next_line(std::size_t offset) {
  flush(offset, false, true);
  layout_.line();
}

std::size_t ConditionLayout::leaf_of(ExprId id) const {
  const auto is_leaf = [](const Expr& expr) {
    return expr.kind == ExprKind::test || expr.kind == ExprKind::use;
  };
  while (!is_leaf(ast_.exprs[id]) && !ast_.exprs[id].children.empty()) {
    id = ast_.exprs[id].children.front();
  }
  const Expr& leaf = ast_.exprs[id];
  return is_leaf(leaf) ? leaf.test.path.span.begin : leaf.span.begin;
}

bool ConditionLayout::is_joined(const Expr& expr) {
  return expr.kind == ExprKind::and_ || expr.kind == ExprKind::or_;
}

void ConditionLayout::condition(ExprId id) {
  const Expr& expr = ast_.exprs[id];
  switch (expr.kind) {
    case ExprKind::always:
      return layout_.text("always");
    case ExprKind::test:
      return test(expr.test);
    case ExprKind::use:
      return use(expr);
    case ExprKind::not_:
      layout_.text("not ");
      return negated(expr.children.front());
    case ExprKind::quantified:
      quantifier(ast_.quantifiers[expr.quantifier]);
      return operand(expr.children.front());
    case ExprKind::and_:
    case ExprKind::or_:
      break;
  }
  layout_.open();
  layout_.indent();
  operand(expr.children.front());
  for (std::size_t i = 1; i < expr.children.size(); ++i) {
    next_line(leaf_of(expr.children[i]));
    layout_.text(expr.kind == ExprKind::and_ ? "and " : "or ");
    operand(expr.children[i]);
  }
  layout_.dedent();
  layout_.close();
}

void ConditionLayout::quantifier(const Quantifier& node) {
  layout_.text(node.all ? "all " : "any ");
  layout_.text(node.binder.text);
  layout_.text(" in ");
  layout_.text(slice(node.list.span));
  layout_.text(": ");
}

void ConditionLayout::operand(ExprId id) {
  const bool joined = is_joined(ast_.exprs[id]);
  if (joined) layout_.text("(");
  condition(id);
  if (joined) layout_.text(")");
}

void ConditionLayout::negated(ExprId id) {
  const bool negation = ast_.exprs[id].kind == ExprKind::not_;
  if (negation) layout_.text("(");
  operand(id);
  if (negation) layout_.text(")");
}

void ConditionLayout::test(const Test& node) {
  if (node.sized) layout_.text("size(");
  left_side(node.path);
  layout_.text(node.sized ? ") " : " ");
  layout_.text(operator_of(node));
  if (node.op == TestOp::exists) return;
  layout_.text(" ");
  value(node.operand);
}

void ConditionLayout::left_side(const Path& path) {
  layout_.text(slice(path.span));
  if (path.count == 0) return;
  layout_.text("(");
  condition(ast_.count_of(path).test);
  name_line(") within ", slice(ast_.count_of(path).within.span));
}

void ConditionLayout::use(const Expr& expr) {
  layout_.text(slice(expr.test.path.span));
  for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
    const Argument& argument = expr.arguments[i];
    layout_.text(i == 0 ? "(" : ", ");
    if (argument.path.steps.empty()) {
      value(argument.value);
    } else {
      layout_.text(slice(argument.path.span));
    }
  }
  if (!expr.arguments.empty()) layout_.text(")");
}

std::string_view ConditionLayout::operator_of(const Test& node) const {
  return node.op == TestOp::not_in ? "not in" : slice(node.op_span);
}

void ConditionLayout::value(const Operand& operand) {
  if (operand.bracketed) return bracketed(operand.literals, operand.span.end - 1);
  if (operand.window) return window(operand.literals);
  layout_.text(slice(operand.literals.front().span));
}

}  // namespace sentrail::compiler
