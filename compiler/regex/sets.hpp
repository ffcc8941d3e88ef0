// Sets of code points as ascending ranges.
//
// Neighbours: parse.cpp builds classes with it. Must not know: the text of a regular expression.
#pragma once

#include <vector>

#include "compiler/regex/tree.hpp"

namespace sentrail::compiler::regex {

// The largest number of Unicode.
inline constexpr char32_t kLastCodePoint = 0x10ffff;

// The same code points in ascending ranges that do not touch.
[[nodiscard]] std::vector<Range> normalised(std::vector<Range> ranges);

// All other code points. REQUIRES: normalised.
[[nodiscard]] std::vector<Range> complement(const std::vector<Range>& ranges);

// With each of a–z also A–Z, and the other way round.
[[nodiscard]] std::vector<Range> folded(std::vector<Range> ranges);

// What `\d`, `\w` or `\s` stands for, or with a capital letter the rest; empty for other letters.
[[nodiscard]] std::vector<Range> shorthand(char letter);

}  // namespace sentrail::compiler::regex
