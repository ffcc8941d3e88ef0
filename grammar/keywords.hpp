// The reserved words of the language, in one place.
//
// Neighbours: tokens.hpp refuses them as names; the parser's diagnostics, the editor syntax and
// completions read them. Must not know: PEGTL, what any word means.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace sentrail::grammar {

// Words with a meaning in language 1, sorted.
inline constexpr auto kKeywords = std::to_array<std::string_view>({
    "all",      "allow",     "also",        "always",    "and",      "any",
    "as",       "because",   "block",       "condition", "contains", "default",
    "else",     "ends_with", "exists",      "expect",    "false",    "from",
    "given",    "guard",     "has",         "import",    "in",       "is",
    "language", "limit",     "list",        "not",       "on",       "or",
    "owner",    "pass",      "policy",      "priority",  "prove",    "require_approval",
    "rule",     "shadow",    "starts_with", "test",      "then",     "ticket",
    "tier",     "true",      "unless",      "until",     "when",     "within",
});

// Words kept for later versions of language 1, sorted: policies cannot use them as names today, so
// that no policy changes its meaning then.
inline constexpr std::array<std::string_view, 0> kLaterKeywords{};

// Words that begin a declaration, sorted: where reading resumes after an error.
inline constexpr auto kDeclarationKeywords = std::to_array<std::string_view>({
    "also",
    "condition",
    "default",
    "guard",
    "import",
    "language",
    "list",
    "policy",
    "prove",
    "rule",
    "shadow",
    "test",
    "tier",
});

// Words that begin a clause of a rule, sorted: reading resumes there too.
inline constexpr auto kClauseKeywords = std::to_array<std::string_view>({
    "because",
    "limit",
    "on",
    "owner",
    "priority",
    "then",
    "ticket",
    "unless",
    "until",
    "when",
});

// Whether a sorted table has the word.
template <std::size_t N>
[[nodiscard]] constexpr bool has_word(const std::array<std::string_view, N>& table,
                                      std::string_view word) noexcept {
  return std::binary_search(table.begin(), table.end(), word);
}

// Whether a whole word is reserved, now or for later.
[[nodiscard]] constexpr bool is_reserved(std::string_view word) noexcept {
  return has_word(kKeywords, word) || has_word(kLaterKeywords, word);
}

// Whether a character may stand in a bare word after its first one.
[[nodiscard]] constexpr bool is_word_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '*' || c == '.';
}

// The run of word characters at the beginning of a text.
[[nodiscard]] constexpr std::string_view leading_word(std::string_view text) noexcept {
  std::size_t length = 0;
  while (length < text.size() && is_word_character(text[length])) ++length;
  return text.substr(0, length);
}

static_assert(std::ranges::is_sorted(kKeywords));
static_assert(std::ranges::is_sorted(kLaterKeywords));
static_assert(std::ranges::is_sorted(kDeclarationKeywords));
static_assert(std::ranges::is_sorted(kClauseKeywords));

}  // namespace sentrail::grammar
