// Who is known: a snapshot of keys, agents, people, workspaces and stops, asked on every request.
//
// Neighbours: loaded from store/ after a start and after every administrative change; the gateway
// asks it for each request and again before each send. Must not know: HTTP, rows.
// A snapshot never changes: a server swaps whole ones. Nothing here touches the disk but load().
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "runtime/identity/keys.hpp"
#include "runtime/identity/kill_switch.hpp"
#include "runtime/identity/local_stop.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::identity {

// What every refused key is told: missing, malformed, unknown, expired, revoked, of another scope.
inline constexpr std::string_view kUnauthenticated = "invalid or expired API key";

// An agent's call, identified.
struct Caller {
  store::ApiKey key;
  store::Workspace workspace;
  std::string agent_id;  // empty: none was named and the key is not bound to one
  std::string agent_name;
  std::vector<std::string> agent_roles;
  bool agent_registered = false;
  Uuid agent_owner;  // nil: nobody

  // How the audit log names who asked: the agent, else the key.
  [[nodiscard]] std::string requested_by() const;
  // Who never approves what this caller asks, beside the agent's owner: whoever made a key that is
  // bound to no agent uses it themselves.
  [[nodiscard]] std::vector<std::string> delegation_chain() const;
};

// threads: const use from any.
class Directory {
 public:
  // Reads everything. cost: the disk. fails: io, corrupt.
  [[nodiscard]] static Result<Directory> load(const store::Reader& reader);

  // Finds the key that an Authorization header's value presents and checks that it opens this use.
  // Every refusal has the same code, message and, as far as it can be, duration.
  // fails: permission_denied with kUnauthenticated.
  [[nodiscard]] Result<store::ApiKey> authenticate(std::string_view authorization,
                                                   store::Scope needed, std::int64_t now_ms) const;

  // Tells which agent calls: the one that `X-Agent-Id` names (empty: none sent), or the only one
  // that the key may be. fails: permission_denied if the key may not be that agent, if it is
  // disabled, or if it is unregistered where that is refused; invalid_argument if it is malformed.
  [[nodiscard]] Result<Caller> identify(const store::ApiKey& key, std::string_view agent_id) const;

  // The key, and whether the agent, that asked earlier may still ask: at execution, for instance.
  // Nothing if the key is gone, over, revoked or of another scope.
  [[nodiscard]] std::optional<store::ApiKey> usable_key(const Uuid& workspace_id,
                                                        const Uuid& key_id, store::Scope needed,
                                                        std::int64_t now_ms) const;
  [[nodiscard]] bool agent_is_disabled(const Uuid& workspace_id, std::string_view agent_id) const;

  // The stop that holds an action back, if one does, and the kill states that were looked at.
  [[nodiscard]] std::optional<Stop> find_stop(const Uuid& workspace_id,
                                              const Stoppable& action) const;
  [[nodiscard]] const store::KillState& server_stops() const noexcept { return server_stops_; }
  // The default state for a workspace that was never stopped.
  [[nodiscard]] const store::KillState& stops_of(const Uuid& workspace_id) const;

  // Delegations of a workspace, also those that are over.
  [[nodiscard]] const std::vector<store::Delegation>& delegations_of(
      const Uuid& workspace_id) const;

  // Whether the kill switch is on in mode hard: nothing goes out, and what goes out is cut off.
  [[nodiscard]] bool is_stopped_hard(const Uuid& workspace_id) const;

  // Counts a local stop in. A workspace that is not known is stopped when it comes to be.
  void add_stop(const LocalStop& stop);

  // Records by name; null if there is none. Borrowed from the snapshot.
  [[nodiscard]] const store::Workspace* find_workspace(const Uuid& id) const;
  [[nodiscard]] const store::Agent* find_agent(const Uuid& workspace_id, std::string_view id) const;
  [[nodiscard]] const store::Person* find_person(const Uuid& id) const;
  [[nodiscard]] const store::Person* find_person(std::string_view name) const;

  // All workspaces and all people.
  [[nodiscard]] const std::map<Uuid, store::Workspace>& workspaces() const noexcept {
    return workspaces_;
  }
  [[nodiscard]] const std::map<Uuid, store::Person>& people() const noexcept { return people_; }

 private:
  struct HashOfHash {
    std::size_t operator()(const store::Hash& hash) const noexcept {
      std::size_t value = 0;
      std::memcpy(&value, hash.data(), sizeof(value));
      return value;
    }
  };

  [[nodiscard]] Status load_workspace(const store::Reader& reader,
                                      const store::Workspace& workspace);

  std::map<Uuid, store::Workspace> workspaces_;
  std::unordered_map<store::Hash, store::ApiKey, HashOfHash> keys_;
  std::map<std::pair<Uuid, Uuid>, store::Hash> key_ids_;  // by workspace and id
  std::map<std::pair<Uuid, std::string>, store::Agent, std::less<>> agents_;
  std::map<Uuid, store::Person> people_;
  std::map<Uuid, store::KillState> stops_;
  std::map<Uuid, std::vector<store::Delegation>> delegations_;  // by workspace
  store::KillState server_stops_;
  store::KillState no_stops_;
};

}  // namespace sentrail::identity
