// SHA-256 by OpenSSL, keyed codes too. See hash.hpp.
#include "crypto/hash.hpp"

// SHA256_CTX is a value: a hash needs no allocation, and the state behind a key is kept and copied
// for each message. OpenSSL 3 would rather be asked through EVP, which has no such thing: audit
// entries are short and many, and its contexts cost as much as the hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>

#include "core/check.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

// The context that Sha256's constructor made in its bytes.
template <class Bytes>
SHA256_CTX* context_in(Bytes& bytes) noexcept {
  static_assert(sizeof(SHA256_CTX) == sizeof(Bytes) && alignof(SHA256_CTX) <= 8);
  return std::launder(reinterpret_cast<SHA256_CTX*>(bytes.data()));
}

}  // namespace

Sha256::Sha256() {
  SENTRAIL_CHECK(SHA256_Init(new (state_.data()) SHA256_CTX) == 1);
}

Sha256::~Sha256() {
  sodium_memzero(state_.data(), state_.size());
}

Sha256& Sha256::update(std::string_view bytes) {
  SENTRAIL_CHECK_NOTE(!taken_, "the digest was already taken");
  SENTRAIL_CHECK(SHA256_Update(context_in(state_), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::finish() {
  SENTRAIL_CHECK_NOTE(!taken_, "the digest was already taken");
  taken_ = true;
  Digest digest;
  SENTRAIL_CHECK(SHA256_Final(digest.data(), context_in(state_)) == 1);
  return digest;
}

Digest sha256(std::string_view bytes) {
  return Sha256().update(bytes).finish();
}

// The two hashes of RFC 2104 behind their blocks of key. libsodium's own SHA-256 is portable code,
// several times slower than what OpenSSL has for most processors.
struct HmacKey::State {
  SHA256_CTX inner;
  SHA256_CTX outer;
};

namespace {

// A hash that has read the block of a key with each byte turned by `pad`.
void begin(SHA256_CTX& hash, std::array<unsigned char, SHA256_CBLOCK> block, unsigned char pad) {
  for (unsigned char& byte : block) byte ^= pad;
  SENTRAIL_CHECK(SHA256_Init(&hash) == 1);
  SENTRAIL_CHECK(SHA256_Update(&hash, block.data(), block.size()) == 1);
  sodium_memzero(block.data(), block.size());
}

}  // namespace

HmacKey::HmacKey(std::string_view key) : keyed_(std::make_unique<State>()) {
  constexpr unsigned char kInnerPad = 0x36;
  constexpr unsigned char kOuterPad = 0x5c;
  ensure_sodium();
  std::array<unsigned char, SHA256_CBLOCK> block{};
  if (key.size() > block.size()) {
    const Digest digest = sha256(key);
    std::copy(digest.begin(), digest.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  begin(keyed_->inner, block, kInnerPad);
  begin(keyed_->outer, block, kOuterPad);
  sodium_memzero(block.data(), block.size());
}

HmacKey::HmacKey(HmacKey&&) noexcept = default;

HmacKey::~HmacKey() {
  if (keyed_ != nullptr) sodium_memzero(keyed_.get(), sizeof(State));
}

Digest HmacKey::sign(std::string_view message) const noexcept {
  Digest digest;
  SHA256_CTX hash = keyed_->inner;
  SHA256_Update(&hash, message.data(), message.size());
  SHA256_Final(digest.data(), &hash);
  hash = keyed_->outer;
  SHA256_Update(&hash, digest.data(), digest.size());
  SHA256_Final(digest.data(), &hash);
  sodium_memzero(&hash, sizeof(hash));
  return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
  return HmacKey(key).sign(message);
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool constant_time_equal(const Digest& a, const Digest& b) noexcept {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sentrail::crypto
