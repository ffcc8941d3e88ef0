// See approval_changes.hpp.
#include "compiler/driver/approval_changes.hpp"

#include <map>

#include "compiler/analysis/aspects.hpp"

namespace sentrail::compiler {
namespace {

// What is not usual, by the name of who asks.
std::map<std::string, std::string> texts_of(const ir::Policy& policy) {
  std::map<std::string, std::string> texts;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      if (rule.approval == ir::Approval{}) continue;
      texts.emplace(rule.qualified_name, to_string(rule.approval));
    }
  }
  if (policy.default_approval != ir::Approval{}) {
    texts.emplace("default", to_string(policy.default_approval));
  }
  return texts;
}

}  // namespace

std::vector<ApprovalChange> approval_changes(const ir::Policy& before, const ir::Policy& after) {
  const std::string usual = to_string(ir::Approval{});
  std::map<std::string, ApprovalChange> changes;
  for (const auto& [rule, text] : texts_of(before)) changes[rule] = {rule, text, usual};
  for (const auto& [rule, text] : texts_of(after)) {
    ApprovalChange& change =
        changes.try_emplace(rule, ApprovalChange{rule, usual, {}}).first->second;
    change.after = text;
  }
  std::vector<ApprovalChange> found;
  for (auto& [rule, change] : changes) {
    if (change.before != change.after) found.push_back(std::move(change));
  }
  return found;
}

}  // namespace sentrail::compiler
