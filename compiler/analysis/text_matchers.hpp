// Tests of strings as one nondeterministic automaton over code points.
//
// Neighbours: regex/ compiles expressions, text_product.cpp runs all tests of an attribute at once.
// Must not know: classes, attributes. source: docs/language.md, L5.12, L7.1 to L7.12; K. Thompson,
// Regular expression search algorithm, CACM 11 (1968).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/regex/tree.hpp"

namespace sentrail::compiler::analysis {

// How a test looks at a string. `at_least` has a number of code points in its text. `odd` has none:
// it matches what makes every pattern of paths undecidable (L7.5), but for what is too long or not
// UTF-8.
enum class TextTest : std::uint8_t {
  literal,
  pattern,
  contains,
  starts_with,
  ends_with,
  search,
  at_least,
  odd
};
struct TextMatcher {
  TextTest test = TextTest::literal;
  std::string text;
};

// The end of a text, read as one letter behind its last code point.
inline constexpr char32_t kEndOfText = 0x110000;

// A step of the automaton. `take` reads a letter of set `a` and goes to the next step, `assertion`
// goes there where assertion `a` holds, `split` to steps a and b, `found` stays for ever: the text
// is matched by matcher `a` whatever follows. `end` is where matcher `a` matches once the end of
// the text is read.
enum class TextOp : std::uint8_t { take, assertion, split, found, end };
struct TextStep {
  TextOp op = TextOp::take;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

// The steps of all matchers, where each begins, and the sets of letters that they take.
struct TextAutomaton {
  std::vector<TextStep> steps;
  std::vector<std::uint32_t> begins;
  std::vector<std::vector<regex::Range>> sets;  // ascending, apart
  bool has_assertions = false;
};

// Builds the automaton. REQUIRES: patterns and expressions are well formed, texts are UTF-8.
// cost: linear in the texts, but for looking sets up.
[[nodiscard]] TextAutomaton text_automaton(std::span<const TextMatcher> matchers, char separator);

}  // namespace sentrail::compiler::analysis
