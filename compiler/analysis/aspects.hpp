// What a policy does beside its effect: whom it asks, what it obliges to, what its limits count.
// Each is told by the effects of a policy made for it, so that `diff` compares it exactly.
//
// Neighbours: diff.hpp compares; the tester asks it of mistakes, the driver of revisions. Must not
// know: tests, output. source: docs/analysis.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"

namespace sentrail::compiler::analysis {

// What is done beside the effect.
enum class AspectKind : std::uint8_t {
  approval,    // certain people are asked, or in a certain time
  obligation,  // the gate is obliged to something
  limit,       // the limits of a rule count
};

// One of these, and requests of which two policies do it differently.
struct AspectChange {
  AspectKind kind = AspectKind::approval;
  std::string what{};                     // as policy text writes it; of limits the rule's name
  bool may_block = false;                 // an obligation that blocks where it cannot be met
  std::vector<oracle::Request> lost{};    // only the policy before does it
  std::vector<oracle::Request> gained{};  // only the policy after does it
  std::string why{};                      // what is not known; empty if nothing
};

// What is compared.
struct AspectOptions {
  bool same_effects = false;  // every request has the same effect, so whom they ask is compared
  bool only_moved = false;    // not what differs in the clauses of rules that match as before
};

// At which requests two policies do differently what the one before does. How much a limit allows,
// and what it adds up, is not compared. REQUIRES: both verify. cost: a diff for each aspect that
// some change can bear on, within limits::kAspectRulesMax.
[[nodiscard]] std::vector<AspectChange> aspect_changes(const ir::Policy& before,
                                                       const ir::Policy& after,
                                                       AspectOptions options);

}  // namespace sentrail::compiler::analysis
