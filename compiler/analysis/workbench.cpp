// Space first, formulas after it. See workbench.hpp.
#include "compiler/analysis/workbench.hpp"

#include "compiler/analysis/alignment.hpp"

namespace sentrail::compiler::analysis {

Workbench::Workbench(std::span<const ir::Policy* const> policies, bool judged) : circuit_(space_) {
  for (const ir::Policy* policy : policies) {
    Judge& judge = judges_.emplace_back(*policy);
    // Whether it cannot be made is said where a witness is confirmed.
    if (judged) (void)judge.prepare();
  }
  for (const ir::Policy* policy : policies) space_.add(*policy);
  space_.build();
  for (const ir::Policy* policy : policies) {
    meanings_.push_back(std::make_unique<Meaning>(*policy, space_, circuit_));
  }
  const Blocks blocks =
      policies.size() == 2 ? common_blocks(*meanings_[0], *meanings_[1]) : one_block(*policies[0]);
  meanings_[0]->number_rules(blocks.before);
  if (policies.size() < 2) return;
  meanings_[1]->number_rules(blocks.after);
  judges_[1].share(judges_[0]);
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
