// Runs the phases one after the other. See compiled.hpp.
#include "tests/support/compiled.hpp"

#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "core/check.hpp"

namespace sentrail::support {

Compiled::Compiled(const compiler::ir::Policy& policy, Phases phases) {
  auto storage = compiler::lower(phases == Phases::all ? compiler::simplify(policy) : policy);
  SENTRAIL_CHECK_NOTE(storage.has_value(), storage ? "" : storage.error().message.c_str());
  storage_ = std::make_unique<ProgramStorage>(std::move(*storage));
  engine_ = std::make_unique<decide::LinearEngine>(storage_->view());
  scratch_.fit(engine_->bound());
}

}  // namespace sentrail::support
