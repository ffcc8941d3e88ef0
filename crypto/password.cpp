// Argon2id by libsodium. See password.hpp.
#include "crypto/password.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/limits.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

struct Parameters {
  unsigned long long passes;
  std::size_t memory_bytes;
};

constexpr Parameters parameters_of(PasswordCost cost) noexcept {
  switch (cost) {
    case PasswordCost::interactive:
      return {crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
              crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE};
    case PasswordCost::moderate:
      return {crypto_pwhash_argon2id_OPSLIMIT_MODERATE, crypto_pwhash_argon2id_MEMLIMIT_MODERATE};
  }
  return {crypto_pwhash_argon2id_OPSLIMIT_MODERATE, crypto_pwhash_argon2id_MEMLIMIT_MODERATE};
}

// libsodium's string functions read an array of this size up to its NUL.
using HashBuffer = std::array<char, crypto_pwhash_STRBYTES>;

// Whether `hash` is well formed and has exactly the parameters of `cost`.
bool has_cost(const HashBuffer& hash, PasswordCost cost) {
  const Parameters parameters = parameters_of(cost);
  return crypto_pwhash_str_needs_rehash(hash.data(), parameters.passes, parameters.memory_bytes) ==
         0;
}

// Copies `hash` where libsodium can read it; false if it does not fit.
bool load(std::string_view hash, HashBuffer& buffer) {
  if (hash.size() >= buffer.size() || hash.find('\0') != hash.npos) return false;
  if (!hash.starts_with(crypto_pwhash_argon2id_STRPREFIX)) return false;
  buffer.fill('\0');
  std::copy(hash.begin(), hash.end(), buffer.begin());
  return true;
}

}  // namespace

Result<std::string> hash_password(std::string_view password, PasswordCost cost) {
  ensure_sodium();
  if (password.size() > limits::kPassphraseBytesMax) {
    return fail(Errc::limit_exceeded, "a passphrase may have at most " +
                                          std::to_string(limits::kPassphraseBytesMax) + " bytes");
  }
  const Parameters parameters = parameters_of(cost);
  HashBuffer buffer{};
  if (crypto_pwhash_str_alg(buffer.data(), password.data(), password.size(), parameters.passes,
                            parameters.memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return fail(Errc::unavailable, "not enough memory to hash a passphrase; it needs " +
                                       std::to_string(parameters.memory_bytes >> 20u) + " MiB");
  }
  return std::string(buffer.data());
}

bool verify_password(std::string_view hash, std::string_view password) {
  ensure_sodium();
  HashBuffer buffer{};
  if (password.size() > limits::kPassphraseBytesMax || !load(hash, buffer)) return false;
  if (!has_cost(buffer, PasswordCost::interactive) && !has_cost(buffer, PasswordCost::moderate)) {
    return false;
  }
  return crypto_pwhash_str_verify(buffer.data(), password.data(), password.size()) == 0;
}

}  // namespace sentrail::crypto
