// A slice of the comparison with z3, on policies drawn anew each time.
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/analysis/z3_judge.hpp"

namespace sentrail::compiler::analysis {
namespace {

TEST(AnalysisAgrees, WithZ3) {
  compare_with_z3(std::random_device{}(), 20, 300);
}

}  // namespace
}  // namespace sentrail::compiler::analysis
