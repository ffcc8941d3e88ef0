// Subset construction over letters that the tests tell apart. See text_product.hpp.
#include "compiler/analysis/text_product.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/text_alphabet.hpp"
#include "core/limits.hpp"
#include "core/program.hpp"
#include "core/text.hpp"

namespace sentrail::compiler::analysis {
namespace {

using Places = std::vector<std::uint32_t>;  // ascending; what comes before them stands first

struct PlacesHash {
  std::size_t operator()(const Places& places) const noexcept {
    return std::hash<std::string_view>{}(
        {reinterpret_cast<const char*>(places.data()), places.size() * sizeof(std::uint32_t)});
  }
};

// The automaton made deterministic, as far as texts can lead.
class Determined {
 public:
  explicit Determined(const TextAutomaton& automaton)
      : automaton_(automaton), letters_(letters_of(automaton)), mark_(automaton.steps.size(), 0) {}

  // One way from a state.
  struct Edge {
    std::uint32_t to = 0;
    std::uint32_t letter = 0;
  };
  struct State {
    const Places* places = nullptr;
    std::uint32_t parent = 0;
    std::uint32_t letter = 0;
    std::vector<Edge> next;               // one to each state that follows
    std::vector<std::uint32_t> matching;  // if the text ends here, ascending
  };

  // out: false if a budget was used up.
  bool run() {
    begin_closure(Beside::nothing);
    for (const std::uint32_t begin : automaton_.begins) close(begin);
    if (!reach(0, 0)) return false;
    for (std::uint32_t at = 0; at < states_.size(); ++at) {
      if (!expand(at)) return false;
    }
    return true;
  }

  [[nodiscard]] const std::vector<State>& states() const { return states_; }
  [[nodiscard]] char32_t letter(std::uint32_t index) const { return letters_[index].letter; }

 private:
  void begin_closure(Beside before) {
    ++round_;
    closed_.assign({static_cast<std::uint32_t>(before)});
  }

  // Adds a step, or where it leads without reading a letter; assertions wait for their neighbours.
  void close(std::uint32_t step) {
    std::vector<std::uint32_t>& left = left_;
    left.push_back(step);
    while (!left.empty()) {
      const std::uint32_t at = left.back();
      left.pop_back();
      if (std::exchange(mark_[at], round_) == round_) continue;
      const TextStep& one = automaton_.steps[at];
      if (one.op == TextOp::split) {
        left.push_back(one.b);
        left.push_back(one.a);
      } else {
        closed_.push_back(at);
      }
    }
  }

  static bool holds(std::uint32_t assertion, Beside before, Beside after) {
    const bool boundary = (before == Beside::word) != (after == Beside::word);
    switch (static_cast<RegexAssertion>(assertion)) {
      case RegexAssertion::text_begin:
        return before == Beside::nothing;
      case RegexAssertion::text_end:
        return after == Beside::nothing;
      case RegexAssertion::line_begin:
        return before == Beside::nothing || before == Beside::newline;
      case RegexAssertion::line_end:
        return after == Beside::nothing || after == Beside::newline;
      case RegexAssertion::word_boundary:
        return boundary;
      case RegexAssertion::no_word_boundary:
        return !boundary;
    }
    return false;
  }

  // The state of the places that are closed. out: false if a budget was used up.
  bool reach(std::uint32_t parent, std::uint32_t letter) {
    std::sort(closed_.begin() + 1, closed_.end());
    const auto [found, is_new] =
        numbers_.try_emplace(closed_, static_cast<std::uint32_t>(states_.size()));
    if (is_new) {
      if (states_.size() == limits::kAnalysisProductStatesMax) return false;
      states_.push_back({&found->first, parent, letter, {}, {}});
      if (states_.size() == 1) return true;  // the first one has no way to it
    }
    std::vector<Edge>& next = states_[parent].next;
    const bool known =
        std::ranges::any_of(next, [&](const Edge& edge) { return edge.to == found->second; });
    if (!known) next.push_back({found->second, letter});
    return true;
  }

  // The steps that may read a letter: of a state, and behind assertions that hold before it.
  void ready(const Places& places, Beside after) {
    const auto before = static_cast<Beside>(places[0]);
    begin_closure(before);
    for (std::size_t i = 1; i < places.size(); ++i) close(places[i]);
    for (std::size_t i = 1; i < closed_.size(); ++i) {
      const TextStep& step = automaton_.steps[closed_[i]];
      if (step.op == TextOp::assertion && holds(step.a, before, after)) close(closed_[i] + 1);
    }
  }

  bool expand(std::uint32_t at) {
    for (std::uint32_t i = 0; i < letters_.size(); ++i) {
      const TextLetter& letter = letters_[i];
      ready(*states_[at].places, letter.kind);
      if (steps_left_ < closed_.size()) return false;
      steps_left_ -= closed_.size();
      const Places before = closed_;
      begin_closure(automaton_.has_assertions ? letter.kind : Beside::nothing);
      for (std::size_t k = 1; k < before.size(); ++k) {
        const TextStep& step = automaton_.steps[before[k]];
        if (step.op == TextOp::found) close(before[k]);
        if (step.op == TextOp::take && letter.in_set[step.a]) close(before[k] + 1);
      }
      if (letter.letter == kEndOfText) {
        end(at);
      } else if (!reach(at, i)) {
        return false;
      }
    }
    return true;
  }

  // Notes what a text matches that ends in a state.
  void end(std::uint32_t at) {
    std::vector<std::uint32_t>& matching = states_[at].matching;
    for (std::size_t i = 1; i < closed_.size(); ++i) {
      const TextStep& step = automaton_.steps[closed_[i]];
      if (step.op == TextOp::found || step.op == TextOp::end) matching.push_back(step.a);
    }
    std::ranges::sort(matching);
    matching.erase(std::ranges::unique(matching).begin(), matching.end());
  }

  const TextAutomaton& automaton_;
  std::vector<TextLetter> letters_;
  std::vector<std::uint32_t> mark_;  // by step: the round in which it was closed
  std::uint32_t round_ = 0;
  Places closed_;
  std::vector<std::uint32_t> left_;
  std::unordered_map<Places, std::uint32_t, PlacesHash> numbers_;
  std::vector<State> states_;
  std::size_t steps_left_ = limits::kAnalysisProductStepsMax;
};

// Reads the classes off the states: short texts first, then those past the limits.
class Classes {
 public:
  // `all`: the matchers, and behind them that of odd paths and that of the marker, if they are
  // there.
  Classes(const Determined& determined, std::span<const TextMatcher> matchers,
          std::span<const TextMatcher> all)
      : determined_(determined), states_(determined.states()), matchers_(matchers) {
    for (std::size_t i = matchers.size(); i < all.size(); ++i) {
      (all[i].test == TextTest::odd ? odd_ : marked_) = i;
      if (all[i].test != TextTest::odd) marker_ = all[i].text;
    }
    for (const TextMatcher& matcher : matchers) {
      has_patterns_ = has_patterns_ || matcher.test == TextTest::pattern;
      has_searches_ = has_searches_ || matcher.test == TextTest::search;
    }
  }

  std::vector<ProductClass> run() {
    for (std::uint32_t at = 0; at < states_.size(); ++at) add(at, word_to(at));
    for (std::uint32_t at = 0; at < states_.size(); ++at) add_broken(at);
    if (!has_patterns_ && !has_searches_) return std::move(made_);
    find_endless();
    for (std::uint32_t at = 0; at < states_.size(); ++at) {
      if (!endless_[at]) continue;
      if (has_patterns_) add_long(at, limits::kMatchedBytesMax + 1);
      if (has_searches_) add_long(at, limits::kRegexValueBytesMax + 1);
    }
    return std::move(made_);
  }

 private:
  struct Before {
    std::uint32_t state = 0;
    std::uint32_t letter = 0;
  };

  [[nodiscard]] std::string word_to(std::uint32_t at) const {
    std::vector<std::uint32_t> letters;
    for (; at != 0; at = states_[at].parent) letters.push_back(states_[at].letter);
    return text_of({letters.rbegin(), letters.rend()});
  }

  [[nodiscard]] std::string text_of(const std::vector<std::uint32_t>& letters) const {
    std::string text;
    for (const std::uint32_t letter : letters) append_utf8(text, determined_.letter(letter));
    return text;
  }

  // What is true of a text of so many bytes that ends in a state.
  [[nodiscard]] ProductClass class_of(std::uint32_t at, std::size_t bytes) const {
    const std::vector<std::uint32_t>& matching = states_[at].matching;
    ProductClass one;
    const bool odd_path = std::ranges::binary_search(matching, odd_);
    one.odd = has_patterns_ && (odd_path || bytes > limits::kMatchedBytesMax);
    one.past_limit = has_searches_ && bytes > limits::kRegexValueBytesMax;
    for (const std::uint32_t matcher : matching) {
      if (matcher >= matchers_.size()) continue;
      const TextTest test = matchers_[matcher].test;
      if (one.odd && test == TextTest::pattern) continue;
      if (one.past_limit && test == TextTest::search) continue;
      one.matching.push_back(matcher);
    }
    return one;
  }

  bool is_new(const ProductClass& one) {
    return known_.emplace(one.odd, one.past_limit, one.broken, one.matching).second;
  }

  // Adds what is true of texts that are not UTF-8: the marker, which stands in no test, stands for
  // a byte that makes them so. What looks at bytes looks at them still.
  void add_broken(std::uint32_t at) {
    const std::vector<std::uint32_t>& matching = states_[at].matching;
    if (!std::ranges::binary_search(matching, marked_)) return;
    ProductClass one;
    one.odd = one.past_limit = one.broken = true;
    for (const std::uint32_t matcher : matching) {
      if (matcher < matchers_.size() && looks_at_bytes(matchers_[matcher].test)) {
        one.matching.push_back(matcher);
      }
    }
    if (!is_new(one)) return;
    one.witness = word_to(at);
    for (std::size_t i = 0; (i = one.witness.find(marker_, i)) != std::string::npos;) {
      one.witness.replace(i, marker_.size(), "\xff");
    }
    made_.push_back(std::move(one));
  }

  static bool looks_at_bytes(TextTest test) {
    return test == TextTest::contains || test == TextTest::starts_with ||
           test == TextTest::ends_with;
  }

  void add(std::uint32_t at, std::string word) {
    ProductClass one = class_of(at, word.size());
    if (!is_new(one)) return;
    one.witness = std::move(word);
    made_.push_back(std::move(one));
  }

  // The states that texts of any length lead to: those behind a circle. What has no way to it from
  // such a state is taken away until nothing is left to take.
  void find_endless() {
    std::vector<std::uint32_t> ways(states_.size(), 0);
    for (const Determined::State& state : states_) {
      for (const Determined::Edge& edge : state.next) ++ways[edge.to];
    }
    endless_.assign(states_.size(), true);
    std::vector<std::uint32_t> left;
    for (std::uint32_t at = 0; at < states_.size(); ++at) {
      if (ways[at] == 0) left.push_back(at);
    }
    while (!left.empty()) {
      const std::uint32_t at = left.back();
      left.pop_back();
      endless_[at] = false;
      for (const Determined::Edge& edge : states_[at].next) {
        if (--ways[edge.to] == 0) left.push_back(edge.to);
      }
    }
    before_.resize(states_.size());
    for (std::uint32_t at = 0; at < states_.size(); ++at) {
      if (!endless_[at]) continue;
      for (const Determined::Edge& edge : states_[at].next) before_[edge.to] = {at, edge.letter};
    }
  }

  // Adds what is true of texts of at least so many bytes that end in a state.
  void add_long(std::uint32_t at, std::size_t bytes_min) {
    ProductClass one = class_of(at, bytes_min);
    if (!is_new(one)) return;
    // Back from the state until one comes again: the way between is the circle.
    std::vector<Before> way;
    std::map<std::uint32_t, std::size_t> met = {{at, 0}};
    std::uint32_t begin = at;
    while (true) {
      way.push_back(before_[begin]);
      begin = before_[begin].state;
      if (!met.try_emplace(begin, way.size()).second) break;
    }
    std::vector<std::uint32_t> circle;
    std::vector<std::uint32_t> rest;
    for (std::size_t i = way.size(); i-- > 0;) {
      (i >= met[begin] ? circle : rest).push_back(way[i].letter);
    }
    const std::string turn = text_of(circle);
    std::string text = word_to(begin);
    const std::string end = text_of(rest);
    while (text.size() + end.size() < bytes_min) text += turn;
    one.witness = text + end;
    made_.push_back(std::move(one));
  }

  const Determined& determined_;
  const std::vector<Determined::State>& states_;
  std::span<const TextMatcher> matchers_;
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::size_t odd_ = kNone;     // the number of the matcher of odd paths
  std::size_t marked_ = kNone;  // that of the marker
  std::string marker_;
  bool has_patterns_ = false;
  bool has_searches_ = false;
  std::set<std::tuple<bool, bool, bool, std::vector<std::uint32_t>>> known_;
  std::vector<bool> endless_;
  std::vector<Before> before_;  // of endless states: a way to it from another
  std::vector<ProductClass> made_;
};

// A letter that stands in no test.
std::string unused_letter(std::span<const TextMatcher> matchers) {
  for (char32_t letter = kEndOfText - 1;; --letter) {
    std::string text;
    append_utf8(text, letter);
    const bool used = std::ranges::any_of(
        matchers, [&](const TextMatcher& one) { return one.text.find(text) != std::string::npos; });
    if (!used) return text;
  }
}

}  // namespace

std::optional<std::vector<ProductClass>> text_product(std::span<const TextMatcher> matchers,
                                                      char separator) {
  std::vector<TextMatcher> all(matchers.begin(), matchers.end());
  const bool has_odd = separator == '/' && std::ranges::any_of(all, [](const TextMatcher& one) {
                         return one.test == TextTest::pattern;
                       });
  if (has_odd) all.push_back({TextTest::odd, {}});
  const bool sized = std::ranges::any_of(
      matchers, [](const TextMatcher& one) { return one.test == TextTest::at_least; });
  if (sized) all.push_back({TextTest::contains, unused_letter(matchers)});
  const TextAutomaton automaton = text_automaton(all, separator);
  Determined determined(automaton);
  if (!determined.run()) return std::nullopt;
  return Classes(determined, matchers, all).run();
}

}  // namespace sentrail::compiler::analysis
