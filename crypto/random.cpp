// Randomness by libsodium, SHA-1 for UUIDv5 by OpenSSL. See random.hpp and sodium.hpp.
#include "crypto/random.hpp"

#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

void set_version(Uuid& uuid, unsigned version) {
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0fu) | (version << 4u));
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3fu) | 0x80u);
}

// Counts forks, in the child: what a parent had drawn ahead must not be drawn by both.
std::atomic<std::uint64_t> g_forks{0};

void watch_forks() noexcept {
  static const int watching = pthread_atfork(nullptr, nullptr, [] { g_forks.fetch_add(1); });
  SENTRAIL_CHECK_NOTE(watching == 0, "forks cannot be watched");
}

// Randomness that one thread has drawn ahead. What is handed out is wiped here.
class Drawn {
 public:
  static constexpr std::size_t kServedMax = 64;

  Drawn() noexcept { watch_forks(); }
  Drawn(const Drawn&) = delete;
  Drawn& operator=(const Drawn&) = delete;
  ~Drawn() { sodium_memzero(block_.data(), block_.size()); }

  void take(std::span<std::uint8_t> out) noexcept {
    const std::uint64_t forks = g_forks.load(std::memory_order_relaxed);
    if (out.size() > left_ || forks != forks_) {
      randombytes_buf(block_.data(), block_.size());
      left_ = block_.size();
      forks_ = forks;
    }
    left_ -= out.size();
    std::copy_n(block_.data() + left_, out.size(), out.data());
    sodium_memzero(block_.data() + left_, out.size());
  }

 private:
  std::array<std::uint8_t, 1024> block_{};
  std::size_t left_ = 0;
  std::uint64_t forks_ = 0;
};

// EVP_sha1() looks its implementation up at every use; a fetched one is looked up once.
const EVP_MD* sha1_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  SENTRAIL_CHECK_NOTE(method != nullptr, "OpenSSL has no SHA-1");
  return method;
}

}  // namespace

void ensure_sodium() noexcept {
  static const int ready = sodium_init();
  SENTRAIL_CHECK_NOTE(ready >= 0, "libsodium could not be set up");
}

void fill_random(std::span<std::uint8_t> out) noexcept {
  ensure_sodium();
  if (out.size() > Drawn::kServedMax) return randombytes_buf(out.data(), out.size());
  thread_local Drawn drawn;
  drawn.take(out);
}

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  fill_random({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
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

Uuid uuid_v7(std::int64_t unix_ms) {
  constexpr std::size_t kTimeBytes = 6;
  Uuid uuid;
  fill_random(uuid.bytes);
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(unix_ms, 0));
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    uuid.bytes[i] = static_cast<std::uint8_t>(time >> (8 * (kTimeBytes - 1 - i)) & 0xffu);
  }
  set_version(uuid, 7);
  return uuid;
}

Uuid uuid_v5(const Uuid& name_space, std::string_view name) {
  std::string text(as_chars(name_space.bytes));
  text += name;
  // Every decision names its rule by such a UUID: a context for each would cost more than the hash.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  SENTRAIL_CHECK(context != nullptr);
  SENTRAIL_CHECK(EVP_DigestInit_ex2(context.get(), sha1_method(), nullptr) == 1);
  SENTRAIL_CHECK(EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1);
  SENTRAIL_CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1);
  Uuid uuid;
  SENTRAIL_CHECK(size >= uuid.bytes.size());
  std::copy_n(digest.begin(), uuid.bytes.size(), uuid.bytes.begin());
  set_version(uuid, 5);
  return uuid;
}

}  // namespace sentrail::crypto
