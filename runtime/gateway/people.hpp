// Requests of people, and of keys that may look: who they are, and what runs for them.
//
// Neighbours: gate.cpp finds the route, people.cpp signs the caller in on a work thread, then the
// route's function runs there. Must not know: what the routes do. Everything here may touch the
// disk and may block for as long as a commit takes; only waiting for other people is not done here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/gateway/known.hpp"
#include "runtime/gateway/parts.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/identity/permissions.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::gateway {

// One request, identified as far as its route asks.
struct PeopleCall {
  http::HttpRequest request;
  std::vector<std::string> parameters;  // of the route, percent-decoded
  http::Peer peer;
  http::IoThread* io = nullptr;
  std::shared_ptr<const Known> known;
  Uuid workspace_id;                      // where the caller acts
  std::optional<identity::Actor> actor;   // a signed-in person; none: a key with admin-read
  std::optional<store::Session> session;  // of that person
};

// Sends the answer. Exactly one call counts. threads: any.
using Reply = std::function<void(http::HttpResponse)>;

// Runs a route on a work thread and replies now or later.
using PeopleRoute = void (*)(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// Who may use a route.
struct PeopleAccess {
  enum class Kind : std::uint8_t {
    anyone,         // no sign-in: bootstrap, session
    person,         // a signed-in person with the permission
    person_or_key,  // or a key with the scope admin-read
  };
  Kind kind = Kind::person;
  identity::Permission permission = identity::Permission::see_state;
};

// Identifies the caller of a request and runs the route, or replies with the refusal: 401
// `sign_in_required`, 403 `role_required`, 503 if too much waits. `exchange` is answered once. in:
// parameters as the path has them, raw.
void serve_people(GateParts& parts, const PeopleAccess& access, PeopleRoute route,
                  std::vector<std::string> parameters, std::shared_ptr<http::Exchange> exchange);

// The decoded query: the first value of a name. fails: invalid_argument for a malformed query, a
// repeated name, or one that is not among `known`.
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> parse_query(
    std::string_view query, std::span<const std::string_view> known);

// Commits an administrative change and puts the new snapshot in force. What is on disk already,
// from an earlier request that did not hear of it, is put in force with parts.changes.reload().
// fails: as AdminCommits::commit(); timed_out for a change that takes effect later.
[[nodiscard]] Status commit_change(GateParts& parts, store::Transaction transaction);

}  // namespace sentrail::gateway
