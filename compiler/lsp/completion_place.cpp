// Reads tokens as the grammar would, keeping only what says what may follow. See
// completion_place.hpp.
#include "compiler/lsp/completion_place.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/decision.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler::lsp {
namespace {

enum class Declaration : std::uint8_t {
  none,
  policy,
  language,
  import_,
  list,
  condition,
  tier,
  rule,
  default_,
  test,
  table
};
enum class Block : std::uint8_t { none, tier, test, table };
enum class Clause : std::uint8_t {
  none,
  outcome,
  on,
  condition,
  limit,
  plain,  // a text, a number or a date
  then,
  given,
  expect
};
template <class... Wants>
std::uint32_t any_of(Wants... wants) {
  return (static_cast<std::uint32_t>(wants) | ...);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void take(const Token& token) {
    if (token.kind == TokenKind::comment) return;
    word_ = token.in(text_);
    if (json_ > 0) {
      json();
    } else if (!begins_declaration(token) && !brace()) {
      within(token);
    }
    previous_ = word_;
    previous_kind_ = token.kind;
    previous_end_ = token.end;
  }

  [[nodiscard]] Place place(std::uint32_t begin) const {
    Place place;
    place.wants = wants(begin);
    place.path = clause_ == Clause::condition ? condition_.path() : path_;
    place.tool = tool_;
    place.condition = declaration_ == Declaration::condition ? std::string(name_) : "";
    if (clause_ == Clause::condition) place.binders = condition_.binders();
    place.guard = guard_;
    place.in_list = clause_ == Clause::condition && condition_.next() == Next::in_;
    place.answers = clause_ == Clause::on && previous_ == "on";
    return place;
  }

 private:
  // --- reading -----------------------------------------------------------------------------
  void json() {
    if (word_ == "{" || word_ == "[") ++json_;
    if (word_ == "}" || word_ == "]") --json_;
  }

  void start(Declaration declaration) {
    declaration_ = declaration;
    clause_ = Clause::none;
    condition_ = {};
    bracket_ = false;
    path_.clear();
    tool_.clear();
    name_ = {};
  }

  bool begins_declaration(const Token& token) {
    if (token.kind != TokenKind::word || block_ == Block::table) return false;
    static constexpr std::array<std::pair<std::string_view, Declaration>, 9> kBegin = {{
        {"policy", Declaration::policy},
        {"language", Declaration::language},
        {"import", Declaration::import_},
        {"list", Declaration::list},
        {"condition", Declaration::condition},
        {"tier", Declaration::tier},
        {"rule", Declaration::rule},
        {"default", Declaration::default_},
        {"test", Declaration::test},
    }};
    if (word_ == "guard") {
      start(Declaration::none);
      guard_ = true;
      return true;
    }
    if (word_ == "test" && (is_operator(previous_) || previous_ == "=" || bracket_)) return false;
    if (word_ == "default" && previous_ == "by") return false;
    if (word_ == "list" && previous_ == "is") return false;
    const auto found = std::ranges::find(kBegin, word_, [](const auto& one) { return one.first; });
    if (found == kBegin.end()) return false;
    if (found->second != Declaration::tier && found->second != Declaration::rule) guard_ = false;
    if (found->second != Declaration::rule) block_ = Block::none;
    if (found->second == Declaration::tier) guard_ = previous_ == "guard";
    also_ = previous_ == "also";
    start(found->second);
    return true;
  }

  bool brace() {
    if (word_ == "{") {
      if (previous_ == "body") {
        json_ = 1;
        return true;
      }
      if (declaration_ == Declaration::tier) block_ = Block::tier;
      if (declaration_ == Declaration::test) block_ = Block::test;
      if (declaration_ == Declaration::table) block_ = Block::table;
      table_begin_ = previous_end_;
      if (block_ == Block::tier) start(Declaration::none);
      return true;
    }
    if (word_ != "}") return false;
    start(Declaration::none);
    block_ = Block::none;
    guard_ = false;
    return true;
  }

  void within(const Token& token) {
    if (word_ == "[" && previous_ == "body") {
      json_ = 1;
    } else if (declaration_ == Declaration::rule) {
      rule(token);
    } else if (declaration_ == Declaration::condition) {
      if (name_.empty()) name_ = word_;
      if (clause_ == Clause::condition) condition_.take(token, word_, previous_);
      if (word_ == "=" && clause_ == Clause::none) clause_ = Clause::condition;
    } else if (block_ == Block::test) {
      test(token);
    } else if (declaration_ == Declaration::test && word_ == "table") {
      declaration_ = Declaration::table;
    } else if (word_ == "[" || word_ == "]") {
      bracket_ = word_ == "[";
    }
  }

  void rule(const Token& token) {
    if (token.kind == TokenKind::word && grammar::has_word(grammar::kClauseKeywords, word_)) {
      start(Declaration::rule);
      clause_ = word_ == "on"                          ? Clause::on
                : word_ == "then"                      ? Clause::then
                : word_ == "limit"                     ? Clause::limit
                : word_ == "when" || word_ == "unless" ? Clause::condition
                                                       : Clause::plain;
      return;
    }
    if (word_ == ":" && clause_ == Clause::none) clause_ = Clause::outcome;
    if (clause_ == Clause::on) {
      const bool answers = word_ == "response" && previous_ == "on";
      if (tool_.empty() && !answers) tool_ = word_;
      if (word_ == "[" || word_ == "]") bracket_ = word_ == "[";
    }
    if (clause_ == Clause::condition) condition_.take(token, word_, previous_);
  }

  void test(const Token& token) {
    if (word_ == "given" || word_ == "expect") {
      start(Declaration::test);
      clause_ = word_ == "given" ? Clause::given : Clause::expect;
      with_ = false;
      return;
    }
    if (clause_ != Clause::given) return;
    if (word_ == "with") with_ = true;
    if (word_ == "[" || word_ == "]") bracket_ = word_ == "[";
    if (with_ && token.kind == TokenKind::word && (previous_ == "with" || previous_ == ",") &&
        !bracket_) {
      path_ = word_;
    }
  }

  // --- what may follow ---------------------------------------------------------------------
  [[nodiscard]] std::uint32_t behind() const {
    return block_ == Block::tier ? any_of(Want::rule) : any_of(Want::declarations);
  }

  [[nodiscard]] std::uint32_t wants(std::uint32_t begin) const {
    if (json_ > 0) return 0;
    if (block_ == Block::table) return in_table(begin);
    switch (declaration_) {
      case Declaration::none:
        if (previous_ == "guard") return any_of(Want::declarations);
        return behind();
      case Declaration::policy:
      case Declaration::language:
        return previous_ == "policy" || previous_ == "language" ? 0 : behind();
      case Declaration::import_:
        if (previous_ == "import") return any_of(Want::imports);
        return previous_ == "as" ? 0 : any_of(Want::as) | behind();
      case Declaration::list:
        return previous_ == "]" ? behind() : 0;
      case Declaration::tier:
        return 0;
      case Declaration::default_:
        if (previous_ == "default") return any_of(Want::effects);
        return previous_ == "because" ? 0 : any_of(Want::because) | behind();
      case Declaration::condition:
        return clause_ == Clause::condition ? in_condition() : 0;
      case Declaration::rule:
        return in_rule();
      case Declaration::table:
        if (previous_ == "for") return any_of(Want::tools);
        return previous_kind_ == TokenKind::string ? any_of(Want::for_) : 0;
      case Declaration::test:
        if (block_ == Block::test) return in_test();
        return previous_ == "test" ? any_of(Want::table) : 0;
    }
    return 0;
  }

  [[nodiscard]] std::uint32_t in_rule() const {
    switch (clause_) {
      case Clause::outcome:
        return previous_ == ":" ? any_of(Want::outcomes) : any_of(Want::clauses) | behind();
      case Clause::on:
        if (previous_ == "on") return any_of(Want::tools);
        if (previous_ == "response" && tool_.empty()) {
          return any_of(Want::tools, Want::clauses) | behind();
        }
        if (bracket_) return any_of(Want::actions);
        if (previous_ == tool_) return any_of(Want::actions, Want::clauses) | behind();
        return any_of(Want::clauses) | behind();
      case Clause::condition:
        return in_condition();
      case Clause::limit:
        if (previous_ == "else") return any_of(Want::effects);
        if (previous_ == "limit" || previous_ == "per") return 0;
        return previous_ == "sum" || previous_ == "by" || previous_ == ","
                   ? any_of(Want::attributes)
                   : any_of(Want::clauses) | behind();
      case Clause::plain:
        return grammar::has_word(grammar::kClauseKeywords, previous_)
                   ? 0
                   : any_of(Want::clauses) | behind();
      case Clause::then:
        if (previous_ == "then" || previous_ == ",") return any_of(Want::obligations);
        if (previous_ == "redact" || previous_ == "mask") return any_of(Want::attributes);
        if (previous_ == "notify" || previous_ == "tag" || previous_ == "taint") return 0;
        return previous_ == "log" ? 0 : any_of(Want::clauses) | behind();
      default:  // behind the name of an `also` rule its clauses follow
        return also_ && previous_ != "rule" ? any_of(Want::clauses) : 0;
    }
  }

  [[nodiscard]] std::uint32_t in_condition() const {
    if (condition_.in_arguments()) {
      return any_of(Want::attributes, Want::lists, Want::parameters, Want::values);
    }
    if (condition_.in_bracket()) return any_of(Want::values, Want::parameters);
    const std::uint32_t more = declaration_ == Declaration::rule
                                   ? any_of(Want::joiners, Want::clauses) | behind()
                                   : any_of(Want::joiners) | behind();
    switch (condition_.next()) {
      case Next::operand: {
        std::uint32_t wants = any_of(Want::attributes, Want::conditions, Want::parameters);
        if (previous_ == "when") wants |= any_of(Want::always);
        return previous_ == "not" ? wants : wants | any_of(Want::not_);
      }
      case Next::operator_:
        if (previous_ == "not") return any_of(Want::operators);
        return any_of(Want::operators) | more;  // a use has no operator
      case Next::value:
        if (previous_ == "in") return any_of(Want::lists, Want::parameters);
        if (previous_ == "==" || previous_ == "!=") {
          return any_of(Want::values, Want::attributes, Want::parameters);
        }
        return any_of(Want::values, Want::parameters);
      case Next::type:
        return any_of(Want::types);
      case Next::within:
        return 0;
      case Next::joiner:
        return more;
      case Next::list:
        return any_of(Want::attributes, Want::parameters);
      case Next::binder:
      case Next::in_:
      case Next::colon:
        return 0;
    }
    return 0;
  }

  [[nodiscard]] std::uint32_t in_test() const {
    if (clause_ == Clause::none) return any_of(Want::given, Want::expect);
    if (clause_ == Clause::expect) {
      if (previous_ == "expect") return any_of(Want::effects);
      if (previous_ == "by") return any_of(Want::rules);
      return effect_named(previous_) ? any_of(Want::by) : 0;
    }
    if (previous_ == "given") return any_of(Want::tools, Want::with);
    if (with_) {
      if (previous_ == "with") return any_of(Want::attributes);
      if (bracket_) return any_of(Want::values);
      if (previous_ == ",") return any_of(Want::attributes);
      if (previous_ == "=") return any_of(Want::values, Want::unreadable);
      return previous_ == path_ ? 0 : any_of(Want::expect);
    }
    if (previous_kind_ == TokenKind::word) return any_of(Want::methods);
    return any_of(Want::request, Want::expect);
  }

  [[nodiscard]] std::uint32_t in_table(std::uint32_t begin) const {
    const std::string_view so_far = text_.substr(table_begin_, begin - table_begin_);
    std::size_t lines = 0;
    bool words = false;
    for (const char c : so_far) {
      if (c == '\n' && words) ++lines;
      words = words || (c >= 'a' && c <= 'z');
    }
    if (lines == 0) return any_of(Want::columns);
    return any_of(Want::methods, Want::effects, Want::rules);
  }

  std::string_view text_;
  std::string_view word_;
  std::string_view previous_;
  TokenKind previous_kind_ = TokenKind::sign;
  std::uint32_t previous_end_ = 0;
  std::uint32_t table_begin_ = 0;
  Declaration declaration_ = Declaration::none;
  Block block_ = Block::none;
  Clause clause_ = Clause::none;
  bool bracket_ = false;
  bool guard_ = false;
  bool also_ = false;
  bool with_ = false;
  int json_ = 0;
  std::string path_;  // of a test
  ConditionReader condition_;
  std::string tool_;
  std::string_view name_;
};

// In the braces of a `because` text an attribute may stand.
Place in_string(std::string_view text, const Token& token, std::string_view before,
                std::uint32_t offset) {
  Place place;
  place.begin = place.end = offset;
  if (before != "because") return place;
  const std::string_view written = text.substr(token.begin, offset - token.begin);
  const std::size_t open = written.rfind('{');
  if (open == std::string_view::npos || written.find('}', open) != std::string_view::npos) {
    return place;
  }
  if (open > 0 && written[open - 1] == '{') return place;
  place.begin = token.begin + static_cast<std::uint32_t>(open) + 1;
  place.wants = any_of(Want::attributes);
  return place;
}

}  // namespace

Place place_at(std::string_view text, const std::vector<Token>& tokens, std::uint32_t offset) {
  Reader reader(text);
  std::string_view before;
  Place place;
  place.begin = place.end = offset;
  for (const Token& token : tokens) {
    if (token.begin >= offset) break;
    const bool closed = token.end - token.begin > 1 && text[token.end - 1] == '"';
    const bool inside = token.end > offset || (token.end == offset && !closed);
    switch (token.kind) {
      case TokenKind::comment:
        if (token.end >= offset) return place;
        break;
      case TokenKind::string:
        if (inside) return in_string(text, token, before, offset);
        break;
      case TokenKind::regex:
      case TokenKind::number:
        if (token.end >= offset) return place;
        break;
      case TokenKind::word:
        if (token.end < offset) break;
        place = reader.place(token.begin);
        place.begin = token.begin;
        place.end = token.end;
        return place;
      case TokenKind::sign:
        break;
    }
    reader.take(token);
    if (token.kind != TokenKind::comment) before = token.in(text);
  }
  place = reader.place(offset);
  place.begin = place.end = offset;
  return place;
}

}  // namespace sentrail::compiler::lsp
