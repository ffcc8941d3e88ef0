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

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
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

// Patterns with one separator, filed. threads: immutable.
class AnchorIndex {
 public:
  // Lengths of heads, and of tails, that are looked up. More are cut to the next shorter ones.
  static constexpr std::size_t kLengthsMax = 6;

  // Files those of `patterns` that have an anchor. REQUIRES: a verified program; no twins.
  // cost: linear in the patterns' bytes, but for sorting.
  AnchorIndex(const Program& verified, std::span<const std::uint32_t> patterns);

  // Calls visit(pattern) for each filed pattern that may match, until it gives false; more than
  // once if the value has a segment twice. `head` is the value's. Never allocates. Gives whether
  // none gave false. cost: a lookup for each length and, if any pattern is filed under one, for
  // each segment.
  template <class Visit>
  bool find(std::string_view value, const TextHead& head, const Visit& visit) const noexcept;

  // How many patterns are filed.
  [[nodiscard]] std::size_t size() const noexcept { return patterns_.size(); }

  // How many lookups a value of one segment costs.
  [[nodiscard]] std::size_t lookups() const noexcept {
    return heads_.size() + tails_.size() + (has_segments_ ? 1 : 0);
  }
  [[nodiscard]] std::size_t bytes() const noexcept {
    return places_.size() * sizeof(Place) + patterns_.size() * sizeof(std::uint32_t);
  }

 private:
  // A place of the hash table. Empty: no patterns.
  struct Place {
    std::uint64_t hash = 0;
    std::uint32_t begin = 0;  // into patterns_
    std::uint32_t end = 0;
  };

  // Heads of up to sixteen bytes are hashed from the words that begin a value.
  static constexpr std::size_t kHeadBytes = sizeof(TextHead);
  [[nodiscard]] static std::uint64_t hash_at(AnchorPlace place, std::string_view text) noexcept {
    if (place == AnchorPlace::head && text.size() <= kHeadBytes) {
      return hash_head(TextHead::of(text), text.size());
    }
    return hash_of(text, static_cast<std::uint64_t>(place) + 1);
  }
  [[nodiscard]] static std::uint64_t hash_head(const TextHead& head, std::size_t bytes) noexcept {
    const auto mask = [](std::size_t kept) noexcept {
      return kept >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << kept * 8) - 1;
    };
    const std::uint64_t first = head.first & mask(bytes);
    const std::uint64_t second = bytes <= 8 ? 0 : head.second & mask(bytes - 8);
    std::uint64_t hash = (first ^ bytes) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 32 ^ second) * 0xd6e8feb86659fd93u;
    return hash ^ hash >> 32;
  }
  template <class Visit>
  bool look_up(std::uint64_t hash, const Visit& visit) const noexcept;
  void fill(std::vector<std::pair<std::uint64_t, std::uint32_t>>& filed);

  std::vector<Place> places_;  // a power of two, at most half full
  std::uint64_t mask_ = 0;
  std::vector<std::uint32_t> patterns_;
  std::vector<std::uint32_t> heads_;  // lengths, ascending
  std::vector<std::uint32_t> tails_;
  bool has_segments_ = false;
  char separator_ = '/';
};

template <class Visit>
bool AnchorIndex::look_up(std::uint64_t hash, const Visit& visit) const noexcept {
  const Place* const places = places_.data();
  for (std::uint64_t at = hash & mask_; places[at].begin != places[at].end; at = (at + 1) & mask_) {
    if (places[at].hash != hash) continue;
    for (std::uint32_t i = places[at].begin; i < places[at].end; ++i) {
      if (!visit(patterns_.data()[i])) return false;
    }
    return true;
  }
  return true;
}

template <class Visit>
bool AnchorIndex::find(std::string_view value, const TextHead& head,
                       const Visit& visit) const noexcept {
  for (const std::uint32_t bytes : heads_) {
    if (bytes > value.size()) break;
    const std::uint64_t hash = bytes <= kHeadBytes
                                   ? hash_head(head, bytes)
                                   : hash_at(AnchorPlace::head, value.substr(0, bytes));
    if (!look_up(hash, visit)) return false;
  }
  for (const std::uint32_t bytes : tails_) {
    if (bytes > value.size()) break;
    const std::string_view tail = value.substr(value.size() - bytes);
    if (!look_up(hash_at(AnchorPlace::tail, tail), visit)) return false;
  }
  if (!has_segments_) return true;
  const char* at = value.data();
  const char* const end = at + value.size();
  while (at < end) {
    const auto* const found =
        static_cast<const char*>(std::memchr(at, separator_, static_cast<std::size_t>(end - at)));
    const char* const segment_end = found == nullptr ? end : found;
    const auto bytes = static_cast<std::size_t>(segment_end - at);
    if (bytes > 0 && !look_up(hash_at(AnchorPlace::segment, {at, bytes}), visit)) return false;
    if (segment_end == end) break;
    at = segment_end + 1;
  }
  return true;
}

}  // namespace sentrail::decide
