// Shared parts of the routes of people. See people_answers.hpp.
#include "runtime/gateway/people_answers.hpp"

#include <algorithm>
#include <charconv>
#include <exception>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {

Refused refused_to_people(const Error& error) {
  if (error.code == Errc::permission_denied) {
    return {403, "role_required", escape_display(error.message)};
  }
  if (error.code == Errc::limit_exceeded) {
    return {400, "invalid_request", escape_display(error.message)};
  }
  return refused_by(error);
}

http::HttpResponse people_refusal(const Error& error) {
  return refusal(refused_to_people(error));
}

void reply_with(const Reply& reply, Answer answer) {
  reply(answer ? *std::move(answer) : people_refusal(answer.error()));
}

bool run_for(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply,
             std::function<Answer()> work) {
  return parts.pool.run(
      [call = std::move(call), reply = std::move(reply), work = std::move(work)]() noexcept {
        try {
          return reply_with(reply, work());
        } catch (const std::exception& broken) {
          call->io->log(http::LogLevel::error, "people.failed",
                        {{"path", std::string(call->request.path())}, {"error", broken.what()}});
        }
        reply(refusal(Error{Errc::io, {}}));
      });
}

Result<JsonDocument> parse_body(const PeopleCall& call) {
  const std::string_view body = call.request.body;
  Result<JsonDocument> document = wire::parse_json(body.empty() ? std::string_view("{}") : body);
  // A text that is too deep or too long is as wrong as one that is not JSON.
  if (!document) return fail(Errc::invalid_argument, std::move(document).error().message);
  return document;
}

Result<Uuid> id_of(const PeopleCall& call, std::string_view what) {
  if (!call.parameters.empty()) {
    if (const Result<Uuid> id = parse_uuid(call.parameters.front()); id) return *id;
  }
  return fail(Errc::not_found, "there is no such " + std::string(what));
}

const store::Person* find_named(const PeopleCall& call, std::string_view text) {
  const identity::Directory& directory = call.known->directory();
  const Result<Uuid> id = parse_uuid(text);
  const store::Person* const person = id ? directory.find_person(*id) : directory.find_person(text);
  if (person == nullptr || !identity::membership_of(*person, call.workspace_id)) return nullptr;
  return person;
}

Result<Query> Query::of(const PeopleCall& call, std::span<const std::string_view> known) {
  Query query;
  SENTRAIL_ASSIGN_OR_RETURN(query.pairs_, parse_query(call.request.query(), known));
  return query;
}

std::string_view Query::find(std::string_view name) const {
  for (const auto& [given, value] : pairs_) {
    if (given == name) return value;
  }
  return {};
}

Result<std::uint64_t> Query::number(std::string_view name, std::uint64_t otherwise,
                                    std::uint64_t least, std::uint64_t most) const {
  const std::string_view text = find(name);
  if (text.empty()) return otherwise;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return fail(Errc::invalid_argument, "`" + std::string(name) + "` must be a whole number from " +
                                            std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

Result<std::int64_t> Query::time(std::string_view name, std::int64_t otherwise) const {
  const std::string_view text = find(name);
  if (text.empty()) return otherwise;
  const Result<Instant> instant = parse_rfc3339(text);
  if (!instant) {
    return fail(Errc::invalid_argument,
                "`" + std::string(name) + "` must be a time such as 2026-03-01T09:00:00Z");
  }
  return instant->unix_ms;
}

Result<std::string> Query::cursor() const {
  Result<std::string> cursor = base64url_decode(find("cursor"));
  if (!cursor) {
    return fail(Errc::invalid_argument, "`cursor` must be the `next` of the page before");
  }
  return cursor;
}

void write_next(JsonWriter& json, std::string_view cursor) {
  write_text(json, "next", base64url_encode(cursor));
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

}  // namespace sentrail::gateway
