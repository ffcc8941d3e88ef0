// Random regular expressions over the letters that random values are made of.
//
// Neighbours: random_policy.cpp puts them into tests. Must not know: any matcher.
#pragma once

#include <string>

#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// A well formed expression, short enough that with its repetitions written out it stays within
// limits::kRegexStepsMax.
[[nodiscard]] std::string random_regex(Random& random);

}  // namespace sentrail::support
