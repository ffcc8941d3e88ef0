// Fields of a policy to a condition. See sentrail_json.hpp.
#include "compiler/import/sentrail_json.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/import/attributes.hpp"
#include "compiler/import/document.hpp"

namespace sentrail::compiler::import_ {
namespace {

using wire::YamlNode;

// A policy as read, on its way into its place.
struct HostedPolicy {
  std::string name;
  std::size_t place = 0;  // in the file
  std::int64_t priority = 0;
  bool enabled = true;
  Outcome outcome = Outcome::block;
  FormulaRef condition;
  std::vector<std::string> notes;
};

Place place(std::string_view path) {
  return *place_named(path);
}

FormulaRef equals(std::string_view path, const std::string& text) {
  return compare(place(path), Comparison::equal, {ConstantKind::string, text});
}

FormulaRef in_list(std::string_view path, const std::vector<std::string>& texts) {
  std::vector<Constant> constants;
  for (const std::string& text : texts) constants.push_back({ConstantKind::string, text});
  return is_one_of(place(path), constants);
}

FormulaRef begins_with(std::string_view path, std::string_view text) {
  return text.empty() ? always() : has_part(place(path), TestOp::starts_with, text);
}

Result<Outcome> outcome_of(const Fields& fields, const std::string& mode) {
  if (mode == "allow") return Outcome::allow;
  if (mode == "block") return Outcome::block;
  if (mode == "require_approval") return Outcome::require_approval;
  return fields.wrong("mode", "is none of allow, block, require_approval");
}

Result<std::string> risk_of(const Fields& fields, std::string_view field, std::string level) {
  constexpr std::array<std::string_view, 4> kLevels = {"low", "medium", "high", "critical"};
  if (std::find(kLevels.begin(), kLevels.end(), level) != kLevels.end()) return level;
  return fields.wrong(field, "is none of low, medium, high, critical");
}

// `*`, `prefix*`, or exactly that text: the documented forms.
FormulaRef pattern(std::string_view path, const std::string& text) {
  if (text == "*") return always();
  if (text.ends_with('*')) return begins_with(path, text.substr(0, text.size() - 1));
  return equals(path, text);
}

// A star elsewhere is documented to mean itself, which hardly anybody means.
void note_odd_star(HostedPolicy& policy, std::string_view field, const std::string& text) {
  const std::size_t star = text.find('*');
  if (star == std::string::npos || star + 1 == text.size()) return;
  policy.notes.push_back("the `*` in `" + std::string(field) +
                         "` does not stand at the end and so means itself: nothing is called `" +
                         text + "`");
}

Status read_action(Fields& fields, HostedPolicy& policy, std::vector<FormulaRef>& parts) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> action, fields.text("actionPattern"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> legacy, fields.text("actionType"));
  if (action) {
    parts.push_back(pattern("action", *action));
    note_odd_star(policy, "actionPattern", *action);
    if (legacy && *legacy != *action) {
      parts.push_back(unknown("what `actionType` means beside `actionPattern` is not documented"));
    }
  } else if (legacy) {
    parts.push_back(pattern("action", *legacy));
    policy.notes.push_back("`actionType` is read as the `actionPattern` that it was before");
  } else {
    return fields.wrong("actionPattern", "is missing");
  }
  return {};
}

// The exact level by one page of the documentation, that level or higher by another.
Status read_risk(Fields& fields, const HostedPolicy& policy, std::vector<FormulaRef>& parts) {
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<std::string> level, fields.text("riskLevel"));
  if (!level) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const std::string risk,
                            risk_of(fields, "riskLevel", std::move(*level)));
  const Constant constant{ConstantKind::string, risk};
  const FormulaRef exactly = compare(place("risk"), Comparison::equal, constant);
  const FormulaRef at_least = compare(place("risk"), Comparison::greater_equal, constant);
  const FormulaRef either_way =
      unknown("`riskLevel` is documented both as exactly that level and as that level or higher");
  // The same twice, so that each outcome is written with the one test that it takes.
  parts.push_back(policy.outcome == Outcome::block
                      ? both({at_least, either({exactly, either_way})})
                      : either({exactly, both({either_way, at_least})}));
  return {};
}

// Names of MCP tools. What a policy for every tool says of them elsewhere is not documented.
Status read_mcp(Fields& fields, const std::string& tool, std::vector<FormulaRef>& parts) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> name, fields.text("toolName"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> names, fields.text("toolNamePattern"));
  if (!name && !names) return {};
  std::optional<FormulaRef> matches;
  if (name) matches = equals("mcp.tool", *name);
  if (names) {
    // A pattern without a star is a prefix or a name, by how one reads it.
    const FormulaRef by_pattern =
        ambiguous(pattern("mcp.tool", *names), begins_with("mcp.tool", *names),
                  "`toolNamePattern` without `*` may be a name or a prefix");
    const FormulaRef pattern_matches =
        names->ends_with('*') ? pattern("mcp.tool", *names) : by_pattern;
    matches = matches ? ambiguous(*matches, pattern_matches,
                                  "whether both or one of `toolName` and `toolNamePattern` must "
                                  "match is not documented")
                      : pattern_matches;
  }
  if (tool == "mcp") {
    parts.push_back(*matches);
  } else {
    parts.push_back(
        either({*matches, both({negation(equals("tool", "mcp")),
                                unknown("what `toolName` means for tools other than `mcp` is not "
                                        "documented")})}));
  }
  return {};
}

// An allow list and a deny list of the same attribute.
Status read_lists(Fields& conditions, std::string_view path, std::string_view allowed,
                  std::string_view blocked, HostedPolicy& policy, std::vector<FormulaRef>& parts) {
  SENTRAIL_ASSIGN_OR_RETURN(const auto only, conditions.texts(allowed));
  SENTRAIL_ASSIGN_OR_RETURN(const auto but, conditions.texts(blocked));
  if (only && only->empty()) {
    parts.push_back(
        unknown("an empty `" + std::string(allowed) + "` may mean nobody or no restriction"));
  } else if (only) {
    parts.push_back(in_list(path, *only));
  }
  if (!but || but->empty()) return {};
  parts.push_back(negation(in_list(path, *but)));
  if (policy.outcome != Outcome::allow) {
    policy.notes.push_back("`" + std::string(blocked) +
                           "` takes those it names out of this policy: it applies to everybody "
                           "else, which is rarely what its author meant");
  }
  return {};
}

Status read_conditions(Fields& fields, HostedPolicy& policy, std::vector<FormulaRef>& parts) {
  const YamlNode* node = fields.find("conditions");
  if (node == nullptr) return {};
  SENTRAIL_ASSIGN_OR_RETURN(Fields conditions, Fields::of(*node, fields.what() + ": `conditions`"));
  for (const auto& [field, comparison] : {std::pair{"minRiskLevel", Comparison::greater_equal},
                                          std::pair{"maxRiskLevel", Comparison::less_equal}}) {
    SENTRAIL_ASSIGN_OR_RETURN(std::optional<std::string> level, conditions.text(field));
    if (!level) continue;
    SENTRAIL_ASSIGN_OR_RETURN(std::string risk, risk_of(conditions, field, std::move(*level)));
    parts.push_back(compare(place("risk"), comparison, {ConstantKind::string, std::move(risk)}));
  }
  SENTRAIL_TRY(read_lists(conditions, "agent.id", "allowedAgents", "blockedAgents", policy, parts));
  SENTRAIL_TRY(read_lists(conditions, "resource.type", "allowedResourceTypes",
                          "blockedResourceTypes", policy, parts));
  if (const YamlNode* rules = conditions.find("customRules")) {
    const bool empty =
        rules->kind != wire::YamlKind::scalar && rules->items.empty() && rules->entries.empty();
    if (!empty) parts.push_back(unknown("what `customRules` means is not documented"));
  }
  for (const std::string& name : conditions.others()) {
    parts.push_back(unknown("the condition `" + name + "` is not documented"));
  }
  return {};
}

Result<HostedPolicy> read_policy(const YamlNode& node, std::size_t number) {
  SENTRAIL_ASSIGN_OR_RETURN(Fields fields, Fields::of(node, "policy " + std::to_string(number)));
  HostedPolicy policy;
  SENTRAIL_ASSIGN_OR_RETURN(policy.name, fields.needed_text("name"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string tool, fields.needed_text("tool"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string mode, fields.needed_text("mode"));
  SENTRAIL_ASSIGN_OR_RETURN(policy.outcome, outcome_of(fields, mode));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::int64_t> priority, fields.integer("priority"));
  if (!priority) return fields.wrong("priority", "is missing");
  policy.priority = *priority;
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<bool> enabled, fields.flag("enabled"));
  policy.enabled = enabled.value_or(true);
  std::vector<FormulaRef> parts;
  if (tool != "*") parts.push_back(equals("tool", tool));
  SENTRAIL_TRY(read_action(fields, policy, parts));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> type, fields.text("resourceType"));
  if (type) parts.push_back(equals("resource.type", *type));
  SENTRAIL_TRY(read_risk(fields, policy, parts));
  SENTRAIL_TRY(read_mcp(fields, tool, parts));
  SENTRAIL_TRY(read_conditions(fields, policy, parts));
  // Of no consequence for what is decided.
  for (const std::string_view name :
       {"id", "workspaceId", "description", "createdAt", "updatedAt", "createdBy", "updatedBy"}) {
    (void)fields.find(name);
  }
  for (const std::string& name : fields.others()) {
    parts.push_back(unknown("the field `" + name + "` is not documented"));
  }
  policy.condition = both(std::move(parts));
  return policy;
}

Result<std::vector<HostedPolicy>> read_policies(const YamlNode& root) {
  std::vector<const YamlNode*> nodes;
  const YamlNode* list = root.kind == wire::YamlKind::mapping ? root.find("policies") : &root;
  if (list != nullptr && list->kind == wire::YamlKind::sequence) {
    for (const YamlNode& node : list->items) nodes.push_back(&node);
  } else if (list == nullptr) {
    nodes.push_back(&root);
  } else {
    return fail(Errc::invalid_argument, "there is no list of policies");
  }
  std::vector<HostedPolicy> policies;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    SENTRAIL_ASSIGN_OR_RETURN(HostedPolicy policy, read_policy(*nodes[i], i + 1));
    policies.push_back(std::move(policy));
  }
  return policies;
}

// First by priority, then the stricter first: what the source does with a tie is not documented.
void bring_into_order(std::vector<HostedPolicy>& policies) {
  for (std::size_t i = 0; i < policies.size(); ++i) policies[i].place = i;
  std::sort(policies.begin(), policies.end(), [](const auto& a, const auto& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return a.outcome != b.outcome ? a.outcome > b.outcome : a.place < b.place;
  });
}

bool is_tied(const std::vector<HostedPolicy>& policies, std::size_t at) {
  return at > 0 && policies[at - 1].priority == policies[at].priority &&
         policies[at - 1].outcome != policies[at].outcome;
}

}  // namespace

Result<Imported> import_sentrail(const YamlNode& root, std::optional<Effect> default_effect,
                                 const std::string& policy_name) {
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<HostedPolicy> policies, read_policies(root));
  ImportBuilder builder(policy_name);
  builder.comment(
      "Imported from Sentrail's policy JSON: the first rule that matches decides, in "
      "order of priority.");
  const std::size_t read = policies.size();
  std::erase_if(policies, [](const HostedPolicy& policy) { return !policy.enabled; });
  if (policies.size() < read) {
    builder.file_note(std::to_string(read - policies.size()) +
                      " disabled policies decide nothing and are left out");
  }
  bring_into_order(policies);
  const TierIndex tier = builder.add_tier("policies", false);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const HostedPolicy& policy = policies[i];
    builder.begin({policy.name,
                   "Policy '" + policy.name + "' matched",
                   {"\"" + policy.name + "\", priority " + std::to_string(policy.priority) + "."}});
    for (const std::string& note : policy.notes) builder.note(note);
    if (is_tied(policies, i)) {
      builder.not_carried(
          "it has the priority of the policy before it and another mode, and which "
          "comes first is not documented: the stricter one does here");
    }
    builder.add(tier, policy.outcome, policy.condition);
  }
  if (!default_effect) {
    builder.begin({"unmatched repos.delete",
                   "repositories are not deleted unless a policy says so",
                   {"What no policy matches asks, and the deletion of a repository is blocked."}});
    builder.add(tier, Outcome::block, equals("action", "repos.delete"));
  }
  builder.set_default(default_effect.value_or(Effect::require_approval), "no policy matched");
  return builder.take();
}

}  // namespace sentrail::compiler::import_
