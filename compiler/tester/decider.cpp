// Places a request in time, counts, decides. See decider.hpp.
#include "compiler/tester/decider.hpp"

#include <utility>

#include "runtime/decide/counting.hpp"

namespace sentrail::compiler {

Decider::Decider(const decide::LinearEngine& engine) : engine_(&engine) {
  const Program& program = engine.program();
  if (program.zones.empty()) return;
  zones_ = std::make_unique<wire::ZoneClocks>(zone_names_of(program));
}

void Decider::place_in_time(request::Request& one, std::int64_t otherwise_ms) const {
  const Facts& facts = one.facts();
  const bool given =
      facts.now_ms != Facts{}.now_ms || facts[AttributeId::time].kind != FactKind::absent;
  if (!given) one.set_now(otherwise_ms);
  if (zones_ != nullptr) one.set_zones(zones_->at(facts.now_ms));
}

Evaluation Decider::evaluate(std::vector<request::Request> requests, const State& state,
                             std::int64_t otherwise_ms) const {
  Evaluation evaluation;
  evaluation.requests = std::move(requests);
  std::vector<const Facts*> actions;
  for (request::Request& one : evaluation.requests) {
    place_in_time(one, otherwise_ms);
    actions.push_back(&one.facts());
  }
  decide::Scratch scratch = engine_->make_scratch();
  decide::Windows windows;
  decide::CountAt at{"", 0, &state.used};
  at.shadows = false;
  for (std::uint32_t i = 0; i < state.calls_before; ++i) {
    (void)decide::decide_counted(*engine_, actions, scratch, &windows, at);
  }
  at.shadows = true;
  decide::CountedDecisions counted =
      decide::decide_counted(*engine_, actions, scratch, &windows, at);
  evaluation.decisions = std::move(counted.decisions);
  evaluation.answer = std::move(counted.answer);
  evaluation.shadows = std::move(counted.shadows);
  return evaluation;
}

}  // namespace sentrail::compiler
