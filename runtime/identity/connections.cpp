// Changes of connections.
//
// Neighbours: connections.hpp. Must not know: what a host is.
#include "runtime/identity/connections.hpp"

#include <utility>

#include "runtime/identity/admin_entry.hpp"
#include "runtime/identity/permissions.hpp"

namespace sentrail::identity {
namespace {

bool presents_alike(const store::Connection& a, const store::Connection& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port &&
         a.private_address == b.private_address && a.auth_scheme == b.auth_scheme;
}

bool is_same_place(const store::Connection& a, const store::Connection& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port && a.base_path == b.base_path;
}

store::AppendAudit told(const audit::Recorder& recorder, const Clock& clock, const Actor& actor,
                        const char* action, const store::Connection& connection) {
  store::AuditEntry entry = admin_entry(clock, store::AuditKind::connection, action);
  entry.risk = Risk::high;
  entry.resource_type = "connection";
  audit::Personal personal;
  // Where a workspace's tools live is nobody's business but its own: not in the leaf.
  personal.resource_id = connection.tool + " " + connection.scheme + "://" + connection.host + ":" +
                         std::to_string(connection.port) + connection.base_path;
  return told_by(recorder, actor, std::move(entry), std::move(personal));
}

}  // namespace

Result<Changed<store::Connection>> put_connection(const audit::Recorder& recorder,
                                                  const Clock& clock, const Actor& actor,
                                                  store::Connection connection,
                                                  const std::optional<store::Connection>& before) {
  SENTRAIL_TRY(require(actor.role, Permission::manage_connections));
  connection.workspace_id = actor.workspace_id;
  connection.version = before ? before->version : 0;
  connection.created_ms = before ? before->created_ms : clock.now().unix_ms;
  // What was promised of another place is no promise of this one.
  if (before && connection.settings.empty() && is_same_place(*before, connection)) {
    connection.settings = before->settings;
  }
  const bool wants_credential = connection.auth_scheme != "none";
  if (wants_credential && connection.sealed_credential.empty()) {
    if (!before || before->sealed_credential.empty() || !presents_alike(*before, connection)) {
      return fail(Errc::invalid_argument,
                  before ? "the tool's address or authScheme changes: give its `credential` again"
                         : "`credential` is required unless `authScheme` is none");
    }
    connection.sealed_credential = before->sealed_credential;
  }
  Changed<store::Connection> changed{connection, {}};
  auto& operations = changed.transaction.operations;
  operations.emplace_back(store::Put<store::Connection>{connection, connection.version});
  operations.emplace_back(
      told(recorder, clock, actor, before ? "connection.change" : "connection.add", connection));
  return changed;
}

Result<store::Transaction> remove_connection(const audit::Recorder& recorder, const Clock& clock,
                                             const Actor& actor,
                                             const store::Connection& connection) {
  SENTRAIL_TRY(require(actor.role, Permission::manage_connections));
  store::Transaction transaction;
  transaction.operations.emplace_back(store::RemoveConnection{actor.workspace_id, connection.tool});
  transaction.operations.emplace_back(
      told(recorder, clock, actor, "connection.remove", connection));
  return transaction;
}

}  // namespace sentrail::identity
