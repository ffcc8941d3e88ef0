// A product of many patterns over one alphabet: the reachable sets of places, found breadth first,
// and for each set of patterns that can match together the shortest word that they match.
//
// Neighbours: text_classes.cpp builds two of them, segments of characters and texts of segments.
// Must not know: characters, segments, separators.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sentrail::compiler::analysis {

// What a pattern wants next: one of certain letters, any one letter, or any number of letters.
enum class GlobStep : std::uint8_t { letter, any_one, any_many };
struct GlobToken {
  GlobStep step = GlobStep::letter;
  std::uint32_t letter = 0;  // of `letter`: what the alphabet knows its letters by
};
using GlobTokens = std::vector<GlobToken>;

// A shortest word that exactly these patterns match.
struct GlobWord {
  std::vector<std::uint32_t> letters;
  std::vector<std::uint32_t> matching;  // the patterns that match it, ascending
};

// Says what the letters are, and which may follow which.
class GlobAlphabet {
 public:
  virtual ~GlobAlphabet() = default;
  // A letter that none of `named` (ascending) is; nothing if there is none left.
  [[nodiscard]] virtual std::optional<std::uint32_t> other_than(
      std::span<const std::uint32_t> named) const = 0;
  // The letters that a token stands for; the span is read before the next call.
  [[nodiscard]] virtual std::span<const std::uint32_t> letters_of(
      const std::uint32_t& token) const = 0;
  // Letters that `mode_after` treats apart from others, ascending.
  [[nodiscard]] virtual std::span<const std::uint32_t> always_named() const { return {}; }
  // The mode after a letter; nothing if the letter may not stand there. Mode 0 is the start.
  [[nodiscard]] virtual std::optional<std::uint32_t> mode_after(std::uint32_t mode,
                                                                std::uint32_t letter) const = 0;
};

// Budgets of one exploration.
struct GlobBudget {
  std::size_t states_max = 0;
  std::size_t places_max = 0;  // of all states together
};

// Every set of patterns that some word (the empty one only if `empty_word`) matches, each with a
// shortest word; sets of shorter words first.
// Nothing if a budget was exceeded. cost: linear in the places of all states.
[[nodiscard]] std::optional<std::vector<GlobWord>> explore(std::span<const GlobTokens> patterns,
                                                           const GlobAlphabet& alphabet,
                                                           bool empty_word, GlobBudget& budget);

}  // namespace sentrail::compiler::analysis
