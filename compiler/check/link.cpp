// Appends the parts of modules to one policy. See module.hpp.
#include <algorithm>
#include <set>
#include <utility>

#include "compiler/check/module.hpp"
#include "compiler/ir/phases.hpp"
#include "core/check.hpp"

namespace sentrail::compiler {
namespace {

// All modules below a root and the root, each once, imported ones first, in the order of imports.
std::vector<const CheckedModule*> in_order(const CheckedModule& root) {
  std::vector<const CheckedModule*> order;
  std::set<const CheckedModule*> met = {&root};
  std::vector<std::pair<const CheckedModule*, std::size_t>> open = {{&root, 0}};
  while (!open.empty()) {
    auto& [module, next] = open.back();
    if (next == module->imports.size()) {
      order.push_back(module);
      open.pop_back();
    } else if (const CheckedModule* imported = module->imports[next++];
               met.insert(imported).second) {
      open.emplace_back(imported, 0);
    }
  }
  return order;
}

void append(ir::Policy& policy, const ir::Policy& part) {
  const auto base = static_cast<std::uint32_t>(policy.conditions.size());
  const auto moved = [base](ir::ConditionId id) { return ir::ConditionId{base + id.value}; };
  for (ir::Condition condition : part.conditions) {
    std::ranges::transform(condition.children, condition.children.begin(), moved);
    policy.conditions.push_back(std::move(condition));
  }
  for (ir::Tier tier : part.tiers) {
    ir::for_each_written(tier, [&](ir::Rule& rule) {
      rule.when = moved(rule.when);
      if (rule.unless) rule.unless = moved(*rule.unless);
    });
    policy.tiers.push_back(std::move(tier));
  }
  for (ir::Proof proof : part.proofs) {
    proof.when = moved(proof.when);
    policy.proofs.push_back(std::move(proof));
  }
  for (const ir::Count& count : part.counts) add_count(policy, count);
  for (const std::string& catalog : part.catalogs) {
    const bool is_new = std::ranges::find(policy.catalogs, catalog) == policy.catalogs.end();
    if (is_new) policy.catalogs.push_back(catalog);
  }
}

}  // namespace

ir::Policy link(const CheckedModule& root) {
  if (root.imports.empty()) return ir::with_phases(root.own);
  ir::Policy policy;
  for (const CheckedModule* module : in_order(root)) {
    SENTRAIL_CHECK(module->fine);
    append(policy, module->own);
  }
  policy.name = root.own.name;
  policy.default_effect = root.own.default_effect;
  policy.default_because = root.own.default_because;
  policy.default_approval = root.own.default_approval;
  policy.tests = root.own.tests;
  return ir::with_phases(std::move(policy));
}

ir::Policy link(CheckedModule&& root) {
  if (root.imports.empty()) return ir::with_phases(std::move(root.own));
  return link(std::as_const(root));
}

}  // namespace sentrail::compiler
