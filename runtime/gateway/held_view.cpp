// Held calls as JSON. See held_view.hpp.
#include "runtime/gateway/held_view.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "runtime/approvals/binding.hpp"
#include "runtime/execute/machine.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/http/headers.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {
namespace {

// The sealed bytes that a record names.
Result<std::string> load_blob(const store::Reader& reader, const store::ActionRecord& record,
                              const store::BlobRef& blob) {
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<std::string> bytes,
                            reader.get_blob(record.workspace_id, blob.id));
  if (!bytes) return fail(Errc::corrupt, "the bytes of a held call are gone");
  return *std::move(bytes);
}

void write_header(JsonWriter& json, std::string_view name, std::string_view value) {
  json.begin_object().key("name").string(name).key("value").string(value).end_object();
}

// A tool's body: JSON stays JSON, all else is text.
void write_body(JsonWriter& json, std::string_view body) {
  if (const Result<JsonDocument> parsed = wire::parse_json(body); parsed) {
    json.raw(parsed->root());
  } else {
    json.string(body);
  }
}

void write_votes(JsonWriter& json, const store::ActionRecord& record,
                 const identity::Directory& directory) {
  json.key("votes").begin_array();
  for (const store::Vote& vote : record.votes) {
    const store::Person* person = directory.find_person(vote.person_id);
    json.begin_object();
    write_id(json, "personId", vote.person_id);
    write_text(json, "name", person == nullptr ? std::string_view() : person->name);
    json.key("decision").string(vote.verdict == store::Verdict::approve ? "approved" : "denied");
    write_text(json, "reason", vote.reason);
    write_time(json, "at", vote.at_ms);
    const store::Person* const lender = directory.find_person(vote.on_behalf_of);
    write_text(json, "onBehalfOf", lender == nullptr ? std::string_view() : lender->name);
    json.end_object();
  }
  json.end_array();
}

// The steps with the times at which they are due.
void write_escalations(JsonWriter& json, const store::ActionRecord& record) {
  json.key("escalations").begin_array();
  for (std::size_t i = 0; i < record.escalations.size(); ++i) {
    json.begin_object();
    json.key("group").string(record.escalations[i].group);
    write_time(json, "at", record.created_ms + record.escalations[i].after_ms);
    json.key("done").boolean(i < record.escalated);
    json.end_object();
  }
  json.end_array();
}

void write_paused(JsonWriter& json, std::string_view key, const std::vector<store::Pause>& server,
                  const std::vector<store::Pause>& workspace) {
  std::vector<std::string_view> names;
  for (const store::Pause& pause : server) names.push_back(pause.name);
  for (const store::Pause& pause : workspace) names.push_back(pause.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  json.key(key).begin_array();
  for (const std::string_view name : names) json.string(name);
  json.end_array();
}

}  // namespace

std::string_view agent_status(const store::ActionRecord& record) noexcept {
  return execute::status_of(record.state);
}

Result<std::optional<execute::StoredResponse>> load_result(const store::Reader& reader,
                                                           const execute::CallVault& vault,
                                                           const store::ActionRecord& record) {
  if (record.response.id == Uuid{}) return std::optional<execute::StoredResponse>();
  SENTRAIL_ASSIGN_OR_RETURN(const std::string sealed, load_blob(reader, record, record.response));
  SENTRAIL_ASSIGN_OR_RETURN(execute::StoredResponse response, vault.open_response(record, sealed));
  return std::optional(std::move(response));
}

Result<execute::Call> load_request(const store::Reader& reader, const execute::CallVault& vault,
                                   const store::ActionRecord& record) {
  if (record.request.id == Uuid{}) {
    return fail(Errc::not_found, "the bytes of this call are past `approvals.retention_days`");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::string sealed, load_blob(reader, record, record.request));
  SENTRAIL_ASSIGN_OR_RETURN(const execute::StoredCall stored, vault.open_call(record, sealed));
  return execute::check_binding(stored, record);
}

void write_result(JsonWriter& json, const std::optional<execute::StoredResponse>& result) {
  if (!result) {
    json.null();
    return;
  }
  http::Headers kept;
  for (const approvals::HeaderField& field : result->headers) kept.add(field.name, field.value);
  json.begin_object().key("status").integer(result->status).key("headers").begin_array();
  for (const http::HeaderField field : http::passed_response_headers(kept)) {
    write_header(json, field.name, field.value);
  }
  json.end_array().key("body");
  // Half a JSON text could by chance be a whole one of another meaning.
  if (result->truncated) {
    json.string(result->body).key("truncated").boolean(true);
  } else {
    write_body(json, result->body);
  }
  json.end_object();
}

void write_request(JsonWriter& json, const execute::Call& call) {
  approvals::BindingInput place;
  place.scheme = call.scheme;
  place.host = call.host;
  place.port = call.port;
  place.target = call.target;
  const bool text = is_valid_utf8(call.body);
  json.begin_object();
  json.key("method").string(call.method);
  json.key("url").string(approvals::target_url(place));
  json.key("headers").begin_array();
  for (const approvals::HeaderField& field : call.headers) {
    write_header(json, field.name, field.value);
  }
  json.end_array();
  json.key("body").string(text ? call.body : base64_encode(call.body));
  json.key("bodyEncoding").string(text ? "utf-8" : "base64");
  json.end_object();
}

void write_approval(JsonWriter& json, const store::ActionRecord& record,
                    const identity::Directory& directory) {
  write_id(json, "id", record.action_id);
  write_id(json, "correlationId", record.correlation_id);
  json.key("status").string(agent_status(record));
  json.key("decision").string(name_of(Effect::require_approval));
  json.key("tool").string(record.tool);
  json.key("action").string(record.action);
  json.key("riskLevel").string(name_of(record.risk));
  write_text(json, "agentId", record.agent_id);
  write_text(json, "agentName", record.agent_name);
  write_text(json, "requestedBy", record.requested_by);
  write_text(json, "resourceType", record.resource_type);
  write_text(json, "resourceId", record.resource_id);
  json.key("reason").string(record.reason);
  json.key("rule").string(record.rule.empty() ? "default" : record.rule);
  write_time(json, "createdAt", record.created_ms);
  write_time(json, "decideBy", record.decide_by_ms);
  write_time(json, "executeBy", record.execute_by_ms);
  json.key("hash").string(hex_encode(record.approval_hash));
  json.key("quorum").string(record.quorum);
  json.key("hidden").begin_array();
  for (const std::string& hidden : record.hidden) json.string(hidden);
  json.end_array();
  write_votes(json, record, directory);
  write_escalations(json, record);
  write_id(json, "editedFrom", present(record.edited_from));
  const store::Person* const editor = directory.find_person(record.edited_by);
  write_text(json, "editedBy", editor == nullptr ? std::string_view() : editor->name);
  write_id(json, "replacedBy", present(record.replaced_by));
  write_id(json, "breakGlass", present(record.break_glass));
  write_text(json, "note", record.result_note);
}

void write_kill_switch(JsonWriter& json, const store::KillState& server,
                       const store::KillState& workspace) {
  // Who looks wants the stop that reaches furthest.
  const bool server_rules =
      server.enabled && (!workspace.enabled || server.mode == store::KillMode::hard);
  const store::KillState& state = server_rules ? server : workspace;
  json.begin_object();
  json.key("global").boolean(state.enabled);
  json.key("mode").string(state.mode == store::KillMode::hard ? "hard" : "normal");
  write_time(json, "enabledAt", state.enabled ? state.enabled_ms : 0);
  write_text(json, "enabledBy", state.enabled ? std::string_view(state.enabled_by) : "");
  write_text(json, "reason", state.enabled ? std::string_view(state.reason) : "");
  write_paused(json, "toolsPaused", server.tools, workspace.tools);
  write_paused(json, "agentsPaused", server.agents, workspace.agents);
  json.end_object();
}

}  // namespace sentrail::gateway
