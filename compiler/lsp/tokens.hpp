// Policy text as tokens, whatever is wrong with it.
//
// Neighbours: completion and colours read these where there is no tree; syntax/ has the grammar.
// Must not know: what any word means. The same text is cut as the grammar cuts it wherever the
// grammar can read it (tests compare both).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sentrail::compiler::lsp {

// What a token is. A word may have dots in it; a number may be a range.
enum class TokenKind : std::uint8_t { comment, string, regex, number, word, sign };
struct Token {
  TokenKind kind = TokenKind::sign;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  // The text of the token. in: the text that it was cut from.
  [[nodiscard]] std::string_view in(std::string_view text) const {
    return text.substr(begin, end - begin);
  }
};

// Every token, in order, comments among them; bytes that belong to none are left out. A string or
// expression that is not closed ends with its line. cost: linear.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view text);

}  // namespace sentrail::compiler::lsp
