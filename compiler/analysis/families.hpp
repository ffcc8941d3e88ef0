// What a member or an element asks of what it is a part of.
//
// Neighbours: space.hpp says what excludes what, boxes.cpp closes boxes with it. Must not know:
// rules.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "compiler/analysis/bits.hpp"
#include "compiler/analysis/space.hpp"

namespace sentrail::compiler::analysis {

// Asks about parts and wholes of one space.
class Families {
 public:
  explicit Families(Space& space);

  // The classes of the whole with which a part can be in a set, and whether that is so of each
  // class of the set. REQUIRES: the dimension has a parent.
  struct Whole {
    SetId classes = 0;
    bool uniform = false;
  };
  [[nodiscard]] Whole whole_of(DimensionId part, SetId set);
  // Whether a dimension excludes something together with its parent alone, if with anything.
  [[nodiscard]] bool is_tame(DimensionId id) const { return !odd_.test(id.value); }

 private:
  // Classes of a part that the same classes of the whole allow.
  struct Group {
    Bits own;
    Bits whole;
  };
  [[nodiscard]] const std::vector<Group>& groups_of(DimensionId part);

  Space& space_;
  Bits odd_;
  std::unordered_map<std::uint32_t, std::vector<Group>> groups_;
  std::unordered_map<std::uint64_t, Whole> wholes_;  // by dimension and set
};

}  // namespace sentrail::compiler::analysis
