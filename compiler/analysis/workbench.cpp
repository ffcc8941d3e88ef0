// Space first, formulas after it. See workbench.hpp.
#include "compiler/analysis/workbench.hpp"

namespace sentrail::compiler::analysis {

Workbench::Workbench(std::span<const ir::Policy* const> policies) : circuit_(space_) {
  for (const ir::Policy* policy : policies) space_.add(*policy);
  space_.build();
  for (const ir::Policy* policy : policies) {
    meanings_.push_back(std::make_unique<Meaning>(*policy, space_, circuit_));
    judges_.emplace_back(*policy);
  }
}

void Workbench::deny(const Answer& answer, const std::string& message, std::string& why) {
  if (answer.opaque) {
    why = *answer.opaque;
    return;
  }
  ++unconfirmed_;
  why = "a witness was not confirmed, which is a bug of the analysis";
  if (!message.empty()) why += ": " + message;
}

}  // namespace sentrail::compiler::analysis
