// Connections: which tools the gate may call, where, and with which sealed credential.
//
// Neighbours: identity/connections.hpp (audited changes), known.hpp (sealing), http/address.hpp
// (which addresses are private). Must not know: what a tool's API looks like. A credential goes in
// and never comes out. source: docs/api.md A7.
#include <algorithm>
#include <string>
#include <utility>

#include "core/limits.hpp"
#include "crypto/seal.hpp"
#include "runtime/gateway/answers.hpp"
#include "runtime/gateway/fields.hpp"
#include "runtime/gateway/people_answers.hpp"
#include "runtime/gateway/people_routes.hpp"
#include "runtime/gateway/tool_promises.hpp"
#include "runtime/http/address.hpp"
#include "runtime/http/charset.hpp"
#include "runtime/identity/connections.hpp"
#include "wire/unicode.hpp"

namespace sentrail::gateway {
namespace {

// Empty, or `/a/b`: no empty, `.` or `..` segment, nothing encoded, no query.
bool is_base_path(std::string_view path) {
  if (path.empty()) return true;
  if (path.size() > limits::kMatchedBytesMax || path.front() != '/' || path.back() == '/' ||
      !http::all_in(http::kTargetBytes, path) ||
      path.find_first_of("?%\\") != std::string_view::npos) {
    return false;
  }
  for (std::string_view rest = path.substr(1);;) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (end == rest.size()) return true;
    rest.remove_prefix(end + 1);
  }
}

// The one spelling of a host: a literal address or a DNS name.
std::string read_host(Fields& fields, bool private_address) {
  const std::string text = fields.required_text("host");
  if (const Result<http::IpAddress> address = http::parse_address(text); address) {
    const http::AddressClass kind = http::classify_address(*address);
    if (kind != http::AddressClass::global && !private_address) {
      fields.refuse("host", "is a " + std::string(http::name_of(kind)) +
                                " address; say so with `privateAddress`: true");
    }
    return http::to_string(*address);
  }
  Result<std::string> name = wire::host_to_ascii(text);
  if (name) return *std::move(name);
  fields.refuse("host", "must be a DNS name or an address, without scheme, port or path");
  return text;
}

// Reads all but the credential, which goes to `credential`.
Result<store::Connection> read_connection(Fields& fields, const std::string& tool,
                                          std::optional<std::string>& credential) {
  store::Connection wanted;
  wanted.tool = tool;
  wanted.scheme = fields.required_text("scheme");
  if (wanted.scheme != "https" && wanted.scheme != "http") {
    fields.refuse("scheme", "must be https or http");
  }
  wanted.private_address = fields.flag("privateAddress").value_or(false);
  wanted.host = read_host(fields, wanted.private_address);
  wanted.port = static_cast<std::uint16_t>(fields.required_integer("port", 1, 65'535));
  wanted.base_path = fields.text("basePath").value_or("");
  if (!is_base_path(wanted.base_path)) {
    fields.refuse("basePath",
                  "must be empty, or begin with `/` and not end with it; no query, "
                  "no dots, nothing encoded");
  }
  wanted.auth_scheme = fields.required_text("authScheme");
  credential = fields.text("credential");
  const JsonValue promises = fields.any("promises");
  if (wanted.auth_scheme == "none" && credential) {
    fields.refuse("credential", "does not go with `authScheme` none");
  }
  if (wanted.scheme == "http" && wanted.auth_scheme != "none" && !wanted.private_address) {
    fields.refuse("scheme", "must be https: a credential would cross the internet in clear");
  }
  if (credential && (credential->empty() || credential->size() > limits::kCredentialBytesMax)) {
    fields.refuse("credential",
                  "must have 1 to " + std::to_string(limits::kCredentialBytesMax) + " bytes");
  }
  SENTRAIL_TRY(fields.finish());
  if (promises.exists()) {
    SENTRAIL_ASSIGN_OR_RETURN(const ToolPromises read, read_promises(promises));
    wanted.settings = settings_of(read);
  }
  return wanted;
}

Answer put(GateParts& parts, PeopleCall& call) {
  const std::string tool = call.parameters.empty() ? std::string() : call.parameters.front();
  if (!is_tool_name(tool)) {
    return fail(Errc::invalid_argument,
                "a tool's name has lower-case letters, digits, `_` and `-` and begins with a "
                "letter; `status` is taken");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, parse_body(call));
  crypto::wipe(call.request.body);
  Fields fields(document.root());
  std::optional<std::string> credential;
  SENTRAIL_ASSIGN_OR_RETURN(store::Connection wanted, read_connection(fields, tool, credential));
  Result<std::string> presented = authorization_of(wanted.auth_scheme, credential.value_or(""));
  if (!presented) return tl::make_unexpected(presented.error());
  crypto::wipe(*presented);
  if (credential) {
    wanted.sealed_credential =
        seal_credential(parts.known.master(), call.workspace_id, tool, *credential);
    crypto::wipe(*credential);
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::Connection> before,
                            parts.store.get_connection(call.workspace_id, tool));
  SENTRAIL_ASSIGN_OR_RETURN(auto changed,
                            identity::put_connection(parts.recorder, parts.clock, *call.actor,
                                                     std::move(wanted), before));
  SENTRAIL_TRY(commit_change(parts, std::move(changed.transaction)));
  return done();
}

Answer remove(GateParts& parts, const PeopleCall& call) {
  const std::string tool = call.parameters.empty() ? std::string() : call.parameters.front();
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<store::Connection> connection,
                            parts.store.get_connection(call.workspace_id, tool));
  if (!connection) {
    // Perhaps gone by a request that gave up waiting: then it must be gone from memory too.
    SENTRAIL_TRY(parts.changes.reload());
    return fail(Errc::not_found, "there is no such connection");
  }
  SENTRAIL_ASSIGN_OR_RETURN(
      store::Transaction transaction,
      identity::remove_connection(parts.recorder, parts.clock, *call.actor, *connection));
  SENTRAIL_TRY(commit_change(parts, std::move(transaction)));
  return done();
}

bool is_paused(const identity::Directory& directory, const Uuid& workspace_id,
               std::string_view tool) {
  const auto names = [&](const store::KillState& state) {
    return std::any_of(state.tools.begin(), state.tools.end(),
                       [&](const store::Pause& pause) { return pause.name == tool; });
  };
  return names(directory.server_stops()) || names(directory.stops_of(workspace_id));
}

Answer list(GateParts& parts, const PeopleCall& call) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Connection> connections,
                            parts.store.list_connections(call.workspace_id));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("ok").boolean(true).key("connections").begin_array();
  for (const store::Connection& connection : connections) {
    json.begin_object();
    json.key("tool").string(connection.tool);
    json.key("scheme").string(connection.scheme);
    json.key("host").string(connection.host);
    json.key("port").integer(connection.port);
    write_text(json, "basePath", connection.base_path);
    json.key("authScheme").string(connection.auth_scheme);
    json.key("hasCredential").boolean(!connection.sealed_credential.empty());
    json.key("privateAddress").boolean(connection.private_address);
    json.key("paused").boolean(
        is_paused(call.known->directory(), call.workspace_id, connection.tool));
    json.key("promises").written(connection.settings.empty() ? "{}" : connection.settings);
    write_time(json, "createdAt", connection.created_ms);
    json.end_object();
  }
  json.end_array().end_object();
  return json_answer(200, std::move(body));
}

}  // namespace

void list_connections(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, list(parts, *call));
}

void put_connection(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, put(parts, *call));
}

void remove_connection(GateParts& parts, std::shared_ptr<PeopleCall> call, Reply reply) {
  reply_with(reply, remove(parts, *call));
}

}  // namespace sentrail::gateway
