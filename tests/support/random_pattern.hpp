// Random patterns, and texts of the letters that they are made of.
//
// Neighbours: random_policy.cpp. Must not know: attributes.
#pragma once

#include <string>

#include "compiler/ir/ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// Up to four segments of a few letters, which patterns of the same letters often match.
[[nodiscard]] std::string random_segments(Random& random, char separator);

// A pattern that is well formed with the separator.
[[nodiscard]] compiler::ir::Operand random_pattern(Random& random, char separator);

}  // namespace sentrail::support
