// How the mutation score is shown: as text for people, as members of a JSON object for programs, as
// findings in reports.
//
// Neighbours: test_command.cpp calls it, tester/mutation.hpp counts. Must not know: how.
#pragma once

#include "compiler/driver/load.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/tester/mutation.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {

// Makes the mistakes, telling how far it is on standard error if that is a terminal and `told`.
// REQUIRES: a policy is loaded. fails: as mutation_score().
[[nodiscard]] Result<MutationScore> score_of(const Loaded& loaded, bool told);

// Prints the score, then each mistake that no test notices, with a test that would.
void print_mutation(const MutationScore& score, const Loaded& loaded);

// Writes the member `mutation`.
void write_mutation(JsonWriter& json, const MutationScore& score, const Loaded& loaded);

// Reports each mistake that no test notices, where it was made.
void report_mutation(const MutationScore& score, const Loaded& loaded, Reporter& reporter);

}  // namespace sentrail::compiler
