// Tests that tools made, as an author would have laid them out.
//
// Neighbours: tester/generate.hpp and mutation.hpp make them; format/ lays out. Must not know: what
// they test.
#pragma once

#include <string>

#include "core/result.hpp"

namespace sentrail::compiler {

// Lays out declarations of tests. fails: invalid_argument if they are none, which is a bug.
[[nodiscard]] Result<std::string> laid_out(const std::string& tests);

}  // namespace sentrail::compiler
