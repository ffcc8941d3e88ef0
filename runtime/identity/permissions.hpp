// Who may do what: the table of roles.
//
// Neighbours: accounts.hpp (sessions), administration.hpp asks before it changes anything; the
// gateway asks for routes that only read. Must not know: routes, people.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::identity {

// What can be permitted in a workspace.
enum class Permission : std::uint8_t {
  see_state,            // kill switch, pauses, one's own account
  see_audit,            // search, proofs, exports
  see_approvals,        // the queue, with requests and their bodies
  decide_approvals,     // vote, settle doubts
  see_administration,   // keys (masked), agents, connections, people
  operate_kill_switch,  // kill switch, pauses
  manage_keys,
  manage_agents,
  manage_connections,
  manage_policy,  // push bundles
  manage_people,  // reviewers, auditors, members, admins
  manage_owners,  // owners, and the workspace itself
};

// How many there are.
inline constexpr std::size_t kPermissionCount = 12;

// The lowest role that has a permission; roles above have it too. An auditor looks at everything
// and touches nothing.
[[nodiscard]] constexpr store::Role lowest_role(Permission permission) noexcept {
  constexpr std::array<store::Role, kPermissionCount> kLowest = {
      store::Role::member,    // see_state
      store::Role::auditor,   // see_audit
      store::Role::auditor,   // see_approvals
      store::Role::reviewer,  // decide_approvals
      store::Role::auditor,   // see_administration
      store::Role::admin,     // operate_kill_switch
      store::Role::admin,     // manage_keys
      store::Role::admin,     // manage_agents
      store::Role::admin,     // manage_connections
      store::Role::admin,     // manage_policy
      store::Role::admin,     // manage_people
      store::Role::owner,     // manage_owners
  };
  return kLowest[static_cast<std::size_t>(permission)];
}

// Whether a role has a permission.
[[nodiscard]] constexpr bool allows(store::Role role, Permission permission) noexcept {
  return role <= lowest_role(permission);
}

// The same as an operation's outcome. fails: permission_denied, naming the role that is needed.
[[nodiscard]] Status require(store::Role role, Permission permission);

}  // namespace sentrail::identity
