// Ed25519 by libsodium. See sign.hpp.
#include "crypto/sign.hpp"

#include <sodium.h>

#include <algorithm>

#include "core/check.hpp"
#include "crypto/random.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Ed25519PrivateKey Ed25519PrivateKey::generate() {
  Ed25519Seed seed;
  fill_random(seed);
  Ed25519PrivateKey key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Ed25519PrivateKey Ed25519PrivateKey::from_seed(const Ed25519Seed& seed) {
  ensure_sodium();
  Ed25519PrivateKey key;
  static_assert(sizeof key.bytes_ == crypto_sign_SECRETKEYBYTES);
  Ed25519PublicKey unused;
  SENTRAIL_CHECK(crypto_sign_seed_keypair(unused.data(), key.bytes_.data(), seed.data()) == 0);
  return key;
}

Ed25519PrivateKey::Ed25519PrivateKey(Ed25519PrivateKey&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

Ed25519PrivateKey& Ed25519PrivateKey::operator=(Ed25519PrivateKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
  }
  return *this;
}

Ed25519PrivateKey::~Ed25519PrivateKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

Ed25519PublicKey Ed25519PrivateKey::public_key() const noexcept {
  Ed25519PublicKey key;
  std::copy(bytes_.begin() + 32, bytes_.end(), key.begin());
  return key;
}

Ed25519Seed Ed25519PrivateKey::seed() const noexcept {
  Ed25519Seed seed;
  std::copy_n(bytes_.begin(), seed.size(), seed.begin());
  return seed;
}

Ed25519Signature Ed25519PrivateKey::sign(std::string_view message) const noexcept {
  Ed25519Signature signature;
  SENTRAIL_CHECK(crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(),
                                      bytes_.data()) == 0);
  return signature;
}

bool verify(const Ed25519PublicKey& key, std::string_view message,
            std::span<const std::uint8_t> signature) noexcept {
  ensure_sodium();
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), bytes_of(message), message.size(),
                                     key.data()) == 0;
}

}  // namespace sentrail::crypto
