// What people can ask of the gate: one function for each route, and who may use it.
//
// Neighbours: gate.cpp serves them through people.hpp. Must not know: sockets. Shapes of requests
// and answers: docs/api.md.
#pragma once

#include <optional>

#include "runtime/gateway/people.hpp"
#include "runtime/gateway/routes.hpp"

namespace sentrail::gateway {

// One route of people.
struct PeopleEntry {
  PeopleAccess access;
  PeopleRoute route = nullptr;
};

// The entry of a route; nothing for those of agents and of operations.
[[nodiscard]] std::optional<PeopleEntry> people_entry(RouteId id);

// approvals_routes.cpp, approval_decision.cpp, batch_decision.cpp, edit_route.cpp,
// always_route.cpp, approval_metrics.cpp: A4.
void list_approvals(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void show_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void decide_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void decide_batch(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void edit_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void always_approve(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void show_approval_metrics(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void resolve_approval(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// delegation_routes.cpp: A4.
void list_delegations(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void make_delegation(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void end_delegation(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// break_glass_routes.cpp: A4.
void list_break_glass(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void make_break_glass_code(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void break_glass(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void close_break_glass(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// stop_routes.cpp: A5.
void show_kill_switch(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void command_kill_switch(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// audit_routes.cpp: A6.
void search_audit(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void read_log_entries(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void read_log_head(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// recorded_routes.cpp: A6 too.
void list_recorded(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// log_routes.cpp: A6 too.
void read_log_shards(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void read_log_checkpoint(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void read_log_tile(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void read_log_proof(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

// account_routes.cpp, key_routes.cpp, agent_routes.cpp, connection_routes.cpp, policy_routes.cpp:
// A7.
void bootstrap(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void begin_session(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void end_session(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void list_people(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void invite_person(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void list_keys(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void create_key(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void revoke_key(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void rotate_key(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void list_agents(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void put_agent(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void disable_agent(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void enable_agent(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void list_connections(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void put_connection(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void remove_connection(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void show_policy(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);
void put_policy(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply);

}  // namespace sentrail::gateway
