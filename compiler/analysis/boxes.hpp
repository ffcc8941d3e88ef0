// For each rule a box around the requests that it certainly matches: a set of classes on each
// dimension. Rules whose boxes do not meet need not be compared.
//
// Neighbours: meaning.hpp (rules), questions.cpp asks which rules meet. Must not know: searches.
#pragma once

#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/analysis/bits.hpp"
#include "compiler/analysis/meaning.hpp"

namespace sentrail::compiler::analysis {

// Sets by dimension, ascending; dimensions that are not named may have any class.
struct Box {
  std::vector<std::pair<DimensionId, SetId>> sides;
  bool exact = true;  // it is the condition, not only around it

  friend bool operator==(const Box&, const Box&) = default;
};

// The boxes of a policy's rules.
class Boxes {
 public:
  // cost: two boxes for each condition.
  Boxes(const Meaning& meaning, Space& space);

  [[nodiscard]] const Box& of(std::size_t rule) const { return boxes_[rule]; }
  // The rules whose boxes meet a rule's own, itself among them; sometimes also others.
  // cost: words of rules for each side, once the side was asked for before.
  [[nodiscard]] Bits meeting(std::size_t rule);
  // Whether two boxes certainly meet, and what excludes what cannot matter.
  [[nodiscard]] bool surely_meet(std::size_t a, std::size_t b) const;

 private:
  [[nodiscard]] Box joined(std::vector<Box> boxes, bool all);
  [[nodiscard]] Box intersection(const Box& a, const Box& b);
  [[nodiscard]] Box hull(const Box& a, const Box& b);
  void number_sides();
  [[nodiscard]] const Bits& meeting_side(DimensionId dimension, SetId set);

  struct Side {
    std::vector<std::vector<std::uint32_t>> narrow;  // by class: rules with a small set of it
    Bits wide;                                       // rules with a large set, or with none
  };
  Space& space_;
  std::vector<Box> boxes_;
  std::unordered_map<std::uint32_t, Side> sides_;     // by dimension
  std::unordered_map<std::uint64_t, Bits> meetings_;  // by dimension and set
};

}  // namespace sentrail::compiler::analysis
