// Strings as 32-bit ids: equal strings have equal ids within one interner.
//
// Neighbours: ids.hpp; the lowering phase interns operands, tables refer to them. Must not know:
// what the strings mean.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/ids.hpp"

namespace sentrail {

using StringId = Id<struct StringTag>;

// A set of strings numbered from 0 in order of first arrival. Views stay valid as long as the
// interner, also when it is moved. threads: one writer; readers only while nobody writes.
class Interner {
 public:
  Interner() = default;
  Interner(Interner&&) noexcept = default;
  Interner& operator=(Interner&&) noexcept = default;
  // The map's keys point into strings_, which a copy would leave behind.
  Interner(const Interner&) = delete;
  Interner& operator=(const Interner&) = delete;

  // The id of `text`, new if it has none. cost: expected linear in the text.
  StringId intern(std::string_view text);

  // The id of `text`, or one that names nothing. never allocates.
  [[nodiscard]] StringId find(std::string_view text) const noexcept;

  // The string of an id. REQUIRES: the id is from this interner.
  [[nodiscard]] std::string_view view(StringId id) const noexcept;

  // How many strings there are; ids are below it.
  [[nodiscard]] std::size_t size() const noexcept { return strings_.size(); }

 private:
  std::deque<std::string> strings_;  // a deque, because its elements never move
  std::unordered_map<std::string_view, StringId> ids_;
};

}  // namespace sentrail
