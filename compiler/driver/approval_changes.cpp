// See approval_changes.hpp.
#include "compiler/driver/approval_changes.hpp"

#include <map>

#include "core/duration.hpp"

namespace sentrail::compiler {
namespace {

constexpr const char* kUsual = "as usual";

std::string text_of(const ir::Approval& approval) {
  if (approval == ir::Approval{}) return kUsual;
  std::string text;
  for (const ir::Seats& seats : approval.seats) {
    text += (text.empty() ? "from (" : " and ") + std::to_string(seats.people) +
            (seats.role ? " of role " : " of group ") + seats.name;
  }
  text += ")";
  if (approval.within_ms) text += " within " + print_duration_ms(*approval.within_ms);
  return text;
}

// What is not usual, by the name of who asks.
std::map<std::string, std::string> texts_of(const ir::Policy& policy) {
  std::map<std::string, std::string> texts;
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      if (rule.approval == ir::Approval{}) continue;
      texts.emplace(rule.qualified_name, text_of(rule.approval));
    }
  }
  if (policy.default_approval != ir::Approval{}) {
    texts.emplace("default", text_of(policy.default_approval));
  }
  return texts;
}

}  // namespace

std::vector<ApprovalChange> approval_changes(const ir::Policy& before, const ir::Policy& after) {
  std::map<std::string, ApprovalChange> changes;
  for (const auto& [rule, text] : texts_of(before)) changes[rule] = {rule, text, kUsual};
  for (const auto& [rule, text] : texts_of(after)) {
    ApprovalChange& change =
        changes.try_emplace(rule, ApprovalChange{rule, kUsual, {}}).first->second;
    change.after = text;
  }
  std::vector<ApprovalChange> found;
  for (auto& [rule, change] : changes) {
    if (change.before != change.after) found.push_back(std::move(change));
  }
  return found;
}

}  // namespace sentrail::compiler
