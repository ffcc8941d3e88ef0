// One look at all bytes of a text: where its separators stand, and whether patterns have a meaning
// on it.
//
// Neighbours: pattern.hpp, anchors.hpp. Must not know: patterns. The look has as many forms as
// processors have widths; the one for this processor is chosen when the program starts.
// source: docs/language.md, section 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sentrail::decide {

// What a look tells.
struct TextShape {
  // Bytes whose separators are told.
  static constexpr std::size_t kBytes = 64;

  // Whether patterns have a meaning on the text: not past limits::kMatchedBytesMax, not if it is
  // not UTF-8, and, between `/`, not on paths that two readers may take for two: `//`, `.` or `..`
  // as a segment, a backslash or NUL.
  bool matchable = false;
  // The separators among the first kBytes bytes, a bit for each.
  std::uint64_t separators = 0;

  friend bool operator==(const TextShape&, const TextShape&) = default;
};

// The instructions that a look is made with. All give the same shapes.
enum class LookWidth : std::uint8_t { portable, avx2, avx512 };

// The widest that this processor has.
[[nodiscard]] LookWidth widest_look() noexcept;

// Looks at a text. cost: linear. Never allocates.
[[nodiscard]] TextShape shape_of(std::string_view text, char separator) noexcept;

// The same with a given width. REQUIRES: width <= widest_look().
[[nodiscard]] TextShape shape_of(std::string_view text, char separator, LookWidth width) noexcept;

}  // namespace sentrail::decide
