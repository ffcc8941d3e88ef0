// Strong 32-bit indices into the vectors that own nodes, rules, atoms and strings.
//
// Neighbours: every tree and table of the compiler and the runtime. Must not know: what it names.
// Trees are vectors with typed ids, children before parents (docs/architecture.md, phase law 3).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/check.hpp"

namespace sentrail {

// An index that only compares with its own kind. Default constructed it names nothing.
template <class Tag>
struct Id {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t value = kNone;

  // Whether the id names something.
  [[nodiscard]] constexpr bool has_value() const noexcept { return value != kNone; }

  friend constexpr auto operator<=>(Id, Id) = default;
};

// A vector addressed by Id<Tag>. Bounds are checked in every build.
template <class Tag, class T>
class IdVector {
 public:
  // Appends and returns the new element's id.
  Id<Tag> push_back(T element) {
    SENTRAIL_CHECK(elements_.size() < Id<Tag>::kNone);
    elements_.push_back(std::move(element));
    return Id<Tag>{static_cast<std::uint32_t>(elements_.size() - 1)};
  }

  // Makes room for so many: a vector that grows is there twice while it moves.
  void reserve(std::size_t count) { elements_.reserve(count); }

  [[nodiscard]] T& operator[](Id<Tag> id) {
    SENTRAIL_CHECK(id.value < elements_.size());
    return elements_[id.value];
  }
  [[nodiscard]] const T& operator[](Id<Tag> id) const {
    SENTRAIL_CHECK(id.value < elements_.size());
    return elements_[id.value];
  }

  [[nodiscard]] std::size_t size() const noexcept { return elements_.size(); }
  [[nodiscard]] bool empty() const noexcept { return elements_.empty(); }
  [[nodiscard]] auto begin() const noexcept { return elements_.begin(); }
  [[nodiscard]] auto end() const noexcept { return elements_.end(); }
  [[nodiscard]] auto begin() noexcept { return elements_.begin(); }
  [[nodiscard]] auto end() noexcept { return elements_.end(); }

 private:
  std::vector<T> elements_;
};

}  // namespace sentrail
