// Which function serves which route of people, and who may use it. See people_routes.hpp.
#include "runtime/gateway/people_routes.hpp"

#include <algorithm>
#include <array>

namespace sentrail::gateway {
namespace {

using identity::Permission;
using Kind = PeopleAccess::Kind;

struct Row {
  RouteId id;
  PeopleEntry entry;
};

constexpr PeopleEntry anyone(PeopleRoute route) {
  return {{Kind::anyone, Permission::see_state}, route};
}
constexpr PeopleEntry person(Permission permission, PeopleRoute route) {
  return {{Kind::person, permission}, route};
}
// A person, or a key that may look.
constexpr PeopleEntry reader(Permission permission, PeopleRoute route) {
  return {{Kind::person_or_key, permission}, route};
}

constexpr std::array kRows = {
    Row{RouteId::approvals, reader(Permission::see_approvals, list_approvals)},
    Row{RouteId::approval, reader(Permission::see_approvals, show_approval)},
    Row{RouteId::resolve, person(Permission::decide_approvals, resolve_approval)},
    Row{RouteId::approval_decision, person(Permission::decide_approvals, decide_approval)},
    Row{RouteId::batch_decision, person(Permission::decide_approvals, decide_batch)},
    Row{RouteId::approval_edit, person(Permission::decide_approvals, edit_approval)},
    Row{RouteId::approval_always, person(Permission::decide_approvals, always_approve)},
    Row{RouteId::approval_metrics, reader(Permission::see_audit, show_approval_metrics)},
    Row{RouteId::break_glass_list, reader(Permission::see_approvals, list_break_glass)},
    Row{RouteId::break_glass_code, person(Permission::manage_people, make_break_glass_code)},
    Row{RouteId::break_glass, person(Permission::decide_approvals, break_glass)},
    Row{RouteId::break_glass_close, person(Permission::manage_people, close_break_glass)},
    Row{RouteId::delegations, reader(Permission::see_approvals, list_delegations)},
    Row{RouteId::delegation_make, person(Permission::decide_approvals, make_delegation)},
    Row{RouteId::delegation_end, person(Permission::decide_approvals, end_delegation)},
    Row{RouteId::kill_switch_state, reader(Permission::see_state, show_kill_switch)},
    // The workspace may be named in the body: the route asks for the role itself.
    Row{RouteId::kill_switch, person(Permission::see_state, command_kill_switch)},
    Row{RouteId::audit, reader(Permission::see_audit, search_audit)},
    Row{RouteId::audit_requests, reader(Permission::see_audit, list_recorded)},
    Row{RouteId::audit_log_entries, reader(Permission::see_audit, read_log_entries)},
    Row{RouteId::audit_log_head, reader(Permission::see_audit, read_log_head)},
    Row{RouteId::audit_log_shards, reader(Permission::see_audit, read_log_shards)},
    Row{RouteId::audit_log_checkpoint, reader(Permission::see_audit, read_log_checkpoint)},
    Row{RouteId::audit_log_tile, reader(Permission::see_audit, read_log_tile)},
    Row{RouteId::audit_log_proof, reader(Permission::see_audit, read_log_proof)},
    Row{RouteId::bootstrap, anyone(bootstrap)},
    Row{RouteId::sign_in, anyone(begin_session)},
    // Also for somebody who lost every role: signing out needs none.
    Row{RouteId::sign_out, anyone(end_session)},
    Row{RouteId::keys, reader(Permission::see_administration, list_keys)},
    Row{RouteId::key_create, person(Permission::manage_keys, create_key)},
    Row{RouteId::key_revoke, person(Permission::manage_keys, revoke_key)},
    Row{RouteId::key_rotate, person(Permission::manage_keys, rotate_key)},
    Row{RouteId::agents, reader(Permission::see_administration, list_agents)},
    Row{RouteId::agent_put, person(Permission::manage_agents, put_agent)},
    Row{RouteId::agent_disable, person(Permission::manage_agents, disable_agent)},
    Row{RouteId::agent_enable, person(Permission::manage_agents, enable_agent)},
    Row{RouteId::reviewers, reader(Permission::see_administration, list_people)},
    Row{RouteId::reviewer_invite, person(Permission::manage_people, invite_person)},
    Row{RouteId::connections, reader(Permission::see_administration, list_connections)},
    Row{RouteId::connection_put, person(Permission::manage_connections, put_connection)},
    Row{RouteId::connection_remove, person(Permission::manage_connections, remove_connection)},
    Row{RouteId::policy, reader(Permission::see_administration, show_policy)},
    Row{RouteId::policy_put, person(Permission::manage_policy, put_policy)},
};

// Whether the rows are exactly the routes that are people's.
consteval bool covers_routes() {
  std::size_t of_people = 0;
  for (const GateRoute& route : kRoutes) {
    if (route.scope != RouteGroup::people) continue;
    ++of_people;
    const auto rows = std::count_if(kRows.begin(), kRows.end(),
                                    [&](const Row& row) { return row.id == route.handler; });
    if (rows != 1) return false;
  }
  return of_people == kRows.size();
}

static_assert(covers_routes());

}  // namespace

std::optional<PeopleEntry> people_entry(RouteId id) {
  for (const Row& row : kRows) {
    if (row.id == id) return row.entry;
  }
  return std::nullopt;
}

}  // namespace sentrail::gateway
