// From a checked policy to an engine. See compiled.hpp.
#include "compiler/tester/compiled.hpp"

#include <algorithm>

#include "compiler/catalog/lower.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "runtime/decide/joined.hpp"

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

Evaluation evaluate(const decide::LinearEngine& engine, std::vector<request::Request> requests) {
  Evaluation evaluation;
  evaluation.requests = std::move(requests);
  decide::Scratch scratch = engine.make_scratch();
  for (const request::Request& one : evaluation.requests) {
    evaluation.decisions.push_back(engine.decide(one.facts(), scratch));
  }
  evaluation.deciding = decide::strictest(evaluation.decisions);
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

std::string rule_name(const Program& program, std::uint32_t rule) {
  if (rule == Decision::kByDefault) return "default";
  return std::string(program.view(program.rules[rule].qualified_name));
}

}  // namespace sentrail::compiler
