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
  if (!compiled->program_.zones.empty()) {
    compiled->zones_ = std::make_unique<wire::ZoneClocks>(zone_names_of(compiled->program_.view()));
  }
  compiled->engine_ = std::make_unique<decide::LinearEngine>(compiled->program_.view());
  return compiled;
}

void Compiled::place_in_time(request::Request& one, std::int64_t otherwise_ms) const {
  const Facts& facts = one.facts();
  const bool given =
      facts.now_ms != Facts{}.now_ms || facts[AttributeId::time].kind != FactKind::absent;
  if (!given) one.set_now(otherwise_ms);
  if (zones_ != nullptr) one.set_zones(zones_->at(facts.now_ms));
}

Evaluation Compiled::evaluate(std::vector<request::Request> requests,
                              std::int64_t otherwise_ms) const {
  Evaluation evaluation;
  evaluation.requests = std::move(requests);
  for (request::Request& one : evaluation.requests) place_in_time(one, otherwise_ms);
  decide::Scratch scratch = engine_->make_scratch();
  for (const request::Request& one : evaluation.requests) {
    evaluation.decisions.push_back(engine_->decide(one.facts(), scratch));
  }
  evaluation.deciding = decide::strictest(evaluation.decisions);
  return evaluation;
}

std::string Compiled::rule_name(std::uint32_t rule) const {
  if (rule == Decision::kByDefault) return "default";
  const Program& program = engine_->program();
  return std::string(program.view(program.rules[rule].qualified_name));
}

}  // namespace sentrail::compiler
