// A policy brought all the way to an engine, in one step for tests: simplify, lower, encode,
// decode, bind.
//
// Neighbours: compiler/simplify, compiler/lower, core/bundle, runtime/decide. Must not know: the
// oracle.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "core/facts.hpp"
#include "core/program.hpp"
#include "runtime/decide/engine.hpp"
#include "tests/support/bundled_program.hpp"
#include "wire/zones.hpp"

namespace sentrail::support {

// Which phases a policy goes through before it is lowered.
enum class Phases { all, without_simplify };

// The answer of an engine to one action, in the form of support::describe(). `used`, by index into
// Program::limits, is what limits hold; null: nothing.
[[nodiscard]] std::string described_answer(
    const decide::Engine& engine, const Facts& facts, decide::Scratch& scratch,
    const std::map<std::uint32_t, std::int64_t>* used = nullptr);

// An engine with the bundle that it reads, and every other engine: one that decides otherwise
// aborts.
class Compiled {
 public:
  // REQUIRES: policy.verify(); a policy that cannot be lowered is a bug of the test and aborts.
  explicit Compiled(const compiler::ir::Policy& policy, Phases phases = Phases::all);

  [[nodiscard]] const Program& program() const noexcept { return engine_->program(); }
  [[nodiscard]] const decide::Engine& engine() const noexcept { return *engine_; }
  [[nodiscard]] Decision decide(const Facts& facts);
  // What a decision of decide() waits for, in the form of support::describe().
  [[nodiscard]] std::string approval(const Decision& decision, const Facts& facts);
  [[nodiscard]] decide::Scratch& scratch() noexcept { return scratch_; }

 private:
  [[nodiscard]] Decision decide_by_all(const Facts& facts);

  BundledProgram bundled_;
  std::unique_ptr<decide::Engine> engine_;
  std::unique_ptr<decide::Engine> other_;
  std::unique_ptr<decide::Engine> native_;  // with code that is interpreted
  std::unique_ptr<wire::ZoneClocks> zones_;
  decide::Scratch scratch_;
};

}  // namespace sentrail::support
