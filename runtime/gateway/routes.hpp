// The gate's routes as one table. source: docs/api.md.
//
// Neighbours: gate.cpp matches against it; each group of routes has a file of its own. Must not
// know: how anything is answered.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/limits.hpp"
#include "runtime/http/router.hpp"

namespace sentrail::gateway {

// What a path leads to.
enum class RouteId : std::uint8_t {
  proxy,
  enterprise_rest,
  enterprise_graphql,
  status,
  evaluate,
  simulate,
  approvals,
  approval,
  resolve,
  approval_decision,
  batch_decision,
  approval_edit,
  approval_always,
  approval_metrics,
  break_glass_list,
  break_glass_code,
  break_glass,
  break_glass_close,
  delegations,
  delegation_make,
  delegation_end,
  kill_switch_state,
  kill_switch,
  audit,
  audit_requests,
  audit_log_entries,
  audit_log_head,
  audit_log_shards,
  audit_log_checkpoint,
  audit_log_tile,
  audit_log_proof,
  bootstrap,
  sign_in,
  sign_out,
  keys,
  key_create,
  key_revoke,
  key_rotate,
  agents,
  agent_put,
  agent_disable,
  agent_enable,
  reviewers,
  reviewer_invite,
  connections,
  connection_put,
  connection_remove,
  policy,
  policy_put,
  healthz,
  readyz,
  metrics,
};

// Who a route is for; decides who looks at its credentials.
enum class RouteGroup : std::uint8_t { agents, agents_or_people, people, operations };

// One row of the table.
using GateRoute = http::Route<RouteId, RouteGroup>;

// All routes; the first that fits is taken.
inline constexpr std::array kRoutes = {
    GateRoute{http::kGet, "/gateway-proxy/status/{id}", RouteId::status,
              RouteGroup::agents_or_people},
    GateRoute{http::kAnyMethod, "/gateway-proxy/{tool}{rest}", RouteId::proxy, RouteGroup::agents},
    GateRoute{http::kAnyMethod, "/api/v3{rest}", RouteId::enterprise_rest, RouteGroup::agents},
    GateRoute{http::kPost, "/api/graphql", RouteId::enterprise_graphql, RouteGroup::agents},
    GateRoute{http::kPost, "/evaluate-action", RouteId::evaluate, RouteGroup::agents},
    GateRoute{http::kPost, "/simulate-action", RouteId::simulate, RouteGroup::agents},
    GateRoute{http::kGet, "/approvals", RouteId::approvals, RouteGroup::people},
    GateRoute{http::kGet, "/approvals/metrics", RouteId::approval_metrics, RouteGroup::people},
    GateRoute{http::kGet, "/approvals/{id}", RouteId::approval, RouteGroup::people},
    GateRoute{http::kPost, "/approvals/{id}/edit", RouteId::approval_edit, RouteGroup::people},
    GateRoute{http::kPost, "/approvals/{id}/always", RouteId::approval_always, RouteGroup::people},
    GateRoute{http::kGet, "/break-glass", RouteId::break_glass_list, RouteGroup::people},
    GateRoute{http::kPost, "/break-glass/codes", RouteId::break_glass_code, RouteGroup::people},
    GateRoute{http::kPost, "/break-glass", RouteId::break_glass, RouteGroup::people},
    GateRoute{http::kPost, "/break-glass/{id}/close", RouteId::break_glass_close,
              RouteGroup::people},
    GateRoute{http::kPost, "/approvals/{id}/resolve", RouteId::resolve, RouteGroup::people},
    GateRoute{http::kPost, "/approvals/batch-decision", RouteId::batch_decision,
              RouteGroup::people},
    GateRoute{http::kPost, "/approval-decision", RouteId::approval_decision, RouteGroup::people},
    GateRoute{http::kGet, "/delegations", RouteId::delegations, RouteGroup::people},
    GateRoute{http::kPost, "/delegations", RouteId::delegation_make, RouteGroup::people},
    GateRoute{http::kPost, "/delegations/{id}/end", RouteId::delegation_end, RouteGroup::people},
    GateRoute{http::kGet, "/kill-switch", RouteId::kill_switch_state, RouteGroup::people},
    GateRoute{http::kPost, "/kill-switch", RouteId::kill_switch, RouteGroup::people},
    GateRoute{http::kGet, "/audit", RouteId::audit, RouteGroup::people},
    GateRoute{http::kGet, "/audit/requests", RouteId::audit_requests, RouteGroup::people},
    GateRoute{http::kGet, "/audit/log/entries", RouteId::audit_log_entries, RouteGroup::people},
    GateRoute{http::kGet, "/audit/log/head", RouteId::audit_log_head, RouteGroup::people},
    GateRoute{http::kGet, "/audit/log/shards", RouteId::audit_log_shards, RouteGroup::people},
    GateRoute{http::kGet, "/audit/log/proof/{sequence}", RouteId::audit_log_proof,
              RouteGroup::people},
    GateRoute{http::kGet, "/audit/log/{year}/checkpoint", RouteId::audit_log_checkpoint,
              RouteGroup::people},
    GateRoute{http::kGet, "/audit/log/{year}/tile{rest}", RouteId::audit_log_tile,
              RouteGroup::people},
    GateRoute{http::kPost, "/bootstrap", RouteId::bootstrap, RouteGroup::people},
    GateRoute{http::kPost, "/session", RouteId::sign_in, RouteGroup::people},
    GateRoute{http::kDelete, "/session", RouteId::sign_out, RouteGroup::people},
    GateRoute{http::kGet, "/manage-api-keys", RouteId::keys, RouteGroup::people},
    GateRoute{http::kPost, "/manage-api-keys", RouteId::key_create, RouteGroup::people},
    GateRoute{http::kPost, "/manage-api-keys/{id}/revoke", RouteId::key_revoke, RouteGroup::people},
    GateRoute{http::kPost, "/manage-api-keys/{id}/rotate", RouteId::key_rotate, RouteGroup::people},
    GateRoute{http::kGet, "/agents", RouteId::agents, RouteGroup::people},
    GateRoute{http::kPost, "/agents", RouteId::agent_put, RouteGroup::people},
    GateRoute{http::kPost, "/agents/{id}/disable", RouteId::agent_disable, RouteGroup::people},
    GateRoute{http::kPost, "/agents/{id}/enable", RouteId::agent_enable, RouteGroup::people},
    GateRoute{http::kGet, "/reviewers", RouteId::reviewers, RouteGroup::people},
    GateRoute{http::kPost, "/reviewers", RouteId::reviewer_invite, RouteGroup::people},
    GateRoute{http::kGet, "/connections", RouteId::connections, RouteGroup::people},
    GateRoute{http::kPut, "/connections/{tool}", RouteId::connection_put, RouteGroup::people},
    GateRoute{http::kDelete, "/connections/{tool}", RouteId::connection_remove, RouteGroup::people},
    GateRoute{http::kGet, "/policy", RouteId::policy, RouteGroup::people},
    GateRoute{http::kPut, "/policy", RouteId::policy_put, RouteGroup::people},
    GateRoute{http::kGet | http::kHead, "/healthz", RouteId::healthz, RouteGroup::operations},
    GateRoute{http::kGet | http::kHead, "/readyz", RouteId::readyz, RouteGroup::operations},
    GateRoute{http::kGet, "/metrics", RouteId::metrics, RouteGroup::operations},
};

static_assert(http::is_sound(std::span<const GateRoute>(kRoutes)));
static_assert(kRoutes.size() <= limits::kRouteSegmentsMax);

}  // namespace sentrail::gateway
