// A value of a column, as one word: what rules are filed under and requests are looked up by.
//
// Neighbours: table.hpp keeps keys, table_build.cpp files under them, table.cpp looks them up. Must
// not know: what a value is.
#pragma once

#include <cstdint>

namespace sentrail::decide {

// The mark that is always set; those of keys are less.
inline constexpr std::uint16_t kAlwaysMarked = 1023;

// A column's number and a value of it: a symbol, a pattern, a risk, a boolean.
struct ColumnKey {
  std::uint64_t word = ~std::uint64_t{0};  // of no column

  ColumnKey() = default;
  constexpr ColumnKey(std::uint32_t column, std::uint32_t value) noexcept
      : word(std::uint64_t{column} << 32 | value) {}

  // Its two halves.
  [[nodiscard]] constexpr std::uint32_t column() const noexcept {
    return static_cast<std::uint32_t>(word >> 32);
  }
  [[nodiscard]] constexpr std::uint32_t value() const noexcept {
    return static_cast<std::uint32_t>(word);
  }
  [[nodiscard]] constexpr std::uint64_t hash() const noexcept {
    const std::uint64_t product = word * 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio, odd
    return product ^ product >> 32;
  }

  // One of 1,023 marks. Keys may share one, which only makes a check say `perhaps`.
  [[nodiscard]] static constexpr std::uint16_t mark_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint16_t>((hash >> 32) % kAlwaysMarked);
  }

  friend bool operator==(const ColumnKey&, const ColumnKey&) = default;
};

}  // namespace sentrail::decide
