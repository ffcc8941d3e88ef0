// Finds requests that make a policy do what is wanted, by changing one value after the other.
//
// Neighbours: domains.hpp gives the values, oracle/ the truths; coverage and generated tests
// ask here. Must not know: engines (callers confirm), output. A search that ends
// with nothing has not shown that there is nothing: exact answers are analysis/.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/oracle/value.hpp"
#include "compiler/probe/domains.hpp"

namespace sentrail::compiler::probe {

// A rule of a policy, by its number through all tiers.
struct RulePlace {
  std::size_t tier = 0;
  const ir::Rule* rule = nullptr;
};
[[nodiscard]] std::vector<RulePlace> rules_of(const ir::Policy& policy);

// That a condition is certainly true, or certainly false.
struct Want {
  ir::ConditionId condition;
  bool truth = true;
};

// One value that a search may not change.
struct Fixed {
  ir::AttributeRef ref;
  oracle::Value value;
};

// What a request has to be.
struct Goal {
  std::vector<Want> wants;
  std::optional<Fixed> fixed;
  // The rule that has to decide, or the default (nothing) where `deciding` is set.
  bool deciding = false;
  std::optional<std::size_t> rule;
  // The rule that has to be reached: no rule before it in its tier certainly matches.
  std::optional<std::size_t> reached;
};

// Searches on one policy. Keeps references: policy and catalogs must outlive it. threads: one.
class Search {
 public:
  Search(const ir::Policy& policy, std::span<const Catalog> catalogs, std::uint64_t seed);

  // A request that is as wanted, with no value that is not needed; nothing if none was found within
  // the budget. cost: at most some 20,000 evaluations of what is wanted.
  [[nodiscard]] std::optional<oracle::Request> find(const Goal& goal);

  // The same, from a request that may be near. Values that it has are kept where they can be.
  [[nodiscard]] std::optional<oracle::Request> find_near(const Goal& goal, oracle::Request start);

  // Whether a request is as wanted.
  [[nodiscard]] bool is_reached(const Goal& goal, const oracle::Request& request) const;

  [[nodiscard]] const std::vector<RulePlace>& rules() const noexcept { return rules_; }

 private:
  [[nodiscard]] std::optional<std::size_t> in_the_way(std::size_t rule,
                                                      const oracle::Request& request) const;
  using Wants = std::vector<Want>;

  [[nodiscard]] std::size_t distance(ir::ConditionId id, bool truth,
                                     const oracle::Request& request) const;
  [[nodiscard]] std::size_t distance(const Wants& wants, const oracle::Request& request) const;
  bool climb(const Goal& goal, const Wants& wants, bool unreadable, oracle::Request& request);
  bool step(const Goal& goal, const Wants& wants, const std::vector<Domain>& domains,
            oracle::Request& request, std::size_t& now);
  [[nodiscard]] bool attempt(const Goal& goal, bool unreadable, oracle::Request& request);
  [[nodiscard]] bool add_conflict(const Goal& goal, const oracle::Request& request, Wants& wants);
  void want_rule(std::size_t rule, bool truth, Wants& wants);
  void tidy(const Goal& goal, oracle::Request& request) const;
  [[nodiscard]] std::optional<std::size_t> draw(std::size_t count);

  const ir::Policy& policy_;
  std::span<const Catalog> catalogs_;
  std::vector<RulePlace> rules_;
  std::mt19937_64 random_;
  std::size_t budget_ = 0;  // evaluations that are left to the search that runs
};

}  // namespace sentrail::compiler::probe
