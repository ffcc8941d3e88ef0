// Secrets that programs and people present: their forms, how they are made, hashed and read from a
// header.
//
// Neighbours: keys.hpp (API keys), accounts.hpp (sessions, bootstrap token); the gateway passes the
// Authorization header's value. Must not know: the store, who owns what.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/hash.hpp"
#include "runtime/store/records.hpp"

namespace sentrail::identity {

// A new secret: the text, shown once, and what is stored of it.
struct NewSecret {
  std::string text;
  store::Hash hash{};
  std::string hint;  // masked, for lists: `agk_test…abcd`
};

// `agk_` or `agk_test_`, then 40 characters of 0-9A-Za-z: 238 bits.
[[nodiscard]] NewSecret new_api_key(store::Environment environment);
// `sps_` and the same: a person's session.
[[nodiscard]] NewSecret new_session_token();
// `sbt_` and the same: makes the first owner, once.
[[nodiscard]] NewSecret new_bootstrap_token();

// Whether a text has the form of an API key.
[[nodiscard]] bool is_api_key_form(std::string_view text) noexcept;

// What is stored of a secret. These have full entropy: a plain hash is enough.
[[nodiscard]] store::Hash hash_secret(std::string_view text);

// The secret in an Authorization header's value: after `Bearer` or `token`, or the password of
// `Basic`; the scheme in any case. Nothing for every other value.
// source: RFC 9110 §11.4, RFC 7617; GitHub's clients send all three.
[[nodiscard]] std::optional<std::string> presented_secret(std::string_view authorization);

}  // namespace sentrail::identity
