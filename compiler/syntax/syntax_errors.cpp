// Wording of syntax errors: what was expected, what stands there, what to write.
//
// Neighbours: syntax_errors.hpp; grammar/keywords.hpp tells reserved words. Must not know: PEGTL.
#include "compiler/syntax/syntax_errors.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "compiler/code_points.hpp"
#include "core/limits.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler {
namespace {

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

// Levenshtein distance, for words of a few letters.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0u);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// What people write who know another policy language.
struct Synonym {
  std::string_view written;
  std::string_view meant;
};
constexpr Synonym kEffectSynonyms[] = {
    {"approval", "require_approval"},
    {"approve", "require_approval"},
    {"ask", "require_approval"},
    {"deny", "block"},
    {"forbid", "block"},
    {"hold", "require_approval"},
    {"permit", "allow"},
    {"reject", "block"},
};

std::string meant_for(std::string_view word, DiagnosticKind kind) {
  if (kind == DiagnosticKind::expected_effect) {
    for (const Synonym& synonym : kEffectSynonyms) {
      if (synonym.written == word) return std::string(synonym.meant);
    }
  }
  const bool guessable = kind == DiagnosticKind::expected_effect ||
                         kind == DiagnosticKind::expected_clause ||
                         kind == DiagnosticKind::expected_declaration;
  if (!guessable || word.size() < 3 || word.size() > 24) return "";
  for (const std::string_view keyword : grammar::kKeywords) {
    if (keyword.size() > 3 && distance(word, keyword) <= (keyword.size() > 5 ? 2u : 1u)) {
      return std::string(keyword);
    }
  }
  return "";
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

void SyntaxErrors::report(DiagnosticKind kind, Span span, std::string message, std::string help,
                          std::vector<DiagnosticNote> notes) {
  ++count_;
  sink_.report({kind, span, std::move(message), std::move(notes), std::move(help)});
}

void SyntaxErrors::expected(std::uint32_t offset, const FailurePoint& point) {
  if (offset == last_failure_) return;
  last_failure_ = offset;
  if (report_broken_token(offset, point) || report_end(offset, point) ||
      report_later_language(offset, point) || report_reserved_word(offset, point)) {
    return;
  }
  report(point.kind, found_span(offset),
         std::string("expected ") + point.expected + ", found " + describe(offset),
         help_for(offset, point));
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
    const std::size_t end = std::min<std::size_t>(
        text_.size(), offset + (offset < text_.size() ? decode_utf8(text_, offset).length : 0));
    report(point.kind, span(offset - 1, end),
           "unknown escape " + ticked(text_.substr(offset - 1, end - offset + 1)), point.help);
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
         ticked(text_.substr(begin, end - begin)) + " is not " + point.expected, point.help);
  return true;
}

bool SyntaxErrors::report_end(std::uint32_t offset, const FailurePoint& point) {
  if (offset < text_.size() || open_.empty()) return false;
  const std::uint32_t opened = open_.back();
  report(
      DiagnosticKind::unterminated_block, span(offset, offset),
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
  } else if (point.kind == DiagnosticKind::expected_operator && rest.starts_with("=~")) {
    what = "the regular expression operator `=~`";
    length = 2;
  } else if (point.kind == DiagnosticKind::expected_operator && rest.starts_with('(')) {
    what = "a call such as `size()`";
    length = 1;
  } else if (point.kind == DiagnosticKind::expected_operator && rest.starts_with('[')) {
    what = "the quantifier `[*]`";
    length = 1;
  } else {
    return false;
  }
  report(DiagnosticKind::later_language, span(offset, offset + length),
         what + " is not in language 1 of this compiler",
         "docs/language.md lists what is; a value with this name is written in quotes");
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
         value ? "write it in quotes: `\"" + std::string(word) + "\"`"
               : "choose another name, such as " + ticked(std::string(word) + "_1"));
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
  if (text_[offset] == '\n' || text_[offset] == '\r') return "the end of the line";
  if (text_[offset] == '#') return "a comment";
  const Span found = found_span(offset);
  const std::string_view text = text_.substr(found.begin, found.end - found.begin);
  return (grammar::is_reserved(text) ? "the keyword " : "") + ticked(text);
}

std::string SyntaxErrors::help_for(std::uint32_t offset, const FailurePoint& point) const {
  if (point.kind == DiagnosticKind::malformed_json) return point.help;
  const std::string_view rest = text_.substr(offset);
  constexpr std::array<std::pair<std::string_view, const char*>, 7> kHabits = {{
      {"'", "strings are written in double quotes"},
      {";", "take it away: the language needs no separators"},
      {"//", "comments begin with `#`"},
      {"/*", "comments begin with `#`"},
      {"&&", "write `and`"},
      {"||", "write `or`"},
      {"!", "write `not` before a test, `!=` or `!~` between its sides"},
  }};
  for (const auto& [written, help] : kHabits) {
    if (rest.starts_with(written) && !rest.starts_with("!=") && !rest.starts_with("!~")) {
      return help;
    }
  }
  if (point.kind == DiagnosticKind::expected_operator && rest.starts_with('=')) {
    return "compare with `==`";
  }
  const std::string meant = meant_for(grammar::leading_word(rest), point.kind);
  return meant.empty() ? point.help : "did you mean " + ticked(meant) + "?";
}

}  // namespace sentrail::compiler
