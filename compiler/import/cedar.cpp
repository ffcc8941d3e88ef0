// Policies to rules. See cedar.hpp.
#include "compiler/import/cedar.hpp"

#include <algorithm>

#include "compiler/import/cedar_terms.hpp"

namespace sentrail::compiler::import_ {
namespace {

// `@id` names a policy; without one its place does.
std::string label_of(const CedarPolicy& policy, std::size_t index) {
  for (const CedarAnnotation& annotation : policy.annotations) {
    if (annotation.name == "id" && !annotation.text.empty()) return annotation.text;
  }
  return "policy" + std::to_string(index);
}

std::string kind_of(const CedarPolicy& policy) {
  return policy.permit ? "permit" : "forbid";
}

SourceRule rule_of(const CedarPolicy& policy, std::size_t index) {
  SourceRule rule;
  rule.label = label_of(policy, index);
  rule.because = "Cedar: " + kind_of(policy) + " " + rule.label;
  rule.comments.push_back("Line " + std::to_string(policy.line) + ": " + kind_of(policy) + ".");
  for (const CedarAnnotation& annotation : policy.annotations) {
    if (annotation.name == "id") continue;
    rule.comments.push_back("@" + annotation.name + ": " + annotation.text);
  }
  return rule;
}

}  // namespace

Result<Imported> import_cedar(std::string_view text, const ImportMap& map,
                              const std::string& policy_name) {
  SENTRAIL_ASSIGN_OR_RETURN(const CedarFile file, parse_cedar(text));
  const CedarConditions conditions(file, map);
  ImportBuilder builder(policy_name);
  builder.comment(
      "Imported from Cedar: a forbid overrides every permit, and what no permit "
      "covers is blocked.");
  const TierIndex forbids = builder.add_tier("forbids", true);
  const TierIndex permits = builder.add_tier("permits", false);
  std::size_t index = 0;
  for (const CedarPolicy& policy : file.policies) {
    builder.begin(rule_of(policy, index++));
    builder.add(policy.permit ? permits : forbids, policy.permit ? Outcome::allow : Outcome::block,
                conditions.when_applies(policy));
  }
  builder.set_default(Effect::block, "no permit applies");
  return builder.take();
}

}  // namespace sentrail::compiler::import_
