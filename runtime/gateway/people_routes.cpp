// Which function serves which route of people, and who may use it. See people_routes.hpp.
#include "runtime/gateway/people_routes.hpp"

namespace sentrail::gateway {
namespace {

using identity::Permission;
using Kind = PeopleAccess::Kind;

constexpr PeopleAccess anyone() {
  return {Kind::anyone, Permission::see_state};
}
constexpr PeopleAccess person(Permission permission) {
  return {Kind::person, permission};
}
// A person, or a key that may look.
constexpr PeopleAccess reader(Permission permission) {
  return {Kind::person_or_key, permission};
}

}  // namespace

std::optional<PeopleEntry> people_entry(RouteId id) {
  switch (id) {
    case RouteId::approvals:
      return PeopleEntry{reader(Permission::see_approvals), list_approvals};
    case RouteId::approval:
      return PeopleEntry{reader(Permission::see_approvals), show_approval};
    case RouteId::resolve:
      return PeopleEntry{person(Permission::decide_approvals), resolve_approval};
    case RouteId::approval_decision:
      return PeopleEntry{person(Permission::decide_approvals), decide_approval};
    case RouteId::kill_switch_state:
      return PeopleEntry{reader(Permission::see_state), show_kill_switch};
    case RouteId::kill_switch:
      // The workspace may be named in the body: the route asks for the role itself.
      return PeopleEntry{person(Permission::see_state), command_kill_switch};
    case RouteId::audit:
      return PeopleEntry{reader(Permission::see_audit), search_audit};
    case RouteId::audit_log_entries:
      return PeopleEntry{reader(Permission::see_audit), read_log_entries};
    case RouteId::audit_log_head:
      return PeopleEntry{reader(Permission::see_audit), read_log_head};
    case RouteId::bootstrap:
      return PeopleEntry{anyone(), bootstrap};
    case RouteId::sign_in:
      return PeopleEntry{anyone(), begin_session};
    case RouteId::sign_out:
      // Also for somebody who lost every role: signing out needs none.
      return PeopleEntry{anyone(), end_session};
    case RouteId::keys:
      return PeopleEntry{reader(Permission::see_administration), list_keys};
    case RouteId::key_create:
      return PeopleEntry{person(Permission::manage_keys), create_key};
    case RouteId::key_revoke:
      return PeopleEntry{person(Permission::manage_keys), revoke_key};
    case RouteId::key_rotate:
      return PeopleEntry{person(Permission::manage_keys), rotate_key};
    case RouteId::agents:
      return PeopleEntry{reader(Permission::see_administration), list_agents};
    case RouteId::agent_put:
      return PeopleEntry{person(Permission::manage_agents), put_agent};
    case RouteId::agent_disable:
      return PeopleEntry{person(Permission::manage_agents), disable_agent};
    case RouteId::agent_enable:
      return PeopleEntry{person(Permission::manage_agents), enable_agent};
    case RouteId::reviewers:
      return PeopleEntry{reader(Permission::see_administration), list_people};
    case RouteId::reviewer_invite:
      return PeopleEntry{person(Permission::manage_people), invite_person};
    case RouteId::connections:
      return PeopleEntry{reader(Permission::see_administration), list_connections};
    case RouteId::connection_put:
      return PeopleEntry{person(Permission::manage_connections), put_connection};
    case RouteId::connection_remove:
      return PeopleEntry{person(Permission::manage_connections), remove_connection};
    case RouteId::policy:
      return PeopleEntry{reader(Permission::see_administration), show_policy};
    case RouteId::policy_put:
      return PeopleEntry{person(Permission::manage_policy), put_policy};
    default:  // those of agents and of operations
      return std::nullopt;
  }
}

}  // namespace sentrail::gateway
