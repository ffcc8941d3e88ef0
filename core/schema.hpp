// The attributes that policy can test: name, type, trust, and what separates a pattern's segments.
//
// Neighbours: compiler/check resolves names here, facts.hpp holds the values, docs/language.md
// prints the table. Must not know: where a value comes from. Adding an attribute is adding a row;
// ids are indices of rows and never leave one build (bundles name attributes by text).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sentrail {

// The type of an attribute. `json` has whatever type the request gave it.
enum class Type : std::uint8_t { boolean, number, string, risk, string_set, json, time, ip };

// Who vouches for a value. source: docs/language.md, Meaning 16.
enum class Trust : std::uint8_t { authenticated, derived, asserted };

// Every attribute. Order as in kAttributes.
enum class AttributeId : std::uint16_t {
  tool,
  action,
  risk,
  source,
  env,
  workspace,
  resource_type,
  resource_id,
  resource_owner,
  resource_repo,
  resource_ref,
  resource_ref_type,
  resource_path,
  resource_name,
  agent_id,
  agent_name,
  agent_roles,
  agent_registered,
  agent_owner,
  agent_client,
  user_id,
  user_groups,
  http_method,
  http_host,
  http_path,
  http_query,
  http_headers,
  body,
  mcp_server,
  mcp_tool,
  mcp_annotations,
  mcp_first_seen,
  mcp_drifted,
  args,
  content_findings,
  shell_program,
  shell_argv,
  shell_effects,
  shell_paths,
  shell_cwd,
  shell_parsed,
  time,
  agent_ip,
  response,
  response_status,
  response_headers,
  response_body,
  session_calls,
  session_writes,
  session_taints,
  session_count,
};

// Rows of the schema.
inline constexpr std::size_t kAttributeCount = 51;

// One row of the schema.
struct Attribute {
  std::string_view name;
  Type type;
  Trust trust;
  char separator;    // of pattern segments: '.' or '/'
  bool has_members;  // `name.member…` is legal: json; query, headers: string; counts: number
};

// The schema.
inline constexpr std::array<Attribute, kAttributeCount> kAttributes = {{
    {"tool", Type::string, Trust::derived, '.', false},
    {"action", Type::string, Trust::derived, '.', false},
    {"risk", Type::risk, Trust::derived, '.', false},
    {"source", Type::string, Trust::derived, '.', false},
    {"env", Type::string, Trust::authenticated, '.', false},
    {"workspace", Type::string, Trust::authenticated, '/', false},
    {"resource.type", Type::string, Trust::derived, '.', false},
    {"resource.id", Type::string, Trust::derived, '/', false},
    {"resource.owner", Type::string, Trust::derived, '/', false},
    {"resource.repo", Type::string, Trust::derived, '/', false},
    {"resource.ref", Type::string, Trust::derived, '/', false},
    {"resource.ref_type", Type::string, Trust::derived, '/', false},
    {"resource.path", Type::string, Trust::derived, '/', false},
    {"resource.name", Type::string, Trust::derived, '/', false},
    {"agent.id", Type::string, Trust::authenticated, '/', false},
    {"agent.name", Type::string, Trust::authenticated, '/', false},
    {"agent.roles", Type::string_set, Trust::authenticated, '/', false},
    {"agent.registered", Type::boolean, Trust::authenticated, '/', false},
    {"agent.owner", Type::string, Trust::authenticated, '/', false},
    {"agent.client", Type::string, Trust::asserted, '/', false},
    {"user.id", Type::string, Trust::authenticated, '/', false},
    {"user.groups", Type::string_set, Trust::authenticated, '/', false},
    {"http.method", Type::string, Trust::derived, '/', false},
    {"http.host", Type::string, Trust::derived, '.', false},
    {"http.path", Type::string, Trust::derived, '/', false},
    {"http.query", Type::string, Trust::derived, '/', true},
    {"http.headers", Type::string, Trust::asserted, '/', true},
    {"body", Type::json, Trust::derived, '/', true},
    {"mcp.server", Type::string, Trust::derived, '.', false},
    {"mcp.tool", Type::string, Trust::derived, '.', false},
    {"mcp.annotations", Type::json, Trust::asserted, '/', true},
    {"mcp.first_seen", Type::boolean, Trust::derived, '/', false},
    {"mcp.drifted", Type::boolean, Trust::derived, '/', false},
    {"args", Type::json, Trust::derived, '/', true},
    {"content.findings", Type::string_set, Trust::derived, '.', false},
    {"shell.program", Type::string, Trust::derived, '/', false},
    {"shell.argv", Type::string_set, Trust::derived, '/', false},
    {"shell.effects", Type::string_set, Trust::derived, '.', false},
    {"shell.paths", Type::string_set, Trust::derived, '/', false},
    {"shell.cwd", Type::string, Trust::derived, '/', false},
    {"shell.parsed", Type::boolean, Trust::derived, '/', false},
    {"time", Type::time, Trust::derived, '/', false},
    {"agent.ip", Type::ip, Trust::authenticated, '/', false},
    {"response", Type::boolean, Trust::derived, '/', false},
    {"response.status", Type::number, Trust::derived, '/', false},
    {"response.headers", Type::json, Trust::asserted, '/', true},
    {"response.body", Type::json, Trust::derived, '/', true},
    {"session.calls", Type::number, Trust::derived, '/', false},
    {"session.writes", Type::number, Trust::derived, '/', false},
    {"session.taints", Type::string_set, Trust::derived, '.', false},
    {"session.count", Type::number, Trust::derived, '/', true},
}};

static_assert(static_cast<std::size_t>(AttributeId::session_count) + 1 == kAttributeCount);

// Whether an attribute says something of an answer. source: docs/language.md, L19.3.
[[nodiscard]] constexpr bool is_of_answers(AttributeId id) noexcept {
  return id >= AttributeId::response && id <= AttributeId::response_body;
}

// Whether an attribute says what a session has done: it is never absent, and unreadable where
// nobody knows. source: docs/language.md, L20.2.
[[nodiscard]] constexpr bool is_of_session(AttributeId id) noexcept {
  return id >= AttributeId::session_calls && id <= AttributeId::session_count;
}

// The row of an attribute.
[[nodiscard]] constexpr const Attribute& row_of(AttributeId id) noexcept {
  return kAttributes[static_cast<std::size_t>(id)];
}

// The attribute with exactly that name, members left out.
[[nodiscard]] constexpr std::optional<AttributeId> attribute_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    if (kAttributes[i].name == name) return static_cast<AttributeId>(i);
  }
  return std::nullopt;
}

// How a type is written in messages and documentation.
[[nodiscard]] constexpr std::string_view name_of(Type type) noexcept {
  constexpr std::array<std::string_view, 8> kNames = {"bool",          "number", "string", "risk",
                                                      "set of string", "json",   "time",   "ip"};
  return kNames[static_cast<std::size_t>(type)];
}

}  // namespace sentrail
