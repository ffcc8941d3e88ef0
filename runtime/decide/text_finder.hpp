// Which of many texts a value has, found by one look at its bytes, however many texts there are.
//
// One trie for texts that may stand anywhere, with the links of Aho and Corasick, so that no byte
// is gone back to; one for texts at the head and one, backwards, for those at the tail. Bytes are
// first put into at most 63 classes, so that a state knows its ways by 64 bits. Of a text no more
// than limits::kTextLookedForMax bytes are in a trie. What the trie finds is compared with the text
// itself: classes and cuts cost time and nothing else.
//
// Neighbours: text_demands.hpp (the texts), table.cpp (asks), scratch.hpp (what was found before).
// Must not know: tests, rules. source: A. V. Aho, M. J. Corasick, CACM 18 (1975); docs/engine.md.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/regex_texts.hpp"
#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {

// Some texts, filed. threads: immutable.
class TextFinder {
 public:
  // What a search may spend on texts of which the trie has found the beginning, or another case,
  // and which are not there: a word for every so many bytes of the value, and these besides.
  // Whoever sends the value chooses it.
  static constexpr std::size_t kBytesAMiss = 4;
  static constexpr std::size_t kMissesMax = 64;

  // REQUIRES: at most limits::kTextStatesMax bytes of texts, cut.
  // cost: linear in these bytes, but for sorting.
  explicit TextFinder(std::span<const DemandedText* const> texts);

  // Calls visit(number) for each text that the value has, numbers being places in what it was made
  // of; each at least once. `seen` keeps a bit for each of outputs(), none set at first: has(i)
  // says whether it is, add(i) sets it. Never allocates. Gives whether all were found. cost: linear
  // in the value and the texts found.
  template <class Seen, class Visit>
  bool find(std::string_view value, const Seen& seen, const Visit& visit) const noexcept;

  // How many states find something.
  [[nodiscard]] std::size_t outputs() const noexcept { return outputs_.size(); }
  [[nodiscard]] std::size_t states() const noexcept { return nodes_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return nodes_.size() * sizeof(Node) + outputs_.size() * sizeof(Output) +
           texts_.size() * sizeof(Text) + pool_.size() + sizeof(TextFinder);
  }

 private:
  static constexpr unsigned kBits = 21;
  static constexpr std::uint64_t kMask = (1u << kBits) - 1;
  static constexpr std::uint32_t kClasses = 64;  // the first is that of bytes that no text has

  // A state of a trie. The states that it leads to lie side by side, one for each bit of `ways`.
  struct Node {
    std::uint64_t ways = 0;
    std::uint64_t rest = 0;  // the first of those states, where to go on if there is no way, output

    Node() = default;
    Node(std::uint64_t classes, std::uint32_t first, std::uint32_t fail, std::uint32_t output)
        : ways(classes),
          rest(first | std::uint64_t{fail} << kBits | std::uint64_t{output} << 2 * kBits) {}
    [[nodiscard]] bool leads(unsigned way) const noexcept { return (ways >> way & 1) != 0; }
    // REQUIRES: leads(way)
    [[nodiscard]] std::uint32_t next(unsigned way) const noexcept {
      const std::uint64_t before = ways & ((std::uint64_t{1} << way) - 1);
      const auto first = static_cast<std::uint32_t>(rest & kMask);
      // Most states have one way.
      return before == 0 ? first : first + static_cast<std::uint32_t>(std::popcount(before));
    }
    [[nodiscard]] std::uint32_t fail() const noexcept {
      return static_cast<std::uint32_t>(rest >> kBits & kMask);
    }
    // The number of an Output, from 1; 0 if there is none.
    [[nodiscard]] std::uint32_t output() const noexcept {
      return static_cast<std::uint32_t>(rest >> 2 * kBits);
    }
  };
  // Texts that end at a state, and the output of the longest other state that ends there too.
  struct Output {
    std::uint32_t begin = 0;  // into texts_
    std::uint32_t end = 0;
    std::uint32_t next = 0;  // as Node::output
  };
  struct Text {
    std::uint32_t number = 0;
    std::uint32_t offset = 0;  // into pool_
    std::uint32_t bytes = 0;
    std::uint32_t looked_for = 0;  // of these bytes
    TextPlace place = TextPlace::anywhere;
    bool folded = false;
  };
  class Builder;

  // The roots: of texts anywhere, at the head, at the tail.
  static constexpr std::uint32_t kAnywhere = 0;
  static constexpr std::uint32_t kHead = 1;
  static constexpr std::uint32_t kTail = 2;

  [[nodiscard]] unsigned class_at(std::string_view value, std::size_t at) const noexcept {
    return classes_[static_cast<unsigned char>(value.data()[at])];
  }
  // Whether a text that the trie has found is there: its bytes of the trie end, or at the tail
  // begin, at `at`.
  [[nodiscard]] bool is_there(const Text& text, std::string_view value,
                              std::size_t at) const noexcept;
  // The first place from `at` on whose two bytes begin a text. A look at one of them would often
  // lead nowhere, and nothing foretells where.
  [[nodiscard]] std::size_t skip(std::string_view value, std::size_t at) const noexcept {
    if (at >= value.size()) return value.size();
    unsigned next = class_at(value, at);
    for (; at + 1 < value.size(); ++at) {
      const unsigned here = next;
      next = class_at(value, at + 1);
      if ((pairs_[here] >> next & 1) != 0) return at;
    }
    return (pairs_[next] & 1) != 0 ? at : value.size();
  }

  // One search.
  template <class Seen, class Visit>
  struct Run {
    const TextFinder& finder;
    std::string_view value;
    const Seen& seen;
    const Visit& visit;
    std::size_t left;  // words that may be spent on what is not there

    // Tells of the texts of an output and of what ends there too. What was all there before need
    // not be told again.
    bool take(std::uint32_t output, std::size_t at) noexcept {
      bool all = true;
      std::uint32_t end = output;
      for (; end != 0 && !seen.has(end - 1); end = finder.outputs_.data()[end - 1].next) {
        const Output& here = finder.outputs_.data()[end - 1];
        for (std::uint32_t i = here.begin; i < here.end; ++i) {
          const Text& text = finder.texts_.data()[i];
          if (finder.is_there(text, value, at)) {
            visit(text.number);
            continue;
          }
          all = false;
          const std::size_t words = 1 + text.bytes / sizeof(std::uint64_t);
          if (left < words) return false;
          left -= words;
        }
      }
      if (!all) return true;
      for (; output != end; output = finder.outputs_.data()[output - 1].next) {
        seen.add(output - 1);
      }
      return true;
    }
    bool anywhere() noexcept;
    bool head() noexcept;
    bool tail() noexcept;
  };

  std::array<std::uint8_t, 256> classes_{};
  // By class the classes that may follow in a text; all if the class is one by itself.
  std::array<std::uint64_t, kClasses> pairs_{};
  std::vector<Node> nodes_;
  std::vector<Output> outputs_;
  std::vector<Text> texts_;
  std::string pool_;
};

// Goes through the whole value. INVARIANT: the state is that of the longest end of what was read.
template <class Seen, class Visit>
bool TextFinder::Run<Seen, Visit>::anywhere() noexcept {
  const Node* const nodes = finder.nodes_.data();
  for (std::size_t at = finder.skip(value, 0); at < value.size(); at = finder.skip(value, at)) {
    std::uint32_t state = kAnywhere;
    do {
      const unsigned way = finder.class_at(value, at);
      while (!nodes[state].leads(way) && state != kAnywhere) state = nodes[state].fail();
      if (!nodes[state].leads(way)) break;
      state = nodes[state].next(way);
      ++at;
      if (!take(nodes[state].output(), at)) return false;
    } while (at < value.size());
  }
  return true;
}

// Goes as far as the value begins as some text does.
template <class Seen, class Visit>
bool TextFinder::Run<Seen, Visit>::head() noexcept {
  const Node* const nodes = finder.nodes_.data();
  std::uint32_t state = kHead;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const unsigned way = finder.class_at(value, at);
    if (!nodes[state].leads(way)) break;
    state = nodes[state].next(way);
    if (!take(nodes[state].output(), at + 1)) return false;
  }
  return true;
}

// The same backwards from the end.
template <class Seen, class Visit>
bool TextFinder::Run<Seen, Visit>::tail() noexcept {
  const Node* const nodes = finder.nodes_.data();
  std::uint32_t state = kTail;
  for (std::size_t at = value.size(); at > 0; --at) {
    const unsigned way = finder.class_at(value, at - 1);
    if (!nodes[state].leads(way)) break;
    state = nodes[state].next(way);
    if (!take(nodes[state].output(), at - 1)) return false;
  }
  return true;
}

template <class Seen, class Visit>
bool TextFinder::find(std::string_view value, const Seen& seen, const Visit& visit) const noexcept {
  Run<Seen, Visit> run{*this, value, seen, visit,
                       value.size() / kBytesAMiss + texts_.size() + kMissesMax};
  return run.head() && run.tail() && run.anywhere();
}

}  // namespace sentrail::decide
