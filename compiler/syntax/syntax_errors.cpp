// Wording of syntax errors: what was expected, what stands there, what to write.
//
// Neighbours: syntax_errors.hpp; grammar/keywords.hpp tells reserved words. Must not know: PEGTL.
#include "compiler/syntax/syntax_errors.hpp"

#include <algorithm>
#include <utility>

#include "compiler/code_points.hpp"
#include "compiler/syntax/syntax_help.hpp"
#include "core/limits.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler {
namespace {

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

}  // namespace

SyntaxErrors::SyntaxErrors(SourceId source, std::string_view text, DiagnosticSink& sink)
    : source_(source), text_(text), sink_(sink) {}

Span SyntaxErrors::span(std::size_t begin, std::size_t end) const noexcept {
  return Span{source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

void SyntaxErrors::close() noexcept {
  if (!open_.empty()) open_.pop_back();
}

void SyntaxErrors::close_inner() noexcept {
  while (!open_.empty() && text_[open_.back()] != '{') open_.pop_back();
}

void SyntaxErrors::report(DiagnosticKind kind, Span span, std::string message, Help help,
                          std::vector<DiagnosticNote> notes) {
  ++count_;
  sink_.report(diagnose(kind, span, std::move(message), std::move(help), std::move(notes),
                        text_.substr(span.begin, span.end - span.begin)));
}

void SyntaxErrors::expected(std::uint32_t offset, std::uint32_t token_end,
                            const FailurePoint& point) {
  offset = token_begin(offset);
  if (offset == last_failure_) return;
  last_failure_ = offset;
  if (report_broken_token(offset, point) || report_end(offset, token_end, point) ||
      report_later_language(offset, point) || report_reserved_word(offset, point)) {
    return;
  }
  const bool something_else = point.kind == DiagnosticKind::expected_declaration ||
                              point.kind == DiagnosticKind::expected_clause;
  const Span place = !something_else && is_missing(offset, token_end) ? span(token_end, token_end)
                                                                      : found_span(offset);
  report(point.kind, place,
         std::string("expected ") + point.expected + ", found " + describe(offset),
         help_for({source_, text_, offset, token_end}, point));
}

// The grammar may fail inside a word or sign, such as after the `tier` of `tiers`: its beginning.
std::uint32_t SyntaxErrors::token_begin(std::uint32_t offset) const {
  const auto inside = [&](auto belongs) {
    return offset > 0 && offset < text_.size() && belongs(text_[offset]) &&
           belongs(text_[offset - 1]);
  };
  while (inside(grammar::is_word_character)) --offset;
  while (inside([](char c) { return c == '='; })) --offset;
  return offset;
}

// Whether what was expected is simply not there: the line ends, and what follows is another thing.
bool SyntaxErrors::is_missing(std::uint32_t offset, std::uint32_t token_end) const {
  if (offset >= text_.size()) return true;
  if (offset <= token_end) return false;
  const bool next_line =
      text_.substr(token_end, offset - token_end).find('\n') != std::string_view::npos;
  const bool another =
      text_[offset] == '}' || grammar::is_reserved(grammar::leading_word(text_.substr(offset)));
  return next_line && another;
}

void SyntaxErrors::too_deep(std::uint32_t offset) {
  last_failure_ = offset;
  report(DiagnosticKind::nested_too_deep,
         span(offset, std::min(offset + 1, std::uint32_t(text_.size()))),
         "nested more than " + std::to_string(limits::kNestingMax) + " levels deep",
         "split the condition into several rules, or take brackets away");
}

// A token that began well and went wrong: the diagnostic shows the whole token.
bool SyntaxErrors::report_broken_token(std::uint32_t offset, const FailurePoint& point) {
  if (point.kind == DiagnosticKind::unterminated_string) {
    report(point.kind, span(string_begin_, offset), "this string is not closed on its line",
           point.help);
    return true;
  }
  if (point.kind == DiagnosticKind::bad_escape) {
    const std::size_t begin = text_.rfind('\\', offset == 0 ? 0 : offset - 1);
    const bool line_end = offset >= text_.size() || text_[offset] == '\n' || text_[offset] == '\r';
    const std::size_t end = line_end ? offset : offset + decode_utf8(text_, offset).length;
    report(point.kind, span(begin, end),
           "unknown escape " + ticked(text_.substr(begin, end - begin)), point.help);
    return true;
  }
  if (point.kind != DiagnosticKind::malformed_word &&
      point.kind != DiagnosticKind::malformed_number) {
    return false;
  }
  constexpr std::string_view kEnds = " \t\r\n,()[]{}=\"#:<>!~";
  std::size_t begin = offset;
  while (begin > 0 && grammar::is_word_character(text_[begin - 1])) --begin;
  const std::size_t end = std::min(text_.find_first_of(kEnds, offset), text_.size());
  report(point.kind, span(begin, end),
         ticked(text_.substr(begin, end - begin)) + " is not " + point.expected,
         help_for_token(span(begin, end), text_, point));
  return true;
}

bool SyntaxErrors::report_end(std::uint32_t offset, std::uint32_t token_end,
                              const FailurePoint& point) {
  if (offset < text_.size() || open_.empty()) return false;
  const std::uint32_t opened = open_.back();
  report(
      DiagnosticKind::unterminated_block, span(token_end, token_end),
      std::string("expected ") + point.expected + ", found the end of the file", "",
      {{span(opened, opened + 1), "this " + ticked(text_.substr(opened, 1)) + " is never closed"}});
  return true;
}

// Words and signs that the language will have: named, not puzzled over.
bool SyntaxErrors::report_later_language(std::uint32_t offset, const FailurePoint& point) {
  if (point.kind == DiagnosticKind::malformed_json) return false;
  const std::string_view rest = text_.substr(offset);
  const std::string_view word = grammar::leading_word(rest);
  std::string what;
  std::size_t length = word.size();
  if (grammar::has_word(grammar::kLaterKeywords, word)) {
    what = ticked(word);
  } else if (point.kind == DiagnosticKind::expected_operator && rest.starts_with('[')) {
    what = "`[*]` outside the list of `any` or `all`";
    length = 1;
  } else {
    return false;
  }
  report(DiagnosticKind::later_language, span(offset, offset + length),
         what + " is not in language 1 of this compiler",
         word.empty() ? "docs/language.md, section 3, lists the operators"
         : point.kind == DiagnosticKind::expected_name
             ? "choose another name"
             : "docs/language.md says what is; a value of this name is written in quotes");
  return true;
}

bool SyntaxErrors::report_reserved_word(std::uint32_t offset, const FailurePoint& point) {
  const std::string_view word = grammar::leading_word(text_.substr(offset));
  const bool name = point.kind == DiagnosticKind::expected_name;
  const bool value = point.kind == DiagnosticKind::expected_value;
  if ((!name && !value) || !grammar::is_reserved(word)) return false;
  // A keyword that begins a line is what follows the missing thing, not a bad attempt at it.
  const std::size_t before = text_.find_last_not_of(" \t", offset == 0 ? 0 : offset - 1);
  if (before == std::string_view::npos || text_[before] == '\n') return false;
  report(DiagnosticKind::reserved_word, span(offset, offset + word.size()),
         ticked(word) + " is a keyword, not a " + (name ? "name" : "value"),
         value ? Help::write("write it in quotes: `\"" + std::string(word) + "\"`",
                             "\"" + std::string(word) + "\"")
               : Help("choose another name, such as " + ticked("my_" + std::string(word))));
  return true;
}

Span SyntaxErrors::found_span(std::uint32_t offset) const {
  if (offset >= text_.size()) return span(text_.size(), text_.size());
  const std::size_t word = grammar::leading_word(text_.substr(offset)).size();
  return span(offset, offset + (word > 0 ? word : decode_utf8(text_, offset).length));
}

std::string SyntaxErrors::describe(std::uint32_t offset) const {
  if (offset >= text_.size()) return "the end of the file";
  if (text_[offset] == '"') return "a string";
  if (text_[offset] == ' ' || text_[offset] == '\t') return "a blank";
  if (text_[offset] == '\n' || text_[offset] == '\r') return "the end of the line";
  if (text_[offset] == '#') return "a comment";
  if (text_.substr(offset).starts_with("==")) return "`==`";
  const Span found = found_span(offset);
  const std::string_view text = text_.substr(found.begin, found.end - found.begin);
  return (grammar::is_reserved(text) ? "the keyword " : "") + ticked(text);
}

}  // namespace sentrail::compiler
