// Small worlds that are walked from end to end: every policy over a few conditions, every request
// over a few values, each by its number.
//
// Neighbours: build_ir.hpp; tests/exhaustive/ and the engines' tests walk them. Must not know: any
// evaluator, so that all can be judged by it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::support {

// A condition that can be written into any policy. `text` is how policy text would say it.
struct ConditionSeed {
  std::string text;
  std::function<compiler::ir::ConditionId(compiler::ir::Policy&)> make;
};

// An attribute and the values that it takes in a world, absent and unreadable among them.
struct Axis {
  std::string attribute;
  std::vector<compiler::oracle::Value> values;
};

// Conditions and the requests that they are about.
struct World {
  std::vector<ConditionSeed> conditions;
  std::vector<Axis> axes;
};

// 21 conditions over env, risk, resource.ref and body.n, each with at least three values beside
// absent and unreadable.
[[nodiscard]] World small_world();

// All requests of a world, by number.
class RequestSpace {
 public:
  explicit RequestSpace(const World& world) : world_(&world) {}
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] compiler::oracle::Request at(std::uint64_t index) const;

 private:
  const World* world_;
};

// How many rules stand in which tier.
struct TierShape {
  bool guard = false;
  std::size_t rules = 0;
};
using Shape = std::vector<TierShape>;

// Every way to spread that many rules over tiers, each tier a guard tier or an ordinary one.
[[nodiscard]] std::vector<Shape> shapes_of(std::size_t rules);

// The outcomes that a rule of a tier may have.
[[nodiscard]] std::span<const Outcome> outcomes_of(bool guard);

// A rule by its condition's number in the world.
struct RuleChoice {
  std::size_t condition = 0;
  Outcome outcome = Outcome::block;
};

// The policy of that shape with those rules in order. REQUIRES: as many rules as the shape has.
[[nodiscard]] compiler::ir::Policy make_policy(const World& world, const Shape& shape,
                                               std::span<const RuleChoice> rules,
                                               Effect default_effect);

// All policies of a world with exactly `rules` rules, by number: every shape, condition, outcome
// and default.
class PolicySpace {
 public:
  PolicySpace(const World& world, std::size_t rules);
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] compiler::ir::Policy at(std::uint64_t index) const;

 private:
  const World* world_;
  std::vector<Shape> shapes_;
  std::vector<std::uint64_t> begins_;  // of each shape, and the end of the last
};

// Whether `more` is `less` with some unreadable parts read.
[[nodiscard]] bool reads_more(const compiler::oracle::Value& less,
                              const compiler::oracle::Value& more);
[[nodiscard]] bool reads_more(const compiler::oracle::Request& less,
                              const compiler::oracle::Request& more);

}  // namespace sentrail::support
