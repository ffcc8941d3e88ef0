// What to write instead of what the grammar could not read.
//
// Neighbours: syntax_errors.cpp asks, failure_points.hpp has the general advice. Must not know:
// PEGTL, the tree. Advice of a habit from another language, or of a word mistyped, carries the edit
// that follows it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/syntax/syntax_errors.hpp"

namespace sentrail::compiler {

// Where the grammar failed, at the beginning of a token, and where the token before it ended.
struct FailedAt {
  SourceId source;
  std::string_view text;
  std::uint32_t offset;
  std::uint32_t token_end;
};

// Gives what helps where something else was expected.
[[nodiscard]] Help help_for(const FailedAt& at, const FailurePoint& point);

// Gives what helps with a token that began well and went wrong.
[[nodiscard]] Help help_for_token(Span token, std::string_view text, const FailurePoint& point);

// Gives the one of the words that is closest to what is written, to be put in its place, or
// `otherwise`. Effects are also known by the names that other languages have for them.
[[nodiscard]] Help help_for_word(std::string_view written, std::span<const std::string_view> words,
                                 Help otherwise);
[[nodiscard]] Help help_for_effect(std::string_view written, Help otherwise);

}  // namespace sentrail::compiler
