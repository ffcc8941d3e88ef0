// What commands find in a policy that is well formed, as reports have it.
//
// Neighbours: tester/ runs the tests, format/ lays out; `test`, `build` and `fmt --check` report.
// Must not know: how reports are printed.
#pragma once

#include <string>

#include "compiler/diag/reports.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/tester/mutation.hpp"
#include "compiler/tester/tester.hpp"

namespace sentrail::compiler {

// Gives the finding of a test that failed, at its `expect`.
[[nodiscard]] Diagnostic finding_of(const TestOutcome& outcome);

// Says what a mistake is: "`env == live` of rule `a` is negated".
[[nodiscard]] std::string said_of(const Mistake& mistake, const ir::Policy& policy,
                                  const Sources& sources);

// Says what would notice a mistake that no test does.
[[nodiscard]] std::string hint_of(const Survivor& survivor);

// Gives the finding of a mistake that no test notices, where it was made.
[[nodiscard]] Diagnostic finding_of(const Survivor& survivor, const ir::Policy& policy,
                                    const Sources& sources);

// Gives a test, passed or failed, as a case of JUnit.
[[nodiscard]] JunitCase case_of(const TestOutcome& outcome, const ir::Policy& policy,
                                const Sources& sources);

// Gives the finding of a text that is not in its canonical layout, with the one edit that makes it
// so. REQUIRES: `formatted` differs from the source.
[[nodiscard]] Diagnostic layout_finding(const Source& source, SourceId id,
                                        const std::string& formatted);

}  // namespace sentrail::compiler
