// Breadth-first subset construction. See glob_automaton.hpp.
//
// A place where any number of letters may follow stays in every later state. So a state is a base,
// the set of such places with what they lead to for nothing, and the few places besides: with a
// thousand patterns `**/x` the states differ by one place each, and share the thousand.
#include "compiler/analysis/glob_automaton.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace sentrail::compiler::analysis {
namespace {

using Places = std::vector<std::uint32_t>;  // ascending

struct PlacesHash {
  std::size_t operator()(const Places& places) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(places.data()), places.size() * sizeof(std::uint32_t)});
  }
};

void sort_unique(Places& places) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
}

// Letters with the places that they lead to, ascending.
using Moves = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// Places that stay, and what follows from them whatever stands besides.
struct Base {
  const Places* loops = nullptr;  // where any number of letters may follow
  Places closed;                  // these and the places that they lead to without a letter
  Places always;                  // where every letter leads from there
  Moves moves;                    // where certain letters lead besides
  Places ends;                    // patterns that end in `closed`
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
    const std::uint32_t none = base_of({});
    if (!reach(none, 0, begins_, kNoState, 0)) return std::nullopt;
    if (empty_word) accept(0);
    for (std::uint32_t state = 0; state < states_.size(); ++state) {
      if (!expand(state)) return std::nullopt;
    }
    return std::move(words_);
  }

 private:
  static constexpr std::uint32_t kNoPattern = 0xffffffff;
  static constexpr std::uint32_t kNoState = 0xffffffff;
  static constexpr std::size_t kBaseCost = 64;  // of its tables, in places of four bytes
  static constexpr std::size_t kHead = 2;       // a state's mode and base stand before its places
  struct State {
    const Places* key = nullptr;
    std::uint32_t parent = kNoState;
    std::uint32_t letter = 0;
  };

  [[nodiscard]] bool is_loop(std::uint32_t place) const {
    return end_of_[place] == kNoPattern && flat_[place].step == GlobStep::any_many;
  }

  // Where a place leads with one letter.
  void add_steps(std::uint32_t place, Places& always, Moves& moves) const {
    if (end_of_[place] != kNoPattern) return;
    const GlobToken& token = flat_[place];
    if (token.step == GlobStep::any_one) always.push_back(place + 1);
    if (token.step != GlobStep::letter) return;
    for (const std::uint32_t letter : alphabet_.letters_of(token.letter)) {
      moves.emplace_back(letter, place + 1);
    }
  }

  // Finds the base of some loops or makes it.
  std::uint32_t base_of(Places loops) {
    const auto next = static_cast<std::uint32_t>(bases_.size());
    const auto [found, is_new] = base_numbers_.try_emplace(std::move(loops), next);
    if (!is_new) return found->second;
    Base base;
    base.loops = &found->first;
    for (std::uint32_t place : *base.loops) {
      base.closed.push_back(place);
      // What may be repeated may also be left out.
      while (is_loop(place)) base.closed.push_back(++place);
    }
    sort_unique(base.closed);
    for (const std::uint32_t place : base.closed) {
      add_steps(place, base.always, base.moves);
      if (end_of_[place] != kNoPattern) base.ends.push_back(end_of_[place]);
    }
    std::sort(base.moves.begin(), base.moves.end());
    places_spent_ += kBaseCost + base.loops->size() + base.closed.size() + base.always.size() +
                     2 * base.moves.size() + base.ends.size();
    bases_.push_back(std::move(base));
    return next;
  }

  // Finds the state that keeps a base and enters `entered` too, or makes it. out: false if a budget
  // is used up.
  bool reach(std::uint32_t base, std::uint32_t mode, const Places& entered, std::uint32_t parent,
             std::uint32_t letter) {
    key_.assign(kHead, mode);
    loops_.clear();
    for (std::uint32_t place : entered) {
      for (; is_loop(place); ++place) loops_.push_back(place);
      key_.push_back(place);
    }
    if (!loops_.empty()) {
      const Places& kept = *bases_[base].loops;
      loops_.insert(loops_.end(), kept.begin(), kept.end());
      sort_unique(loops_);
      if (loops_.size() != kept.size()) base = base_of(loops_);
    }
    key_[1] = base;
    const Places& closed = bases_[base].closed;
    const auto besides = key_.begin() + kHead;
    key_.erase(std::remove_if(besides, key_.end(),
                              [&](std::uint32_t place) {
                                return std::binary_search(closed.begin(), closed.end(), place);
                              }),
               key_.end());
    std::sort(key_.begin() + kHead, key_.end());
    key_.erase(std::unique(key_.begin() + kHead, key_.end()), key_.end());
    const auto [found, is_new] =
        numbers_.try_emplace(key_, static_cast<std::uint32_t>(states_.size()));
    if (!is_new) return true;
    places_spent_ += key_.size();
    if (budget_.states_max == 0 || budget_.places_max < places_spent_) return false;
    --budget_.states_max;
    budget_.places_max -= std::exchange(places_spent_, 0);
    states_.push_back({&found->first, parent, letter});
    if (parent != kNoState) accept(static_cast<std::uint32_t>(states_.size() - 1));
    return true;
  }

  // Notes which patterns match the word that leads to a state, if it is the first such word.
  void accept(std::uint32_t state) {
    const Places& key = *states_[state].key;
    std::vector<std::uint32_t> matching = bases_[key[1]].ends;
    for (std::size_t i = kHead; i < key.size(); ++i) {
      if (end_of_[key[i]] != kNoPattern) matching.push_back(end_of_[key[i]]);
    }
    std::sort(matching.begin(), matching.end());
    if (!known_.insert(matching).second) return;
    GlobWord word;
    word.matching = std::move(matching);
    for (std::uint32_t at = state; states_[at].parent != kNoState; at = states_[at].parent) {
      word.letters.push_back(states_[at].letter);
    }
    std::reverse(word.letters.begin(), word.letters.end());
    words_.push_back(std::move(word));
  }

  bool expand(std::uint32_t state) {
    const Places& key = *states_[state].key;
    const std::uint32_t mode = key[0];
    const std::uint32_t base = key[1];
    Places always = bases_[base].always;  // where every letter leads
    Moves own;                            // where certain letters lead besides
    for (std::size_t i = kHead; i < key.size(); ++i) add_steps(key[i], always, own);
    std::sort(own.begin(), own.end());
    const Moves kept = bases_[base].moves;  // a copy: bases may move
    std::vector<std::uint32_t> letters;
    for (const auto& [letter, place] : kept) letters.push_back(letter);
    for (const auto& [letter, place] : own) letters.push_back(letter);
    for (const std::uint32_t letter : alphabet_.always_named()) letters.push_back(letter);
    sort_unique(letters);
    const auto follow = [&](std::uint32_t letter) {
      const std::optional<std::uint32_t> after = alphabet_.mode_after(mode, letter);
      return !after || reach(base, *after, entered_, state, letter);
    };
    const std::optional<std::uint32_t> other = alphabet_.other_than(letters);
    entered_ = always;
    if (other && !follow(*other)) return false;
    auto from_base = kept.begin();
    auto from_own = own.begin();
    for (const std::uint32_t letter : letters) {
      entered_ = always;
      const auto take = [&](auto& at, const Moves& moves) {
        for (; at != moves.end() && at->first == letter; ++at) entered_.push_back(at->second);
      };
      take(from_base, kept);
      take(from_own, own);
      if (!follow(letter)) return false;
    }
    return true;
  }

  const GlobAlphabet& alphabet_;
  GlobBudget& budget_;
  std::size_t places_spent_ = 0;  // not yet taken from the budget
  GlobTokens flat_;
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> end_of_;  // by place: the pattern that ends there
  std::vector<Base> bases_;
  std::unordered_map<Places, std::uint32_t, PlacesHash> base_numbers_;  // by loops
  std::unordered_map<Places, std::uint32_t, PlacesHash> numbers_;
  std::vector<State> states_;
  std::unordered_set<std::vector<std::uint32_t>, PlacesHash> known_;
  std::vector<GlobWord> words_;
  Places key_;  // these three: of the state that is looked for
  Places loops_;
  Places entered_;
};

}  // namespace

std::optional<std::vector<GlobWord>> explore(std::span<const GlobTokens> patterns,
                                             const GlobAlphabet& alphabet, bool empty_word,
                                             GlobBudget& budget) {
  return Exploration(patterns, alphabet, budget).run(empty_word);
}

}  // namespace sentrail::compiler::analysis
