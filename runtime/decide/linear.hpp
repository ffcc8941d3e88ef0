// The linear engine: rules in order, early exit, over interned operands. What every other engine is
// checked against, and the judge of single rules for those that only find which to look at.
//
// Neighbours: core/program.hpp (verified tables), core/facts.hpp (one action), core/decision.hpp
// (the answer), bound.hpp and evaluate.hpp below it, engine.hpp above. Must not know: policy text,
// files, clocks. Deciding is a pure function: no allocation, no exception, no I/O.
// source: docs/language.md, section 8; docs/engine.md.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/program.hpp"
#include "core/truth.hpp"
#include "runtime/decide/bound.hpp"
#include "runtime/decide/scratch.hpp"

namespace sentrail::decide {

struct Found;
struct NativeRules;

// A verified program made ready to decide. Keeps views of the program's tables, which must outlive
// it. threads: immutable; any number may decide at once, each with its own Scratch.
class LinearEngine {
 public:
  explicit LinearEngine(const Program& verified) : bound_(bind(verified)) {}

  [[nodiscard]] const BoundProgram& bound() const noexcept { return bound_; }

  // Has single rules judged by native code, as far as that can tell.
  void use(std::shared_ptr<const NativeRules> native) noexcept { native_ = std::move(native); }

  // Decides one action. A scratch without room for this engine is a bug and aborts.
  // cost: at most the program's cost certificate. source: docs/language.md, section 8.
  [[nodiscard]] Decision decide(const Facts& facts, Scratch& scratch) const noexcept;

  // The truth of one rule of a tier, by its part of the tier's chain.
  // REQUIRES: scratch.forget() was called when the facts last changed.
  [[nodiscard]] Truth judge(std::uint32_t rule, const Facts& facts,
                            Scratch& scratch) const noexcept;

  // The truth of one rule's condition, evaluated as a tree; `also` and shadow rules included.
  // REQUIRES: as above.
  [[nodiscard]] Truth condition(std::uint32_t rule, const Facts& facts,
                                Scratch& scratch) const noexcept;

  // Whether a call is one of those that a row of Program::counts counts.
  // REQUIRES: as above. source: docs/language.md, L20.8.
  [[nodiscard]] Truth counts(std::uint32_t count, const Facts& facts,
                             Scratch& scratch) const noexcept;

 private:
  [[nodiscard]] Truth walk_rule(std::uint32_t rule, const Facts& facts,
                                Scratch& scratch) const noexcept;
  void walk_natively(const Tier& tier, const Facts& facts, Scratch& scratch,
                     Found& found) const noexcept;
  void walk_tier(const Tier& tier, const Facts& facts, Scratch& scratch,
                 Found& found) const noexcept;
  [[nodiscard]] std::uint32_t resume(std::uint32_t code, const Tier& tier, const Facts& facts,
                                     Scratch& scratch, Found& found,
                                     bool& perhaps_ended) const noexcept;
  [[nodiscard]] std::uint32_t entry_after(std::uint32_t rule, const Tier& tier) const noexcept;

  BoundProgram bound_;
  std::shared_ptr<const NativeRules> native_;
};

}  // namespace sentrail::decide
