// Texts that a value must have for a regular expression to match it: what the expression can be
// looked up by among many.
//
// A step that every run passes on its way to a match is unavoidable. From there the characters that
// must follow one another are a text; where ways part, there is one text for each way.
//
// Neighbours: core/program.hpp (steps), text_demands.hpp (chooses among what this finds). Must not
// know: the text of regular expressions, values. source: docs/engine.md.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "core/program.hpp"

namespace sentrail::decide {

// Where a value has a text.
enum class TextPlace : std::uint8_t { anywhere, head, tail };

// A text that a value is looked through for.
struct DemandedText {
  TextPlace place = TextPlace::anywhere;
  bool folded = false;  // A–Z are as a–z in the value; the text has none
  std::string text;     // not empty

  friend auto operator<=>(const DemandedText&, const DemandedText&) = default;
};

// Texts of which a value must have one.
using TextChoice = std::vector<DemandedText>;

// Texts of one choice, and choices that are found of one expression: with more than a few nothing
// is won.
inline constexpr std::size_t kChoiceTextsMax = 16;
inline constexpr std::size_t kChoicesMax = 16;

// The choices that a regular expression demands, each of them on its own; none for one such as
// `[0-9]+`. Texts are cut after limits::kTextLookedForMax. REQUIRES: verified rows.
// cost: the steps, each looked at a bounded number of times.
[[nodiscard]] std::vector<TextChoice> texts_of(const Program& verified, std::uint32_t regex);

}  // namespace sentrail::decide
