// How coverage is shown: as text for people, as members of a JSON object for programs, as findings
// in reports.
//
// Neighbours: test_command.cpp calls it, tester/coverage.hpp measures. Must not know: how.
#pragma once

#include <vector>

#include "compiler/driver/load.hpp"
#include "compiler/tester/coverage.hpp"
#include "compiler/tester/mistakes.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {

// Prints counts, then all that no test reaches with a request that would.
void print_coverage(const Coverage& coverage, const Loaded& loaded);

// The findings of what no test reaches, where it stands: notes, which change no exit code.
[[nodiscard]] std::vector<Diagnostic> findings_of(const Coverage& coverage,
                                                  const ir::Policy& policy, const Sources& sources);

// Writes the member `coverage`.
void write_coverage(JsonWriter& json, const Coverage& coverage, const Loaded& loaded);

// `file:line` of a place.
[[nodiscard]] std::string place_of(Span span, const Sources& sources);

}  // namespace sentrail::compiler
