// Who calls, and one answer for each. See people.hpp.
#include "runtime/gateway/people.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/identity/credential.hpp"

namespace sentrail::gateway {
namespace {

constexpr std::string_view kWorkspaceHeader = "X-Sentrail-Workspace";

// A refusal, or nothing: go on.
using Refusal = std::optional<http::HttpResponse>;

// An exchange that is answered exactly once, whatever becomes of the work for it, and only touched
// on its own thread.
class Answering {
 public:
  explicit Answering(std::shared_ptr<http::Exchange> exchange)
      : io_(exchange->io()), exchange_(std::move(exchange)) {}
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  ~Answering() { send(refusal(Error{Errc::io, {}})); }

  void send(http::HttpResponse response) {
    if (answered_.exchange(true)) return;
    io_.post([exchange = std::move(exchange_), response = std::move(response)]() mutable {
      static_cast<void>(exchange->respond(std::move(response)));
    });
  }

 private:
  http::IoThread& io_;
  std::shared_ptr<http::Exchange> exchange_;
  std::atomic<bool> answered_{false};
};

http::HttpResponse role_required(std::string_view why) {
  return refusal(403, "role_required", why);
}

// The one value of the Authorization header; empty if there is none, or more than one.
std::string_view authorization_in(const http::HttpRequest& request) {
  if (request.headers.count("Authorization") != 1) return {};
  return *request.headers.find("Authorization");
}

// The workspace that the request names, if it names one.
Result<std::optional<Uuid>> named_workspace(const http::HttpRequest& request) {
  const std::optional<std::string_view> header = request.headers.find(kWorkspaceHeader);
  if (!header) return std::optional<Uuid>();
  const Result<Uuid> id = parse_uuid(*header);
  if (!id || request.headers.count(kWorkspaceHeader) != 1) {
    return fail(Errc::invalid_argument, "X-Sentrail-Workspace must be one workspace's id");
  }
  return std::optional<Uuid>(*id);
}

Refusal identify_key(GateParts& parts, PeopleCall& call, std::optional<Uuid> workspace) {
  const Result<store::ApiKey> key = call.known->directory().authenticate(
      authorization_in(call.request), store::Scope::admin_read, parts.clock.now().unix_ms);
  if (!key) return unauthorised();
  if (workspace && *workspace != key->workspace_id) {
    return role_required("this key is of another workspace");
  }
  call.workspace_id = key->workspace_id;
  return std::nullopt;
}

// Puts a signed-in person into the call, without a workspace yet.
// out: the person, borrowed from the snapshot; null if nobody is signed in.
const store::Person* person_of(GateParts& parts, PeopleCall& call, std::string_view secret) {
  if (!secret.starts_with("sps_")) return nullptr;
  const auto session = parts.store.get_session(identity::hash_secret(secret));
  if (!session || !*session) return nullptr;
  const store::Person* person = call.known->directory().find_person((*session)->person_id);
  const std::int64_t now_ms = parts.clock.now().unix_ms;
  if (person == nullptr || !identity::check_session(**session, *person, now_ms)) return nullptr;
  call.session = **session;
  return person;
}

Refusal identify_person(GateParts& parts, const PeopleAccess& access, PeopleCall& call,
                        std::string_view secret, std::optional<Uuid> workspace) {
  const store::Person* person = person_of(parts, call, secret);
  if (person == nullptr) {
    return sign_in_required("sign in with POST /session and send its token as Bearer");
  }
  if (!workspace && !person->memberships.empty()) {
    workspace = person->memberships.front().workspace_id;
  }
  Result<identity::Actor> actor = identity::actor_of(*person, workspace.value_or(Uuid{}));
  if (!actor) return role_required("you are not a member of this workspace");
  if (const Status allowed = identity::require(actor->role, access.permission); !allowed) {
    return role_required(allowed.error().message);
  }
  call.workspace_id = actor->workspace_id;
  call.actor = *std::move(actor);
  return std::nullopt;
}

Refusal identify(GateParts& parts, const PeopleAccess& access, PeopleCall& call) {
  call.known = parts.known.get();
  if (access.kind == PeopleAccess::Kind::anyone) return std::nullopt;
  const Result<std::optional<Uuid>> workspace = named_workspace(call.request);
  if (!workspace) return refusal(workspace.error());
  const std::string secret =
      identity::presented_secret(authorization_in(call.request)).value_or(std::string());
  if (access.kind == PeopleAccess::Kind::person_or_key && secret.starts_with("agk_")) {
    return identify_key(parts, call, *workspace);
  }
  return identify_person(parts, access, call, secret, *workspace);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Percent-decoded text; nothing if it is malformed. `+` stays: times have it in their offsets.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    if (text.size() - at < 3) return std::nullopt;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    at += 2;
  }
  if (!is_valid_utf8(out)) return std::nullopt;
  return out;
}

void serve(GateParts& parts, const PeopleAccess& access, PeopleRoute route,
           const std::shared_ptr<PeopleCall>& call, const std::shared_ptr<Answering>& answering) {
  try {
    for (std::string& parameter : call->parameters) {
      std::optional<std::string> text = decoded(parameter);
      if (!text) return answering->send(refusal(404, "not_found", "the path is malformed"));
      parameter = *std::move(text);
    }
    if (Refusal refused = identify(parts, access, *call)) {
      return answering->send(*std::move(refused));
    }
    return route(parts, call, [answering](http::HttpResponse response) {
      answering->send(std::move(response));
    });
  } catch (const std::exception& broken) {
    call->io->log(http::LogLevel::error, "people.failed",
                  {{"path", std::string(call->request.path())}, {"error", broken.what()}});
  }
  answering->send(refusal(Error{Errc::io, {}}));
}

}  // namespace

void serve_people(GateParts& parts, const PeopleAccess& access, PeopleRoute route,
                  std::vector<std::string> parameters, std::shared_ptr<http::Exchange> exchange) {
  auto call = std::make_shared<PeopleCall>();
  call->request = std::move(exchange->request());
  call->parameters = std::move(parameters);
  call->peer = exchange->peer();
  call->io = &exchange->io();
  auto answering = std::make_shared<Answering>(std::move(exchange));
  const bool queued = parts.pool.run(
      [&parts, access, route, call, answering] { serve(parts, access, route, call, answering); });
  if (!queued) answering->send(overloaded());
}

Result<std::vector<std::pair<std::string, std::string>>> parse_query(
    std::string_view query, std::span<const std::string_view> known) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    std::optional<std::string> name = decoded(part.substr(0, equals));
    std::optional<std::string> value = decoded(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value) return fail(Errc::invalid_argument, "the query is malformed");
    if (std::find(known.begin(), known.end(), *name) == known.end()) {
      const auto meant = closest(*name, known);
      return fail(Errc::invalid_argument,
                  "`" + *name + "` is unknown in this query" +
                      (meant ? "; did you mean `" + std::string(*meant) + "`?" : ""));
    }
    for (const auto& [seen, ignored] : pairs) {
      if (seen == *name) return fail(Errc::invalid_argument, "`" + *name + "` is given twice");
    }
    pairs.emplace_back(*std::move(name), *std::move(value));
  }
  return pairs;
}

Status commit_change(GateParts& parts, store::Transaction transaction) {
  const Status committed = parts.changes.commit(std::move(transaction));
  // It waits for the disk still; the snapshot follows when it lands.
  if (!committed && committed.error().code == Errc::timed_out) return committed;
  // Who lost to another change hears of it, and of what is in force now.
  const Status reloaded = parts.changes.reload();
  return committed ? reloaded : committed;
}

}  // namespace sentrail::gateway
