// The space of requests is neither too small nor too large: every request is in it, and everything
// in it is a request on which the oracle says what the classes say.
#include "compiler/analysis/space.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "compiler/analysis/confirm.hpp"
#include "compiler/analysis/meaning.hpp"
#include "compiler/analysis/query.hpp"
#include "compiler/analysis/time_classes.hpp"
#include "compiler/oracle/oracle.hpp"
#include "core/addresses.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::compiler::analysis {
namespace {

// Two years in which all instants are that requests are drawn with.
const bool kHorizonSet = [] {
  set_horizon(parse_rfc3339("2026-11-20T00:00:00Z").value());
  return true;
}();

using support::Random;

// Some conditions in a space of their own.
class Tests {
 public:
  Tests(ir::Policy policy, std::vector<ir::ConditionId> asked)
      : policy_(std::move(policy)), asked_(std::move(asked)), circuit_(space_) {
    space_.add(policy_);
    space_.build();
    Meaning meaning(policy_, space_, circuit_);
    for (const ir::ConditionId id : asked_) {
      may_.push_back(meaning.condition(id).may);
      must_.push_back(meaning.condition(id).must);
    }
  }

  [[nodiscard]] std::size_t size() const { return may_.size(); }
  [[nodiscard]] Truth truth(std::uint32_t i, const oracle::Request& request) const {
    return oracle::evaluate(policy_, asked_[i], request);
  }
  [[nodiscard]] std::vector<Node> roots() const {
    std::vector<Node> roots = may_;
    roots.insert(roots.end(), must_.begin(), must_.end());
    return roots;
  }
  void demand(Query& query, std::uint32_t i, Truth truth) const {
    query.demand(truth == Truth::f ? negation_of(may_[i]) : may_[i]);
    query.demand(truth == Truth::t ? must_[i] : negation_of(must_[i]));
  }
  [[nodiscard]] Truth found(const Assignment& assignment, std::uint32_t i) const {
    if (!holds(may_[i], assignment)) return Truth::f;
    return holds(must_[i], assignment) ? Truth::t : Truth::u;
  }
  // Whether a formula holds. REQUIRES: the assignment has the dimensions of its tests.
  [[nodiscard]] bool holds(Node node, const Assignment& assignment) const {
    const Gate& gate = circuit_.gate(node);
    const bool negated = (node & 1u) != 0;
    if (gate.dimension.has_value()) {
      return space_.set(gate.set).test(assignment.at(gate.dimension)) != negated;
    }
    const auto children = circuit_.children(gate);
    return std::ranges::all_of(children, [&](Node child) { return holds(child, assignment); }) !=
           negated;
  }

  // Whether every test is known: none exceeds a budget.
  [[nodiscard]] bool is_exact() const {
    for (std::uint32_t i = 0; i < space_.size(); ++i) {
      if (space_[DimensionId{i}].kind == DimensionKind::opaque) return false;
    }
    return true;
  }
  [[nodiscard]] const Circuit& circuit() const { return circuit_; }
  [[nodiscard]] const Space& space() const { return space_; }
  [[nodiscard]] std::string dump() const {
    std::string out;
    for (const ir::ConditionId id : asked_) out += ir::to_string(policy_, id) + "\n";
    return out;
  }

 private:
  ir::Policy policy_;
  std::vector<ir::ConditionId> asked_;
  Space space_;
  Circuit circuit_;
  std::vector<Node> may_;
  std::vector<Node> must_;
};

std::uint64_t drawn_seed() {
  const std::uint64_t seed = std::random_device{}();
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

// The list of a quantifier, or what a test is of.
const ir::AttributeRef& subject_of(const ir::Policy& policy, ir::ConditionId id) {
  return policy.conditions[id].atom.attribute;
}

// Tests and quantifiers, several of one attribute, so that classes are told apart by more than one.
Tests random_tests(Random& random, std::size_t count) {
  ir::Policy policy;
  std::vector<ir::ConditionId> asked;
  for (std::size_t i = 0; i < count; ++i) {
    asked.push_back(random() % 3 == 0 ? support::random_quantifier(random, policy)
                                      : support::atom(policy, support::random_atom(random)));
  }
  for (std::size_t tries = 0; tries < 400 && asked.size() < 3 * count; ++tries) {
    ir::Policy after = policy;
    const ir::ConditionId more = random() % 6 == 0
                                     ? support::random_quantifier(random, after)
                                     : support::atom(after, support::random_atom(random));
    if (subject_of(after, more) != subject_of(policy, asked[random() % count])) continue;
    policy = std::move(after);
    asked.push_back(more);
  }
  return {std::move(policy), std::move(asked)};
}

// JSON is strict UTF-8 (L4.8).
bool is_strict(const oracle::Value& value) {
  return is_valid_utf8(value.text) && std::ranges::all_of(value.elements, is_strict);
}

bool is_of_the_language(const oracle::Request& request) {
  for (const char* json : {"body", "args", "mcp.annotations"}) {
    const auto found = request.values.find(json);
    if (found != request.values.end() && !is_strict(found->second)) return false;
  }
  const auto text_of = [&](const char* name) -> const std::string* {
    const auto found = request.values.find(name);
    const bool text =
        found != request.values.end() && found->second.kind == oracle::ValueKind::string;
    return text ? &found->second.text : nullptr;
  };
  const std::string* const risk = text_of("risk");
  const std::string* const ip = text_of("agent.ip");
  return (risk == nullptr || risk_named(*risk)) && (ip == nullptr || parse_address(*ip));
}

TEST(Space, HoldsEveryRequest) {
  Random random(drawn_seed());
  std::size_t requests = 0;
  for (int round = 0; round < 200; ++round) {
    // A test that is not known may have any truth, so also the one it has.
    const Tests tests = random_tests(random, 4);
    for (int k = 0; k < 40; ++k) {
      const oracle::Request request = support::random_request(random);
      if (!is_of_the_language(request)) continue;
      const std::vector<Node> roots = tests.roots();
      Query query(tests.circuit(), roots);
      for (std::uint32_t i = 0; i < tests.size(); ++i) {
        tests.demand(query, i, tests.truth(i, request));
      }
      ASSERT_EQ(query.solve().found, Found::some) << tests.dump() << support::describe(request);
      ++requests;
    }
  }
  EXPECT_GT(requests, 5'000u);
}

TEST(Space, HoldsNothingElse) {
  Random random(drawn_seed());
  std::size_t found = 0;
  for (int round = 0; round < 400; ++round) {
    const Tests tests = random_tests(random, 4);
    if (!tests.is_exact()) continue;
    const std::vector<Node> roots = tests.roots();
    for (int k = 0; k < 20; ++k) {
      Query query(tests.circuit(), roots);
      for (int demands = 0; demands < 2; ++demands) {
        tests.demand(query, static_cast<std::uint32_t>(random() % tests.size()),
                     static_cast<Truth>(random() % 3));
      }
      const Answer answer = query.solve();
      ASSERT_NE(answer.found, Found::unknown);
      if (answer.found == Found::none) continue;
      // Equality of values whose patterns have different separators is taken to be anything.
      if (answer.opaque) continue;
      ++found;
      const oracle::Request request = tests.space().request_of(answer.request);
      for (std::uint32_t i = 0; i < tests.size(); ++i) {
        ASSERT_EQ(tests.found(answer.request, i), tests.truth(i, request))
            << "condition " << i << " of\n"
            << tests.dump() << support::describe(request);
      }
    }
  }
  std::printf("[    FOUND ] %zu requests\n", found);
  EXPECT_GT(found, 2'000u);
}

}  // namespace
}  // namespace sentrail::compiler::analysis
