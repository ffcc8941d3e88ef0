// From a checked policy to an engine. See compiled.hpp.
#include "compiler/tester/compiled.hpp"

#include <algorithm>

#include "compiler/catalog/lower.hpp"
#include "compiler/ir/phases.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "runtime/decide/reason.hpp"

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
  compiled->engine_ = std::make_unique<decide::Engine>(compiled->program_.view());
  compiled->decider_.emplace(*compiled->engine_);
  return compiled;
}

std::string rule_name(const Program& program, std::uint32_t rule) {
  const std::string_view name = decide::rule_name_of(program, rule);
  return name == ir::answers_rule_of(program.name()) ? "default" : std::string(name);
}

}  // namespace sentrail::compiler
