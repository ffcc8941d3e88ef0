// Every verdict equals brute force over a small world, on policies drawn anew each time.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/analysis/brute_force.hpp"

namespace sentrail::compiler::analysis {
namespace {

TEST(AnalysisAgrees, WhereTestsAreUnknown) {
  compare_unknown(std::random_device{}(), 40);
}

TEST(AnalysisAgrees, WithBruteForce) {
  compare_worlds(std::random_device{}(), 20, whole_world());
}

TEST(AnalysisAgrees, WithBruteForceOnLists) {
  compare_worlds(std::random_device{}(), 40, list_world());
}

}  // namespace
}  // namespace sentrail::compiler::analysis
