// Reading and writing the settings of approvals.
//
// Neighbours: config_approvals.hpp. Must not know: other settings.
#include "runtime/server/config_approvals.hpp"

#include <utility>

#include "core/limits.hpp"
#include "core/names.hpp"

namespace sentrail::server {
namespace {

using approvals::ReasonsAsked;
using wire::fail_at;
using wire::YamlEntry;
using wire::YamlKind;
using wire::YamlNode;

// Nobody has read anything in less than a second.
constexpr std::int64_t kAfterMsMin = 1'000;

Result<store::Escalation> read_step(const YamlNode& node) {
  if (node.kind != YamlKind::mapping || node.entries.size() != 2) {
    return fail_at(node, "must have `after_ms` and `to`, as in {after_ms: 900000, to: leads}");
  }
  store::Escalation step;
  for (const YamlEntry& entry : node.entries) {
    if (entry.key == "after_ms") {
      SENTRAIL_ASSIGN_OR_RETURN(step.after_ms, wire::as_int(entry.value));
      if (step.after_ms < kAfterMsMin || step.after_ms > limits::kWithinMsMax) {
        return fail_at(entry.value, "must be from " + std::to_string(kAfterMsMin) + " to " +
                                        std::to_string(limits::kWithinMsMax));
      }
    } else if (entry.key == "to") {
      SENTRAIL_ASSIGN_OR_RETURN(step.group, wire::as_string(entry.value));
      if (!is_group_name(step.group)) return fail_at(entry.value, "must be the name of a group");
    } else {
      return fail_at(entry, "must have `after_ms` and `to`, and nothing else");
    }
  }
  return step;
}

}  // namespace

Result<ReasonsAsked> read_reasons_asked(const YamlNode& node) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string name, wire::as_string(node));
  for (const ReasonsAsked asked :
       {ReasonsAsked::optional, ReasonsAsked::denials, ReasonsAsked::always}) {
    if (name_of(asked) == name) return asked;
  }
  return fail_at(node, "must be optional, denials or always");
}

Result<std::vector<store::Escalation>> read_escalations(const YamlNode& node) {
  if (node.kind != YamlKind::sequence) {
    return fail_at(node, "must be a list of {after_ms: 900000, to: group}");
  }
  std::vector<store::Escalation> steps;
  for (const YamlNode& item : node.items) {
    SENTRAIL_ASSIGN_OR_RETURN(store::Escalation step, read_step(item));
    if (!steps.empty() && step.after_ms <= steps.back().after_ms) {
      return fail_at(item, "must come after the step before it: give it a greater `after_ms`");
    }
    if (steps.size() == limits::kEscalationsMax) {
      return fail_at(item, "at most " + std::to_string(limits::kEscalationsMax) + " steps");
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

std::string write_escalations(const std::vector<store::Escalation>& escalations) {
  std::string out = "[";
  for (const store::Escalation& step : escalations) {
    if (out.size() > 1) out += ", ";
    out += "{after_ms: " + std::to_string(step.after_ms) + ", to: \"" + step.group + "\"}";
  }
  return out + "]";
}

}  // namespace sentrail::server
