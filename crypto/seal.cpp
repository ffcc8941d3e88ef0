// XChaCha20-Poly1305 by libsodium. See seal.hpp.
#include "crypto/seal.hpp"

#include <sodium.h>

#include <algorithm>

#include "core/check.hpp"
#include "crypto/random.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceBytes + kTagBytes == kSealOverheadBytes);
static_assert(SealKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) noexcept {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

SealKey SealKey::generate() {
  SealKey key;
  fill_random(key.bytes_);
  return key;
}

Result<SealKey> SealKey::from_bytes(std::string_view bytes) {
  if (bytes.size() != kSize) {
    return fail(Errc::invalid_argument,
                "a sealing key has 32 bytes, this one has " + std::to_string(bytes.size()));
  }
  SealKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

SealKey::SealKey(SealKey&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

SealKey& SealKey::operator=(SealKey&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    sodium_memzero(other.bytes_.data(), other.bytes_.size());
  }
  return *this;
}

SealKey::~SealKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

std::string seal(const SealKey& key, std::string_view plaintext, std::string_view associated_data) {
  std::string sealed = random_bytes(kNonceBytes);
  sealed.resize(kNonceBytes + plaintext.size() + kTagBytes);
  unsigned long long written = 0;
  const int status = crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes_of(sealed) + kNonceBytes, &written, bytes_of(plaintext), plaintext.size(),
      bytes_of(associated_data), associated_data.size(), nullptr, bytes_of(sealed),
      key.bytes().data());
  SENTRAIL_CHECK(status == 0 && written == plaintext.size() + kTagBytes);
  return sealed;
}

Result<std::string> open(const SealKey& key, std::string_view sealed,
                         std::string_view associated_data) {
  ensure_sodium();
  constexpr const char* kRefused = "sealed data does not open: wrong key, wrong place, or damaged";
  if (sealed.size() < kSealOverheadBytes) return fail(Errc::corrupt, kRefused);
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view body = sealed.substr(kNonceBytes);
  std::string plaintext(body.size() - kTagBytes, '\0');
  unsigned long long written = 0;
  const int status = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(plaintext), &written, nullptr, bytes_of(body), body.size(),
      bytes_of(associated_data), associated_data.size(), bytes_of(nonce), key.bytes().data());
  if (status != 0) return fail(Errc::corrupt, kRefused);
  SENTRAIL_CHECK(written == plaintext.size());
  return plaintext;
}

void wipe(std::string& secret) noexcept {
  sodium_memzero(secret.data(), secret.size());
  secret.clear();
}

void wipe(std::span<std::uint8_t> secret) noexcept {
  sodium_memzero(secret.data(), secret.size());
}

}  // namespace sentrail::crypto
