// From a checked policy to an engine. See compiled.hpp.
#include "compiler/tester/compiled.hpp"

#include <algorithm>

#include "compiler/catalog/lower.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"

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

Evaluation Compiled::evaluate(std::vector<request::Request> requests) const {
  Evaluation evaluation;
  evaluation.requests = std::move(requests);
  // Rules that have ended are errors, so the policy is taken as if none ever did.
  for (request::Request& one : evaluation.requests) one.set_now(0);
  decide::Scratch scratch = engine_->make_scratch();
  std::vector<const Facts*> facts;
  for (const request::Request& one : evaluation.requests) {
    facts.push_back(&one.facts());
    evaluation.decisions.push_back(engine_->decide(one.facts(), scratch));
  }
  evaluation.answer = decide::answer_of(*engine_, evaluation.decisions, facts, scratch);
  evaluation.shadows =
      decide::shadows_of(*engine_, evaluation.decisions, facts, evaluation.answer, scratch);
  return evaluation;
}

std::string Compiled::rule_name(std::uint32_t rule) const {
  if (rule == Decision::kByDefault) return "default";
  const Program& program = engine_->program();
  return std::string(program.view(program.written(rule).qualified_name));
}

}  // namespace sentrail::compiler
