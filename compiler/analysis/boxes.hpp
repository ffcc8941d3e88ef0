// For each rule boxes around the requests that it matches: a set of classes on each dimension.
// Rules whose boxes do not meet need not be compared, and where boxes are all that rules say, they
// need no search either.
//
// Neighbours: meaning.hpp (rules), families.hpp (what a part asks of the whole), questions.cpp asks
// which rules meet, guesses.cpp where to look. Must not know: searches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/analysis/bits.hpp"
#include "compiler/analysis/families.hpp"
#include "compiler/analysis/meaning.hpp"

namespace sentrail::compiler::analysis {

// Sets by dimension, ascending; dimensions that are not named may have any class.
struct Box {
  std::vector<std::pair<DimensionId, SetId>> sides;
  bool exact = true;  // it is the condition, not only around it

  // The set on a dimension; nothing if any class will do.
  [[nodiscard]] std::optional<SetId> side(DimensionId dimension) const;
  friend bool operator==(const Box&, const Box&) = default;
};

// The boxes of a policy's rules.
class Boxes {
 public:
  // cost: four boxes for each condition.
  Boxes(const Meaning& meaning, Space& space);

  // Around where a rule is certain, and around where it is not false.
  [[nodiscard]] const Box& certain(std::size_t rule) const { return certain_[rule]; }
  [[nodiscard]] const Box& possible(std::size_t rule) const { return possible_[rule]; }
  // Whether a rule is certain nowhere, by its box alone.
  [[nodiscard]] bool is_empty(const Box& box) const;
  // Whether a rule is its box, so that it is certain somewhere unless the box is empty.
  [[nodiscard]] bool is_plain(std::size_t rule) const { return plain_.test(rule); }
  // The rules whose boxes meet a rule's own, itself among them; none if it is empty. Where both are
  // plain, the rules do meet. cost: words of rules for each side, rules for each side that is new.
  [[nodiscard]] Bits meeting(std::size_t rule);
  // Both boxes at once.
  [[nodiscard]] Box intersection(const Box& a, const Box& b);

 private:
  struct Around;
  [[nodiscard]] Around around(const ir::Condition& condition, const std::vector<Around>& all,
                              const AtomSets* sets);
  [[nodiscard]] Box joined(std::vector<const Box*> boxes, bool all);
  [[nodiscard]] Box hull(const Box& a, const Box& b);
  void close(Box& box);
  [[nodiscard]] bool says_all(const Box& box);
  void number_sides();
  [[nodiscard]] Bits meeting_side(DimensionId dimension, SetId set);
  [[nodiscard]] std::size_t count_of(SetId set);

  struct Side {
    std::vector<std::pair<SetId, std::vector<std::uint32_t>>> sets;  // with the rules that have it
    std::vector<std::vector<std::uint32_t>> narrow;  // by class: places of small sets of it
    std::vector<std::uint32_t> wide;                 // places of the others
    Bits free;                                       // rules without a side
  };
  Space& space_;
  Families families_;
  std::vector<Box> certain_;
  std::vector<Box> possible_;
  Bits plain_;
  Bits somewhere_;                                    // rules whose boxes are not empty
  std::unordered_map<std::uint32_t, Side> sides_;     // by dimension
  std::unordered_map<std::uint64_t, Bits> meetings_;  // by dimension and set
  std::vector<std::size_t> counts_;                   // by set; 0: not counted yet
};

}  // namespace sentrail::compiler::analysis
