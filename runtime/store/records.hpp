// Everything that is persisted, as plain structs.
//
// Neighbours: action_record.hpp, audit_entry.hpp and limit_records.hpp hold some of them,
// records_codec.hpp turns each into bytes, transaction.hpp changes them, store.hpp reads them. Must
// not know: rows, keys, RocksDB, JSON. Every record that can change carries a `version` that the
// store raises by one; writing names the version that was read, so that no change is lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/uuid.hpp"
#include "runtime/store/action_record.hpp"
#include "runtime/store/audit_entry.hpp"
#include "runtime/store/limit_records.hpp"

namespace sentrail::store {

// Whether a workspace is for trying or for real. Both are gated alike.
enum class Environment : std::uint8_t { test = 0, live = 1 };

// An isolated set of agents, keys, connections, held calls and audit columns.
struct Workspace {
  Uuid id;
  std::uint64_t version = 0;
  std::string name;
  Environment environment = Environment::test;
  bool registered_agents_only = false;  // refuse agents that nobody registered
  std::int64_t created_ms = 0;

  friend bool operator==(const Workspace&, const Workspace&) = default;
};

// What a key may be used for, as bits.
enum class Scope : std::uint8_t { gateway = 1, evaluate = 2, mcp = 4, admin_read = 8 };

// A set of scopes.
struct Scopes {
  std::uint8_t bits = 0;

  // Whether the set has this scope.
  [[nodiscard]] constexpr bool has(Scope scope) const noexcept {
    return (bits & static_cast<std::uint8_t>(scope)) != 0;
  }
  // Adds a scope.
  constexpr void add(Scope scope) noexcept {
    bits = static_cast<std::uint8_t>(bits | static_cast<std::uint8_t>(scope));
  }

  friend bool operator==(const Scopes&, const Scopes&) = default;
};

// A secret with which agents call. Only its hash is kept.
struct ApiKey {
  Uuid id;
  Uuid workspace_id;
  std::uint64_t version = 0;
  Hash hash{};       // SHA-256 of the key's text
  std::string hint;  // masked text for lists, such as `agk_test…abcd`
  std::string name;
  Environment environment = Environment::test;
  Scopes scopes;
  std::vector<std::string> agent_ids;  // the agents this key may be; empty: any
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;  // 0: never
  bool revoked = false;
  std::int64_t revoked_ms = 0;
  std::int64_t last_used_ms = 0;  // kept beside the record: changes without a new version
  Uuid created_by;                // person

  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

// A program that calls tools.
struct Agent {
  std::string id;  // as in X-Agent-Id
  Uuid workspace_id;
  std::uint64_t version = 0;
  std::string name;
  Uuid owner;  // the person behind it; nil if none
  std::vector<std::string> roles;
  bool disabled = false;
  std::int64_t created_ms = 0;

  friend bool operator==(const Agent&, const Agent&) = default;
};

// What a person may do in a workspace, most first.
enum class Role : std::uint8_t { owner = 0, admin = 1, reviewer = 2, auditor = 3, member = 4 };

// The names used in JSON and messages.
[[nodiscard]] constexpr std::string_view name_of(Role role) noexcept {
  constexpr std::array<std::string_view, 5> kNames = {"owner", "admin", "reviewer", "auditor",
                                                      "member"};
  return kNames[static_cast<std::size_t>(role)];
}

// A person's place in one workspace.
struct Membership {
  Uuid workspace_id;
  Role role = Role::member;
  std::vector<std::string> groups;  // named by quorum expressions

  friend bool operator==(const Membership&, const Membership&) = default;
};

// Somebody who signs in. People belong to the server; memberships bind them to workspaces.
struct Person {
  Uuid id;
  std::uint64_t version = 0;
  std::string name;  // the account's name; unique
  std::string display_name;
  std::string email;
  std::string passphrase_hash;  // Argon2id string; empty: no local sign-in
  std::vector<Membership> memberships;
  bool disabled = false;
  std::int64_t created_ms = 0;

  friend bool operator==(const Person&, const Person&) = default;
};

// A signed-in person's token, as a hash.
struct Session {
  Hash token_hash{};
  Uuid person_id;
  std::uint64_t version = 0;
  std::string auth_method;
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;

  friend bool operator==(const Session&, const Session&) = default;
};

// A tool that the gate may forward to. Pauses stand in KillState, where the kill switch looks.
struct Connection {
  Uuid workspace_id;
  std::string tool;  // unique in the workspace
  std::uint64_t version = 0;
  std::string scheme;  // https or http
  std::string host;
  std::uint16_t port = 0;
  std::string base_path;
  bool private_address = false;   // whether a private address was declared legal
  std::string auth_scheme;        // how the credential is presented: bearer, token, basic, none
  std::string sealed_credential;  // sealed by crypto/; empty: none
  std::string settings;           // JSON of what only this kind of tool has
  std::int64_t created_ms = 0;

  friend bool operator==(const Connection&, const Connection&) = default;
};

// How far the kill switch reaches: `normal` blocks all but declared reads, `hard` blocks all.
enum class KillMode : std::uint8_t { normal = 0, hard = 1 };

// One tool or agent that is stopped on its own.
struct Pause {
  std::string name;
  std::int64_t since_ms = 0;
  std::string by;
  std::string reason;

  friend bool operator==(const Pause&, const Pause&) = default;
};

// What is stopped in a workspace; the nil workspace stands for the whole server.
struct KillState {
  Uuid workspace_id;
  std::uint64_t version = 0;  // also the epoch in audit entries
  bool enabled = false;
  KillMode mode = KillMode::normal;
  std::int64_t enabled_ms = 0;
  std::string enabled_by;
  std::string reason;
  std::vector<Pause> tools;
  std::vector<Pause> agents;

  friend bool operator==(const KillState&, const KillState&) = default;
};

// A person's seat lent to another for a time: what the delegate says counts as the delegator's
// word.
struct Delegation {
  Uuid id;
  Uuid workspace_id;
  std::uint64_t version = 0;
  Uuid from;
  Uuid to;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::vector<std::string> tools;  // it is for; empty: all
  std::int64_t created_ms = 0;
  std::int64_t ended_ms = 0;  // before its time; 0: it was not
  Uuid ended_by;

  friend bool operator==(const Delegation&, const Delegation&) = default;
};

// A person's emergency code, as a hash. It is not the passphrase, and opens nothing but a grant.
struct BreakGlassCode {
  Uuid workspace_id;
  Uuid person_id;
  std::uint64_t version = 0;
  std::string code_hash;  // Argon2id string; empty: revoked
  Uuid made_by;
  std::int64_t created_ms = 0;

  friend bool operator==(const BreakGlassCode&, const BreakGlassCode&) = default;
};

// One use of an emergency code, and the review of it, which stays open until somebody else closes
// it.
struct BreakGlassGrant {
  Uuid id;
  Uuid workspace_id;
  std::uint64_t version = 0;
  Uuid person_id;
  std::string reason;
  std::int64_t started_ms = 0;
  std::int64_t until_ms = 0;
  std::vector<Uuid> action_ids;  // that were approved by it
  std::int64_t closed_ms = 0;    // 0: the review is open
  Uuid closed_by;
  std::string closing;  // what the review found

  friend bool operator==(const BreakGlassGrant&, const BreakGlassGrant&) = default;
};

// A message that must leave at least once: written with the change it tells of.
struct OutboxItem {
  Uuid id;  // also the receivers' dedupe key
  Uuid workspace_id;
  std::uint64_t version = 0;
  std::string event;    // approvalRequired, approvalDecided, killSwitch, …
  std::string channel;  // slack, email, webhook, …
  std::string payload;
  std::int64_t created_ms = 0;
  std::int64_t next_attempt_ms = 0;
  std::uint32_t attempts = 0;
  std::string last_error;

  friend bool operator==(const OutboxItem&, const OutboxItem&) = default;
};

// A small named value: cursors of exporters, the last good bundle, preferences. The nil workspace
// stands for the whole server.
struct Setting {
  Uuid workspace_id;
  std::string name;
  std::uint64_t version = 0;
  std::string value;

  friend bool operator==(const Setting&, const Setting&) = default;
};

}  // namespace sentrail::store
