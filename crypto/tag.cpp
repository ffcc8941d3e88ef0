// SipHash by libsodium. See tag.hpp.
#include "crypto/tag.hpp"

#include <sodium.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "crypto/random.hpp"
#include "crypto/sodium.hpp"

namespace sentrail::crypto {
namespace {

static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(Tag));
static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16);

constexpr std::size_t kOnStackMax = 512;

// Writes each text behind its length; the bytes written.
std::size_t lay_out(std::initializer_list<std::string_view> texts, unsigned char* out) {
  std::size_t at = 0;
  for (const std::string_view text : texts) {
    const std::size_t size = text.size();
    std::memcpy(out + at, &size, sizeof(size));
    at += sizeof(size);
    if (size != 0) std::memcpy(out + at, text.data(), size);
    at += size;
  }
  return at;
}

}  // namespace

Tagger::Tagger() noexcept {
  fill_random(key_);
}

Tagger::~Tagger() {
  sodium_memzero(key_.data(), key_.size());
}

Tag Tagger::tag(std::initializer_list<std::string_view> texts) const {
  std::size_t size = 0;
  for (const std::string_view text : texts) size += sizeof(std::size_t) + text.size();
  std::array<unsigned char, kOnStackMax> on_stack;
  std::string on_heap;
  unsigned char* bytes = on_stack.data();
  if (size > kOnStackMax) {
    on_heap.resize(size);
    bytes = reinterpret_cast<unsigned char*>(on_heap.data());
  }
  const std::size_t laid_out = lay_out(texts, bytes);
  Tag tag;
  crypto_shorthash_siphashx24(tag.data(), bytes, laid_out, key_.data());
  sodium_memzero(bytes, laid_out);
  return tag;
}

}  // namespace sentrail::crypto
