// Requests found by looking where rules' boxes say, before or instead of a search: most rules of
// most policies are reached by the first guess.
//
// Neighbours: points.hpp (a request), boxes.hpp (where to look), reach.cpp and holes.cpp search
// where a guess fails. Must not know: clauses. A guess that fails says nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "compiler/analysis/boxes.hpp"
#include "compiler/analysis/meaning.hpp"
#include "compiler/analysis/points.hpp"

namespace sentrail::compiler::analysis {

// What the rules of a policy make of a point. Nothing is said where that rests on a test that
// analysis does not know.
struct PointDecision {
  Effect effect = Effect::block;
  bool joined = true;                   // the default
  std::optional<std::size_t> rule;      // the deciding one; nothing: the default
  std::vector<std::size_t> certain;     // of each tier the first rule that is, in order
  std::vector<std::size_t> candidates;  // in order
};

// Guesses about one policy.
class Guesses {
 public:
  // `named`: of requests with a tool and an action.
  Guesses(const Meaning& meaning, Space& space, const Circuit& circuit, Boxes& boxes, bool named);

  [[nodiscard]] Point& point() noexcept { return point_; }
  // The truth of a rule at the point; undecidable also where that is not known.
  [[nodiscard]] bool is_certain(std::size_t rule);
  [[nodiscard]] bool is_possible(std::size_t rule);
  // What stands before a rule in its tier and may be certain at the point, at most so many.
  [[nodiscard]] std::vector<std::size_t> in_the_way(std::size_t rule, std::size_t most);
  [[nodiscard]] std::optional<PointDecision> decide();

  // Looks in a box for a point that `accepts` takes. What it does not take it may say to be in the
  // way by a box: the search then leaves that box. out: whether the point is one.
  template <class Accepts>
  [[nodiscard]] bool look(const Box& box, Accepts accepts) {
    begin(box);
    for (std::size_t step = 0; step < kStepsMax; ++step) {
      const Box* in_the_way = nullptr;
      if (!place()) return false;
      if (accepts(in_the_way)) return true;
      if (in_the_way == nullptr || !leave(*in_the_way)) return false;
    }
    return false;
  }
  // Whether a point was found at which a rule has a truth, `node`, within a box, and no rule before
  // it in its tier is certain.
  [[nodiscard]] bool reaches(std::size_t rule, Node node, const Box& box);

 private:
  static constexpr std::size_t kStepsMax = 32;
  struct Side {
    DimensionId dimension;
    Bits allowed;
    std::uint32_t one = 0;
  };
  void begin(const Box& box);
  [[nodiscard]] bool place();
  [[nodiscard]] bool leave(const Box& box);
  [[nodiscard]] std::uint32_t best_of(const Side& side) const;

  const Meaning& meaning_;
  Space& space_;
  Boxes& boxes_;
  Point point_;
  std::vector<Side> sides_;          // of the search: what was put, and what may be put instead
  std::vector<std::size_t> firsts_;  // by tier: its first rule
};

}  // namespace sentrail::compiler::analysis
