// The policy decision point: a verified program, ready to decide with the engine that suits it.
//
// Neighbours: linear.hpp (asks every rule), table.hpp (looks up which rules may match), native.hpp
// (rules in native code), explain.hpp and counting.hpp above. Must not know: policy text, files,
// clocks. Deciding is a pure function: no allocation, no exception, no I/O. source:
// docs/language.md, section 8; docs/engine.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/decision.hpp"
#include "core/facts.hpp"
#include "core/program.hpp"
#include "core/truth.hpp"
#include "runtime/decide/linear.hpp"
#include "runtime/decide/native.hpp"
#include "runtime/decide/scratch.hpp"

namespace sentrail::decide {

class RuleTable;

// Which engine decides: the one that costs less by the committed model, or a named one. `jit` is
// the table engine with native code for those rules that gain by it.
enum class EngineKind : std::uint8_t { automatic, linear, table, jit };

// The names used by commands and benchmarks.
[[nodiscard]] constexpr std::string_view name_of(EngineKind kind) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"auto", "linear", "table", "jit"};
  return kNames[static_cast<std::size_t>(kind)];
}

// A verified program made ready to decide. Keeps views of the program's tables, which must outlive
// it. Every kind gives the same decisions. threads: immutable; any number may decide at once, each
// with its own Scratch.
class Engine {
 public:
  // Native code comes from `maker`; without one, or if it makes none, the others decide and
  // native_report() says why.
  explicit Engine(const Program& verified, EngineKind kind = EngineKind::automatic,
                  const NativeMaker* maker = nullptr);
  Engine(Engine&& other) noexcept;
  ~Engine();

  [[nodiscard]] const Program& program() const noexcept { return linear_.bound().program; }
  [[nodiscard]] const BoundProgram& bound() const noexcept { return linear_.bound(); }

  // What decides: never EngineKind::automatic.
  [[nodiscard]] EngineKind kind() const noexcept {
    if (native_.rules > 0) return EngineKind::jit;
    return table_ ? EngineKind::table : EngineKind::linear;
  }
  // The tables of EngineKind::table and jit, else null.
  [[nodiscard]] const RuleTable* table() const noexcept { return table_.get(); }
  [[nodiscard]] const NativeReport& native_report() const noexcept { return native_; }
  // One line for people: what decides, and what became of native code.
  [[nodiscard]] std::string description() const;

  // A scratch with room for this engine; Scratch::fit(bound()) makes room in an old one.
  [[nodiscard]] Scratch make_scratch() const { return Scratch(bound()); }

  // Decides one action. A scratch without room for this engine is a bug and aborts.
  // cost: at most the program's cost certificate. source: docs/language.md, section 8.
  [[nodiscard]] Decision decide(const Facts& facts, Scratch& scratch) const noexcept;

  // See LinearEngine.
  [[nodiscard]] Truth condition(std::uint32_t rule, const Facts& facts,
                                Scratch& scratch) const noexcept {
    return linear_.condition(rule, facts, scratch);
  }
  [[nodiscard]] Truth counts(std::uint32_t count, const Facts& facts,
                             Scratch& scratch) const noexcept {
    return linear_.counts(count, facts, scratch);
  }

 private:
  LinearEngine linear_;
  std::unique_ptr<const RuleTable> table_;  // null: linear
  NativeReport native_;
};

}  // namespace sentrail::decide
