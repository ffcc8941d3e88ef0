// Rules in order of priority. See sentinelgate.hpp.
#include "compiler/import/sentinelgate.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/import/cel.hpp"
#include "compiler/import/document.hpp"

namespace sentrail::compiler::import_ {
namespace {

using wire::YamlNode;

// A rule as read, on its way into its place.
struct GateRule {
  std::string name;
  std::size_t policy = 0;
  std::size_t place = 0;  // in the file
  std::optional<std::int64_t> priority;
  Outcome outcome = Outcome::block;
  std::string because;
  FormulaRef applies;  // the tool's name, and what the file leaves open
  Carried condition{always(), always()};
  std::vector<std::string> notes;
  std::vector<std::string> not_carried;
};

// What is read of a file.
struct GateFile {
  std::vector<std::string> policies;  // enabled ones, by name
  std::vector<GateRule> rules;
  std::vector<std::string> notes;
};

// A pattern without `/` is tried on the tool's bare name too, which is what ours is.
FormulaRef tool_matches(const std::string& glob) {
  if (glob.empty() || glob == "*") return always();
  const Place tool = *place_named("mcp.tool");
  const std::size_t slash = glob.find('/');
  if (slash == std::string::npos) return matches_glob(tool, glob);
  return both({matches_glob(*place_named("mcp.server"), glob.substr(0, slash)),
               matches_glob(tool, glob.substr(slash + 1)),
               unknown("`" + glob +
                       "` matches a tool by its server only while two servers have a "
                       "tool of that name")});
}

void read_outcome(const std::string& action, GateRule& rule) {
  if (action == "allow") {
    rule.outcome = Outcome::allow;
  } else if (action == "approval_required") {
    rule.outcome = Outcome::require_approval;
  } else if (action != "deny") {
    rule.notes.push_back("the action `" + action + "` is none of its actions, and denies");
  }
}

Status read_approval(Fields& fields, GateRule& rule) {
  SENTRAIL_ASSIGN_OR_RETURN(const auto timeout, fields.text("approval_timeout"));
  SENTRAIL_ASSIGN_OR_RETURN(const auto action, fields.text("timeout_action"));
  if (rule.outcome != Outcome::require_approval) return {};
  if (timeout && !timeout->empty()) {
    rule.not_carried.push_back("`approval_timeout: " + *timeout +
                               "`: the server's own time limit for approvals holds");
  }
  if (action && *action == "allow") {
    rule.not_carried.push_back("`timeout_action: allow`: an approval that nobody gives is refused");
  }
  return {};
}

Result<GateRule> read_rule(const YamlNode& node, std::string what, const ImportMap& map) {
  SENTRAIL_ASSIGN_OR_RETURN(Fields fields, Fields::of(node, std::move(what)));
  GateRule rule;
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> name, fields.text("name"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> id, fields.text("id"));
  rule.name = name && !name->empty() ? *name : id.value_or(fields.what());
  SENTRAIL_ASSIGN_OR_RETURN(rule.priority, fields.integer("priority"));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string action, fields.needed_text("action"));
  read_outcome(action, rule);
  SENTRAIL_TRY(read_approval(fields, rule));
  SENTRAIL_ASSIGN_OR_RETURN(const auto tools, fields.text("tool_match"));
  SENTRAIL_ASSIGN_OR_RETURN(const auto condition, fields.text("condition"));
  SENTRAIL_ASSIGN_OR_RETURN(const auto help, fields.text("help_text"));
  rule.because = help && !help->empty() ? *help : "matched rule " + rule.name;
  std::vector<FormulaRef> applies = {tool_matches(tools.value_or("*"))};
  if (condition && !condition->empty()) rule.condition = carry_cel(*condition, map);
  for (const std::string_view known : {"source", "created_at", "updated_at", "description"}) {
    (void)fields.find(known);
  }
  for (const std::string& other : fields.others()) {
    applies.push_back(unknown("the field `" + other + "` is not known"));
  }
  rule.applies = both(std::move(applies));
  return rule;
}

Status read_policy(const YamlNode& node, std::size_t number, bool json, const ImportMap& map,
                   GateFile& file) {
  SENTRAIL_ASSIGN_OR_RETURN(Fields fields, Fields::of(node, "policy " + std::to_string(number)));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> name, fields.text("name"));
  const std::string shown = name.value_or(fields.what());
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<bool> enabled, fields.flag("enabled"));
  if (enabled && !*enabled) {
    file.notes.push_back("the policy `" + shown + "` is disabled and left out");
    return {};
  }
  const YamlNode* rules = fields.find("rules");
  if (rules == nullptr) return {};
  if (rules->kind != wire::YamlKind::sequence) return fields.wrong("rules", "is not a list");
  file.policies.push_back(shown);
  for (std::size_t i = 0; i < rules->items.size(); ++i) {
    SENTRAIL_ASSIGN_OR_RETURN(
        GateRule rule,
        read_rule(rules->items[i], fields.what() + ", rule " + std::to_string(i + 1), map));
    rule.policy = file.policies.size() - 1;
    if (json && !enabled) {
      rule.applies = both(
          {rule.applies, unknown("the policy `" + shown + "` does not say whether it is enabled")});
    }
    file.rules.push_back(std::move(rule));
  }
  return {};
}

// Higher priorities first; what the source does with a tie is not documented: the stricter first.
void bring_into_order(std::vector<GateRule>& rules) {
  for (std::size_t i = 0; i < rules.size(); ++i) rules[i].place = i;
  std::sort(rules.begin(), rules.end(), [](const GateRule& a, const GateRule& b) {
    const std::int64_t left = a.priority.value_or(0);
    const std::int64_t right = b.priority.value_or(0);
    if (left != right) return left > right;
    return a.outcome != b.outcome ? a.outcome > b.outcome : a.place < b.place;
  });
  for (std::size_t i = 1; i < rules.size(); ++i) {
    if (rules[i - 1].priority.value_or(0) == rules[i].priority.value_or(0) &&
        rules[i - 1].outcome != rules[i].outcome) {
      rules[i].not_carried.push_back(
          "it has the priority of the rule before it and another action, and which comes first is "
          "not documented: the stricter one does here");
    }
  }
}

void add_rule(ImportBuilder& builder, TierIndex tier, const GateRule& rule) {
  std::string comment = "\"" + rule.name + "\"";
  if (rule.priority) comment += ", priority " + std::to_string(*rule.priority);
  builder.begin({rule.name, rule.because, {comment + "."}});
  for (const std::string& note : rule.notes) builder.note(note);
  for (const std::string& message : rule.not_carried) builder.not_carried(message);
  const FormulaRef fails = negation(rule.condition.defined);
  if (rule.outcome == Outcome::block) {
    builder.add(tier, Outcome::block, both({rule.applies, either({fails, rule.condition.value})}));
    return;
  }
  // A condition that fails ends the call there, before any rule behind it is looked at.
  if (fails->kind != FormulaKind::never) {
    builder.add(tier, Outcome::block, both({rule.applies, fails}), " fails",
                "the condition of " + rule.name + " cannot be evaluated");
  }
  builder.add(tier, rule.outcome, both({rule.applies, rule.condition.value}));
}

// What else a configuration or state holds. Some of it restricts calls beside the rules.
void report_sections(const YamlNode& root, ImportBuilder& builder) {
  constexpr std::array<std::string_view, 22> kHarmless = {
      "policies",   "default_policy",    "DefaultPolicy", "quarantined_tools", "server",
      "upstream",   "upstreams",         "auth",          "identities",        "api_keys",
      "audit",      "audit_file",        "evidence",      "webhook",           "version",
      "created_at", "updated_at",        "telemetry",     "evidence_config",   "tool_baseline",
      "recordings", "policy_evaluations"};
  for (const wire::YamlEntry& entry : root.entries) {
    const bool empty =
        wire::is_null(entry.value) || (entry.value.kind != wire::YamlKind::scalar &&
                                       entry.value.items.empty() && entry.value.entries.empty());
    if (empty || std::find(kHarmless.begin(), kHarmless.end(), entry.key) != kHarmless.end()) {
      continue;
    }
    builder.file_not_carried("the section `" + entry.key +
                             "` is no rule; whatever it enforces must be set up anew");
  }
}

Status add_quarantine(Fields& fields, ImportBuilder& builder) {
  SENTRAIL_ASSIGN_OR_RETURN(const auto tools, fields.texts("quarantined_tools"));
  if (!tools || tools->empty()) return {};
  std::vector<Constant> names;
  for (const std::string& tool : *tools) names.push_back({ConstantKind::string, tool});
  const TierIndex tier = builder.add_tier("quarantine", true);
  builder.begin({"quarantined tools", "the tool is quarantined", {}});
  builder.add(tier, Outcome::block, is_one_of(*place_named("mcp.tool"), names));
  return {};
}

// v2.0 allows what no rule matches, profiles of v2.1 deny it, and a file need not say which.
Status set_default(Fields* fields, std::optional<Effect> chosen, ImportBuilder& builder) {
  std::optional<std::string> said;
  if (fields != nullptr) {
    for (const std::string_view name : {"default_policy", "DefaultPolicy"}) {
      SENTRAIL_ASSIGN_OR_RETURN(std::optional<std::string> value, fields->text(name));
      if (value && !value->empty()) said = std::move(value);
    }
  }
  if (said && *said != "allow" && *said != "deny") {
    return fields->wrong("default_policy", "is neither allow nor deny");
  }
  if (said == "deny") {
    builder.set_default(Effect::block, "no matching rule (default deny)");
  } else if (said == "allow") {
    builder.set_default(Effect::allow, "no matching rule (default allow)");
    builder.file_note("the file allows what no rule matches, and so does this policy");
  } else if (chosen) {
    builder.set_default(*chosen, "no matching rule");
  } else {
    builder.set_default(Effect::block, "no matching rule");
    builder.file_not_carried(
        "the file does not say what happens where no rule matches: some versions allow, some deny; "
        "this policy blocks (`--default` chooses)");
  }
  return {};
}

Result<GateFile> read_file(const YamlNode& root, bool json, const ImportMap& map) {
  const YamlNode* list = root.kind == wire::YamlKind::mapping ? root.find("policies") : &root;
  if (list == nullptr || list->kind != wire::YamlKind::sequence) {
    return fail(Errc::invalid_argument, "there is no list of policies");
  }
  GateFile file;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    SENTRAIL_TRY(read_policy(list->items[i], i + 1, json, map, file));
  }
  return file;
}

}  // namespace

Result<Imported> import_sentinelgate(const YamlNode& root, bool json, const ImportMap& map,
                                     std::optional<Effect> default_effect,
                                     const std::string& policy_name) {
  SENTRAIL_ASSIGN_OR_RETURN(GateFile file, read_file(root, json, map));
  ImportBuilder builder(policy_name);
  builder.comment(
      "Imported from SentinelGate: the first rule that matches decides, in order of "
      "priority.");
  for (const std::string& note : file.notes) builder.file_note(note);
  std::optional<Fields> fields;
  if (root.kind == wire::YamlKind::mapping) {
    SENTRAIL_ASSIGN_OR_RETURN(fields, Fields::of(root, "the file"));
    report_sections(root, builder);
    SENTRAIL_TRY(add_quarantine(*fields, builder));
  }
  const bool prioritised = std::any_of(file.rules.begin(), file.rules.end(),
                                       [](const GateRule& rule) { return rule.priority; });
  if (prioritised || file.policies.size() < 2) {
    if (prioritised) bring_into_order(file.rules);
    const TierIndex tier = builder.add_tier("rules", false);
    for (const GateRule& rule : file.rules) add_rule(builder, tier, rule);
  } else {
    builder.file_not_carried(
        "without priorities nothing says how rules of several policies follow "
        "each other: each policy is a tier, and the strictest answer holds");
    std::vector<TierIndex> tiers;
    for (const std::string& policy : file.policies)
      tiers.push_back(builder.add_tier(policy, false));
    for (const GateRule& rule : file.rules) add_rule(builder, tiers[rule.policy], rule);
  }
  SENTRAIL_TRY(set_default(fields ? &*fields : nullptr, default_effect, builder));
  return builder.take();
}

}  // namespace sentrail::compiler::import_
