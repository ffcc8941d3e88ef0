// Opening and writing. See audit_view.hpp.
#include "runtime/gateway/audit_view.hpp"

#include <algorithm>
#include <string_view>

#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people_answers.hpp"

namespace sentrail::gateway {
namespace {

// Texts that an entry holds joined by newlines.
void write_lines(JsonWriter& json, std::string_view key, std::string_view lines) {
  json.key(key).begin_array();
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    json.string(line);
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
  json.end_array();
}

void write_entry(JsonWriter& json, const audit::OpenedEntry& opened) {
  const audit::Columns columns = opened.columns();
  json.begin_object();
  write_id(json, "id", columns.id);
  write_id(json, "workspace_id", columns.workspace_id);
  write_id(json, "correlation_id", present(columns.correlation_id));
  write_text(json, "agent_id", columns.agent_id);
  write_text(json, "agent_name", columns.agent_name);
  write_text(json, "tool", columns.tool);
  write_text(json, "action", columns.action);
  write_text(json, "decision", columns.decision);
  write_text(json, "risk_level", columns.risk_level);
  write_id(json, "matched_policy_id", present(columns.matched_policy_id));
  write_text(json, "resource_type", columns.resource_type);
  write_text(json, "resource_id", columns.resource_id);
  write_text(json, "requested_by", columns.requested_by);
  write_text(json, "payload_preview", columns.payload_preview);
  write_text(json, "source", columns.source);
  write_time(json, "created_at", columns.created_at_ms);
  json.key("sequence").unsigned_integer(opened.sequence);
  json.key("kind").string(name_of(opened.entry.kind));
  write_text(json, "rule", opened.entry.rule);
  write_lines(json, "obligations", opened.entry.obligations);
  write_lines(json, "tags", opened.entry.tags);
  write_lines(json, "shadows", opened.entry.shadows);
  write_text(json, "person", opened.personal.person_name);
  write_text(json, "reason", opened.personal.reason);
  json.key("erased").boolean(opened.erased);
  json.end_object();
}

}  // namespace

Status write_entries(JsonWriter& json, const audit::Recorder& recorder,
                     const store::Page<store::AuditRow>& page) {
  json.key("entries").begin_array();
  for (const store::AuditRow& row : page.items) {
    SENTRAIL_ASSIGN_OR_RETURN(const audit::OpenedEntry opened, recorder.open(row));
    write_entry(json, opened);
  }
  json.end_array();
  write_next(json, page.cursor);
  return {};
}

}  // namespace sentrail::gateway
