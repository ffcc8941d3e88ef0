// The bodies that the gate itself answers with: one shape each, as docs/api.md says.
//
// Neighbours: every route. Must not know: how a decision came about. Order of members is the order
// of docs/api.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/decision.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::gateway {

// The field that names a call in every answer about it.
inline constexpr std::string_view kCorrelationHeader = "X-Sentrail-CorrelationId";

// What an answer about a decision says.
struct Decided {
  Effect effect = Effect::block;
  std::string reason;
  std::string rule = "default";   // module.tier.rule
  std::optional<Uuid> policy_id;  // none: the default
  Uuid audit_log_id;              // nil: not recorded, which only an evaluation is told
  Uuid correlation_id;
  std::optional<Uuid> approval_id;  // a hold
  std::int64_t expires_ms = 0;      // of the hold, Unix time
};

// A JSON answer that must not be cached.
[[nodiscard]] http::HttpResponse json_answer(int status, std::string body);

// `{"ok":false,"error":…,"code":…}`.
[[nodiscard]] http::HttpResponse refusal(int status, std::string_view code,
                                         std::string_view sentence);

// What a refusal says.
struct Refused {
  int status = 0;
  std::string_view code;  // of static storage
  std::string sentence;
};

// What an Error of ours is told as.
[[nodiscard]] Refused refused_by(const Error& error);
// The answer that says so.
[[nodiscard]] http::HttpResponse refusal(const Refused& refused);
[[nodiscard]] http::HttpResponse refusal(const Error& error);

// The one 401 for every key that does not open the gate. source: docs/api.md A2.2.
[[nodiscard]] http::HttpResponse unauthorised();

// 401 for whoever must sign in first. source: docs/api.md A2.4.
[[nodiscard]] http::HttpResponse sign_in_required(std::string_view why);

// 503 where too many requests wait for a work thread.
[[nodiscard]] http::HttpResponse overloaded();

// `{"ok":true}` and nothing more.
[[nodiscard]] http::HttpResponse done();

// 403 for a blocked call, with the words that clients of GitHub show.
[[nodiscard]] http::HttpResponse blocked(const Decided& decided, std::string_view public_url);

// 503 for a call that could not be recorded, or judged at all: it is blocked.
[[nodiscard]] http::HttpResponse unrecorded(const Error& error);

// Puts the gate's own fields on an answer.
void mark(http::HttpResponse& answer, const Decided& decided);

// 202 for a held call.
[[nodiscard]] http::HttpResponse held(const Decided& decided, std::string_view public_url);

// The members of an evaluate-action answer, into an open object.
void write_evaluation(JsonWriter& json, const Decided& decided, bool server_classified);

// A time, or null for 0.
void write_time(JsonWriter& json, JsonKey key, std::int64_t unix_ms);
// A text, or null if empty.
void write_text(JsonWriter& json, JsonKey key, std::string_view text);
// The id, if it is one at all: in records zeros stand for none.
[[nodiscard]] std::optional<Uuid> present(const Uuid& id);
// An id, or null.
void write_id(JsonWriter& json, JsonKey key, const std::optional<Uuid>& id);

}  // namespace sentrail::gateway
