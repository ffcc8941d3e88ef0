// The space of requests is neither too small nor too large: every request is in it, and everything
// in it is a request on which the oracle says what the classes say.
#include "compiler/analysis/space.hpp"
#include "compiler/analysis/scalar_classes.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "compiler/analysis/confirm.hpp"
#include "compiler/analysis/query.hpp"
#include "compiler/analysis/time_classes.hpp"
#include "compiler/oracle/oracle.hpp"
#include "core/addresses.hpp"
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

// Some tests, one condition each, in a space of their own.
class Tests {
 public:
  explicit Tests(std::vector<ir::Atom> atoms) : circuit_(space_) {
    for (ir::Atom& atom : atoms) (void)support::atom(policy_, std::move(atom));
    space_.add(policy_);
    space_.build();
    for (std::uint32_t i = 0; i < policy_.conditions.size(); ++i) {
      const AtomSets& sets = space_.sets_of(policy_.conditions[ir::ConditionId{i}].atom);
      may_.push_back(circuit_.leaf(sets.dimension, sets.possible));
      must_.push_back(circuit_.leaf(sets.dimension, sets.certain));
    }
  }

  [[nodiscard]] std::size_t size() const { return may_.size(); }
  [[nodiscard]] Truth truth(std::uint32_t i, const oracle::Request& request) const {
    return oracle::evaluate(policy_, ir::ConditionId{i}, request);
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
  [[nodiscard]] Truth found(const Query& query, std::uint32_t i) const {
    if (!query.holds(may_[i])) return Truth::f;
    return query.holds(must_[i]) ? Truth::t : Truth::u;
  }

  [[nodiscard]] const Circuit& circuit() const { return circuit_; }
  [[nodiscard]] const Space& space() const { return space_; }
  [[nodiscard]] std::string dump() const { return policy_.dump(); }
  [[nodiscard]] const ir::Atom& atom(std::uint32_t i) const {
    return policy_.conditions[ir::ConditionId{i}].atom;
  }

 private:
  ir::Policy policy_;
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

// A test whose meaning is analysed exactly.
ir::Atom known_atom(Random& random) {
  for (;;) {
    ir::Atom atom = support::random_atom(random);
    if (is_known(atom) || atom.op == ir::AtomOp::same) return atom;
  }
}

std::vector<ir::Atom> random_atoms(Random& random, std::size_t count) {
  std::vector<ir::Atom> atoms;
  for (std::size_t i = 0; i < count; ++i) atoms.push_back(known_atom(random));
  // Several tests of one attribute, so that classes are told apart by more than one.
  for (std::size_t tries = 0; tries < 400 && atoms.size() < 3 * count; ++tries) {
    ir::Atom more = known_atom(random);
    if (more.attribute == atoms[random() % count].attribute) atoms.push_back(std::move(more));
  }
  return atoms;
}

bool is_of_the_language(const oracle::Request& request) {
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
  for (int round = 0; round < 250; ++round) {
    const Tests tests(random_atoms(random, 4));
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
    const Tests tests(random_atoms(random, 4));
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
        ASSERT_EQ(tests.found(query, i), tests.truth(i, request))
            << "condition " << i << "\n"
            << tests.dump() << support::describe(request);
      }
    }
  }
  EXPECT_GT(found, 2'000u);
}

}  // namespace
}  // namespace sentrail::compiler::analysis
