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
#include "runtime/decide/engine.hpp"
#include "runtime/request/request.hpp"
#include "wire/zones.hpp"

namespace sentrail::compiler {

// What one request led to: a decision for each of its actions, and which of them decides.
struct Evaluation {
  std::vector<request::Request> requests;
  std::vector<Decision> decisions;
  std::size_t deciding = 0;

  [[nodiscard]] const Decision& decision() const { return decisions[deciding]; }
  [[nodiscard]] const request::Request& request() const { return requests[deciding]; }
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
                                    const State& state = {}, std::int64_t otherwise_ms = 0) const;

  // Says when a request is decided, if it does not say so itself, and what clocks show then. By
  // default nobody says: no rule has ended, and windows are undecidable.
  void place_in_time(request::Request& one, std::int64_t otherwise_ms = 0) const;

  // `module.tier.rule` of a rule's index, or `default`.
  [[nodiscard]] std::string rule_name(std::uint32_t rule) const;

 private:
  Compiled() = default;

  ProgramStorage program_;
  CatalogTables catalogs_;
  CatalogView view_;
  std::unique_ptr<wire::ZoneClocks> zones_;  // null: the policy knows no windows
  std::unique_ptr<decide::LinearEngine> engine_;
};

}  // namespace sentrail::compiler
