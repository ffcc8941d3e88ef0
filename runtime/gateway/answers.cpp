// The gate's own answers. See answers.hpp.
#include "runtime/gateway/answers.hpp"

#include "core/text.hpp"
#include "core/time.hpp"

namespace sentrail::gateway {
namespace {

struct Shape {
  int status;
  std::string_view code;
};

Shape shape_of(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return {400, "invalid_request"};
    case Errc::not_found:
      return {404, "not_found"};
    case Errc::already_exists:
      return {409, "already_exists"};
    case Errc::conflict:
      return {409, "conflict"};
    case Errc::permission_denied:
      return {403, "forbidden"};
    case Errc::limit_exceeded:
      return {429, "limit_exceeded"};
    case Errc::unavailable:
      return {503, "unavailable"};
    case Errc::timed_out:
      return {503, "timed_out"};
    case Errc::unsupported:
      return {400, "unsupported"};
    case Errc::corrupt:
    case Errc::io:
      return {500, "internal"};
  }
  return {500, "internal"};
}

std::string status_url(const Decided& decided, std::string_view public_url) {
  return std::string(public_url) + "/gateway-proxy/status/" + format_uuid(decided.correlation_id);
}

void write_decision(JsonWriter& json, const Decided& decided) {
  json.key("decision").string(name_of(decided.effect));
  json.key("reason").string(decided.reason);
  json.key("rule").string(decided.rule);
}

}  // namespace

http::HttpResponse json_answer(int status, std::string body) {
  // Room for what is added to most answers, too.
  constexpr std::size_t kFields = 6;
  constexpr std::size_t kBytes = 256;
  http::HttpResponse answer;
  answer.status = status;
  answer.body = std::move(body);
  answer.headers.reserve(kFields, kBytes);
  answer.headers.add("Content-Type", "application/json; charset=utf-8");
  answer.headers.add("Cache-Control", "no-store");
  return answer;
}

http::HttpResponse refusal(int status, std::string_view code, std::string_view sentence) {
  std::string body;
  JsonWriter(&body)
      .begin_object()
      .key("ok")
      .boolean(false)
      .key("error")
      .string(sentence)
      .key("code")
      .string(code)
      .end_object();
  return json_answer(status, std::move(body));
}

Refused refused_by(const Error& error) {
  const Shape shape = shape_of(error.code);
  // What broke inside is for the log, not for a caller.
  if (shape.status == 500) return {500, shape.code, "the gate failed; its log says why"};
  return {shape.status, shape.code, escape_display(error.message)};
}

http::HttpResponse refusal(const Refused& refused) {
  return refusal(refused.status, refused.code, refused.sentence);
}

http::HttpResponse refusal(const Error& error) {
  return refusal(refused_by(error));
}

http::HttpResponse unauthorised() {
  http::HttpResponse answer =
      json_answer(401, R"({"ok":false,"error":"Invalid or expired API key"})");
  answer.headers.set("WWW-Authenticate", "Bearer");
  return answer;
}

http::HttpResponse sign_in_required(std::string_view why) {
  http::HttpResponse answer = refusal(401, "sign_in_required", why);
  answer.headers.set("WWW-Authenticate", "Bearer");
  return answer;
}

http::HttpResponse overloaded() {
  http::HttpResponse answer =
      refusal(503, "overloaded", "too many requests wait; try again in a second");
  answer.headers.set("Retry-After", "1");
  return answer;
}

std::optional<Uuid> present(const Uuid& id) {
  return id == Uuid{} ? std::nullopt : std::optional<Uuid>(id);
}

void mark(http::HttpResponse& answer, const Decided& decided) {
  answer.headers.set("X-Sentrail-Decision", name_of(decided.effect));
  answer.headers.set("X-Sentrail-AuditLogId", format_uuid(decided.audit_log_id));
  answer.headers.set(kCorrelationHeader, format_uuid(decided.correlation_id));
}

http::HttpResponse unrecorded(const Error& error) {
  std::string body;
  JsonWriter(&body)
      .begin_object()
      .key("ok")
      .boolean(false)
      .key("decision")
      .string(name_of(Effect::block))
      .key("error")
      .string("blocked, because the gate could not decide and record this call: " +
              escape_display(error.message))
      .key("code")
      .string("not_recorded")
      .end_object();
  http::HttpResponse answer = json_answer(503, std::move(body));
  answer.headers.set("X-Sentrail-Decision", name_of(Effect::block));
  answer.headers.set("Retry-After", "1");
  return answer;
}

http::HttpResponse done() {
  return json_answer(200, R"({"ok":true})");
}

http::HttpResponse blocked(const Decided& decided, std::string_view public_url) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(false);
  write_decision(json, decided);
  write_id(json, "auditLogId", decided.audit_log_id);
  write_id(json, "correlationId", decided.correlation_id);
  write_id(json, "matchedPolicyId", decided.policy_id);
  json.key("message").string("Blocked by Sentrail: " + decided.reason);
  json.key("documentation_url")
      .string(std::string(public_url) + "/audit?id=" + format_uuid(decided.audit_log_id));
  json.end_object();
  http::HttpResponse answer = json_answer(403, std::move(body));
  mark(answer, decided);
  return answer;
}

http::HttpResponse held(const Decided& decided, std::string_view public_url) {
  const std::string url = status_url(decided, public_url);
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  write_decision(json, decided);
  write_id(json, "approvalRequestId", decided.approval_id);
  write_id(json, "auditLogId", decided.audit_log_id);
  write_id(json, "correlationId", decided.correlation_id);
  write_id(json, "matchedPolicyId", decided.policy_id);
  json.key("statusUrl").string(url);
  json.key("message").string("Held by Sentrail until a person decides: " + decided.reason +
                             ". Poll statusUrl; repeating the call attaches to this one.");
  write_time(json, "expiresAt", decided.expires_ms);
  json.end_object();
  http::HttpResponse answer = json_answer(202, std::move(body));
  mark(answer, decided);
  answer.headers.set("Location", url);
  answer.headers.set("Retry-After", "5");
  return answer;
}

void write_evaluation(JsonWriter& json, const Decided& decided, bool server_classified) {
  json.key("ok").boolean(true);
  write_decision(json, decided);
  write_id(json, "matchedPolicyId", decided.policy_id);
  write_id(json, "approvalRequestId", decided.approval_id);
  write_id(json, "auditLogId", present(decided.audit_log_id));
  write_id(json, "correlationId", decided.correlation_id);
  json.key("risk_classification")
      .string(server_classified ? "server_classified" : "caller_supplied");
}

void write_time(JsonWriter& json, JsonKey key, std::int64_t unix_ms) {
  json.key(key);
  unix_ms == 0 ? json.null() : json.string(format_rfc3339_ms(unix_ms));
}

void write_text(JsonWriter& json, JsonKey key, std::string_view text) {
  json.key(key);
  text.empty() ? json.null() : json.string(text);
}

void write_id(JsonWriter& json, JsonKey key, const std::optional<Uuid>& id) {
  json.key(key);
  id ? json.string(UuidText(*id).view()) : json.null();
}

}  // namespace sentrail::gateway
