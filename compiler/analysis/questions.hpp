// What can be asked about one policy: rules that never match or are never reached, and by which
// rules; requests that only the default decides; rules of different effects that meet; rules that
// let something through because something is absent; requests that `unless` exempts.
//
// Neighbours: meaning.hpp (the policy as formulas), query.hpp (the search), confirm.hpp (every
// witness is tried). Must not know: files, diagnostics. source: docs/analysis.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/analysis/confirm.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::analysis {

// What becomes of a rule. `never_matches`: no request makes its condition true. `shadowed`: where
// it is true, a rule before it in its tier is true. `unknown` says why.
enum class Reach : std::uint8_t { reached, never_matches, shadowed, unknown };
struct RuleReach {
  Reach reach = Reach::reached;
  std::vector<std::size_t> by;   // shadowed: rules that do it together; without any, they do not
  bool possible = false;         // not reached, and still a candidate where something is unreadable
  std::optional<Witness> where;  // reached or possible, where a test that is not known was tried
  std::string why;
};

// An answer with a witness if it is yes.
enum class Verdict : std::uint8_t { proved, refuted, unknown };
struct Existence {
  Verdict verdict = Verdict::unknown;  // refuted: there is such a request
  std::optional<Witness> witness;
  std::string why;
};

// Two rules of one tier with different effects, both true of some request.
struct Overlap {
  std::size_t first = 0;
  std::size_t second = 0;
};

// A request that is decided less strictly because something is absent: an allow that would not
// match if the absent value were unreadable, or a stricter rule that would.
struct Hole {
  std::size_t rule = 0;
  ir::AttributeRef absent;
  Witness witness;
};

// Who decides what a rule's `unless` exempts.
struct Catch {
  std::optional<std::size_t> rule;  // nothing: the default
  Witness witness;
};
struct Exemption {
  std::size_t rule = 0;
  std::vector<Catch> caught;
  std::string why;  // what is not known; empty if these are all
};

// What makes no difference of what a rule asks people for: that it asks at all, since where it is a
// candidate the answer is block; whom it asks; by when.
enum class Vacuity : std::uint8_t { asked, seats, time };
struct VacuousApproval {
  std::size_t rule = 0;
  Vacuity what = Vacuity::asked;
  std::vector<std::size_t> by;  // that answer or ask for it; one past the rules is the default
};

// How much is asked. `quick`: reach alone, without witnesses.
enum class Depth : std::uint8_t { quick, full };

// The answers about one policy. Rules are numbered in tier then rule order.
struct Findings {
  std::vector<RuleReach> rules;
  Existence uncovered;            // refuted: the witness is decided by the default alone
  std::vector<Overlap> overlaps;  // the first limits::kAnalysisOverlapsMax of them
  std::size_t overlap_count = 0;
  std::vector<Hole> holes;
  std::vector<Exemption> exemptions;
  std::vector<VacuousApproval> approvals;
  std::vector<std::string> unknown;  // what else could not be told, and why
  std::size_t unconfirmed = 0;       // witnesses that a judge denied: bugs
};

// Answers them all. REQUIRES: policy.verify(). cost: docs/analysis.md.
[[nodiscard]] Findings analyse(const ir::Policy& policy, Depth depth);

}  // namespace sentrail::compiler::analysis
