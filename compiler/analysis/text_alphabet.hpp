// Which letters an automaton over code points can tell apart.
//
// Neighbours: text_matchers.hpp has the sets, text_product.cpp follows one letter of each class.
// Must not know: steps, tests.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/analysis/text_matchers.hpp"

namespace sentrail::compiler::analysis {

// What assertions ask of a neighbour of a place in a text.
enum class Beside : std::uint8_t { nothing, newline, word, other };

// One class of letters: the most readable of them, and which sets have it.
struct TextLetter {
  char32_t letter = 0;  // kEndOfText is alone in its class
  Beside kind = Beside::other;
  std::vector<bool> in_set;
};

// The classes of all code points by the sets of an automaton, and with assertions by what these
// ask, the end of the text last. Surrogates are no letters. cost: ranges times sets.
[[nodiscard]] std::vector<TextLetter> letters_of(const TextAutomaton& automaton);

}  // namespace sentrail::compiler::analysis
