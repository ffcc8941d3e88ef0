// Invitations as settings.
//
// Neighbours: invitations.hpp. Must not know: who asks.
#include "runtime/identity/invitations.hpp"

#include <charconv>
#include <utility>

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "runtime/identity/admin_entry.hpp"
#include "runtime/identity/credential.hpp"
#include "runtime/identity/permissions.hpp"
#include "wire/json.hpp"

namespace sentrail::identity {
namespace {

constexpr std::string_view kSettingPrefix = "identity.invitation.";

tl::unexpected<Error> over() {
  return fail(Errc::permission_denied,
              "the invitation is over or was used already; ask for another");
}

std::string encode(const Invitation& invitation) {
  std::string text;
  JsonWriter json(&text, KeyOrder::sorted);
  json.begin_object().key("expires").integer(invitation.expires_ms);
  json.key("groups").begin_array();
  for (const std::string& group : invitation.groups) json.string(group);
  json.end_array();
  json.key("invited_by").string(format_uuid(invitation.invited_by));
  json.key("name").string(invitation.name);
  json.key("role").integer(static_cast<std::int64_t>(invitation.role));
  json.end_object();
  return text;
}

std::optional<std::int64_t> number_in(JsonValue object, std::string_view name) {
  const JsonValue value = object.find(name);
  if (!value.exists() || value.kind() != JsonKind::number) return std::nullopt;
  std::int64_t number = 0;
  const std::string_view text = value.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> text_in(JsonValue object, std::string_view name) {
  const JsonValue value = object.find(name);
  if (!value.exists() || value.kind() != JsonKind::string) return std::nullopt;
  return std::string(value.text());
}

Result<Invitation> decode(std::string_view bytes) {
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, wire::parse_json(bytes));
  const JsonValue root = document.root();
  const auto expires = number_in(root, "expires");
  const auto role = number_in(root, "role");
  auto name = text_in(root, "name");
  const Result<Uuid> by = parse_uuid(text_in(root, "invited_by").value_or(""));
  const JsonValue groups = root.find("groups");
  if (!expires || !role || *role < 0 || *role > static_cast<std::int64_t>(store::Role::member) ||
      !name || !by || !groups.exists() || groups.kind() != JsonKind::array) {
    return fail(Errc::corrupt, "a stored invitation is garbled");
  }
  Invitation invitation{*std::move(name), static_cast<store::Role>(*role), {}, *by, *expires};
  JsonValue group = groups.first_child();
  for (std::size_t left = groups.size(); left > 0; --left) {
    if (group.kind() != JsonKind::string) return fail(Errc::corrupt, "an invitation is garbled");
    invitation.groups.emplace_back(group.text());
    if (left > 1) group = group.next();
  }
  return invitation;
}

Permission needed_for(store::Role role) {
  return role == store::Role::owner ? Permission::manage_owners : Permission::manage_people;
}

// Makes the invited account; or, where there is one of that name, gives it another place: whoever
// knows its passphrase.
Result<Changed<store::Person>> take_place(const AcceptParts& parts, const Actor& inviter,
                                          Invitation invitation, std::string passphrase) {
  const store::Person* person = parts.directory.find_person(invitation.name);
  if (person == nullptr) {
    AccountRequest account;
    account.name = std::move(invitation.name);
    account.passphrase = std::move(passphrase);
    account.membership = {inviter.workspace_id, invitation.role, std::move(invitation.groups)};
    return parts.administration.add_person(inviter, std::move(account));
  }
  if (!sign_in(person, passphrase, parts.clock.now().unix_ms)) {
    return fail(Errc::permission_denied,
                "there is an account of this name already: it joins with its own passphrase");
  }
  if (membership_of(*person, inviter.workspace_id)) {
    return fail(Errc::already_exists, "you are a member of this workspace already");
  }
  return parts.administration.set_membership(inviter, parts.directory, *person, invitation.role,
                                             std::move(invitation.groups));
}

}  // namespace

std::string invitation_setting(std::string_view token) {
  return std::string(kSettingPrefix) + hex_encode(hash_secret(token));
}

Result<Changed<MadeInvitation>> invite(const audit::Recorder& recorder, const Clock& clock,
                                       const Actor& actor, Invitation wanted) {
  SENTRAIL_TRY(require(actor.role, needed_for(wanted.role)));
  SENTRAIL_TRY(check_account_name(wanted.name));
  SENTRAIL_TRY(check_groups(wanted.groups));
  wanted.invited_by = actor.person_id;
  wanted.expires_ms = plus_ms(clock.now(), limits::kInvitationLifeMs).unix_ms;
  NewSecret token = new_bootstrap_token();
  store::Setting setting;
  setting.workspace_id = actor.workspace_id;
  setting.name = invitation_setting(token.text);
  setting.value = encode(wanted);
  store::AuditEntry entry = admin_entry(clock, store::AuditKind::person, "person.invite");
  entry.risk = Risk::high;
  entry.resource_type = std::string(name_of(wanted.role));
  audit::Personal personal;
  personal.resource_id = wanted.name;
  Changed<MadeInvitation> changed{{std::move(token.text), std::move(wanted)}, {}};
  auto& operations = changed.transaction.operations;
  operations.emplace_back(store::Put<store::Setting>{std::move(setting), 0});
  operations.emplace_back(told_by(recorder, actor, std::move(entry), std::move(personal)));
  return changed;
}

Result<Changed<store::Person>> accept_invitation(const AcceptParts& parts,
                                                 const store::Setting& setting,
                                                 std::string_view name, std::string passphrase) {
  SENTRAIL_ASSIGN_OR_RETURN(Invitation invitation, decode(setting.value));
  if (parts.clock.now().unix_ms >= invitation.expires_ms) return over();
  if (invitation.name != name) {
    return fail(Errc::permission_denied, "the invitation is for another name");
  }
  // Whoever was removed must leave no doors behind.
  const store::Person* inviter = parts.directory.find_person(invitation.invited_by);
  if (inviter == nullptr) return over();
  const Result<Actor> actor = actor_of(*inviter, setting.workspace_id);
  if (!actor || !allows(actor->role, needed_for(invitation.role))) return over();
  const store::Role role = invitation.role;
  SENTRAIL_ASSIGN_OR_RETURN(
      Changed<store::Person> changed,
      take_place(parts, *actor, std::move(invitation), std::move(passphrase)));
  // Compare-and-swap on the invitation comes first: of two who use it at once, one fails whole.
  store::Transaction whole;
  whole.operations.emplace_back(store::Put<store::Setting>{setting, setting.version});
  whole.operations.emplace_back(store::RemoveSetting{setting.workspace_id, setting.name});
  whole.operations.emplace_back(store::RequirePersonVersion{inviter->id, inviter->version});
  for (store::Operation& operation : changed.transaction.operations) {
    whole.operations.push_back(std::move(operation));
  }
  const store::Person& person = changed.value;
  const Actor self{person.id, person.name, role, setting.workspace_id};
  whole.operations.emplace_back(told_by(
      parts.recorder, self, admin_entry(parts.clock, store::AuditKind::person, "person.accept")));
  changed.transaction = std::move(whole);
  return changed;
}

}  // namespace sentrail::identity
