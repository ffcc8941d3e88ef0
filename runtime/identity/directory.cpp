// Loading and asking the snapshot of who is known.
//
// Neighbours: directory.hpp. Must not know: HTTP, when it is reloaded.
#include "runtime/identity/directory.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace sentrail::identity {
namespace {

tl::unexpected<Error> unauthenticated() {
  return fail(Errc::permission_denied, std::string(kUnauthenticated));
}

template <class Map, class Key>
auto find_in(const Map& map, const Key& key) -> const typename Map::mapped_type* {
  const auto at = map.find(key);
  return at == map.end() ? nullptr : &at->second;
}

bool may_be(const store::ApiKey& key, std::string_view agent_id) {
  return key.agent_ids.empty() ||
         std::find(key.agent_ids.begin(), key.agent_ids.end(), agent_id) != key.agent_ids.end();
}

}  // namespace

std::string Caller::requested_by() const {
  return agent_id.empty() ? "key:" + format_uuid(key.id) : agent_id;
}

std::vector<std::string> Caller::delegation_chain() const {
  if (!key.agent_ids.empty() || key.created_by == Uuid{}) return {};
  return {format_uuid(key.created_by)};
}

Result<Directory> Directory::load(const store::Reader& reader) {
  Directory directory;
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Workspace> workspaces,
                            reader.list_workspaces());
  for (const store::Workspace& workspace : workspaces) {
    SENTRAIL_TRY(directory.load_workspace(reader, workspace));
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Person> people, reader.list_people());
  for (const store::Person& person : people) directory.people_.emplace(person.id, person);
  SENTRAIL_ASSIGN_OR_RETURN(directory.server_stops_, reader.get_kill_state(Uuid{}));
  return directory;
}

Status Directory::load_workspace(const store::Reader& reader, const store::Workspace& workspace) {
  workspaces_.emplace(workspace.id, workspace);
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::ApiKey> keys, reader.list_keys(workspace.id));
  for (const store::ApiKey& key : keys) {
    keys_.emplace(key.hash, key);
    key_ids_.emplace(std::pair(workspace.id, key.id), key.hash);
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Agent> agents,
                            reader.list_agents(workspace.id));
  for (const store::Agent& agent : agents) {
    agents_.emplace(std::pair(workspace.id, agent.id), agent);
  }
  SENTRAIL_ASSIGN_OR_RETURN(stops_[workspace.id], reader.get_kill_state(workspace.id));
  SENTRAIL_ASSIGN_OR_RETURN(delegations_[workspace.id], reader.list_delegations(workspace.id));
  return {};
}

Result<store::ApiKey> Directory::authenticate(std::string_view authorization, store::Scope needed,
                                              std::int64_t now_ms) const {
  // One path for all: a malformed header is hashed and looked up like any other.
  const std::optional<std::string> presented = presented_secret(authorization);
  const std::string_view secret = presented ? std::string_view(*presented) : authorization;
  const store::Hash hash = hash_secret(secret);
  static const store::ApiKey kNobody;
  const auto at = keys_.find(hash);
  const store::ApiKey& key = at == keys_.end() ? kNobody : at->second;
  const bool same = crypto::constant_time_equal(key.hash, hash);
  const bool formed = presented.has_value() && is_api_key_form(secret);
  const bool usable = is_usable(key, needed, now_ms);
  if (!(static_cast<unsigned>(same) & static_cast<unsigned>(formed) &
        static_cast<unsigned>(usable))) {
    return unauthenticated();
  }
  return key;
}

Result<Caller> Directory::identify(const store::ApiKey& key, std::string_view agent_id) const {
  const store::Workspace* workspace = find_workspace(key.workspace_id);
  if (workspace == nullptr) return unauthenticated();
  Caller caller;
  caller.key = key;
  caller.workspace = *workspace;
  if (agent_id.empty() && key.agent_ids.size() == 1) agent_id = key.agent_ids.front();
  if (agent_id.empty()) {
    if (!key.agent_ids.empty() || workspace->registered_agents_only) {
      return fail(Errc::permission_denied, "name the agent in X-Agent-Id");
    }
    return caller;
  }
  if (!is_agent_id(agent_id)) {
    return fail(Errc::invalid_argument,
                "X-Agent-Id must be letters, digits and `._:@/-`, at most 128");
  }
  if (!may_be(key, agent_id)) {
    return fail(Errc::permission_denied,
                "this key may not act as the agent `" + std::string(agent_id) + "`");
  }
  caller.agent_id = std::string(agent_id);
  const store::Agent* agent = find_agent(key.workspace_id, agent_id);
  if (agent == nullptr) {
    if (workspace->registered_agents_only) {
      return fail(Errc::permission_denied,
                  "the agent `" + caller.agent_id + "` is not registered in this workspace");
    }
    caller.agent_name = caller.agent_id;
    return caller;
  }
  if (agent->disabled) {
    return fail(Errc::permission_denied, "the agent `" + caller.agent_id + "` is disabled");
  }
  caller.agent_name = agent->name.empty() ? agent->id : agent->name;
  caller.agent_roles = agent->roles;
  caller.agent_registered = true;
  caller.agent_owner = agent->owner;
  return caller;
}

std::optional<store::ApiKey> Directory::usable_key(const Uuid& workspace_id, const Uuid& key_id,
                                                   store::Scope needed, std::int64_t now_ms) const {
  const store::Hash* hash = find_in(key_ids_, std::pair(workspace_id, key_id));
  if (hash == nullptr) return std::nullopt;
  const store::ApiKey* key = find_in(keys_, *hash);
  if (key == nullptr || !is_usable(*key, needed, now_ms)) return std::nullopt;
  return *key;
}

bool Directory::agent_is_disabled(const Uuid& workspace_id, std::string_view agent_id) const {
  const store::Agent* agent = find_agent(workspace_id, agent_id);
  return agent != nullptr && agent->disabled;
}

std::optional<Stop> Directory::find_stop(const Uuid& workspace_id, const Stoppable& action) const {
  return identity::find_stop(server_stops_, stops_of(workspace_id), action);
}

bool Directory::is_stopped_hard(const Uuid& workspace_id) const {
  const auto is_hard = [](const store::KillState& state) {
    return state.enabled && state.mode == store::KillMode::hard;
  };
  return is_hard(server_stops_) || is_hard(stops_of(workspace_id));
}

void Directory::add_stop(const LocalStop& stop) {
  store::KillState& state = stop.workspace_id == Uuid{} ? server_stops_ : stops_[stop.workspace_id];
  state = with_stop(std::move(state), stop);
}

const store::KillState& Directory::stops_of(const Uuid& workspace_id) const {
  const store::KillState* state = find_in(stops_, workspace_id);
  return state == nullptr ? no_stops_ : *state;
}

const std::vector<store::Delegation>& Directory::delegations_of(const Uuid& workspace_id) const {
  static const std::vector<store::Delegation> kNone;
  const auto at = delegations_.find(workspace_id);
  return at == delegations_.end() ? kNone : at->second;
}

const store::Workspace* Directory::find_workspace(const Uuid& id) const {
  return find_in(workspaces_, id);
}

const store::Agent* Directory::find_agent(const Uuid& workspace_id, std::string_view id) const {
  return find_in(agents_, std::pair(workspace_id, std::string(id)));
}

const store::Person* Directory::find_person(const Uuid& id) const {
  return find_in(people_, id);
}

const store::Person* Directory::find_person(std::string_view name) const {
  for (const auto& [id, person] : people_) {
    if (person.name == name) return &person;
  }
  return nullptr;
}

}  // namespace sentrail::identity
