// Which of many patterns may match a value, found by a few lookups instead of trying each.
//
// A pattern is filed under one text that every value it matches has at a known place: its head, its
// tail, or a whole segment; of those that it has, the one that fewest others share. A value's heads
// and tails of the lengths in use and its segments are then looked up by hash. What is found may
// match, what is not found cannot: PatternSet::matches() has the last word, so that equal hashes of
// different texts cost time and nothing else. Why not one automaton: `**/a/*.b` a thousand times
// over has millions of states; here it is a thousand entries.
//
// Neighbours: core/program.hpp (pattern rows), pattern.hpp (exact matching), table.hpp (rules).
// Must not know: rules, attributes. source: docs/engine.md.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/program.hpp"
#include "runtime/decide/pattern.hpp"
#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {

// Where a value has the text under which a pattern is filed.
enum class AnchorPlace : std::uint8_t { head, tail, segment };

// A text that a pattern demands.
struct Anchor {
  AnchorPlace place = AnchorPlace::head;
  std::string text;  // not empty

  friend bool operator==(const Anchor&, const Anchor&) = default;
  friend auto operator<=>(const Anchor&, const Anchor&) = default;
};

// All texts that a pattern demands; none for one such as `*`. REQUIRES: a verified program.
[[nodiscard]] std::vector<Anchor> anchors_of(const Program& verified, std::uint32_t pattern);

// A pattern that may match, and its place among those that were filed.
struct FoundPattern {
  std::uint32_t pattern = 0;
  std::uint32_t place = 0;
};

// Patterns with one separator, filed. threads: immutable.
class AnchorIndex {
 public:
  // Lengths of heads, and of tails, that are looked up. More are cut to the next shorter ones.
  static constexpr std::size_t kLengthsMax = 6;

  // Entries looked at in one lookup. Who writes the policy could choose texts whose hashes collide:
  // what would lie further away is found by every value.
  static constexpr std::uint32_t kProbesMax = 128;

  // Files those of `patterns` that have an anchor. REQUIRES: a verified program; no twins.
  // cost: linear in the patterns' bytes, but for sorting.
  AnchorIndex(const Program& verified, std::span<const std::uint32_t> patterns,
              std::uint32_t probes_max = kProbesMax);

  // Calls visit(FoundPattern) for each filed pattern that may match, until it gives false; perhaps
  // more than once if the value has many segments. Never allocates. Gives whether none gave false.
  // cost: a lookup for each length and, if any pattern is filed under one, for each segment.
  template <class Visit>
  bool find(const MatchedText& value, const Visit& visit) const noexcept;

  // How many patterns are filed.
  [[nodiscard]] std::size_t size() const noexcept { return filed_.size(); }

  // How many lookups a value of one segment costs.
  [[nodiscard]] std::size_t lookups() const noexcept {
    return heads_.size() + tails_.size() + (has_segments_ ? 1 : 0);
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return places_.size() * sizeof(Place) + filed_.size() * sizeof(FoundPattern);
  }

 private:
  // A place of the hash table. Empty: no patterns.
  struct Place {
    std::uint64_t hash = 0;
    std::uint32_t begin = 0;  // into filed_
    std::uint32_t end = 0;
  };

  // A length of heads that is looked up, and what it leaves of the words that begin a value.
  struct HeadLength {
    std::uint32_t bytes = 0;
    TextHead mask;

    explicit HeadLength(std::uint32_t length)
        : bytes(length), mask(TextHead::of(std::string(std::min(length, kHeadBytes), '\xff'))) {}
    // Upper bits of a product depend on all lower ones of its factors: a lookup begins there.
    [[nodiscard]] std::uint64_t hash(const TextHead& head) const noexcept {
      return ((head.first & mask.first) ^ bytes) * 0x9e3779b97f4a7c15u +
             (head.second & mask.second) * 0xd6e8feb86659fd93u;
    }
  };
  // Heads of up to so many bytes are hashed from those words, others as any text.
  static constexpr std::uint32_t kHeadBytes = sizeof(TextHead);
  [[nodiscard]] static std::uint64_t hash_at(AnchorPlace place, std::string_view text) {
    if (place == AnchorPlace::head && text.size() <= kHeadBytes) {
      return HeadLength(static_cast<std::uint32_t>(text.size())).hash(TextHead::of(text));
    }
    return hash_of(text, seed_of(place));
  }
  [[nodiscard]] static constexpr std::uint64_t seed_of(AnchorPlace place) noexcept {
    return static_cast<std::uint64_t>(place) + 1;
  }
  // The patterns filed under a hash; an empty place if there are none.
  [[nodiscard]] const Place& place_of(std::uint64_t hash) const noexcept {
    const Place* const places = places_.data();
    std::uint64_t at = hash >> shift_;
    while (places[at].hash != hash && places[at].begin != places[at].end) at = (at + 1) & mask_;
    return places[at];
  }
  // Places found and not yet visited: what is found is noted without a branch, for nothing
  // foretells it.
  struct Found {
    std::array<const Place*, 64> places;  // NOLINT: written before it is read
    std::size_t count = 0;

    [[nodiscard]] bool is_full() const noexcept { return count == places.size(); }
    // REQUIRES: !is_full()
    void add(const Place& place) noexcept {
      places.data()[count] = &place;
      count += place.begin != place.end ? 1 : 0;
    }
    // Whether a place was found before: a value may have a segment again and again.
    [[nodiscard]] bool is_repeated(std::size_t index) const noexcept {
      const auto before = std::span(places).first(index);
      return std::ranges::find(before, places.data()[index]) != before.end();
    }
  };
  template <class Visit>
  bool visit_all(Found& found, const Visit& visit) const noexcept;
  // Looks segments up from `at` on, until there are no more or there is no more room.
  void find_segments(const MatchedText& value, std::size_t& at, Found& found) const noexcept {
    while (at < value.text.size() && !found.is_full()) {
      const std::size_t end = value.segment_end(at, separator_);
      const std::string_view segment = value.text.substr(at, end - at);
      // No pattern is filed under an empty segment.
      found.add(place_of(hash_of(segment, seed_of(AnchorPlace::segment))));
      at = end + 1;
    }
  }
  void fill(std::vector<std::pair<std::uint64_t, FoundPattern>>& filed, std::uint32_t probes_max);
  // Whether there is a free place near enough to where a lookup begins; `at` becomes its number.
  [[nodiscard]] bool has_place(std::uint64_t& at, std::uint32_t probes_max) const noexcept;

  std::vector<Place> places_;  // a power of two, at most half full
  std::uint64_t mask_ = 0;
  std::uint32_t shift_ = 63;  // what is left of a hash is where its lookup begins
  std::vector<FoundPattern> filed_;
  Place always_;                      // found by every value
  std::vector<HeadLength> heads_;     // ascending
  std::vector<std::uint32_t> tails_;  // lengths, ascending
  bool has_segments_ = false;
  char separator_ = '/';
};

template <class Visit>
bool AnchorIndex::visit_all(Found& found, const Visit& visit) const noexcept {
  for (std::size_t k = 0; k < found.count; ++k) {
    if (found.is_repeated(k)) continue;
    const Place& place = *found.places.data()[k];
    for (std::uint32_t i = place.begin; i < place.end; ++i) {
      if (!visit(filed_.data()[i])) return false;
    }
  }
  found.count = 0;
  return true;
}

template <class Visit>
bool AnchorIndex::find(const MatchedText& value, const Visit& visit) const noexcept {
  const std::string_view text = value.text;
  Found found;
  found.add(always_);
  for (const HeadLength& one : heads_) {
    if (one.bytes > text.size()) break;
    const std::uint64_t hash = one.bytes <= kHeadBytes
                                   ? one.hash(value.head)
                                   : hash_of(text.substr(0, one.bytes), seed_of(AnchorPlace::head));
    found.add(place_of(hash));
  }
  for (const std::uint32_t bytes : tails_) {
    if (bytes > text.size()) break;
    const std::string_view tail = text.substr(text.size() - bytes);
    found.add(place_of(hash_of(tail, seed_of(AnchorPlace::tail))));
  }
  std::size_t at = has_segments_ ? 0 : text.size();
  do {
    find_segments(value, at, found);
    if (!visit_all(found, visit)) return false;
  } while (at < text.size());
  return true;
}

}  // namespace sentrail::decide
