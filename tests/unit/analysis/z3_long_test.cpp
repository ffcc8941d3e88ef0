// More of the comparison with z3.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/analysis/z3_judge.hpp"

namespace sentrail::compiler::analysis {
namespace {

TEST(AnalysisAgreesLong, WithZ3) {
  compare_with_z3(std::random_device{}(), 600, 5'000);
}

}  // namespace
}  // namespace sentrail::compiler::analysis
