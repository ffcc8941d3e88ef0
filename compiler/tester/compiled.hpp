// A policy and its catalogs brought to an engine, in memory: what `test`, `eval` and `build` share.
//
// Neighbours: simplify/, lower/, catalog/lower.hpp before it; runtime/decide after it. Must not
// know: files, bundles.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/catalog/catalog.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/tester/decider.hpp"
#include "core/catalog.hpp"
#include "core/program.hpp"
#include "core/result.hpp"
#include "runtime/decide/engine.hpp"

namespace sentrail::compiler {

// What people call a rule: as decide::rule_name_of(), and `default` for what decides about an
// answer where no written rule does.
[[nodiscard]] std::string rule_name(const Program& program, std::uint32_t rule);

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
  [[nodiscard]] const decide::Engine& engine() const noexcept { return *engine_; }

  [[nodiscard]] const Decider& decider() const noexcept { return *decider_; }

  // As its decider.
  [[nodiscard]] Evaluation evaluate(std::vector<request::Request> requests, const State& state = {},
                                    std::int64_t otherwise_ms = 0) const {
    return decider_->evaluate(std::move(requests), state, otherwise_ms);
  }

  // As rule_name() of its program.
  [[nodiscard]] std::string rule_name(std::uint32_t rule) const {
    return compiler::rule_name(engine_->program(), rule);
  }

 private:
  Compiled() = default;

  ProgramStorage program_;
  CatalogTables catalogs_;
  CatalogView view_;
  std::unique_ptr<decide::Engine> engine_;
  std::optional<Decider> decider_;
};

}  // namespace sentrail::compiler
