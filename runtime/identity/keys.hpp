// API keys: making, revoking, rotating, and what a key may be used for.
//
// Neighbours: credential.hpp (the secret's form), directory.hpp (finding a key by its secret),
// administration.hpp (storing changes). Must not know: HTTP, the store.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/identity/credential.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::identity {

// The scope with that name: gateway, evaluate, mcp, admin-read.
[[nodiscard]] std::optional<store::Scope> scope_named(std::string_view name) noexcept;
// The names of a set, in that order.
[[nodiscard]] std::vector<std::string> names_of(store::Scopes scopes);
// Reads a list of names. fails: invalid_argument for an unknown name or none at all.
[[nodiscard]] Result<store::Scopes> parse_scopes(std::span<const std::string> names);

// Whether a set of scopes admits a use: the MCP gate also takes `evaluate`.
[[nodiscard]] bool admits(store::Scopes scopes, store::Scope needed) noexcept;

// Whether a text can be an agent's id: 1 to 128 of letters, digits and `._:@/-`.
[[nodiscard]] bool is_agent_id(std::string_view text) noexcept;

// What a new key is to be.
struct KeyRequest {
  store::Environment environment = store::Environment::test;
  Uuid workspace_id;
  std::string name;
  store::Scopes scopes;
  std::vector<std::string> agent_ids;  // empty: any agent
  std::int64_t life_ms = 0;            // 0: limits::kKeyLifeMsDefault
  Uuid created_by;
};

// A key with its secret, which is shown once.
struct MadeKey {
  std::string text;
  store::ApiKey record;
};

// Makes a key. fails: invalid_argument without a name, a scope or with a malformed agent id.
[[nodiscard]] Result<MadeKey> make_key(const KeyRequest& request, std::int64_t now_ms);

// The key as it is once revoked: from the next request on it opens nothing.
[[nodiscard]] store::ApiKey revoke(store::ApiKey key, std::int64_t now_ms);

// A new key that may do what the old one could, and the old one with little time left.
struct Rotation {
  MadeKey fresh;
  store::ApiKey old;
};

// Rotates a key; both work for `overlap_ms` (0: the old one ends now), or until the old one would
// have expired. fails: conflict if the key is revoked or expired already.
[[nodiscard]] Result<Rotation> rotate(const store::ApiKey& key, std::int64_t now_ms,
                                      std::int64_t overlap_ms);

// Whether a key opens a use at this time.
[[nodiscard]] bool is_usable(const store::ApiKey& key, store::Scope needed,
                             std::int64_t now_ms) noexcept;

}  // namespace sentrail::identity
