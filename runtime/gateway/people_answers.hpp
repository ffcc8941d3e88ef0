// What the routes of people share: reading bodies and queries, and answering from any thread.
//
// Neighbours: people.cpp runs the routes, answers.hpp has the shapes. Must not know: what any one
// route does.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people.hpp"
#include "runtime/http/message.hpp"

namespace sentrail::gateway {

// An answer, or what stood in its way.
using Answer = Result<http::HttpResponse>;

// What an error is told to people as: as refused_by(), but what a person may not is 403
// `role_required`, and what is too long is their request's fault.
[[nodiscard]] Refused refused_to_people(const Error& error);
// The answer that says so.
[[nodiscard]] http::HttpResponse people_refusal(const Error& error);

// Replies with an answer, or with the refusal of its error.
void reply_with(const Reply& reply, Answer answer);

// Runs work of a request on a work thread and replies with what it answers; nothing that it throws
// leaves. out: false if too much waits; then nothing ran. threads: any.
[[nodiscard]] bool run_for(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply,
                           std::function<Answer()> work);

// The JSON of a request; no body counts as no members. fails: invalid_argument.
[[nodiscard]] Result<JsonDocument> parse_body(const PeopleCall& call);

// The first parameter of the route as an id. fails: not_found, naming `what`, if it is none.
[[nodiscard]] Result<Uuid> id_of(const PeopleCall& call, std::string_view what);

// The person whom a text names by account or id, if they are a member of the call's workspace;
// null if not. Borrowed from the call's snapshot.
[[nodiscard]] const store::Person* find_named(const PeopleCall& call, std::string_view text);

// The parameters of one query, each named at most once.
class Query {
 public:
  // fails: as parse_query().
  [[nodiscard]] static Result<Query> of(const PeopleCall& call,
                                        std::span<const std::string_view> known);

  // The value; empty if it was left out.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  // A whole number. fails: invalid_argument.
  [[nodiscard]] Result<std::uint64_t> number(std::string_view name, std::uint64_t otherwise,
                                             std::uint64_t least, std::uint64_t most) const;
  // An instant, in milliseconds since 1970. fails: invalid_argument.
  [[nodiscard]] Result<std::int64_t> time(std::string_view name, std::int64_t otherwise) const;
  // The place in a list that a former page named as `next`. fails: invalid_argument.
  [[nodiscard]] Result<std::string> cursor() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// Writes `next`: where a list goes on, or null.
void write_next(JsonWriter& json, std::string_view cursor);

// Writes a list of texts.
void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts);

}  // namespace sentrail::gateway
