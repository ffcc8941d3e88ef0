// What is answered to a whole request: the decisions of its actions joined, with their obligations
// and with what shadow rules would change.
//
// Neighbours: counting.hpp decides each action, with what limits have counted, and joins here;
// obligations.hpp, approval.hpp and candidates.hpp look at one decision. Must not know: counters,
// what is done about an answer. source: docs/language.md, L8.12, L15.5 to L15.9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "runtime/decide/approval.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/decide/obligations.hpp"

namespace sentrail::decide {

// The answer to one request.
struct Answer {
  Effect effect = Effect::block;
  std::size_t action = 0;  // the one that decides
  // The rule that decides, kByDefault without one; that which obliges to what is impossible.
  std::uint32_t rule = Decision::kByDefault;
  std::optional<Approval> approval;  // of require_approval, of all actions
  ObligationSet obligations;         // of all actions
  // An obligation that cannot be carried out and alone makes the effect `block`; kNoRow: none.
  std::uint32_t impossible = kNoRow;
};

// What would be answered if a shadow rule were a rule.
struct ShadowAnswer {
  std::uint32_t shadow = kNoRow;  // its number, see Program::written
  Answer answer;
};

// Joins the decisions of a request's actions. in: one of each for each action, at least one.
// REQUIRES: scratch fits.
[[nodiscard]] Answer answer_of(const Engine& engine, std::span<const Decision> decisions,
                               std::span<const Facts* const> facts, Scratch& scratch,
                               std::uint32_t shadow = kNoRow);

// Whether two answers to a request are the same in effect, what is to be approved and what is
// obliged to.
[[nodiscard]] bool same(const Answer& a, const Answer& b);

// The decision as if a shadow rule were a rule, every limit having room. `Decision::rule` and
// candidates may be its number. REQUIRES: scratch fits.
[[nodiscard]] Decision decide_with(const Engine& engine, std::uint32_t shadow, const Facts& facts,
                                   Scratch& scratch) noexcept;

// Why an obligation that cannot be carried out blocks. REQUIRES: `impossible` of an answer.
[[nodiscard]] std::string impossible_reason(const Program& program, std::uint32_t obligation);

}  // namespace sentrail::decide
