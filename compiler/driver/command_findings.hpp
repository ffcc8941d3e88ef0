// What commands that compare, prove, import, lock and replay find, as reports have it.
//
// Neighbours: reporter.hpp takes them; test_findings.hpp has those of tests. Must not know: how
// reports are printed, files. A finding stands in the file that a person would look at: the policy
// as it is now, the foreign policy, the lock, the log.
#pragma once

#include <string>
#include <vector>

#include "compiler/analysis/aspects.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/analysis/prove.hpp"
#include "compiler/catalog/lock.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/driver/recorded.hpp"
#include "compiler/import/model.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// The findings of claims that are not proved, where they stand.
[[nodiscard]] std::vector<Diagnostic> findings_of(
    const std::vector<analysis::ProofOutcome>& outcomes, const ir::Policy& policy);

// Two policies of which the second is shown. `place` stands for rules that have none: those of a
// bundle, or that are there no more.
struct ComparedPolicies {
  const ir::Policy& before;
  const ir::Policy& after;
  Span place;
};

// The findings of a difference: a widening, another change, or what is not known, each at the rule
// that decides now.
[[nodiscard]] std::vector<Diagnostic> findings_of(const analysis::Difference& difference,
                                                  const ComparedPolicies& policies);

// The finding of what a rule, by its name, does otherwise beside its effect.
[[nodiscard]] Diagnostic change_finding(bool widens, const std::string& rule, std::string message,
                                        const ComparedPolicies& policies);

// The finding of an aspect that other requests have now.
[[nodiscard]] Diagnostic finding_of(const analysis::AspectChange& change,
                                    const ComparedPolicies& policies);

// What the requests of an aspect have in common: "where the limits of a.b count".
[[nodiscard]] std::string subject_of(const analysis::AspectChange& change);

// Whether an aspect is one whose change may be looser. Who is asked instead may be stricter or not.
[[nodiscard]] bool widens(const analysis::AspectChange& change);

// `block by p.main.one`; `allow by default`.
[[nodiscard]] std::string decision_text(const ir::Policy& policy, const oracle::Decision& decision);

// The findings of what an importer could not carry, each at the name of its rule in the source.
[[nodiscard]] std::vector<Diagnostic> findings_of(const std::vector<import_::Finding>& findings,
                                                  const Source& source, SourceId id);

// The findings of tools that are not as a lock file has them, each at its name there.
[[nodiscard]] std::vector<Diagnostic> findings_of(const LockChanges& changes,
                                                  const std::string& server, const Source& source,
                                                  SourceId id);

// Adds a source that stands for a log, of which lines are known by number alone: as many lines as
// the last broken one that is kept.
[[nodiscard]] SourceId add_log(const std::string& name, const Recorded& recorded, Sources& sources);

// The findings of the lines that are no requests.
[[nodiscard]] std::vector<Diagnostic> findings_of(const Recorded& recorded, SourceId log);

}  // namespace sentrail::compiler
