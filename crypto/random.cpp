// Randomness by libsodium, SHA-1 for UUIDv5 by OpenSSL. See random.hpp and sodium.hpp.
#include "crypto/random.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

void set_version(Uuid& uuid, unsigned version) {
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0fu) | (version << 4u));
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3fu) | 0x80u);
}

}  // namespace

void ensure_sodium() noexcept {
  static const int ready = sodium_init();
  SENTRAIL_CHECK_NOTE(ready >= 0, "libsodium could not be set up");
}

void fill_random(std::span<std::uint8_t> out) noexcept {
  ensure_sodium();
  randombytes_buf(out.data(), out.size());
}

std::string random_bytes(std::size_t size) {
  ensure_sodium();
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string random_base62(std::size_t size) {
  constexpr std::string_view kAlphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  static_assert(kAlphabet.size() == 62);
  ensure_sodium();
  std::string text(size, '\0');
  // randombytes_uniform draws again rather than favour the first characters.
  for (char& each : text) each = kAlphabet[randombytes_uniform(kAlphabet.size())];
  return text;
}

Uuid uuid_v4() {
  Uuid uuid;
  fill_random(uuid.bytes);
  set_version(uuid, 4);
  return uuid;
}

Uuid uuid_v5(const Uuid& name_space, std::string_view name) {
  std::string text(as_chars(name_space.bytes));
  text += name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  SENTRAIL_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) ==
                 1);
  Uuid uuid;
  SENTRAIL_CHECK(size >= uuid.bytes.size());
  std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
  set_version(uuid, 5);
  return uuid;
}

}  // namespace sentrail::crypto
