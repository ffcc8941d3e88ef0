// API keys: listed without their secrets, made, revoked, rotated.
//
// Neighbours: identity/administration.hpp, keys.hpp. Must not know: how keys are hashed.
// source: docs/api.md A7.
#include <array>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/identity/keys.hpp"

namespace sentrail::gateway {
namespace {

void write_key(JsonWriter& json, const store::ApiKey& key) {
  json.begin_object();
  write_id(json, "id", key.id);
  json.key("name").string(key.name);
  json.key("hint").string(key.hint);
  json.key("environment").string(key.environment == store::Environment::live ? "live" : "test");
  write_texts(json, "scopes", identity::names_of(key.scopes));
  write_texts(json, "agentIds", key.agent_ids);
  write_time(json, "createdAt", key.created_ms);
  write_time(json, "expiresAt", key.expires_ms);
  write_time(json, "lastUsedAt", key.last_used_ms);
  json.key("revoked").boolean(key.revoked);
  json.end_object();
}

// The one time that a key is shown.
http::HttpResponse shown_once(const identity::MadeKey& made) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  write_id(json, "id", made.record.id);
  json.key("key").string(made.text);
  write_time(json, "expiresAt", made.record.expires_ms);
  json.end_object();
  return json_answer(200, std::move(body));
}

Answer list(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::ApiKey> keys,
                            parts.store.list_keys(call.workspace_id));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("keys").begin_array();
  for (const store::ApiKey& key : keys) write_key(json, key);
  json.end_array().end_object();
  return json_answer(200, std::move(body));
}

Answer create(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  identity::KeyRequest wanted;
  wanted.name = fields.required_text("name");
  const std::vector<std::string> scopes = fields.texts("scopes");
  wanted.agent_ids = fields.texts("agentIds");
  wanted.life_ms = parts.settings.key_life_ms;
  if (const auto days = fields.integer("expiresInDays", 1, limits::kKeyLifeDaysMax)) {
    wanted.life_ms = *days * limits::kDayMs;
  }
  SENTRAIL_TRY(fields.finish());
  SENTRAIL_ASSIGN_OR_RETURN(wanted.scopes, identity::parse_scopes(scopes));
  const store::Workspace* workspace = call.known->directory().find_workspace(call.workspace_id);
  if (workspace == nullptr) return fail(Errc::not_found, "there is no such workspace");
  wanted.environment = workspace->environment;
  SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                            parts.administration.create_key(*call.actor, std::move(wanted)));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  return shown_once(changed.value);
}

Result<store::ApiKey> key_named(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Uuid id, id_of(call, "key"));
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<store::ApiKey> key,
                            parts.store.get_key(call.workspace_id, id));
  if (!key) return fail(Errc::not_found, "there is no such key");
  return *std::move(key);
}

Answer revoke(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::ApiKey key, key_named(parts, call));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  SENTRAIL_TRY(Fields(document.root()).finish());
  if (key.revoked) {
    // Perhaps by a request that gave up waiting: "done" means that it is in force.
    SENTRAIL_TRY(parts.changes.reload());
    return done();
  }
  SENTRAIL_ASSIGN_OR_RETURN(auto changed, parts.administration.revoke_key(*call.actor, key));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  return done();
}

Answer rotate(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const store::ApiKey key, key_named(parts, call));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  constexpr std::int64_t kMinuteMs = 60'000;
  const std::int64_t minutes = fields.integer("overlapMinutes", 0, limits::kKeyOverlapMinutesMax)
                                   .value_or(limits::kKeyOverlapMsDefault / kMinuteMs);
  SENTRAIL_TRY(fields.finish());
  SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                            parts.administration.rotate_key(*call.actor, key, minutes * kMinuteMs));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  return shown_once(changed.value.fresh);
}

}  // namespace

void list_keys(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, list(parts, *call));
}

void create_key(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, create(parts, *call));
}

void revoke_key(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, revoke(parts, *call));
}

void rotate_key(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, rotate(parts, *call));
}

}  // namespace sentrail::gateway
