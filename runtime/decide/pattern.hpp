// Patterns at run time: whether a value can be matched at all, and whether it matches.
//
// Neighbours: program.hpp (pattern rows, compiled by compiler/lower), engine.cpp. Must not know:
// the text of patterns. Nothing here allocates or recurses.
// source: docs/language.md, section 7.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/program.hpp"
#include "runtime/decide/text_shape.hpp"
#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {

// The first sixteen bytes of a text, padded with zeros.
struct TextHead {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  // Reads no more than the text has.
  [[nodiscard]] static TextHead of(std::string_view text) noexcept {
    if (text.size() >= 16) return {word_of(text.data(), 8), word_of(text.data() + 8, 8)};
    if (text.size() <= 8) return {word_of(text.data(), text.size()), 0};
    return {word_of(text.data(), 8), word_of(text.data() + 8, text.size() - 8)};
  }
};

// A value that patterns are matched against, looked at once.
struct MatchedText {
  std::string_view text;
  TextHead head;
  TextShape shape;

  [[nodiscard]] static MatchedText of(std::string_view text, char separator) noexcept {
    return {text, TextHead::of(text), shape_of(text, separator)};
  }
  // Whether the separators of all of it are known.
  [[nodiscard]] bool is_short() const noexcept { return text.size() <= TextShape::kBytes; }
  // The separators from a byte on. REQUIRES: is_short().
  [[nodiscard]] std::uint64_t separators_from(std::size_t byte) const noexcept {
    return byte < TextShape::kBytes ? shape.separators >> byte : 0;
  }
  // Where the segment ends that begins at a byte. `separator`: that of the shape.
  [[nodiscard]] std::size_t segment_end(std::size_t begin, char separator) const noexcept {
    if (is_short()) {
      const std::uint64_t separators = separators_from(begin);
      if (separators == 0) return text.size();
      return begin + static_cast<std::size_t>(std::countr_zero(separators));
    }
    const std::size_t found = text.find(separator, begin);
    return found == text.npos ? text.size() : found;
  }
};

// The patterns of a program, made ready. Keeps views of the program's text.
class PatternSet {
 public:
  explicit PatternSet(const Program& verified);

  // Whether the whole of `value` matches. REQUIRES: value.shape.matchable, by the separator of the
  // pattern. cost: bytes of the pattern × bytes of the value at worst, usually a few compares.
  [[nodiscard]] bool matches(std::uint32_t pattern, const MatchedText& value) const noexcept {
    const Pattern& row = patterns_.data()[pattern];
    if (excludes(row, value.head)) return false;
    return row.shape == Shape::other ? matches_segments(row, value) : matches_head(row, value);
  }

  // Whether the head of a value rules a match out: most patterns begin with other bytes.
  [[nodiscard]] bool excludes(std::uint32_t pattern, const TextHead& head) const noexcept {
    return excludes(patterns_.data()[pattern], head);
  }

 private:
  enum class Kind : std::uint8_t { literal, glob, any_one_segment, globstar };
  // A segment: a literal has its text; a glob its ops; `*` alone and `**` have neither.
  struct Segment {
    Kind kind = Kind::literal;
    std::uint32_t ops_begin = 0;
    std::uint32_t ops_end = 0;
    std::string_view text;
  };
  struct Op {
    PatternOp op = PatternOp::literal;
    std::string_view text;
  };
  // A literal with `*` at its end, or with `**` as the segment behind it; or any other.
  enum class Shape : std::uint8_t { run, below, other };
  struct Pattern {
    TextHead head;
    TextHead mask;
    std::uint32_t literal_begin = 0;  // into literals_, unless the shape is `other`
    std::uint32_t literal_bytes = 0;
    std::uint32_t segments_begin = 0;
    std::uint32_t segments_end = 0;
    std::uint32_t last_globstar = kNoRow;
    char separator = '/';
    Shape shape = Shape::other;
  };

  void add(const Program& program, const PatternRow& row);
  void close_segment(std::uint32_t ops_begin);
  [[nodiscard]] Shape shape_of(const Pattern& pattern) const noexcept;
  [[nodiscard]] static bool excludes(const Pattern& row, const TextHead& head) noexcept {
    return (((head.first ^ row.head.first) & row.mask.first) |
            ((head.second ^ row.head.second) & row.mask.second)) != 0;
  }
  [[nodiscard]] bool matches_head(const Pattern& pattern, const MatchedText& value) const noexcept;
  [[nodiscard]] bool matches_segments(const Pattern& pattern,
                                      const MatchedText& value) const noexcept;
  [[nodiscard]] bool matches_last(const Pattern& pattern, std::uint32_t p, const MatchedText& value,
                                  std::size_t at) const noexcept;
  [[nodiscard]] bool segment_matches(const Segment& segment, std::string_view value) const noexcept;
  [[nodiscard]] bool glob_matches(const Segment& segment, std::string_view value) const noexcept;

  std::vector<Pattern> patterns_;
  std::vector<Segment> segments_;
  std::vector<Op> ops_;
  std::string literals_;
};

// REQUIRES: the head does not exclude the pattern.
inline bool PatternSet::matches_head(const Pattern& pattern,
                                     const MatchedText& value) const noexcept {
  constexpr std::size_t kKnown = sizeof(TextHead);
  const std::size_t bytes = pattern.literal_bytes;
  const std::string_view text = value.text;
  if (text.size() < bytes) return false;
  const char* const literal = literals_.data() + pattern.literal_begin;
  if (bytes > kKnown && !are_equal(text.data() + kKnown, literal + kKnown, bytes - kKnown)) {
    return false;
  }
  if (pattern.shape == Shape::below) {
    return text.size() == bytes || text[bytes] == pattern.separator;
  }
  if (value.is_short()) return value.separators_from(bytes) == 0;
  return text.find(pattern.separator, bytes) == text.npos;
}

}  // namespace sentrail::decide
