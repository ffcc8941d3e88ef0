// What the product says of a file of the corpus, held against what the file says.
//
// Neighbours: case.hpp reads the file; compiler/driver/load.hpp, the tester, the analysis and the
// oracle say something of it. Must not know: where files of the corpus are.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/conformance/case.hpp"

namespace sentrail::conformance {

// All that is otherwise than the file says; nothing: it conforms. What is found on the lines of all
// files is exactly what is noted there; each request has its answer; the oracle answers each test
// as the engine does; and no test stands where nobody looks at it.
[[nodiscard]] std::vector<std::string> problems_of(const Case& one);

}  // namespace sentrail::conformance
