// One pass without looking back further than a token. See tokens.hpp.
#include "compiler/lsp/tokens.hpp"

#include <algorithm>
#include <array>

#include "grammar/keywords.hpp"

namespace sentrail::compiler::lsp {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool begins_word(char c) {
  return grammar::is_word_character(c) && !is_digit(c) && c != '-' && c != '.';
}

class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text) {}

  std::vector<Token> all() {
    while (at_ < text_.size()) one();
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool ends_line() const {
    return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
  }

  void add(TokenKind kind, std::size_t begin) {
    tokens_.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_)});
  }

  void one() {
    const std::size_t begin = at_;
    const char c = peek();
    if (c == '#') {
      while (!ends_line()) ++at_;
      add(TokenKind::comment, begin);
    } else if (c == '"') {
      delimited('"');
      add(TokenKind::string, begin);
    } else if (c == '/' && after_search_operator()) {
      delimited('/');
      while (peek() == 'i' || peek() == 'm' || peek() == 's') ++at_;
      add(TokenKind::regex, begin);
    } else if (is_digit(c) || (c == '-' && is_digit(peek(1)))) {
      begins_instant() ? instant() : number();
      add(TokenKind::number, begin);
    } else if (begins_word(c)) {
      at_ += grammar::leading_word(text_.substr(at_)).size();
      add(TokenKind::word, begin);
    } else {
      sign();
    }
  }

  // From a mark to the same mark on the line; a backslash takes what follows it along.
  void delimited(char mark) {
    for (++at_; !ends_line(); ++at_) {
      if (text_[at_] == mark) {
        ++at_;
        return;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
    }
  }

  [[nodiscard]] bool after_search_operator() const {
    return !tokens_.empty() && tokens_.back().in(text_) == "=~";
  }

  // Four digits and a dash: of an instant, or of the day of `until`.
  [[nodiscard]] bool begins_instant() const {
    return is_digit(peek()) && is_digit(peek(1)) && is_digit(peek(2)) && is_digit(peek(3)) &&
           peek(4) == '-';
  }

  void instant() {
    while (grammar::is_word_character(peek()) || peek() == ':' || peek() == '+') ++at_;
  }

  void number() {
    ++at_;
    while (true) {
      const char c = peek();
      const bool exponent_sign = (c == '+' || c == '-') && (text_[at_ - 1] | 0x20) == 'e';
      const bool range_sign = c == '-' && text_[at_ - 1] == '.';
      const bool part = is_digit(c) || c == '.' || c == 'e' || c == 'E';
      if (!part && !exponent_sign && !range_sign) return;
      ++at_;
    }
  }

  void sign() {
    static constexpr std::array<std::string_view, 6> kTwo = {"==", "!=", "<=", ">=", "=~", "!~"};
    static constexpr std::string_view kOne = "<>=~(){}[],:.-";
    const std::size_t begin = at_;
    const std::string_view two = text_.substr(at_, 2);
    if (std::ranges::find(kTwo, two) != kTwo.end()) {
      at_ += 2;
    } else if (kOne.find(text_[at_]) != std::string_view::npos) {
      ++at_;
    } else {
      ++at_;
      return;
    }
    add(TokenKind::sign, begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  return Cutter(text).all();
}

}  // namespace sentrail::compiler::lsp
