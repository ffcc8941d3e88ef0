// Hashes of lists. See list_hash.hpp.
#include "crypto/list_hash.hpp"

#include "core/check.hpp"
#include "core/encoding.hpp"

namespace sentrail::crypto {

Digest hash_list(std::string_view domain, std::span<const Digest> digests) {
  SENTRAIL_CHECK(domain.find('\0') == std::string_view::npos);
  constexpr std::string_view kLength("\0\0\0\x20", 4);
  static_assert(Digest{}.size() == 0x20);
  Sha256 hash;
  hash.update(domain).update(std::string_view("\0", 1));
  for (const Digest& digest : digests) hash.update(kLength).update(as_chars(digest));
  return hash.finish();
}

}  // namespace sentrail::crypto
