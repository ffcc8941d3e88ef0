// Builds the tree from what the grammar has matched, one declaration at a time.
//
// Neighbours: parser.cpp's actions call it, ast.hpp is its product, syntax_errors.hpp takes what it
// finds wrong. Must not know: PEGTL. Nodes grow in scratch members; finishing a declaration moves
// them into the tree, a syntax error throws them away.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/syntax/ast.hpp"
#include "compiler/syntax/syntax_errors.hpp"

namespace sentrail::compiler {

// The clauses of a rule that are written once each.
enum class Clause : std::uint8_t {
  on,
  when,
  unless,
  because,
  priority,
  owner,
  ticket,
  until,
  then
};

// Receives tokens and ends of constructs in source order. A token leaves its value in a scratch
// member; the construct around it takes it from there. Spans of constructs may run on into the
// separator after them: the builder cuts them at the last lexeme.
class AstBuilder {
 public:
  AstBuilder(SourceId source, std::string_view text, DiagnosticSink& sink);

  // Tokens.
  void comment(Span span);
  void lexeme_end(std::uint32_t end) noexcept { end_ = end; }
  void name(Span span);
  void string(Span span);
  void regex(Span span);
  void one_or_range(LiteralKind kind, Span span);
  void upper(Span span) noexcept { upper_ = span; }
  void plain(LiteralKind kind, Span span);
  void json(Span span);
  void path_begin() {
    steps_.clear();
    star_ = 0;
  }
  void path_step(Span span);
  void path(Span span);
  void list_begin();
  void list_entry();
  void list_end(Span span);

  // Conditions.
  void expression_begin() { frames_.push_back({operands_.size(), {}, {}, {}, {}}); }
  void join(ExprKind kind, Span span);
  void size_of() noexcept { sized_ = true; }
  void count_of(Span span);
  void test_operator(TestOp op, Span span);
  void test_value();
  void window_days(Span span);
  void window_hours(Span span);
  void window(Span span);
  void test(Span span);
  void use_begin();
  void path_argument() noexcept { argument_is_path_ = true; }
  void argument(Span span);
  void negation(Span span);
  void quantifier(bool all) { quantifiers_.push_back({all, {}, {}}); }
  void binder() { quantifiers_.back().binder = name_; }
  void path_star() noexcept { star_ = static_cast<std::uint32_t>(steps_.size()); }
  void quantifier_head() { quantifiers_.back().list = std::exchange(path_, {}); }
  void quantified(Span span);
  void group(Span span);
  void expression_end();
  void always(Span span);

  // Declarations; the span begins at the first keyword.
  void policy(Span span);
  void language(Span span);
  void import_name() { import_ = {{}, name_, {}}; }
  void import_alias() { import_.alias = name_; }
  void import(Span span);
  void list_name() { list_node_.name = name_; }
  void list_declaration(Span span);
  void condition_name() { condition_ = {{}, name_, {}, {}}; }
  void parameter() { condition_.parameters.push_back(name_); }
  void condition_declaration(Span span);
  void outcome(Span span);
  void seats_count() { seats_.people = literal_; }
  void seats_kind(bool role) noexcept { seats_.role = role; }
  void seats(Span span);
  void quorum(Span span) { approval_part(span); }
  void within(Span span);
  void clause_keyword(Clause clause, Span span);
  void on_response(Span span) { on_.response = until_end(span); }
  void on_tool() { on_.tool = literal_; }
  void on_actions();
  void on_clause(Span span);
  void because_text();
  void clause(Clause clause);
  void note(Clause clause);
  void limit_begin();
  void limit_amount() { limit_->amount = std::exchange(path_, {}); }
  void limit_most() { limit_->most = literal_; }
  void limit_time() { limit_->per = literal_; }
  void limit_key() { limit_->keys.push_back(std::exchange(path_, {})); }
  void limit_else();
  void limit(Span span);
  void obligation_word(ObligationKind kind, Span span);
  void odd_obligation() { obligation_ = {{}, name_}; }
  void hidden_path() { obligation_.path = std::exchange(path_, {}); }
  void notified_channel() { obligation_.channel = name_; }
  void obligation_text() { obligation_.text = literal_; }
  void obligation(Span span);
  void rule_kind(RuleKind kind) noexcept { rule_.kind = kind; }
  void also_outcome(Span span) { also_outcome_ = until_end(span); }
  void rule_name() { rule_.name = name_; }
  void rule(Span span);
  void guard() noexcept { tier_.guard = true; }
  void tier_name() { tier_.name = name_; }
  void tier_begin() noexcept { in_tier_ = true; }
  void tier(Span span);
  void default_declaration(Span span);
  void proof(Span span);
  void stray_close(Span span);

  // Tests and tables.
  void heading() { heading_ = literal_; }
  void assignment_begin() { unreadable_.reset(); }
  void unreadable(Span span) { unreadable_ = until_end(span); }
  void assignment(Span span);
  void used_rule() { used_ = {{}, name_, {}, {}}; }
  void used_number() { used_.number = literal_; }
  void used(Span span);
  void calls() { given_.calls = std::make_unique<Literal>(literal_); }
  void given_tool() { given_.tool = Name{literal_.span, literal_.text}; }
  void given_method() { given_.method = name_; }
  void given_target() { given_.target = literal_; }
  void given_body() { given_.body = std::make_unique<Literal>(literal_); }
  void given_status() {
    given_.answer = std::make_unique<AnswerNode>(AnswerNode{{}, literal_, {}});
  }
  void given_answer_body() { given_.answer->body = literal_; }
  void given_answer(Span span) { given_.answer->span = until_end(span); }
  void given(Span span) { given_.span = until_end(span); }
  void expect_effect() { expect_ = {{}, Effect(outcome_), {}, {}}; }
  void expect_approval();
  void expect_by() { expect_.rule = name_; }
  void expect(Span span);
  void table_begin() noexcept { in_table_ = true; }
  void column(Span span) { columns_.push_back({span, text_of(span)}); }
  void columns_end();
  void cell(Span span);
  void row_end();
  void test_declaration(Span span);

  // Forgets what a failed declaration, or only a failed rule of a tier, or one of its clauses, had
  // built.
  void abandon_clause();
  void abandon_rule();
  void abandon_declaration();

  // Reports that the grammar failed at `offset`.
  void expected(std::uint32_t offset, const FailurePoint& point) {
    errors_.expected(offset, end_, point);
  }

  // Gives the tree away: after errors, what of it was whole.
  [[nodiscard]] Ast take() { return std::move(ast_); }
  [[nodiscard]] SyntaxErrors& errors() noexcept { return errors_; }

 private:
  // The `from` or `within` that has been read, as a part of one approval.
  ApprovalNode& approval_part(Span span);
  // Where an expression's operands begin, and the operator that joins them.
  struct Frame {
    std::size_t first;
    std::optional<ExprKind> joiner;
    Span joiner_span;
    std::optional<Span> mixed;      // the first other operator
    std::vector<ExprKind> joiners;  // one fewer than the operands
  };

  [[nodiscard]] std::string_view text_of(Span span) const {
    return text_.substr(span.begin, span.end - span.begin);
  }
  [[nodiscard]] std::string_view keep(std::string text);
  [[nodiscard]] Span until_end(Span span) const { return Span{span.source, span.begin, end_}; }
  [[nodiscard]] Operand take_operand();
  [[nodiscard]] std::string decode(Span span);
  void append_escape(std::string& out, Span span, std::size_t& at);
  [[nodiscard]] ExprId take_condition();
  void push(Expr expr) { operands_.push_back(ast_.exprs.push_back(std::move(expr))); }
  void check_operand();
  void check_also();
  void report_mixed(const Frame& frame, std::vector<Edit> edits);
  [[nodiscard]] std::vector<Edit> parentheses(const Frame& frame) const;
  void declare(DeclKind kind, std::size_t index, Span span);
  void finish_table(Span span);
  [[nodiscard]] TestNode test_of_row(const std::vector<Literal>& row);

  SourceId source_;
  std::string_view text_;
  SyntaxErrors errors_;
  Ast ast_;
  std::uint32_t end_ = 0;  // where the last lexeme ended

  Literal literal_;  // the last literal, name, path, `[…]`
  Name name_;
  std::optional<Span> upper_;
  std::vector<Name> steps_;  // of the path being read
  std::uint32_t star_ = 0;
  Path path_;
  bool sized_ = false;  // `size(path_)`
  std::vector<Literal> entries_;
  bool entries_too_many_ = false;
  std::optional<Operand> list_;
  std::array<Literal, 2> window_;  // days and hours

  Test test_;
  std::optional<Expr> use_;  // the use being read
  bool argument_is_path_ = false;
  std::vector<ExprId> operands_;
  std::vector<Frame> frames_;
  std::vector<Quantifier> quantifiers_;  // whose conditions are being read

  ImportNode import_;
  ListNode list_node_;
  ConditionNode condition_;
  Outcome outcome_ = Outcome::block;
  Span outcome_span_;
  SeatsNode seats_;
  std::vector<SeatsNode> quorum_;
  std::optional<ApprovalNode> approval_;
  OnClause on_;
  std::optional<Literal> because_;
  ObligationNode obligation_;
  std::vector<ObligationNode> obligations_;
  std::optional<Span> also_outcome_;
  RuleNode rule_;
  std::optional<LimitNode> limit_;  // being read; what is read of its `else` is not the rule's
  struct Head {
    Outcome outcome;
    Span outcome_span;
    std::optional<ApprovalNode> approval;
  };
  Head head_;  // of the rule, while a limit is being read
  void limit_end();
  bool clause_failed_ = false;
  std::array<std::optional<Span>, 9> clauses_;  // the keyword of each clause of rule_
  bool in_tier_ = false;
  TierNode tier_;
  std::optional<std::uint32_t> implicit_tier_;

  Literal heading_;
  std::optional<Span> unreadable_;
  GivenUsed used_;
  Given given_;
  Expect expect_;
  bool in_table_ = false;
  bool columns_bad_ = false;
  std::vector<Name> columns_;
  std::vector<Literal> row_;
  std::vector<std::vector<Literal>> rows_;
  std::vector<TestNode> row_tests_;
};

}  // namespace sentrail::compiler
