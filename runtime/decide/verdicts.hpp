// Why a decision is what it is, without a word: of each candidate its truth, and a bit for each
// test that settled it.
//
// Neighbours: engine.hpp (the decision), explain.hpp (the same in words, of every rule, and much
// dearer). Must not know: texts. What deciding found out is in the scratch still, so that few tests
// are asked again. No allocation, no exception.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/truth.hpp"
#include "runtime/decide/engine.hpp"

namespace sentrail::decide {

// Nodes of a condition of which verdicts have bits. A larger one is for explain().
inline constexpr std::uint32_t kVerdictNodes = 64;

// One candidate's condition.
struct Verdict {
  std::uint32_t rule = 0;        // index into Program::rules
  Truth truth = Truth::f;        // t or u: what is false is no candidate
  bool too_large = false;        // more than kVerdictNodes nodes: `settled_by` says nothing
  std::uint64_t settled_by = 0;  // bit i: the condition's node i is a test that settled it
};

// Those of the candidates that a Decision keeps, in their order.
struct Verdicts {
  std::array<Verdict, Decision::kCandidatesKept> kept{};
  std::size_t count = 0;

  [[nodiscard]] std::span<const Verdict> all() const noexcept { return {kept.data(), count}; }
};

// Finds the verdicts behind a decision; the bits are the tests of RuleAnswer::settled_by. REQUIRES:
// the decision is of these facts, and the scratch has decided them last, or has forgotten.
// cost: the candidates' tests, of which those that deciding asked are known.
[[nodiscard]] Verdicts verdicts_of(const Engine& engine, const Decision& decision,
                                   const Facts& facts, Scratch& scratch) noexcept;

}  // namespace sentrail::decide
