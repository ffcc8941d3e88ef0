// Settings of approvals that are more than a number: whom to ask when nobody decides, and of which
// decisions a reason is asked.
//
// Neighbours: config.cpp has their rows. Must not know: other settings, what they do.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/approvals/reasons.hpp"
#include "runtime/store/action_record.hpp"
#include "wire/yaml.hpp"

namespace sentrail::server {

// Reads `optional`, `denials` or `always`. fails: invalid_argument with its place.
[[nodiscard]] Result<approvals::ReasonsAsked> read_reasons_asked(const wire::YamlNode& node);

// Reads a list of `{after_ms: 900000, to: platform_leads}`, in order of time, at most
// limits::kEscalationsMax. fails: invalid_argument with its place.
[[nodiscard]] Result<std::vector<store::Escalation>> read_escalations(const wire::YamlNode& node);

// The same list on one line, as read_escalations() reads it.
[[nodiscard]] std::string write_escalations(const std::vector<store::Escalation>& escalations);

}  // namespace sentrail::server
