// Forms of secrets.
//
// Neighbours: credential.hpp. Must not know: the store.
#include "runtime/identity/credential.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "crypto/random.hpp"

namespace sentrail::identity {
namespace {

constexpr std::size_t kSecretCharacters = 40;
constexpr std::string_view kKeyPrefix = "agk_";
constexpr std::string_view kTestKeyPrefix = "agk_test_";

NewSecret make(std::string_view prefix) {
  NewSecret secret;
  secret.text = std::string(prefix) + crypto::random_base62(kSecretCharacters);
  secret.hash = hash_secret(secret.text);
  std::string_view shown = prefix;
  if (shown.ends_with('_')) shown.remove_suffix(1);
  secret.hint = std::string(shown) + "…" + secret.text.substr(secret.text.size() - 4);
  return secret;
}

bool is_base62(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

}  // namespace

NewSecret new_api_key(store::Environment environment) {
  return make(environment == store::Environment::test ? kTestKeyPrefix : kKeyPrefix);
}

NewSecret new_session_token() {
  return make("sps_");
}

NewSecret new_bootstrap_token() {
  return make("sbt_");
}

bool is_api_key_form(std::string_view text) noexcept {
  for (const std::string_view prefix : {kTestKeyPrefix, kKeyPrefix}) {
    if (text.starts_with(prefix) && text.size() == prefix.size() + kSecretCharacters) {
      return is_base62(text.substr(prefix.size()));
    }
  }
  return false;
}

store::Hash hash_secret(std::string_view text) {
  return crypto::sha256(text);
}

std::optional<std::string> presented_secret(std::string_view authorization) {
  if (authorization.size() > limits::kHttpHeaderBytesMax) return std::nullopt;
  const std::size_t space = authorization.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = authorization.substr(0, space);
  std::string_view rest = authorization.substr(space + 1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.empty() || rest.find(' ') != std::string_view::npos) return std::nullopt;
  if (equal_ignoring_ascii_case(scheme, "bearer") || equal_ignoring_ascii_case(scheme, "token")) {
    return std::string(rest);
  }
  if (!equal_ignoring_ascii_case(scheme, "basic")) return std::nullopt;
  const Result<std::string> pair = base64_decode(rest);
  if (!pair) return std::nullopt;
  const std::size_t colon = pair->find(':');
  if (colon == std::string::npos || colon + 1 == pair->size()) return std::nullopt;
  return pair->substr(colon + 1);
}

}  // namespace sentrail::identity
