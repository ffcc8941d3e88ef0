// Chooses the engine. See engine.hpp.
#include "runtime/decide/engine.hpp"

#include <utility>

namespace sentrail::decide {

Engine::Engine(const Program& verified, EngineKind kind) : linear_(verified) {
  if (kind == EngineKind::linear) return;
  RuleTable table(linear_.bound());
  if (kind == EngineKind::table || table.pays()) table_ = std::move(table);
}

}  // namespace sentrail::decide
