// A policy and its catalogs brought to an engine, in memory: what `test`, `eval` and `build` share.
//
// Neighbours: simplify/, lower/, catalog/lower.hpp before it; runtime/decide after it. Must not
// know: files, bundles.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/tester/state.hpp"
#include "core/catalog.hpp"
#include "core/program.hpp"
#include "core/result.hpp"
#include "runtime/decide/answer.hpp"
#include "runtime/decide/engine.hpp"
#include "runtime/request/request.hpp"

namespace sentrail::compiler {

// What one request led to: a decision for each of its actions, and the answer to all of them.
struct Evaluation {
  std::vector<request::Request> requests;
  std::vector<Decision> decisions;
  decide::Answer answer;
  std::vector<decide::ShadowAnswer> shadows;  // what shadow rules would change

  // Of the action that decides, obligations aside.
  [[nodiscard]] const Decision& decision() const { return decisions[answer.action]; }
  [[nodiscard]] const request::Request& request() const { return requests[answer.action]; }
  // The rule that decides; the one that obliges to what cannot be carried out, if that does.
  [[nodiscard]] std::uint32_t rule() const {
    return answer.impossible != kNoRow ? answer.obliging_rule : decision().rule;
  }
};

// Tables and the engine over them. Neither copied nor moved: the engine views the tables.
class Compiled {
 public:
  // Only the catalogs that the policy imports go in. fails: as lower().
  [[nodiscard]] static Result<std::unique_ptr<Compiled>> of(const ir::Policy& policy,
                                                            std::span<const Catalog> catalogs,
                                                            const Sources& sources);
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  [[nodiscard]] const ProgramStorage& program() const noexcept { return program_; }
  [[nodiscard]] const CatalogView& catalogs() const noexcept { return view_; }
  [[nodiscard]] const decide::LinearEngine& engine() const noexcept { return *engine_; }

  // Decides every action of a request, with what limits are said to hold. REQUIRES: at least one.
  [[nodiscard]] Evaluation evaluate(std::vector<request::Request> requests,
                                    const State& state = {}) const;

  // `module.tier.rule` of a rule's number, or `default`.
  [[nodiscard]] std::string rule_name(std::uint32_t rule) const;

 private:
  Compiled() = default;

  ProgramStorage program_;
  CatalogTables catalogs_;
  CatalogView view_;
  std::unique_ptr<decide::LinearEngine> engine_;
};

}  // namespace sentrail::compiler
