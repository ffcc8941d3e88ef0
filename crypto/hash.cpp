// SHA-256 by OpenSSL, keyed codes too. See hash.hpp.
#include "crypto/hash.hpp"

// SHA256_CTX is a value: the state behind a key is kept and copied for each message, without an
// allocation. OpenSSL 3 would rather be asked through EVP, which has no such thing.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

// EVP_sha256() looks its implementation up at every use; a fetched one is looked up once.
const EVP_MD* sha256_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  SENTRAIL_CHECK_NOTE(method != nullptr, "OpenSSL has no SHA-256");
  return method;
}

Digest finish_into(EVP_MD_CTX* context) {
  Digest digest;
  unsigned size = 0;
  SENTRAIL_CHECK(EVP_DigestFinal_ex(context, digest.data(), &size) == 1 && size == digest.size());
  return digest;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  SENTRAIL_CHECK(context_ != nullptr);
  SENTRAIL_CHECK(EVP_DigestInit_ex2(context_.get(), sha256_method(), nullptr) == 1);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

Sha256& Sha256::update(std::string_view bytes) {
  SENTRAIL_CHECK_NOTE(context_ != nullptr, "the digest was already taken");
  SENTRAIL_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::finish() {
  SENTRAIL_CHECK_NOTE(context_ != nullptr, "the digest was already taken");
  const Digest digest = finish_into(context_.get());
  context_.reset();
  return digest;
}

Digest sha256(std::string_view bytes) {
  struct Owned {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    Owned() = default;
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { EVP_MD_CTX_free(context); }
  };
  // Audit entries are short and many: a context allocated for each would cost as much as the hash.
  thread_local const Owned owned;
  SENTRAIL_CHECK(owned.context != nullptr);
  SENTRAIL_CHECK(EVP_DigestInit_ex2(owned.context, sha256_method(), nullptr) == 1);
  SENTRAIL_CHECK(EVP_DigestUpdate(owned.context, bytes.data(), bytes.size()) == 1);
  return finish_into(owned.context);
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
