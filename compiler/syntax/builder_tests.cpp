// Tests and test tables, from matches to nodes.
//
// Neighbours: builder.hpp, builder.cpp. Must not know: PEGTL, catalogs, rules' names.
#include <algorithm>

#include "compiler/syntax/builder.hpp"
#include "compiler/syntax/syntax_help.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::array<std::string_view, 4> kColumns = {"method", "path", "effect", "rule"};
constexpr std::size_t kColumnsRequired = 3;

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

bool is_name(std::string_view text) {
  const auto plain = [](char c) { return grammar::is_word_character(c) && c != '-' && c != '*'; };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && text[0] != '.' &&
         std::all_of(text.begin(), text.end(), plain);
}

// What is wrong with a cell of a column, or "".
std::string fault_of(std::string_view column, const Literal& cell) {
  const bool word = cell.kind == LiteralKind::word;
  if (column == "path") return word ? "a path is written in quotes" : "";
  if (!word) return "only paths are written in quotes";
  if (column == "effect" && !effect_named(cell.text)) {
    return "an effect is `allow`, `require_approval` or `block`";
  }
  if (column == "method" && (!is_name(cell.text) || cell.text.find('.') != std::string::npos)) {
    return "a method is a word such as `GET`";
  }
  if (column == "rule" && cell.text != "-" && !is_name(cell.text)) {
    return "a rule is named by its name, `default`, or `-` for any";
  }
  return "";
}

Help help_for_cell(std::string_view column, const Literal& cell, std::string fault) {
  const bool quoted = cell.kind == LiteralKind::string;
  if (quoted && is_name(cell.text)) return Help(fault, {{cell.span, std::string(cell.text)}});
  if (column == "effect" && !quoted) return help_for_effect(cell.text, std::move(fault));
  return fault;
}

}  // namespace

void AstBuilder::assignment(Span span) {
  GivenAssignment assignment;
  assignment.span = until_end(span);
  assignment.path = std::exchange(path_, {});
  assignment.unreadable = unreadable_.has_value();
  if (unreadable_) {
    assignment.value.span = *unreadable_;
  } else {
    assignment.value = take_operand();
    for (const Literal& literal : assignment.value.literals) {
      if (literal.kind != LiteralKind::range) continue;
      errors_.report(DiagnosticKind::expected_value, literal.span,
                     "a request has one value here, not a range", "write one of them");
    }
  }
  given_.with.push_back(std::move(assignment));
}

// A time belongs to the `from` before it, if there is one.
void AstBuilder::expect_approval() {
  ApprovalNode part = *std::exchange(approval_, std::nullopt);
  if (!part.seats.empty() || expect_.approvals.empty()) {
    expect_.approvals.push_back(std::move(part));
    return;
  }
  expect_.approvals.back().within = part.within;
  expect_.approvals.back().span.end = part.span.end;
}

void AstBuilder::columns_end() {
  columns_bad_ = true;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Name& column = columns_[i];
    const bool known = std::find(kColumns.begin(), kColumns.end(), column.text) != kColumns.end();
    const bool twice =
        std::any_of(columns_.begin(), columns_.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Name& other) { return other.text == column.text; });
    if (known && !twice) continue;
    errors_.report(
        DiagnosticKind::malformed_table, column.span,
        known ? "a second column " + ticked(column.text) : "unknown column " + ticked(column.text),
        help_for_word(known ? "" : column.text, kColumns,
                      "the columns are `method`, `path`, `effect` and, if wanted, `rule`"));
    return;
  }
  for (std::size_t i = 0; i < kColumnsRequired; ++i) {
    const bool there = std::any_of(columns_.begin(), columns_.end(),
                                   [&](const Name& column) { return column.text == kColumns[i]; });
    if (there) continue;
    errors_.report(DiagnosticKind::malformed_table,
                   Span{source_, columns_.front().span.begin, columns_.back().span.end},
                   "the column " + ticked(kColumns[i]) + " is missing",
                   "the columns are `method`, `path`, `effect` and, if wanted, `rule`");
    return;
  }
  columns_bad_ = false;
}

void AstBuilder::cell(Span span) {
  span = until_end(span);
  if (text_[span.begin] == '"') {
    row_.push_back(literal_);
  } else {
    row_.push_back({LiteralKind::word, span, text_of(span), {}});
  }
}

void AstBuilder::row_end() {
  std::vector<Literal> row = std::exchange(row_, {});
  if (columns_bad_) return;
  if (row.size() != columns_.size()) {
    errors_.report(DiagnosticKind::malformed_row,
                   Span{source_, row.front().span.begin, row.back().span.end},
                   "a row of " + std::to_string(row.size()) + " cells in a table of " +
                       std::to_string(columns_.size()) + " columns",
                   "write one cell for each column; `-` leaves the rule open",
                   {{columns_.front().span, "the columns are named here"}});
    return;
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::string fault = fault_of(columns_[i].text, row[i]);
    if (fault.empty()) continue;
    errors_.report(
        DiagnosticKind::malformed_row, row[i].span,
        ticked(text_of(row[i].span)) + " does not fit the column " + ticked(columns_[i].text),
        help_for_cell(columns_[i].text, row[i], std::move(fault)));
    return;
  }
  row_tests_.push_back(test_of_row(row));
  rows_.push_back(std::move(row));
}

TestNode AstBuilder::test_of_row(const std::vector<Literal>& row) {
  TestNode test;
  test.span = Span{source_, row.front().span.begin, row.back().span.end};
  test.given.span = test.span;
  test.given.tool = given_.tool;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string_view column = columns_[i].text;
    const Name word{row[i].span, row[i].text};
    if (column == "method") test.given.method = word;
    if (column == "path") test.given.target = row[i];
    if (column == "rule" && word.text != "-") test.expect.rule = word;
    if (column == "effect") {
      test.expect.span = word.span;
      test.expect.effect = *effect_named(word.text);
    }
  }
  std::string name(heading_.text);
  name += ": " + std::string(test.given.method->text) + " " + std::string(test.given.target->text);
  test.name = {LiteralKind::string, heading_.span, keep(std::move(name)), {}};
  return test;
}

void AstBuilder::finish_table(Span span) {
  declare(DeclKind::test_table, ast_.test_tables.size(), span);
  ast_.test_tables.push_back({span, heading_, *given_.tool, std::exchange(columns_, {}),
                              std::exchange(rows_, {}), std::exchange(row_tests_, {})});
}

void AstBuilder::test_declaration(Span span) {
  span = until_end(span);
  if (in_table_) {
    finish_table(span);
  } else {
    declare(DeclKind::test, ast_.tests.size(), span);
    ast_.tests.push_back({span, heading_, std::move(given_), std::move(expect_)});
  }
  given_ = {};
  expect_ = {};
  in_table_ = false;
}

}  // namespace sentrail::compiler
