// Conditions, from matches to nodes: tests, groups, and how `and` and `or` join them.
//
// Neighbours: builder.hpp, builder.cpp. Must not know: PEGTL, types of attributes.
#include <string>
#include <utility>

#include "compiler/syntax/builder.hpp"

namespace sentrail::compiler {
namespace {

bool is_set_operator(TestOp op) {
  return op == TestOp::in || op == TestOp::not_in;
}

}  // namespace

void AstBuilder::join(ExprKind kind, Span span) {
  Frame& frame = frames_.back();
  span = until_end(span);
  if (!frame.joiner) {
    frame.joiner = kind;
    frame.joiner_span = span;
  } else if (*frame.joiner != kind && !frame.mixed) {
    frame.mixed = span;
  }
  frame.joiners.push_back(kind);
}

void AstBuilder::report_mixed(const Frame& frame, std::vector<Edit> edits) {
  errors_.report(DiagnosticKind::mixed_and_or, *frame.mixed,
                 "`and` and `or` are mixed without parentheses",
                 Help("put the tests that belong together in parentheses", std::move(edits)),
                 {{frame.joiner_span, "the other operator is here"}});
}

// Parentheses where other languages think them: around what `and` joins.
std::vector<Edit> AstBuilder::parentheses(const Frame& frame) const {
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < frame.joiners.size(); ++i) {
    if (frame.joiners[i] != ExprKind::and_) continue;
    const Span from = ast_.exprs[operands_[frame.first + i]].span;
    while (i + 1 < frame.joiners.size() && frame.joiners[i + 1] == ExprKind::and_) ++i;
    const Span to = ast_.exprs[operands_[frame.first + i + 1]].span;
    edits.push_back({{source_, from.begin, from.begin}, "("});
    edits.push_back({{source_, to.end, to.end}, ")"});
  }
  return edits;
}

void AstBuilder::test_operator(TestOp op, Span span) {
  test_ = {};
  test_.path = std::exchange(path_, {});
  test_.sized = std::exchange(sized_, false);
  test_.op = op;
  test_.op_span = until_end(span);
  window_ = {};
}

// The name before the parenthesis, which has no blanks in it, stands for all of it.
void AstBuilder::count_of(Span span) {
  constexpr std::uint32_t kName = 13;  // `session.count`
  constexpr std::uint32_t kDot = 7;
  const auto part = [&](std::uint32_t from, std::uint32_t to) {
    return Span{source_, span.begin + from, span.begin + to};
  };
  const Span first = part(0, kDot);
  const Span second = part(kDot + 1, kName);
  const std::array<Name, 2> steps = {Name{first, text_of(first)}, Name{second, text_of(second)}};
  ast_.counts.push_back({operands_.back(), literal_});
  operands_.pop_back();
  path_ = {part(0, kName), 0, static_cast<std::uint32_t>(ast_.counts.size()),
           ast_.steps.keep(steps)};
}

// Without blanks, so that equal windows have equal texts.
void AstBuilder::window_days(Span span) {
  std::string text(text_of(span));
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
  window_[0] = {LiteralKind::window, span, keep(std::move(text)), {}};
}

void AstBuilder::window_hours(Span span) {
  window_[1] = {LiteralKind::window, span, text_of(span), {}};
}

void AstBuilder::window(Span span) {
  span = until_end(span);
  for (Literal& part : window_) {
    part.kind = LiteralKind::window;
    if (part.text.empty()) part.span = Span{span.source, span.begin, span.begin};
  }
  const std::array<Literal, 3> parts = {window_[0], window_[1], literal_};
  list_ = Operand{span, false, true, ast_.literals.keep(parts)};
}

void AstBuilder::test_value() {
  test_.operand = take_operand();
  check_operand();
}

// `in` takes a set, everything else one value: said here, with the operator's name.
void AstBuilder::check_operand() {
  if (test_.operand.bracketed || test_.operand.window) return;
  if (test_.operand.literals.empty()) return;
  const Literal& value = test_.operand.literals.front();
  const std::string op = "`" + std::string(text_of(test_.op_span)) + "`";
  if (is_set_operator(test_.op) && value.kind == LiteralKind::instant) {
    errors_.report(DiagnosticKind::expected_value, value.span,
                   op + " takes a window, a range or the name of a list, not one instant",
                   "write a range such as `2026-12-20..2027-01-05`: it ends before its second");
    return;
  }
  if (is_set_operator(test_.op) && value.kind == LiteralKind::number) {
    errors_.report(DiagnosticKind::expected_value, value.span,
                   op + " takes a list, a range or the name of a list, not one number",
                   Help("compare with `==`, or write a range such as `0..500`",
                        text_of(test_.op_span) == "in" ? std::vector<Edit>{{test_.op_span, "=="}}
                                                       : std::vector<Edit>{}));
  } else if (!is_set_operator(test_.op) && value.kind == LiteralKind::range) {
    errors_.report(DiagnosticKind::expected_value, value.span,
                   op + " compares with one value, not with a range",
                   text_of(test_.op_span) == "==" ? Help("use `in`", {{test_.op_span, "in"}})
                                                  : Help("use `in`"));
  }
}

void AstBuilder::test(Span span) {
  if (use_) {
    use_->span = until_end(span);
    push(std::move(*use_));
    use_.reset();
    return;
  }
  Expr expr;
  expr.kind = ExprKind::test;
  expr.span = until_end(span);
  expr.test = std::move(test_);
  if (expr.test.path.count != 0) expr.children = {ast_.count_of(expr.test.path).test};
  push(std::move(expr));
}

void AstBuilder::negation(Span span) {
  Expr expr;
  expr.kind = ExprKind::not_;
  expr.span = until_end(span);
  expr.children = {operands_.back()};
  operands_.pop_back();
  push(std::move(expr));
}

void AstBuilder::quantified(Span span) {
  Expr expr;
  expr.kind = ExprKind::quantified;
  expr.span = until_end(span);
  expr.quantifier = ast_.quantifiers.push_back(quantifiers_.back());
  quantifiers_.pop_back();
  expr.children = {operands_.back()};
  operands_.pop_back();
  push(std::move(expr));
}

void AstBuilder::group(Span span) {
  Expr& inner = ast_.exprs[operands_.back()];
  inner.parenthesised = true;
  inner.span = until_end(span);
}

void AstBuilder::expression_end() {
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (!frame.joiner) return;
  if (frame.mixed) report_mixed(frame, parentheses(frame));
  const auto first = operands_.begin() + static_cast<std::ptrdiff_t>(frame.first);
  Expr expr;
  expr.kind = *frame.joiner;
  expr.children.assign(first, operands_.end());
  expr.span = Span{source_, ast_.exprs[expr.children.front()].span.begin,
                   ast_.exprs[expr.children.back()].span.end};
  operands_.erase(first, operands_.end());
  push(std::move(expr));
}

void AstBuilder::always(Span span) {
  Expr expr;
  expr.span = until_end(span);
  push(std::move(expr));
}

ExprId AstBuilder::take_condition() {
  SENTRAIL_CHECK(operands_.size() == 1 && frames_.empty());
  const ExprId condition = operands_.back();
  operands_.clear();
  return condition;
}

}  // namespace sentrail::compiler
