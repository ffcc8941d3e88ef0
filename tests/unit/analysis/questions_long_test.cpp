// As questions_test.cpp, on many more policies.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/analysis/brute_force.hpp"

namespace sentrail::compiler::analysis {
namespace {

TEST(AnalysisAgreesLong, WithBruteForce) {
  compare_worlds(std::random_device{}(), 4'000, whole_world());
}

TEST(AnalysisAgreesLong, WithBruteForceOnLists) {
  compare_worlds(std::random_device{}(), 4'000, list_world());
}

}  // namespace
}  // namespace sentrail::compiler::analysis
