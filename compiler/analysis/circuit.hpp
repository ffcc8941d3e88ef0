// Formulas over classes: conjunctions and negations, each formula once.
//
// Neighbours: space.hpp (the sets at the leaves), meaning.hpp (policies as formulas), query.hpp.
// Must not know: policies.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <unordered_map>
#include <vector>

#include "compiler/analysis/space.hpp"

namespace sentrail::compiler::analysis {

// A formula: twice a place's number, plus one if negated.
using Node = std::uint32_t;
inline constexpr Node kTrue = 0;
inline constexpr Node kFalse = 1;
[[nodiscard]] constexpr Node negation_of(Node node) noexcept {
  return node ^ 1u;
}

// What a place holds: whether a dimension's class is in a set, or a conjunction.
struct Gate {
  DimensionId dimension;  // of a leaf; nothing for a conjunction
  SetId set = 0;
  std::uint32_t begin = 0;  // of its children, ascending
  std::uint32_t end = 0;
};

// Owns formulas. Equal formulas, up to order and repetition, are one.
class Circuit {
 public:
  explicit Circuit(const Space& space);

  // The formulas "the class is in the set", "all of these" and "any of these".
  [[nodiscard]] Node leaf(DimensionId dimension, SetId set);
  [[nodiscard]] Node all(std::span<const Node> parts);
  [[nodiscard]] Node any(std::span<const Node> parts);
  [[nodiscard]] Node all(std::initializer_list<Node> parts) {
    return all(std::span<const Node>(parts.begin(), parts.size()));
  }
  [[nodiscard]] Node any(std::initializer_list<Node> parts) {
    return any(std::span<const Node>(parts.begin(), parts.size()));
  }

  [[nodiscard]] const Gate& gate(Node node) const { return gates_[node >> 1]; }
  [[nodiscard]] std::span<const Node> children(const Gate& gate) const {
    return {children_.data() + gate.begin, children_.data() + gate.end};
  }
  [[nodiscard]] const Space& space() const noexcept { return *space_; }

 private:
  const Space* space_;
  std::vector<Gate> gates_;
  std::vector<Node> children_;
  std::unordered_map<std::uint64_t, Node> leaves_;
  std::unordered_multimap<std::uint64_t, Node> conjunctions_;  // by a hash of their children
};

}  // namespace sentrail::compiler::analysis
