// Chooses the engine. See engine.hpp.
#include "runtime/decide/engine.hpp"

#include "runtime/decide/table.hpp"

namespace sentrail::decide {

Engine::Engine(const Program& verified, EngineKind kind, const NativeMaker* maker)
    : linear_(verified) {
  if (kind == EngineKind::linear) return;
  auto table = std::make_unique<const RuleTable>(linear_.bound());
  const bool asked = kind == EngineKind::jit;
  if (maker != nullptr && kind != EngineKind::table) {
    NativeMade made = maker->make(linear_.bound(), *table, asked);
    native_ = std::move(made.report);
    linear_.use(std::move(made.rules));
    if (native_.whole) return;
  } else if (asked) {
    native_ = {.chosen = true, .complaint = "this program makes none"};
  }
  if (kind != EngineKind::automatic || native_.rules > 0 || table->pays()) {
    table_ = std::move(table);
  }
}

Engine::Engine(Engine&& other) noexcept = default;
Engine::~Engine() = default;

Decision Engine::decide(const Facts& facts, Scratch& scratch) const noexcept {
  return table_ ? table_->decide(linear_, facts, scratch) : linear_.decide(facts, scratch);
}

std::string Engine::description() const {
  std::string out(name_of(kind()));
  if (native_.rules > 0) {
    out += ", " + std::to_string(native_.rules) + " of " + std::to_string(program().rules.size()) +
           " rules in " + std::to_string(native_.code_bytes) + " bytes of native code";
    if (table_) out += " beside the table";
  }
  if (native_.over_caps > 0) {
    out += ", " + std::to_string(native_.over_caps) + " more are over its limits";
  }
  if (!native_.complaint.empty()) out += "; no native code: " + native_.complaint;
  return out;
}

}  // namespace sentrail::decide
