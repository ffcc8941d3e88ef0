// Breadth-first subset construction. See glob_automaton.hpp.
#include "compiler/analysis/glob_automaton.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sentrail::compiler::analysis {
namespace {

using Places = std::vector<std::uint32_t>;  // ascending; the first is the mode

struct PlacesHash {
  std::size_t operator()(const Places& places) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(places.data()), places.size() * sizeof(std::uint32_t)});
  }
};

// One run of explore().
class Exploration {
 public:
  Exploration(std::span<const GlobTokens> patterns, const GlobAlphabet& alphabet,
              GlobBudget& budget)
      : alphabet_(alphabet), budget_(budget) {
    for (const GlobTokens& tokens : patterns) {
      begins_.push_back(static_cast<std::uint32_t>(flat_.size()));
      flat_.insert(flat_.end(), tokens.begin(), tokens.end());
      flat_.push_back({});  // the end of the pattern
      end_of_.resize(flat_.size(), kNoPattern);
      end_of_.back() = static_cast<std::uint32_t>(begins_.size() - 1);
    }
  }

  std::optional<std::vector<GlobWord>> run(bool empty_word) {
    Places start = {0};
    for (const std::uint32_t place : begins_) add_place(start, place);
    if (!reach(std::move(start), kNoState, 0)) return std::nullopt;
    if (empty_word) accept(0);
    for (std::uint32_t state = 0; state < states_.size(); ++state) {
      if (!expand(state)) return std::nullopt;
    }
    return std::move(words_);
  }

 private:
  static constexpr std::uint32_t kNoPattern = 0xffffffff;
  static constexpr std::uint32_t kNoState = 0xffffffff;
  struct State {
    const Places* places = nullptr;
    std::uint32_t parent = kNoState;
    std::uint32_t letter = 0;
  };

  void add_place(Places& places, std::uint32_t place) const {
    places.push_back(place);
    // What may be repeated may also be left out.
    while (end_of_[place] == kNoPattern && flat_[place].step == GlobStep::any_many) {
      places.push_back(++place);
    }
  }

  // Finds the state or makes it. out: false if a budget is used up.
  bool reach(Places places, std::uint32_t parent, std::uint32_t letter) {
    std::sort(places.begin() + 1, places.end());
    places.erase(std::unique(places.begin() + 1, places.end()), places.end());
    const std::size_t size = places.size();
    const auto [found, is_new] =
        numbers_.try_emplace(std::move(places), static_cast<std::uint32_t>(states_.size()));
    if (!is_new) return true;
    if (budget_.states_max == 0 || budget_.places_max < size) return false;
    --budget_.states_max;
    budget_.places_max -= size;
    states_.push_back({&found->first, parent, letter});
    if (parent != kNoState) accept(static_cast<std::uint32_t>(states_.size() - 1));
    return true;
  }

  // Notes which patterns match the word that leads to a state, if it is the first such word.
  void accept(std::uint32_t state) {
    std::vector<std::uint32_t> matching;
    const Places& places = *states_[state].places;
    for (std::size_t i = 1; i < places.size(); ++i) {
      if (end_of_[places[i]] != kNoPattern) matching.push_back(end_of_[places[i]]);
    }
    if (!known_.try_emplace(matching, true).second) return;
    GlobWord word;
    word.matching = std::move(matching);
    for (std::uint32_t at = state; states_[at].parent != kNoState; at = states_[at].parent) {
      word.letters.push_back(states_[at].letter);
    }
    std::reverse(word.letters.begin(), word.letters.end());
    words_.push_back(std::move(word));
  }

  bool expand(std::uint32_t state) {
    Places always;                          // where every letter leads
    std::map<std::uint32_t, Places> named;  // where certain letters lead besides
    const Places& places = *states_[state].places;
    const std::uint32_t mode = places[0];
    for (std::size_t i = 1; i < places.size(); ++i) {
      const std::uint32_t place = places[i];
      if (end_of_[place] != kNoPattern) continue;
      const GlobToken& token = flat_[place];
      if (token.step == GlobStep::any_many) always.push_back(place);
      if (token.step == GlobStep::any_one) always.push_back(place + 1);
      if (token.step != GlobStep::letter) continue;
      for (const std::uint32_t letter : alphabet_.letters_of(token.letter)) {
        named[letter].push_back(place + 1);
      }
    }
    for (const std::uint32_t letter : alphabet_.always_named()) named.try_emplace(letter);
    std::vector<std::uint32_t> letters;
    for (const auto& [letter, next] : named) letters.push_back(letter);
    const std::optional<std::uint32_t> other = alphabet_.other_than(letters);
    if (other && !follow(state, mode, *other, always, {})) return false;
    for (const auto& [letter, next] : named) {
      if (!follow(state, mode, letter, always, next)) return false;
    }
    return true;
  }

  bool follow(std::uint32_t state, std::uint32_t mode, std::uint32_t letter, const Places& always,
              const Places& next) {
    const std::optional<std::uint32_t> after = alphabet_.mode_after(mode, letter);
    if (!after) return true;
    Places places = {*after};
    for (const std::uint32_t place : always) add_place(places, place);
    for (const std::uint32_t place : next) add_place(places, place);
    return reach(std::move(places), state, letter);
  }

  const GlobAlphabet& alphabet_;
  GlobBudget& budget_;
  GlobTokens flat_;
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> end_of_;  // by place: the pattern that ends there
  std::unordered_map<Places, std::uint32_t, PlacesHash> numbers_;
  std::vector<State> states_;
  std::map<std::vector<std::uint32_t>, bool> known_;
  std::vector<GlobWord> words_;
};

}  // namespace

std::optional<std::vector<GlobWord>> explore(std::span<const GlobTokens> patterns,
                                             const GlobAlphabet& alphabet, bool empty_word,
                                             GlobBudget& budget) {
  return Exploration(patterns, alphabet, budget).run(empty_word);
}

}  // namespace sentrail::compiler::analysis
