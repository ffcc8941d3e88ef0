// One request as a class for each dimension, and what formulas say of it without a search.
//
// Neighbours: space.hpp (classes), circuit.hpp (formulas), guesses.hpp moves a point about. Must
// not know: rules.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/analysis/boxes.hpp"
#include "compiler/analysis/circuit.hpp"
#include "core/truth.hpp"

namespace sentrail::compiler::analysis {

// A request in which everything is as usual (values are absent, lists have no element), but what is
// put otherwise. threads: one at a time.
class Point {
 public:
  // `named`: the usual request has some tool and action, as every request of a gate.
  Point(const Space& space, const Circuit& circuit, bool named);

  // Makes everything usual again.
  void clear();
  // Puts a class. REQUIRES: settle() before anything else is asked.
  void put(DimensionId id, std::uint32_t one);
  // Makes parts that were not put go with what they are parts of. out: false if there is no request
  // with what was put.
  [[nodiscard]] bool settle();
  // Takes the classes of an assignment, settled. out: as settle().
  [[nodiscard]] bool take(const Assignment& assignment);

  [[nodiscard]] std::uint32_t at(DimensionId id) const { return classes_[id.value]; }
  [[nodiscard]] std::uint32_t usual(DimensionId id) const { return usual_[id.value]; }
  [[nodiscard]] bool was_put(DimensionId id) const { return put_[id.value] != 0; }
  // Whether it is in a box, whatever the tests are that analysis does not know.
  [[nodiscard]] bool may_be_in(const Box& box) const;
  // The truth of a formula; undecidable where it rests on a test that analysis does not know.
  [[nodiscard]] Truth truth(Node node);
  // What is not as it is in a request without anything.
  [[nodiscard]] Assignment assignment() const;

 private:
  // Parts that cannot be usual where a whole has a class, with the classes that they then have.
  using Consequences = std::vector<std::pair<DimensionId, std::uint32_t>>;
  [[nodiscard]] const Consequences& consequences(DimensionId whole);
  [[nodiscard]] bool is_crowded(DimensionId size) const;
  [[nodiscard]] bool is_excluded(DimensionId id) const;
  [[nodiscard]] std::uint32_t equality(const Dimension& dimension,
                                       const std::vector<std::uint32_t>& classes) const;
  void settle_values(DimensionId id);
  void settle_equalities(DimensionId value);
  void settle_contents(DimensionId whole);
  void change(DimensionId id, std::uint32_t one);
  [[nodiscard]] std::optional<Truth> known(Node node) const;
  [[nodiscard]] Truth truth_of_gate(const Gate& gate) const;

  const Space& space_;
  const Circuit& circuit_;
  std::vector<std::uint32_t> usual_;
  std::vector<std::uint32_t> empty_;  // of a request without anything
  std::vector<std::uint32_t> classes_;
  std::vector<std::uint8_t> put_;
  std::vector<DimensionId> changed_;  // each put, or not usual, maybe more than once
  std::unordered_map<std::uint64_t, Consequences> consequences_;
  std::vector<std::uint32_t> known_at_;  // by place: for which point truths_ was computed
  std::vector<Truth> truths_;
  std::uint32_t number_ = 1;  // of the point
};

}  // namespace sentrail::compiler::analysis
