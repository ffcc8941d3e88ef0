// Semantic tokens: what each word is, by its tokens and by what its name stands for. See
// features.hpp.
#include <algorithm>
#include <array>
#include <utility>

#include "compiler/lsp/features.hpp"
#include "compiler/lsp/words.hpp"
#include "grammar/keywords.hpp"

namespace sentrail::compiler::lsp {
namespace {

enum class Colour : std::uint8_t {
  keyword,
  property,
  variable,
  function,
  parameter,
  method,
  class_,
  namespace_,
  type,
  event,
  enum_member,
  string,
  regexp,
  number,
  comment,
  operator_,
};
constexpr std::array<std::string_view, 16> kColours = {
    "keyword", "property", "variable",   "function", "parameter", "method", "class",   "namespace",
    "type",    "event",    "enumMember", "string",   "regexp",    "number", "comment", "operator"};

// Bits of modifiers.
constexpr std::array<std::string_view, 3> kModifiers = {"declaration", "readonly",
                                                        "defaultLibrary"};
constexpr std::uint32_t kDeclaration = 1;
constexpr std::uint32_t kReadonly = 2;
constexpr std::uint32_t kOfTheLanguage = 4;

struct Piece {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  Colour colour = Colour::keyword;
  std::uint32_t modifiers = 0;
};

std::pair<Colour, std::uint32_t> colour_of(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::list:
      return {Colour::variable, kReadonly};
    case SymbolKind::condition:
      return {Colour::function, 0};
    case SymbolKind::parameter:
    case SymbolKind::element:
      return {Colour::parameter, 0};
    case SymbolKind::rule:
      return {Colour::method, 0};
    case SymbolKind::tier:
      return {Colour::class_, 0};
    case SymbolKind::alias:
    case SymbolKind::module:
      return {Colour::namespace_, 0};
    case SymbolKind::attribute:
      return {Colour::property, kOfTheLanguage};
    case SymbolKind::tool:
      return {Colour::type, 0};
    case SymbolKind::action:
      return {Colour::event, 0};
    case SymbolKind::test:
      return {Colour::string, 0};
  }
  return {Colour::string, 0};
}

bool is_effect(std::string_view word) {
  return word == "allow" || word == "block" || word == "require_approval" || word == "pass";
}

class Painter {
 public:
  explicit Painter(const View& view)
      : view_(view), text_(view.file.text()), named_(view.unit.names.in_file(view.number)) {}

  std::vector<Piece> all() {
    for (const Token& token : view_.file.tokens) one(token);
    return std::move(pieces_);
  }

 private:
  void add(std::uint32_t begin, std::uint32_t end, Colour colour, std::uint32_t modifiers = 0) {
    if (end > begin) pieces_.push_back({begin, end, colour, modifiers});
  }

  void one(const Token& token) {
    switch (token.kind) {
      case TokenKind::comment:
        return add(token.begin, token.end, Colour::comment);
      case TokenKind::regex:
        return add(token.begin, token.end, Colour::regexp);
      case TokenKind::number:
        return add(token.begin, token.end, Colour::number);
      case TokenKind::sign:
        if (std::string_view("=<>!~").find(text_[token.begin]) != std::string_view::npos) {
          add(token.begin, token.end, Colour::operator_);
        }
        return;
      case TokenKind::word:
      case TokenKind::string:
        return name(token);
    }
  }

  // The parts of a word that stand for something, and the word itself if none does.
  void name(const Token& token) {
    std::uint32_t at = token.begin;
    while (next_ < named_.size() && named_[next_].span.end <= token.begin) ++next_;
    bool named = false;
    for (std::size_t i = next_; i < named_.size() && named_[i].span.begin < token.end; ++i) {
      const Occurrence& occurrence = named_[i];
      const std::uint32_t begin = std::max(occurrence.span.begin, at);
      const std::uint32_t end = std::min(occurrence.span.end, token.end);
      const SymbolKind kind = view_.unit.names.symbol(occurrence.symbol).kind;
      const auto [colour, modifiers] = colour_of(kind);
      const bool quoted = token.kind == TokenKind::string && kind != SymbolKind::attribute;
      add(begin, end, quoted ? Colour::string : colour,
          modifiers | (occurrence.declares ? kDeclaration : 0));
      at = end;
      named = true;
    }
    if (named) return;
    if (token.kind == TokenKind::string) return add(token.begin, token.end, Colour::string);
    plain(token);
  }

  // `size` is a name like any other where no parenthesis follows.
  [[nodiscard]] bool is_of_the_language(const Token& token, std::string_view word) const {
    if (word == "size") {
      const std::size_t next = text_.find_first_not_of(" \t\r\n", token.end);
      return next != std::string_view::npos && text_[next] == '(';
    }
    return !help_of_word(word).empty() || grammar::is_reserved(word);
  }

  void plain(const Token& token) {
    const std::string_view word = token.in(text_);
    const bool member = token.begin > 0 && text_[token.begin - 1] == '.';  // behind `[*]`
    if (member) return add(token.begin, token.end, Colour::property);
    if (is_effect(word)) return add(token.begin, token.end, Colour::enum_member);
    if (is_of_the_language(token, word)) {
      const bool risk = risk_named(word).has_value();
      return add(token.begin, token.end, risk ? Colour::enum_member : Colour::keyword);
    }
    const std::string_view first = word.substr(0, word.find('.'));
    const bool attribute = std::ranges::any_of(kAttributes, [&](const Attribute& row) {
      return row.name.substr(0, row.name.find('.')) == first;
    });
    if (attribute) return add(token.begin, token.end, Colour::property, kOfTheLanguage);
    add(token.begin, token.end, Colour::string);
  }

  const View& view_;
  std::string_view text_;
  std::span<const Occurrence> named_;
  std::size_t next_ = 0;
  std::vector<Piece> pieces_;
};

}  // namespace

void write_legend(JsonWriter& json) {
  json.begin_object().key("tokenTypes").begin_array();
  for (const std::string_view name : kColours) json.string(name);
  json.end_array().key("tokenModifiers").begin_array();
  for (const std::string_view name : kModifiers) json.string(name);
  json.end_array().end_object();
}

Answer semantic_tokens(const View& view) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("data").begin_array();
  Position before;
  for (const Piece& piece : Painter(view).all()) {
    const Range range =
        view.file.range_of({view.file.source, piece.begin, piece.end}, view.client.encoding);
    const bool same_line = range.start.line == before.line;
    json.unsigned_integer(range.start.line - before.line);
    json.unsigned_integer(range.start.character - (same_line ? before.character : 0));
    json.unsigned_integer(range.end.character - range.start.character);
    json.unsigned_integer(static_cast<std::uint32_t>(piece.colour));
    json.unsigned_integer(piece.modifiers);
    before = range.start;
  }
  json.end_array().end_object();
  return out;
}

}  // namespace sentrail::compiler::lsp
