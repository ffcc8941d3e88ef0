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
  const decide::CountAt at{"", 0, &state.used};
  for (std::uint32_t i = 0; i < state.calls_before; ++i) {
    (void)decide::decide_counted(*engine_, actions, scratch, &windows, at);
  }
  decide::CountedDecisions counted =
      decide::decide_counted(*engine_, actions, scratch, &windows, at);
  evaluation.decisions = std::move(counted.decisions);
  evaluation.deciding = counted.deciding;
  return evaluation;
}

std::optional<decide::Approval> approval_of(const decide::LinearEngine& engine,
                                            const Evaluation& evaluation) {
  if (evaluation.decision().effect != Effect::require_approval) return std::nullopt;
  decide::Approval all;
  decide::Scratch scratch = engine.make_scratch();
  for (std::size_t i = 0; i < evaluation.requests.size(); ++i) {
    const auto one = decide::approval_of(engine, evaluation.decisions[i],
                                         evaluation.requests[i].facts(), scratch);
    if (one) all.join(*one);
  }
  return all;
}

}  // namespace sentrail::compiler
