// Wording of syntax errors: what was expected, what stands there, what to write.
//
// Neighbours: syntax_errors.hpp; grammar/keywords.hpp tells reserved words. Must not know: PEGTL.
#include "compiler/syntax/syntax_errors.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
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

constexpr std::string_view kEffects[] = {"allow", "block", "require_approval"};
constexpr std::string_view kBeginnings[] = {"because", "default", "guard",    "import", "language",
                                            "list",    "policy",  "priority", "rule",   "test",
                                            "tier",    "unless",  "when"};

// The word that was probably meant, or "".
std::string_view meant_for(std::string_view word, DiagnosticKind kind) {
  const bool effect = kind == DiagnosticKind::expected_effect;
  const bool beginning =
      kind == DiagnosticKind::expected_clause || kind == DiagnosticKind::expected_declaration;
  for (const Synonym& synonym : kEffectSynonyms) {
    if (effect && synonym.written == word) return synonym.meant;
  }
  if ((!effect && !beginning) || word.size() < 3 || word.size() > 24) return "";
  const auto near = [&](std::string_view known) {
    return !grammar::is_reserved(word) && distance(word, known) <= (known.size() > 5 ? 2u : 1u);
  };
  const std::span<const std::string_view> candidates =
      effect ? std::span<const std::string_view>(kEffects) : kBeginnings;
  const auto found = std::find_if(candidates.begin(), candidates.end(), near);
  return found == candidates.end() ? "" : *found;
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
         help_for(offset, point));
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
         ticked(text_.substr(begin, end - begin)) + " is not " + point.expected, point.help);
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
  } else if (point.kind == DiagnosticKind::expected_operator && rest.starts_with('(')) {
    what = "a call on a path";
    length = 1;
  } else if (point.kind == DiagnosticKind::expected_operator && rest.starts_with('[')) {
    what = "the quantifier `[*]`";
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
         value ? "write it in quotes: `\"" + std::string(word) + "\"`"
               : "choose another name, such as " + ticked("my_" + std::string(word)));
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
    if (rest.starts_with(written)) return help;
  }
  if (rest.starts_with('=') && point.kind == DiagnosticKind::expected_operator) {
    return "compare with `==`";
  }
  if (rest.starts_with("==") && point.kind == DiagnosticKind::expected_token) {
    return "write one `=`";
  }
  if (rest.starts_with('[') && std::string_view(point.expected) == "a value") {
    return "membership in a list is tested by `in`";
  }
  const std::string_view meant = meant_for(grammar::leading_word(rest), point.kind);
  return meant.empty() ? point.help : "did you mean " + ticked(meant) + "?";
}

}  // namespace sentrail::compiler
