// The budgets of analysis, each with its unit and its reason; docs/analysis.md names them.
//
// Neighbours: core/limits.hpp has all others. Must not know: anything. A budget that is met is an
// answer `unknown` that says so.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sentrail::limits {

// States of one attribute's patterns taken together, and places in all of them: 10,000 paths of a
// dozen characters need 120,000 states; past it the attribute's tests are taken to be anything.
inline constexpr std::size_t kAnalysisStatesMax = 400'000;
inline constexpr std::size_t kAnalysisPlacesMax = 8'000'000;
// States of one attribute's tests taken together where expressions, parts, beginnings or ends are
// among them, and steps of all of them times letters that they tell apart: half a second at most.
inline constexpr std::size_t kAnalysisProductStatesMax = 20'000;
inline constexpr std::size_t kAnalysisProductStepsMax = 40'000'000;
// Conflicts of the search for one answer: seconds at worst; real policies need a few dozen.
inline constexpr std::uint64_t kAnalysisConflictsMax = 50'000;
// Texts and lists of a witness that people read; how often a search looks for a request without
// longer ones, and conflicts of each time: nobody waits for what is only nicer.
inline constexpr std::size_t kAnalysisReadableTextBytes = 512;
inline constexpr std::size_t kAnalysisReadableElements = 64;
inline constexpr std::size_t kAnalysisReadableTries = 8;
inline constexpr std::uint64_t kAnalysisReadableConflicts = 500;
// Rules of a policy that `check` analyses unasked, and tests and junctions in all of them: in some
// tenths of a second.
inline constexpr std::size_t kAnalysisRulesUnasked = 2'000;
inline constexpr std::size_t kAnalysisConditionsUnasked = 20'000;
// The same for the whole analysis, of which the first notes are shown: policies that people write
// by hand.
inline constexpr std::size_t kAnalysisRulesFullUnasked = 200;
inline constexpr std::size_t kAnalysisConditionsFullUnasked = 2'000;
// Pairs of rules that are compared by a search of their own, 20 µs each.
inline constexpr std::size_t kAnalysisPairsMax = 20'000;
// Overlaps that are listed; all are counted. 10,000 rules have millions.
inline constexpr std::size_t kAnalysisOverlapsMax = 1'000;
// Rules that are named as catching what one `unless` exempts.
inline constexpr std::size_t kAnalysisCatchesMax = 8;
// Searches for requests at which one rule alone asks for approval: a tenth of a second.
inline constexpr std::size_t kAnalysisAskedMax = 500;
// Holes, and rules whose `unless` is asked about: more are not read, and each costs a decision by
// the oracle, which looks at every rule: a millisecond at 1,000 rules.
inline constexpr std::size_t kAnalysisHolesMax = 40;
inline constexpr std::size_t kAnalysisExemptionsMax = 50;
// Classes of one attribute times the tests of it, a bit each: 32 MB. 10,000 patterns need half.
inline constexpr std::size_t kAnalysisBitsMax = std::size_t{1} << 28;
// Classes of one value times those of another that it is compared with: 1 MB.
inline constexpr std::size_t kAnalysisPairedClassesMax = std::size_t{1} << 20;
// Rules of all policies that are compared in what they do beside their effects: 40 comparisons of
// 1,000 rules, a quarter of a second each.
inline constexpr std::size_t kAspectRulesMax = 40'000;
// Classes of the elements of one list, each a dimension of its own; members, lists and sizes that
// bodies test of one element; and steps to tell elements apart: some tenths of a second.
inline constexpr std::size_t kAnalysisElementsMax = 1'000;
inline constexpr std::size_t kAnalysisElementPartsMax = 64;
inline constexpr std::size_t kAnalysisElementStepsMax = 4'000'000;
// Classes of elements times quantifiers over one list: their formulas have so many parts.
inline constexpr std::size_t kAnalysisElementFormulasMax = 1'000'000;
// The greatest size that is told apart: a witness has as many characters, elements or members.
inline constexpr std::uint64_t kAnalysisSizeMax = 65'536;
// The same of texts of which more than the size is tested: a state for each character and state of
// the other tests.
inline constexpr std::uint64_t kAnalysisTextSizeMax = 512;
// Parts of a value times sizes up to which they are counted: clauses of a search.
inline constexpr std::size_t kAnalysisCountsMax = 100'000;
// Changes that are shown of each kind, old effect to new effect; more read like none.
inline constexpr std::size_t kAnalysisChangesMax = 8;

}  // namespace sentrail::limits
