// From a checked policy to an engine. See compiled.hpp.
#include "compiler/tester/compiled.hpp"

#include <algorithm>

#include "compiler/catalog/lower.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "runtime/decide/counting.hpp"

namespace sentrail::compiler {

Result<std::unique_ptr<Compiled>> Compiled::of(const ir::Policy& policy,
                                               std::span<const Catalog> catalogs,
                                               const Sources& sources) {
  std::vector<Catalog> imported;
  for (const Catalog& catalog : catalogs) {
    if (std::find(policy.catalogs.begin(), policy.catalogs.end(), catalog.name) !=
        policy.catalogs.end()) {
      imported.push_back(catalog);
    }
  }
  std::unique_ptr<Compiled> compiled(new Compiled());
  SENTRAIL_ASSIGN_OR_RETURN(compiled->program_, lower(simplify(policy), &sources));
  compiled->catalogs_ = lower_catalogs(imported);
  compiled->view_ = compiled->catalogs_.view();
  compiled->engine_ = std::make_unique<decide::LinearEngine>(compiled->program_.view());
  return compiled;
}

Evaluation Compiled::evaluate(std::vector<request::Request> requests, const State& state) const {
  Evaluation evaluation;
  evaluation.requests = std::move(requests);
  std::vector<const Facts*> actions;
  // Rules that have ended are errors, so the policy is taken as if none ever did.
  for (request::Request& one : evaluation.requests) {
    one.set_now(0);
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

std::string Compiled::rule_name(std::uint32_t rule) const {
  if (rule == Decision::kByDefault) return "default";
  const Program& program = engine_->program();
  return std::string(program.view(program.written(rule).qualified_name));
}

}  // namespace sentrail::compiler
