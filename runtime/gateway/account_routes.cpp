// Accounts: the first owner, invitations, signing in and out, and who there is.
//
// Neighbours: identity/accounts.hpp, administration.hpp and invitations.hpp do the work. Must not
// know: how passphrases are hashed. Nothing here tells whether a name exists. source: docs/api.md
// A7.
#include <optional>
#include <string>
#include <utility>

#include "crypto/random.hpp"
#include "crypto/seal.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/gateway/secret.hpp"
#include "runtime/identity/credential.hpp"
#include "runtime/identity/device.hpp"
#include "runtime/identity/invitations.hpp"

namespace sentrail::gateway {
namespace {

using store::Role;

constexpr std::string_view kFirstWorkspace = "main";

// What a person types to begin something.
struct Typed {
  Secret token;
  std::string name;
  Secret passphrase;
  std::string device_token;  // of a former sign-in; may be empty
};

Result<Typed> read_typed(PeopleCall& call, bool with_token) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  crypto::wipe(call.request.body);
  Fields fields(document.root());
  Typed typed;
  if (with_token) typed.token.text = fields.required_text("token");
  typed.name = fields.required_text("name");
  typed.passphrase.text = fields.required_text("passphrase");
  if (!with_token) typed.device_token = fields.text("device").value_or("");
  SENTRAIL_TRY(fields.finish());
  return typed;
}

http::HttpResponse throttled(const Error& error) {
  return refusal(429, "too_many_attempts", error.message);
}

void write_person(JsonWriter& json, const store::Person& person,
                  const std::optional<store::Membership>& membership) {
  json.key("person").begin_object();
  write_id(json, "id", person.id);
  json.key("name").string(person.name);
  write_text(json, "role", membership ? name_of(membership->role) : std::string_view());
  json.end_object();
  write_id(json, "workspaceId",
           membership ? std::optional<Uuid>(membership->workspace_id) : std::nullopt);
}

std::optional<store::Membership> first_membership(const store::Person& person) {
  if (person.memberships.empty()) return std::nullopt;
  return person.memberships.front();
}

// --- bootstrap and invitations -------------------------------------------------------------

tl::unexpected<Error> wrong_token() {
  return fail(Errc::permission_denied, "the token is wrong or was used already");
}

Result<identity::Changed<store::Person>> accept(GateParts& parts, const PeopleCall& call,
                                                const Typed& typed) {
  const std::string name = identity::invitation_setting(typed.token.text);
  for (const auto& [id, workspace] : call.known->directory().workspaces()) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::Setting> setting,
                              parts.store.get_setting(id, name));
    if (!setting) continue;
    return identity::accept_invitation(
        {parts.administration, parts.recorder, parts.clock, call.known->directory()}, *setting,
        typed.name, typed.passphrase.text);
  }
  return wrong_token();
}

Result<identity::Changed<store::Person>> make_owner(GateParts& parts, const Typed& typed,
                                                    const std::optional<store::Setting>& setting) {
  identity::AccountRequest owner;
  owner.name = typed.name;
  owner.passphrase = typed.passphrase.text;
  store::Workspace workspace;
  workspace.id = crypto::uuid_v4();
  workspace.name = kFirstWorkspace;
  workspace.environment = store::Environment::live;
  workspace.created_ms = parts.clock.now().unix_ms;
  auto made = parts.administration.bootstrap(setting, typed.token.text, owner, workspace);
  crypto::wipe(owner.passphrase);
  return made;
}

Answer use_token(GateParts& parts, PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Typed typed, read_typed(call, true));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::Setting> setting,
                            parts.store.get_setting(Uuid{}, identity::kBootstrapSetting));
  auto made = make_owner(parts, typed, setting);
  if (!made && made.error().code == Errc::permission_denied) {
    // An invitation asks for the passphrase of who has an account: no faster than signing in does.
    const std::int64_t now_ms = parts.clock.now().unix_ms;
    const std::string counted = identity::check_account_name(typed.name) ? typed.name : "";
    if (const Status may = parts.throttle.check(counted, call.peer.address, now_ms); !may) {
      return throttled(may.error());
    }
    made = accept(parts, call, typed);
    if (!made && made.error().code == Errc::permission_denied) {
      parts.throttle.failed(counted, call.peer.address, now_ms);
    }
  }
  Status done = made ? commit_change(parts, std::move(made->transaction))
                     : Status(tl::make_unexpected(made.error()));
  if (!done && done.error().code == Errc::conflict) {
    return refusal(
        409, "conflict",
        "another change came between: the token was used, or whom it concerns was changed; "
        "try again");
  }
  if (!done && done.error().code == Errc::permission_denied) {
    return refusal(403, "invalid_token", done.error().message);
  }
  if (!done) return tl::make_unexpected(done.error());
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  json.key("device").string(identity::new_device_token(parts.known.master(), made->value.name));
  write_person(json, made->value, made->value.memberships.back());
  json.end_object();
  return json_answer(200, std::move(body));
}

Answer invite(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  Fields fields(document.root());
  identity::Invitation wanted;
  wanted.name = fields.required_text("name");
  const std::string role = fields.required_text("role");
  std::optional<Role> named;
  for (const Role each : {Role::owner, Role::admin, Role::reviewer, Role::auditor, Role::member}) {
    if (name_of(each) == role) named = each;
  }
  if (!named) fields.refuse("role", "must be owner, admin, reviewer, auditor or member");
  wanted.role = named.value_or(Role::member);
  wanted.groups = fields.texts("groups");
  SENTRAIL_TRY(fields.finish());
  const store::Person* known = call.known->directory().find_person(wanted.name);
  if (known != nullptr && identity::membership_of(*known, call.workspace_id)) {
    return fail(Errc::already_exists, "`" + wanted.name + "` is in this workspace already");
  }
  SENTRAIL_ASSIGN_OR_RETURN(
      auto changed, identity::invite(parts.recorder, parts.clock, *call.actor, std::move(wanted)));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  json.key("token").string(changed.value.token);
  write_time(json, "expiresAt", changed.value.invitation.expires_ms);
  json.end_object();
  return json_answer(200, std::move(body));
}

// --- sessions ------------------------------------------------------------------------------

Answer sign_in(GateParts& parts, PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const Typed typed, read_typed(call, false));
  const std::int64_t now_ms = parts.clock.now().unix_ms;
  // Names that nobody can have are counted as one: they may be of any length.
  const std::string counted = identity::check_account_name(typed.name) ? typed.name : "";
  const std::string device =
      identity::device_of(parts.known.master(), typed.device_token, typed.name);
  if (const Status may = parts.throttle.check(counted, call.peer.address, now_ms, device); !may) {
    return throttled(may.error());
  }
  const store::Person* person = call.known->directory().find_person(typed.name);
  const auto signed_in = identity::sign_in(person, typed.passphrase.text, now_ms);
  if (!signed_in) {
    parts.throttle.failed(counted, call.peer.address, now_ms, device);
    // Refused in any case; the log says so if it can be written.
    static_cast<void>(
        parts.writer.commit(parts.administration.note_failed_sign_in(counted, person)));
    http::HttpResponse refused = refusal(401, "sign_in_failed", signed_in.error().message);
    refused.headers.set("WWW-Authenticate", "Bearer");
    return refused;
  }
  parts.throttle.succeeded(counted, device);
  const store::Outcome outcome =
      parts.writer.commit(parts.administration.begin_session(*person, signed_in->session));
  if (!outcome.status) return tl::make_unexpected(outcome.status.error());
  parts.sessions.begin(signed_in->session, parts.clock.now().unix_ms);
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true);
  json.key("token").string(signed_in->token);
  json.key("device").string(device.empty()
                                ? identity::new_device_token(parts.known.master(), person->name)
                                : typed.device_token);
  write_time(json, "expiresAt", signed_in->session.expires_ms);
  write_person(json, *person, first_membership(*person));
  json.end_object();
  return json_answer(200, std::move(body));
}

// A session that is over already ends as well as one that is not.
Answer sign_out(GateParts& parts, const PeopleCall& call) {
  const auto header = call.request.headers.find("Authorization").value_or("");
  const auto secret = identity::presented_secret(header);
  if (!secret || !secret->starts_with("sps_")) {
    return sign_in_required("send the session's token as Bearer");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::Session> session,
                            parts.store.get_session(identity::hash_secret(*secret)));
  const store::Person* person =
      session ? call.known->directory().find_person(session->person_id) : nullptr;
  if (person == nullptr) return sign_in_required("there is no such session");
  parts.sessions.end(session->token_hash);
  SENTRAIL_TRY(parts.changes.commit(parts.administration.end_session(*person, *session)));
  return done();
}

// --- people --------------------------------------------------------------------------------

Answer people(const PeopleCall& call) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("reviewers").begin_array();
  for (const auto& [id, person] : call.known->directory().people()) {
    for (const store::Membership& membership : person.memberships) {
      if (membership.workspace_id != call.workspace_id) continue;
      json.begin_object();
      write_id(json, "id", id);
      json.key("name").string(person.name);
      write_text(json, "displayName", person.display_name);
      json.key("role").string(name_of(membership.role));
      write_texts(json, "groups", membership.groups);
      json.key("disabled").boolean(person.disabled);
      write_time(json, "createdAt", person.created_ms);
      json.end_object();
    }
  }
  json.end_array().end_object();
  return json_answer(200, std::move(body));
}

}  // namespace

void bootstrap(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, use_token(parts, *call));
}

void begin_session(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, sign_in(parts, *call));
}

void end_session(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, sign_out(parts, *call));
}

void list_people(GateParts&, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, people(*call));
}

void invite_person(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, invite(parts, *call));
}

}  // namespace sentrail::gateway
