// What people change, as transactions that say in the audit log who changed what.
//
// Neighbours: keys.hpp, accounts.hpp, kill_switch.hpp make the new records; permissions.hpp says
// who may; the server submits what comes out and then reloads its Directory. Must not know: routes,
// HTTP, the writer. Every function checks the permission itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/identity/accounts.hpp"
#include "runtime/identity/directory.hpp"
#include "runtime/identity/keys.hpp"
#include "runtime/identity/kill_switch.hpp"
#include "runtime/identity/permissions.hpp"
#include "runtime/store/transaction.hpp"

namespace sentrail::identity {

// A person who acts in one workspace.
struct Actor {
  Uuid person_id;
  std::string name;
  store::Role role = store::Role::member;
  Uuid workspace_id;
};

// The actor of a person's membership. fails: permission_denied if there is none.
[[nodiscard]] Result<Actor> actor_of(const store::Person& person, const Uuid& workspace_id);

// A change, with what the caller shows once.
template <class T>
struct Changed {
  T value;
  store::Transaction transaction;
};

// The Setting, in the nil workspace, that holds the bootstrap token's hash; empty once it was used.
inline constexpr std::string_view kBootstrapSetting = "identity.bootstrap";

// threads: const use from any.
class Administration {
 public:
  // Both outlive it.
  Administration(const audit::Recorder& recorder, const Clock& clock)
      : recorder_(recorder), clock_(clock) {}

  // Prepares the first start: a token that makes the first owner. value: the token.
  [[nodiscard]] Changed<std::string> open_bootstrap() const;
  // Uses the token up: makes a workspace and its owner. fails: permission_denied if the token is
  // wrong or used; as make_person(). cost: one slow hash.
  [[nodiscard]] Result<Changed<store::Person>> bootstrap(
      const std::optional<store::Setting>& setting, std::string_view token,
      const AccountRequest& owner, const store::Workspace& workspace) const;

  // Keys. fails: permission_denied; as make_key(), rotate().
  [[nodiscard]] Result<Changed<MadeKey>> create_key(const Actor& actor, KeyRequest request) const;
  [[nodiscard]] Result<Changed<store::ApiKey>> revoke_key(const Actor& actor,
                                                          const store::ApiKey& key) const;
  [[nodiscard]] Result<Changed<Rotation>> rotate_key(const Actor& actor, const store::ApiKey& key,
                                                     std::int64_t overlap_ms) const;

  // Registers or changes an agent. in: version 0 for a new one. fails: permission_denied;
  // invalid_argument.
  [[nodiscard]] Result<Changed<store::Agent>> put_agent(const Actor& actor,
                                                        store::Agent agent) const;

  // Adds an account to the actor's workspace. fails: permission_denied (owners are made by owners
  // only); as make_person(). cost: one slow hash.
  [[nodiscard]] Result<Changed<store::Person>> add_person(const Actor& actor,
                                                          AccountRequest request) const;
  // Gives a person another role or other groups in the actor's workspace; no role: removes them.
  // The transaction conflicts if the actor's own record has changed since. fails: permission_denied
  // (nobody changes their own role, nor an owner without being one); conflict if no owner would be
  // left; invalid_argument for a malformed group.
  [[nodiscard]] Result<Changed<store::Person>> set_membership(
      const Actor& actor, const Directory& directory, const store::Person& person,
      std::optional<store::Role> role, std::vector<std::string> groups) const;

  // Applies a kill command to the actor's workspace. fails: permission_denied; as apply().
  [[nodiscard]] Result<Changed<store::KillState>> command_kill(const Actor& actor,
                                                               const store::KillState& state,
                                                               KillCommand command) const;

  // Stores a session, and tells that its person signed in; or that somebody failed to. Under a name
  // that is of an account (null: of nobody) the entry is that person's, and is erased with them.
  [[nodiscard]] store::Transaction begin_session(const store::Person& person,
                                                 const store::Session& session) const;
  [[nodiscard]] store::Transaction note_failed_sign_in(std::string_view name,
                                                       const store::Person* person) const;
  // Ends a session.
  [[nodiscard]] store::Transaction end_session(const store::Person& person,
                                               const store::Session& session) const;

 private:
  [[nodiscard]] std::int64_t now_ms() const { return clock_.now().unix_ms; }
  [[nodiscard]] store::AuditEntry entry(store::AuditKind kind, std::string action) const;
  [[nodiscard]] store::AppendAudit by(const Actor& actor, store::AuditEntry entry,
                                      audit::Personal personal = {}) const;

  const audit::Recorder& recorder_;
  const Clock& clock_;
};

}  // namespace sentrail::identity
