// A set of small numbers as words of bits.
//
// Neighbours: classes and rules are counted with it. Must not know: what the numbers mean.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sentrail::compiler::analysis {

// A set of numbers below size().
class Bits {
 public:
  Bits() = default;
  explicit Bits(std::size_t size, bool full = false)
      : size_(size), words_((size + 63) / 64, full ? ~std::uint64_t{0} : 0) {
    trim();
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // Single numbers. REQUIRES: i < size().
  [[nodiscard]] bool test(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }
  void set(std::size_t i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
  void reset(std::size_t i) { words_[i / 64] &= ~(std::uint64_t{1} << (i % 64)); }

  // How many numbers are in it, and whether there are any.
  [[nodiscard]] std::size_t count() const noexcept {
    std::size_t sum = 0;
    for (const std::uint64_t word : words_) sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
  }
  [[nodiscard]] bool empty() const noexcept {
    for (const std::uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }
  // The usual set operations. REQUIRES: equal sizes.
  [[nodiscard]] bool intersects(const Bits& other) const noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }
  Bits& operator&=(const Bits& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  Bits& operator|=(const Bits& other) noexcept {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  void flip() noexcept {
    for (std::uint64_t& word : words_) word = ~word;
    trim();
  }

  // Calls `visit` with each number of the set, ascending.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      for (std::uint64_t word = words_[w]; word != 0; word &= word - 1) {
        visit(
            static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word))));
      }
    }
  }

  [[nodiscard]] const std::vector<std::uint64_t>& words() const noexcept { return words_; }
  friend bool operator==(const Bits&, const Bits&) = default;

 private:
  void trim() noexcept {
    if (size_ % 64 != 0) words_.back() &= (std::uint64_t{1} << (size_ % 64)) - 1;
  }

  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace sentrail::compiler::analysis
