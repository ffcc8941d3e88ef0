// The life of API keys.
//
// Neighbours: keys.hpp. Must not know: where keys are kept.
#include "runtime/identity/keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "crypto/random.hpp"

namespace sentrail::identity {
namespace {

using store::Scope;

struct NamedScope {
  std::string_view name;
  Scope scope;
};

constexpr std::array<NamedScope, 4> kScopes = {{{"gateway", Scope::gateway},
                                                {"evaluate", Scope::evaluate},
                                                {"mcp", Scope::mcp},
                                                {"admin-read", Scope::admin_read}}};

}  // namespace

std::optional<Scope> scope_named(std::string_view name) noexcept {
  for (const NamedScope& row : kScopes) {
    if (row.name == name) return row.scope;
  }
  return std::nullopt;
}

std::vector<std::string> names_of(store::Scopes scopes) {
  std::vector<std::string> names;
  for (const NamedScope& row : kScopes) {
    if (scopes.has(row.scope)) names.emplace_back(row.name);
  }
  return names;
}

Result<store::Scopes> parse_scopes(std::span<const std::string> names) {
  store::Scopes scopes;
  for (const std::string& name : names) {
    const std::optional<Scope> scope = scope_named(name);
    if (!scope) {
      return fail(Errc::invalid_argument,
                  "`" + name + "` is no scope; scopes are gateway, evaluate, mcp, admin-read");
    }
    scopes.add(*scope);
  }
  if (scopes.bits == 0) return fail(Errc::invalid_argument, "a key needs at least one scope");
  return scopes;
}

bool admits(store::Scopes scopes, Scope needed) noexcept {
  return scopes.has(needed) || (needed == Scope::mcp && scopes.has(Scope::evaluate));
}

bool is_agent_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > limits::kNameBytesMax) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("._:@/-").find(c) != std::string_view::npos;
  });
}

Result<MadeKey> make_key(const KeyRequest& request, std::int64_t now_ms) {
  if (request.name.empty() || request.name.size() > limits::kNameBytesMax) {
    return fail(Errc::invalid_argument, "a key needs a name of at most 128 bytes");
  }
  if (request.scopes.bits == 0) {
    return fail(Errc::invalid_argument, "a key needs at least one scope");
  }
  for (const std::string& id : request.agent_ids) {
    if (!is_agent_id(id)) {
      return fail(Errc::invalid_argument,
                  "`" + id + "` is no agent id: letters, digits and `._:@/-`, at most 128");
    }
  }
  NewSecret secret = new_api_key(request.environment);
  MadeKey made;
  made.text = std::move(secret.text);
  made.record.id = crypto::uuid_v4();
  made.record.workspace_id = request.workspace_id;
  made.record.hash = secret.hash;
  made.record.hint = std::move(secret.hint);
  made.record.name = request.name;
  made.record.environment = request.environment;
  made.record.scopes = request.scopes;
  made.record.agent_ids = request.agent_ids;
  made.record.created_ms = now_ms;
  made.record.created_by = request.created_by;
  const std::int64_t life_ms = request.life_ms > 0 ? request.life_ms : limits::kKeyLifeMsDefault;
  made.record.expires_ms = plus_ms(Instant{now_ms}, life_ms).unix_ms;
  return made;
}

store::ApiKey revoke(store::ApiKey key, std::int64_t now_ms) {
  if (key.revoked) return key;
  key.revoked = true;
  key.revoked_ms = now_ms;
  return key;
}

Result<Rotation> rotate(const store::ApiKey& key, std::int64_t now_ms, std::int64_t overlap_ms) {
  if (key.revoked || (key.expires_ms != 0 && now_ms >= key.expires_ms)) {
    return fail(Errc::conflict, "the key is no longer valid; make a new one");
  }
  KeyRequest request;
  request.environment = key.environment;
  request.workspace_id = key.workspace_id;
  request.name = key.name;
  request.scopes = key.scopes;
  request.agent_ids = key.agent_ids;
  request.created_by = key.created_by;
  if (key.expires_ms != 0) request.life_ms = key.expires_ms - key.created_ms;
  SENTRAIL_ASSIGN_OR_RETURN(MadeKey fresh, make_key(request, now_ms));
  Rotation rotation{std::move(fresh), key};
  const std::int64_t ends_ms =
      plus_ms(Instant{now_ms}, std::max<std::int64_t>(overlap_ms, 0)).unix_ms;
  rotation.old.expires_ms = key.expires_ms == 0 ? ends_ms : std::min(key.expires_ms, ends_ms);
  return rotation;
}

bool is_usable(const store::ApiKey& key, Scope needed, std::int64_t now_ms) noexcept {
  const bool expired = key.expires_ms != 0 && now_ms >= key.expires_ms;
  return !key.revoked && !expired && admits(key.scopes, needed);
}

}  // namespace sentrail::identity
