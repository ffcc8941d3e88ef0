// Administrative changes as audited transactions.
//
// Neighbours: administration.hpp. Must not know: routes, the writer.
#include "runtime/identity/administration.hpp"

#include <algorithm>
#include <utility>

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "runtime/identity/credential.hpp"

namespace sentrail::identity {
namespace {

using store::AuditKind;
using store::Put;
using store::Role;

std::string hash_text(const store::Hash& hash) {
  return {hash.begin(), hash.end()};
}

// The place of a person, also of a disabled one: disabled owners are owners when it comes to them.
std::optional<store::Membership> place_of(const store::Person& person, const Uuid& workspace_id) {
  for (const store::Membership& membership : person.memberships) {
    if (membership.workspace_id == workspace_id) return membership;
  }
  return std::nullopt;
}

bool has_other_owner(const Directory& directory, const Uuid& workspace_id, const Uuid& person_id) {
  return std::any_of(directory.people().begin(), directory.people().end(), [&](const auto& row) {
    if (row.first == person_id) return false;
    const auto membership = membership_of(row.second, workspace_id);
    return membership && membership->role == Role::owner;
  });
}

}  // namespace

Result<Actor> actor_of(const store::Person& person, const Uuid& workspace_id) {
  const auto membership = membership_of(person, workspace_id);
  if (!membership) return fail(Errc::permission_denied, "not a member of this workspace");
  return Actor{person.id, person.name, membership->role, workspace_id};
}

store::AuditEntry Administration::entry(AuditKind kind, std::string action) const {
  store::AuditEntry made;
  made.kind = kind;
  made.time_ms = now_ms();
  made.id = crypto::uuid_v7(made.time_ms);
  made.correlation_id = crypto::uuid_v7(made.time_ms);
  made.source = "manual";
  made.tool = "system";
  made.action = std::move(action);
  made.decision = store::AuditDecision::allow;
  return made;
}

store::AppendAudit Administration::by(const Actor& actor, store::AuditEntry made,
                                      audit::Personal personal) const {
  made.workspace_id = actor.workspace_id;
  personal.requested_by = actor.name;
  personal.person_id = format_uuid(actor.person_id);
  personal.person_name = actor.name;
  return {recorder_.record(std::move(made), personal)};
}

// --- first start ---------------------------------------------------------------------------

Changed<std::string> Administration::open_bootstrap() const {
  NewSecret token = new_bootstrap_token();
  Changed<std::string> changed{std::move(token.text), {}};
  store::Setting setting;
  setting.name = std::string(kBootstrapSetting);
  setting.value = hash_text(token.hash);
  changed.transaction.operations.emplace_back(Put<store::Setting>{std::move(setting), 0});
  return changed;
}

Result<Changed<store::Person>> Administration::bootstrap(
    const std::optional<store::Setting>& setting, std::string_view token,
    const AccountRequest& owner, const store::Workspace& workspace) const {
  const std::string wanted = setting ? setting->value : std::string();
  const std::string given = hash_text(hash_secret(token));
  // An empty setting is a used token; no hash is empty.
  if (!crypto::constant_time_equal(wanted, given)) {
    return fail(Errc::permission_denied, "the bootstrap token is wrong or was used already");
  }
  AccountRequest request = owner;
  request.membership = {workspace.id, Role::owner, {}};
  SENTRAIL_ASSIGN_OR_RETURN(store::Person person, make_person(request, now_ms()));
  Changed<store::Person> changed{person, {}};
  auto& operations = changed.transaction.operations;
  store::Setting used = *setting;
  used.value.clear();
  // Compare-and-swap on the token comes first: of two who use it at once, one fails whole.
  operations.emplace_back(Put<store::Setting>{std::move(used), setting->version});
  operations.emplace_back(Put<store::Workspace>{workspace, 0});
  operations.emplace_back(Put<store::Person>{person, 0});
  const Actor actor{person.id, person.name, Role::owner, workspace.id};
  operations.emplace_back(by(actor, entry(AuditKind::workspace, "workspace.create")));
  store::AuditEntry made = entry(AuditKind::person, "person.bootstrap");
  made.risk = Risk::critical;
  operations.emplace_back(by(actor, std::move(made)));
  return changed;
}

// --- keys ----------------------------------------------------------------------------------

Result<Changed<MadeKey>> Administration::create_key(const Actor& actor, KeyRequest request) const {
  SENTRAIL_TRY(require(actor.role, Permission::manage_keys));
  request.workspace_id = actor.workspace_id;
  request.created_by = actor.person_id;
  SENTRAIL_ASSIGN_OR_RETURN(MadeKey made, make_key(request, now_ms()));
  store::AuditEntry told = entry(AuditKind::key, "key.create");
  told.key_id = made.record.id;
  Changed<MadeKey> changed{made, {}};
  changed.transaction.operations.emplace_back(Put<store::ApiKey>{made.record, 0});
  changed.transaction.operations.emplace_back(by(actor, std::move(told)));
  return changed;
}

Result<Changed<store::ApiKey>> Administration::revoke_key(const Actor& actor,
                                                          const store::ApiKey& key) const {
  SENTRAIL_TRY(require(actor.role, Permission::manage_keys));
  if (key.workspace_id != actor.workspace_id) return fail(Errc::not_found, "there is no such key");
  store::AuditEntry told = entry(AuditKind::key, "key.revoke");
  told.key_id = key.id;
  Changed<store::ApiKey> changed{revoke(key, now_ms()), {}};
  changed.transaction.operations.emplace_back(Put<store::ApiKey>{changed.value, key.version});
  changed.transaction.operations.emplace_back(by(actor, std::move(told)));
  return changed;
}

Result<Changed<Rotation>> Administration::rotate_key(const Actor& actor, const store::ApiKey& key,
                                                     std::int64_t overlap_ms) const {
  SENTRAIL_TRY(require(actor.role, Permission::manage_keys));
  if (key.workspace_id != actor.workspace_id) return fail(Errc::not_found, "there is no such key");
  SENTRAIL_ASSIGN_OR_RETURN(Rotation rotation, rotate(key, now_ms(), overlap_ms));
  rotation.fresh.record.created_by = actor.person_id;
  store::AuditEntry told = entry(AuditKind::key, "key.rotate");
  told.key_id = key.id;
  Changed<Rotation> changed{rotation, {}};
  auto& operations = changed.transaction.operations;
  operations.emplace_back(Put<store::ApiKey>{rotation.fresh.record, 0});
  operations.emplace_back(Put<store::ApiKey>{rotation.old, key.version});
  operations.emplace_back(by(actor, std::move(told)));
  return changed;
}

// --- agents and people ---------------------------------------------------------------------

Result<Changed<store::Agent>> Administration::put_agent(const Actor& actor,
                                                        store::Agent agent) const {
  SENTRAIL_TRY(require(actor.role, Permission::manage_agents));
  if (!is_agent_id(agent.id)) {
    return fail(Errc::invalid_argument,
                "an agent id has letters, digits and `._:@/-`, at most 128");
  }
  agent.workspace_id = actor.workspace_id;
  if (agent.version == 0) agent.created_ms = now_ms();
  const char* action = agent.version == 0 ? "agent.register"
                       : agent.disabled   ? "agent.disable"
                                          : "agent.change";
  audit::Personal personal;
  personal.agent_id = agent.id;
  personal.agent_name = agent.name;
  Changed<store::Agent> changed{agent, {}};
  changed.transaction.operations.emplace_back(Put<store::Agent>{agent, agent.version});
  changed.transaction.operations.emplace_back(
      by(actor, entry(AuditKind::agent, action), std::move(personal)));
  return changed;
}

Result<Changed<store::Person>> Administration::add_person(const Actor& actor,
                                                          AccountRequest request) const {
  const bool owner = request.membership.role == Role::owner;
  SENTRAIL_TRY(require(actor.role, owner ? Permission::manage_owners : Permission::manage_people));
  SENTRAIL_TRY(check_groups(request.membership.groups));
  request.membership.workspace_id = actor.workspace_id;
  SENTRAIL_ASSIGN_OR_RETURN(store::Person person, make_person(request, now_ms()));
  store::AuditEntry told = entry(AuditKind::person, "person.add");
  told.resource_type = std::string(name_of(request.membership.role));
  audit::Personal personal;
  personal.resource_id = format_uuid(person.id);
  Changed<store::Person> changed{person, {}};
  changed.transaction.operations.emplace_back(Put<store::Person>{person, 0});
  changed.transaction.operations.emplace_back(by(actor, std::move(told), std::move(personal)));
  return changed;
}

Result<Changed<store::Person>> Administration::set_membership(
    const Actor& actor, const Directory& directory, const store::Person& person,
    std::optional<Role> role, std::vector<std::string> groups) const {
  const auto before = place_of(person, actor.workspace_id);
  const bool touches_owner = (before && before->role == Role::owner) || role == Role::owner;
  SENTRAIL_TRY(
      require(actor.role, touches_owner ? Permission::manage_owners : Permission::manage_people));
  if (person.id == actor.person_id) {
    return fail(Errc::permission_denied, "nobody changes their own role; ask another owner");
  }
  SENTRAIL_TRY(check_groups(groups));
  if (before && before->role == Role::owner && role != Role::owner &&
      !has_other_owner(directory, actor.workspace_id, person.id)) {
    return fail(Errc::conflict, "the last owner of a workspace stays its owner");
  }
  const store::Person* self = directory.find_person(actor.person_id);
  if (self == nullptr) return fail(Errc::permission_denied, "there is no such account any more");
  Changed<store::Person> changed{person, {}};
  auto& memberships = changed.value.memberships;
  std::erase_if(memberships, [&](const store::Membership& membership) {
    return membership.workspace_id == actor.workspace_id;
  });
  if (role) memberships.push_back({actor.workspace_id, *role, std::move(groups)});
  store::AuditEntry told = entry(AuditKind::person, role ? "person.role" : "person.remove");
  told.resource_type = role ? std::string(name_of(*role)) : std::string();
  audit::Personal personal;
  personal.resource_id = format_uuid(person.id);
  // Of two owners who take each other's role at once the second has lost its own when it commits:
  // whoever changes an owner stays one, so there always is one.
  changed.transaction.operations.emplace_back(store::RequirePersonVersion{self->id, self->version});
  changed.transaction.operations.emplace_back(Put<store::Person>{changed.value, person.version});
  changed.transaction.operations.emplace_back(by(actor, std::move(told), std::move(personal)));
  return changed;
}

// --- kill switch ---------------------------------------------------------------------------

Result<Changed<store::KillState>> Administration::command_kill(const Actor& actor,
                                                               const store::KillState& state,
                                                               KillCommand command) const {
  SENTRAIL_TRY(require(actor.role, Permission::operate_kill_switch));
  command.by = actor.name;
  SENTRAIL_ASSIGN_OR_RETURN(store::KillState after, apply(state, command, now_ms()));
  after.workspace_id = actor.workspace_id;
  const std::string name(name_of(command.action));
  std::string scope = "kill_switch.";
  audit::Personal personal;
  personal.reason = command.reason;
  switch (command.action) {
    case KillAction::enable:
    case KillAction::disable:
      break;
    case KillAction::pause_tool:
    case KillAction::resume_tool:
      scope = command.target + ".";
      break;
    case KillAction::pause_agent:
    case KillAction::resume_agent:
      scope = "agent.";
      personal.agent_id = command.target;  // who an agent is does not stand in the log in clear
      break;
  }
  store::AuditEntry told = entry(AuditKind::kill, scope + name);
  told.risk = Risk::critical;
  told.kill_epoch = state.version + 1;
  Changed<store::KillState> changed{std::move(after), {}};
  changed.transaction.operations.emplace_back(Put<store::KillState>{changed.value, state.version});
  changed.transaction.operations.emplace_back(by(actor, std::move(told), std::move(personal)));
  return changed;
}

// --- sessions ------------------------------------------------------------------------------

store::Transaction Administration::begin_session(const store::Person& person,
                                                 const store::Session& session) const {
  const Actor actor{person.id, person.name, Role::member, Uuid{}};
  store::Transaction transaction;
  transaction.operations.emplace_back(Put<store::Session>{session, 0});
  transaction.operations.emplace_back(
      by(actor, entry(AuditKind::sign_in, "session." + session.auth_method)));
  return transaction;
}

store::Transaction Administration::note_failed_sign_in(std::string_view name,
                                                       const store::Person* person) const {
  store::AuditEntry told = entry(AuditKind::sign_in, "session.refused");
  told.decision = store::AuditDecision::block;
  store::Transaction transaction;
  if (person != nullptr) {
    const Actor actor{person->id, person->name, Role::member, Uuid{}};
    transaction.operations.emplace_back(by(actor, std::move(told)));
    return transaction;
  }
  audit::Personal personal;
  personal.requested_by = std::string(name);
  transaction.operations.emplace_back(
      store::AppendAudit{recorder_.record(std::move(told), personal)});
  return transaction;
}

store::Transaction Administration::end_session(const store::Person& person,
                                               const store::Session& session) const {
  const Actor actor{person.id, person.name, Role::member, Uuid{}};
  store::Transaction transaction;
  transaction.operations.emplace_back(store::RemoveSession{session.token_hash});
  transaction.operations.emplace_back(by(actor, entry(AuditKind::sign_in, "session.end")));
  return transaction;
}

}  // namespace sentrail::identity
