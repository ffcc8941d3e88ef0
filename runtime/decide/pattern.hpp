// Patterns at run time: whether a value can be matched at all, and whether it matches.
//
// Neighbours: program.hpp (pattern rows, compiled by compiler/lower), engine.cpp. Must not know:
// the text of patterns. Nothing here allocates or recurses.
// source: docs/language.md, section 7.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/program.hpp"

namespace sentrail::decide {

// Whether patterns have a meaning on `value`: not for values past limits::kMatchedBytesMax, those
// that are not UTF-8, and, between `/`, paths that two readers may take for two: `//`, `.` or `..`
// as a segment, a backslash or NUL. cost: linear.
[[nodiscard]] bool is_matchable(std::string_view value, char separator) noexcept;

// The first sixteen bytes of a text, padded with zeros.
struct TextHead {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  // Reads no more than the text has.
  [[nodiscard]] static TextHead of(std::string_view text) noexcept;
};

// The patterns of a program, made ready. Keeps views of the program's text.
class PatternSet {
 public:
  explicit PatternSet(const Program& verified);

  // Whether the whole of `value` matches. REQUIRES: is_matchable(value).
  // cost: bytes of the pattern × bytes of the value at worst, usually the pattern's literal head.
  [[nodiscard]] bool matches(std::uint32_t pattern, std::string_view value) const noexcept;

  // Whether the head of a value rules a match out: most patterns begin with other bytes.
  [[nodiscard]] bool excludes(std::uint32_t pattern, const TextHead& head) const noexcept {
    const Pattern& row = patterns_.data()[pattern];
    return (((head.first ^ row.head.first) & row.mask.first) |
            ((head.second ^ row.head.second) & row.mask.second)) != 0;
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
    char separator = '/';
    Shape shape = Shape::other;
  };

  void add(const Program& program, const PatternRow& row);
  void close_segment(std::uint32_t ops_begin);
  [[nodiscard]] Shape shape_of(const Pattern& pattern) const noexcept;
  [[nodiscard]] bool matches_segments(const Pattern& pattern,
                                      std::string_view value) const noexcept;
  [[nodiscard]] bool segment_matches(const Segment& segment, std::string_view value) const noexcept;
  [[nodiscard]] bool glob_matches(const Segment& segment, std::string_view value) const noexcept;

  std::vector<Pattern> patterns_;
  std::vector<Segment> segments_;
  std::vector<Op> ops_;
  std::string literals_;
};

}  // namespace sentrail::decide
