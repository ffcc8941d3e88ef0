// Every answer of the analysis by trying every request of a small world.
//
// Neighbours: tests/support/worlds.hpp; questions_test.cpp and its long run compare. Must not know:
// classes, formulas, searches.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <utility>
#include <vector>

#include "compiler/analysis/diff.hpp"
#include "compiler/analysis/prove.hpp"
#include "compiler/analysis/questions.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/support/worlds.hpp"

namespace sentrail::compiler::analysis {

// The small world with a value for every class that its conditions tell apart.
[[nodiscard]] support::World whole_world();

// A world of lists, quantifiers over them with tests of the request in their bodies, and sizes,
// with a value for every class.
[[nodiscard]] support::World list_world();

// The small world with conditions too that analysis takes to be anything.
[[nodiscard]] support::World unknown_world();

// All requests of a world; those without attributes that none of some policies tests.
[[nodiscard]] std::vector<oracle::Request> all_requests(const support::World& world);
[[nodiscard]] std::vector<oracle::Request> requests_about(
    std::initializer_list<const ir::Policy*> policies, support::World world);

// A policy of at most three rules over the world's conditions, some of them with `unless`, and two
// claims.
[[nodiscard]] ir::Policy world_policy(support::Random& random, const support::World& world);

// Compares every answer about one policy, or about two, with brute force; fails the running test
// where they differ. out: how many answers were compared.
std::size_t compare_findings(const ir::Policy& policy, const std::vector<oracle::Request>& all);
std::size_t compare_proofs(const ir::Policy& policy, const std::vector<oracle::Request>& all);
std::size_t compare_difference(const ir::Policy& before, const ir::Policy& after,
                               const std::vector<oracle::Request>& all);

// Draws policies over tests that analysis does not know too: what it says all the same is right on
// every request of the small world.
void compare_unknown(std::uint64_t seed, std::size_t policies);

// Draws that many policies of a world from a seed and compares all that is said of them.
void compare_worlds(std::uint64_t seed, std::size_t policies, const support::World& world);

}  // namespace sentrail::compiler::analysis
