// Cuts the code points at the ends of ranges and joins what all sets take alike. See
// text_alphabet.hpp.
#include "compiler/analysis/text_alphabet.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/regex/sets.hpp"

namespace sentrail::compiler::analysis {
namespace {

constexpr char32_t kFirstSurrogate = 0xd800;
constexpr char32_t kAfterSurrogates = 0xe000;

bool is_word(char32_t c) {
  const auto ranges = regex::shorthand('w');
  return std::ranges::any_of(ranges,
                             [&](const regex::Range& r) { return r.low <= c && c <= r.high; });
}

Beside kind_of(char32_t c) {
  if (c == kEndOfText) return Beside::nothing;
  if (c == '\n') return Beside::newline;
  return is_word(c) ? Beside::word : Beside::other;
}

// How readily a letter is read in an example; less is better.
std::size_t oddness(char32_t c) {
  constexpr std::string_view kNatural = "xyzabcdefghijklmnopqrstuvw0123456789";
  if (c < 0x80) {
    const std::size_t at = kNatural.find(static_cast<char>(c));
    if (at != std::string_view::npos) return at;
    if (c > 0x20 && c < 0x7f) return 0x80 + c;
  }
  return 0x1000 + static_cast<std::size_t>(c);
}

// The best letter of a range: a natural one, else a printable one, else the first.
char32_t best_of(char32_t low, char32_t high) {
  char32_t best = low;
  const char32_t last = std::min<char32_t>(high, 0x7f);
  for (char32_t c = low; c <= last; ++c) {
    if (oddness(c) < oddness(best)) best = c;
  }
  // Beyond ASCII controls come first; letters follow.
  if (best >= 0x80 && best < 0xc0 && high >= 0xc0) best = 0xc0;
  return best;
}

std::vector<char32_t> cuts_of(const TextAutomaton& automaton) {
  std::set<char32_t> cuts = {0, kFirstSurrogate, kAfterSurrogates, kEndOfText};
  const auto cut = [&](const regex::Range& range) {
    cuts.insert(range.low);
    if (range.high < kEndOfText) cuts.insert(range.high + 1);
  };
  for (const auto& set : automaton.sets) std::ranges::for_each(set, cut);
  if (automaton.has_assertions) {
    std::ranges::for_each(regex::shorthand('w'), cut);
    cut({'\n', '\n'});
  }
  return {cuts.begin(), cuts.end()};
}

bool has(const std::vector<regex::Range>& set, char32_t c) {
  const auto after = std::ranges::upper_bound(set, c, {}, &regex::Range::low);
  return after != set.begin() && std::prev(after)->high >= c;
}

}  // namespace

std::vector<TextLetter> letters_of(const TextAutomaton& automaton) {
  std::map<std::pair<Beside, std::vector<bool>>, char32_t> best;
  const std::vector<char32_t> cuts = cuts_of(automaton);
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    const char32_t low = cuts[i];
    if (low >= kFirstSurrogate && low < kAfterSurrogates) continue;
    const char32_t high = i + 1 < cuts.size() ? cuts[i + 1] - 1 : low;
    std::vector<bool> in_set;
    for (const auto& set : automaton.sets) in_set.push_back(has(set, low));
    const Beside kind =
        automaton.has_assertions || low == kEndOfText ? kind_of(low) : Beside::other;
    const char32_t letter = low == kEndOfText ? low : best_of(low, high);
    const auto [found, is_new] = best.try_emplace({kind, std::move(in_set)}, letter);
    if (!is_new && oddness(letter) < oddness(found->second)) found->second = letter;
  }
  std::vector<TextLetter> letters;
  for (auto& [key, letter] : best) letters.push_back({letter, key.first, key.second});
  std::ranges::sort(letters, {}, [](const TextLetter& one) {
    return std::pair(one.letter == kEndOfText, oddness(one.letter));
  });
  return letters;
}

}  // namespace sentrail::compiler::analysis
