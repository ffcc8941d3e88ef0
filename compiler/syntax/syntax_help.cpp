// Habits of other languages and mistyped words, with what to write. See syntax_help.hpp.
#include "compiler/syntax/syntax_help.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kWhite = " \t\r\n";

std::string ticked(std::string_view text) {
  return "`" + std::string(text) + "`";
}

// --- words ---------------------------------------------------------------------------------
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
std::optional<std::string_view> synonym_of(std::string_view word) {
  for (const Synonym& synonym : kEffectSynonyms) {
    if (synonym.written == word) return synonym.meant;
  }
  return std::nullopt;
}
constexpr std::string_view kEffects[] = {"allow", "require_approval", "block"};
constexpr std::string_view kClauses[] = {"because", "limit",  "on",     "owner", "priority",
                                         "then",    "ticket", "unless", "until", "when"};
constexpr std::string_view kDeclarations[] = {"also",     "default", "guard",  "import",
                                              "language", "list",    "policy", "rule",
                                              "shadow",   "test",    "tier"};

// The words of the operators and of the clauses, or all words in back-ticks of a text.
std::vector<std::string_view> words_in_ticks(std::string_view text, bool phrases) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find('`'); at != std::string_view::npos; at = text.find('`', at)) {
    const std::size_t end = text.find('`', at + 1);
    if (end == std::string_view::npos) break;
    std::string_view inner = text.substr(at + 1, end - at - 1);
    if (phrases || inner.find(' ') == std::string_view::npos) {
      while (!inner.empty()) {
        const std::string_view word = inner.substr(0, inner.find(' '));
        const bool letters =
            std::ranges::all_of(word, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
        if (letters && word.size() > 1) words.push_back(word);
        inner.remove_prefix(std::min(word.size() + 1, inner.size()));
      }
    }
    at = end + 1;
  }
  return words;
}

// The words that could stand where the grammar failed.
std::vector<std::string_view> candidates_of(const FailurePoint& point) {
  std::vector<std::string_view> words;
  switch (point.kind) {
    case DiagnosticKind::expected_clause:
      words.assign(std::begin(kClauses), std::end(kClauses));
      [[fallthrough]];
    case DiagnosticKind::expected_declaration:
      words.insert(words.end(), std::begin(kDeclarations), std::end(kDeclarations));
      return words;
    case DiagnosticKind::expected_operator:
      return words_in_ticks(point.help, true);
    case DiagnosticKind::expected_value:
      if (std::string_view(point.expected) != "a type") return {};
      return words_in_ticks(point.help, false);
    case DiagnosticKind::expected_effect:
    case DiagnosticKind::expected_token:
      return words_in_ticks(point.expected, false);
    default:
      return {};
  }
}

std::optional<std::string_view> meant_for(std::string_view word, const FailurePoint& point) {
  constexpr std::size_t kWordMax = 24;
  if (word.size() < 2 || word.size() > kWordMax || grammar::is_reserved(word)) return std::nullopt;
  if (point.kind == DiagnosticKind::expected_effect) {
    if (const auto synonym = synonym_of(word)) return synonym;
  }
  return closest(word, candidates_of(point));
}

// --- habits --------------------------------------------------------------------------------
// Looks at the text where the grammar failed for what another language would write there.
class Habits {
 public:
  Habits(const FailedAt& at, const FailurePoint& point)
      : at_(at), point_(point), rest_(at.text.substr(at.offset)), expected_(point.expected) {}

  [[nodiscard]] std::optional<Help> help() const {
    for (const auto look : {&Habits::quotes, &Habits::separators, &Habits::comments, &Habits::logic,
                            &Habits::equals, &Habits::membership, &Habits::missing_sign}) {
      if (std::optional<Help> help = (this->*look)()) return help;
    }
    return std::nullopt;
  }

  // `'text'` as `"text"`.
  [[nodiscard]] std::optional<Help> quotes() const {
    if (!rest_.starts_with('\'')) return std::nullopt;
    const std::string words = "strings are written in double quotes";
    const std::size_t line = std::min(rest_.find('\n'), rest_.size());
    const std::size_t close = rest_.find('\'', 1);
    if (close == std::string_view::npos || close > line) return Help(words);
    std::string text = "\"";
    for (const char c : rest_.substr(1, close - 1)) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    return Help(words, {edit(0, close + 1, text + "\"")});
  }

  // A comma behind the last member of a JSON object or array.
  [[nodiscard]] std::optional<Help> json_comma() const {
    const std::size_t last = at_.text.substr(0, at_.offset).find_last_not_of(kWhite);
    if (last == std::string_view::npos || at_.text[last] != ',' ||
        !(rest_.starts_with('}') || rest_.starts_with(']'))) {
      return std::nullopt;
    }
    return Help(point_.help, {{span(last, last + 1), ""}});
  }

 private:
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const {
    return {at_.source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }
  // An edit of bytes counted from where the grammar failed.
  [[nodiscard]] Edit edit(std::size_t begin, std::size_t end, std::string text) const {
    return {span(at_.offset + begin, at_.offset + end), std::move(text)};
  }
  [[nodiscard]] Edit insertion(std::string text) const {
    return {span(at_.token_end, at_.token_end), std::move(text)};
  }
  [[nodiscard]] char before() const { return at_.offset == 0 ? '\n' : at_.text[at_.offset - 1]; }

  [[nodiscard]] std::optional<Help> separators() const {
    if (rest_.starts_with(';')) {
      const std::size_t count = std::min(rest_.find_first_not_of(';'), rest_.size());
      return Help("take it away: the language needs no separators", {edit(0, count, "")});
    }
    const bool between = point_.kind == DiagnosticKind::expected_clause ||
                         point_.kind == DiagnosticKind::expected_declaration;
    if (between && rest_.starts_with(',')) {
      return Help("take it away: no comma stands between clauses or declarations",
                  {edit(0, 1, "")});
    }
    if (expected_ == "an attribute" && at_.token_end > 0 && at_.text[at_.token_end - 1] == ',') {
      return Help("take the comma before it away", {{span(at_.token_end - 1, at_.token_end), ""}});
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Help> comments() const {
    const std::string words = "comments begin with `#`";
    if (rest_.starts_with("//")) return Help(words, {edit(0, 2, "#")});
    if (!rest_.starts_with("/*")) return std::nullopt;
    const std::size_t line = std::min(rest_.find('\n'), rest_.size());
    const std::size_t close = rest_.find("*/");
    const bool alone = close != std::string_view::npos && close < line &&
                       rest_.substr(close + 2, line - close - 2).find_first_not_of(kWhite) ==
                           std::string_view::npos;
    if (!alone) return Help(words);
    std::string text = "#" + std::string(rest_.substr(2, close - 2));
    while (text.ends_with(' ')) text.pop_back();
    return Help(words, {edit(0, close + 2, std::move(text))});
  }

  // `&&`, `||` and `!` as words, with the blanks that words need.
  [[nodiscard]] std::optional<Help> logic() const {
    const bool both = rest_.starts_with("&&");
    if (both || rest_.starts_with("||")) {
      std::string text = kBlanks.find(before()) == std::string_view::npos ? " " : "";
      text += both ? "and" : "or";
      if (rest_.size() > 2 && kWhite.find(rest_[2]) == std::string_view::npos) text += ' ';
      return Help(both ? "write `and`" : "write `or`", {edit(0, 2, std::move(text))});
    }
    if (!rest_.starts_with('!') || rest_.starts_with("!=") || rest_.starts_with("!~")) {
      return std::nullopt;
    }
    const char* const words = "write `not` before a test, `!=` or `!~` between its sides";
    if (point_.kind != DiagnosticKind::expected_condition) return Help(words);
    const std::size_t next = std::min(rest_.find_first_not_of(kBlanks, 1), rest_.size());
    return Help(words, {edit(0, next, "not ")});
  }

  [[nodiscard]] std::optional<Help> equals() const {
    const std::size_t count = std::min(rest_.find_first_not_of('='), rest_.size());
    if (count == 0 || rest_.starts_with("=~")) {
      return std::nullopt;
    }
    if (point_.kind == DiagnosticKind::expected_operator && count == 1) {
      if (rest_.starts_with("=>")) return Help("write `>=`", {edit(0, 2, ">=")});
      return Help("compare with `==`", {edit(0, 1, "==")});
    }
    if (point_.kind == DiagnosticKind::expected_token && expected_.starts_with("`=`")) {
      return Help("write one `=`", {edit(0, count, "=")});
    }
    if (point_.kind == DiagnosticKind::expected_token && expected_.starts_with("`:`")) {
      return Help(point_.help, {edit(0, count, ":")});
    }
    if (expected_ == "a value" && before() == '!') {
      return Help("write `!=`", {edit(0, count, "=")});
    }
    if (expected_ == "a value" && count > 2) return Help("write `==`", {edit(0, count, "==")});
    return std::nullopt;
  }

  // `x == [a, b]` as `x in [a, b]`.
  [[nodiscard]] std::optional<Help> membership() const {
    if (!rest_.starts_with('[') || expected_ != "a value") return std::nullopt;
    const std::string words = "membership in a list is tested by `in`";
    if (at_.token_end < 2) return Help(words);
    const std::string_view op = at_.text.substr(at_.token_end - 2, 2);
    if (op != "==" && op != "!=") return Help(words);
    const bool spaced = at_.token_end > 2 && at_.text[at_.token_end - 3] == ' ';
    std::string text = spaced ? "" : " ";
    text += op == "==" ? "in" : "not in";
    if (at_.token_end == at_.offset) text += ' ';
    return Help(words, {{span(at_.token_end - 2, at_.token_end), std::move(text)}});
  }

  // A sign that is missing before what certainly follows it.
  [[nodiscard]] std::optional<Help> missing_sign() const {
    const std::string_view word = grammar::leading_word(rest_);
    if (expected_ == "`,` or `]`") {
      const bool value = !rest_.empty() && (rest_[0] == '"' || !word.empty());
      if (!value || grammar::is_reserved(word)) return std::nullopt;
      return Help("entries are separated by commas", {insertion(",")});
    }
    if (point_.kind != DiagnosticKind::expected_token) return std::nullopt;
    const bool effect =
        word == "allow" || word == "require_approval" || word == "block" || word == "pass";
    if (expected_.starts_with("`:`") && effect) return Help(point_.help, {insertion(":")});
    if (expected_.starts_with("`=`") && rest_.starts_with('[')) {
      return Help(point_.help, {insertion(" =")});
    }
    if (expected_.starts_with("`{`") && (word == "rule" || word == "given")) {
      return Help(point_.help, {insertion(" {")});
    }
    return std::nullopt;
  }

  FailedAt at_;
  const FailurePoint& point_;
  std::string_view rest_;
  std::string_view expected_;
};

}  // namespace

Help help_for(const FailedAt& at, const FailurePoint& point) {
  const Habits habits(at, point);
  if (point.kind == DiagnosticKind::malformed_json) {
    if (std::optional<Help> help = habits.json_comma()) return std::move(*help);
    if (std::optional<Help> help = habits.quotes()) return std::move(*help);
    return point.help;
  }
  if (std::optional<Help> help = habits.help()) return std::move(*help);
  const std::string_view word = grammar::leading_word(at.text.substr(at.offset));
  const std::optional<std::string_view> meant = meant_for(word, point);
  if (!meant) return point.help;
  const Span span{at.source, at.offset, at.offset + static_cast<std::uint32_t>(word.size())};
  return Help("did you mean " + ticked(*meant) + "?", {{span, std::string(*meant)}});
}

Help help_for_token(Span token, std::string_view text, const FailurePoint& point) {
  const std::string_view written = text.substr(token.begin, token.end - token.begin);
  if (written.find_first_of("\\\"") != std::string_view::npos) return point.help;
  const std::string_view expected = point.expected;
  const bool digits = written.find_first_not_of("0123456789-+.") == std::string_view::npos;
  if (expected == "a word" || (expected == "a number" && !digits)) {
    return Help(point.help, {{token, "\"" + std::string(written) + "\""}});
  }
  const std::size_t dot = written.rfind('.');
  if (expected == "a path" && dot != std::string_view::npos && dot + 1 < written.size()) {
    const Span step{token.source, token.begin + static_cast<std::uint32_t>(dot) + 1, token.end};
    return Help(point.help, {{step, "\"" + std::string(written.substr(dot + 1)) + "\""}});
  }
  return point.help;
}

Help help_for_word(std::string_view written, std::span<const std::string_view> words,
                   Help otherwise) {
  const std::optional<std::string_view> meant = closest(written, words);
  if (!meant) return otherwise;
  return Help::write("did you mean " + ticked(*meant) + "?", std::string(*meant));
}

Help help_for_effect(std::string_view written, Help otherwise) {
  const std::optional<std::string_view> meant = synonym_of(written);
  if (!meant) return help_for_word(written, kEffects, std::move(otherwise));
  return Help::write("write " + ticked(*meant), std::string(*meant));
}

}  // namespace sentrail::compiler
