// Chooses the engine. See engine.hpp.
#include "runtime/decide/engine.hpp"

#include "runtime/decide/table.hpp"

namespace sentrail::decide {

Engine::Engine(const Program& verified, EngineKind kind) : linear_(verified) {
  if (kind == EngineKind::linear) return;
  auto table = std::make_unique<const RuleTable>(linear_.bound());
  if (kind == EngineKind::table || table->pays()) table_ = std::move(table);
}

Engine::Engine(Engine&& other) noexcept = default;
Engine::~Engine() = default;

Decision Engine::decide(const Facts& facts, Scratch& scratch) const noexcept {
  return table_ ? table_->decide(linear_, facts, scratch) : linear_.decide(facts, scratch);
}

}  // namespace sentrail::decide
