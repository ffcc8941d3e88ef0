// Bytes first, then a seed that they give. See random_policy.hpp.
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

// The seed that bytes give. source: FNV-1a.
std::uint64_t seed_of(std::span<const std::uint8_t> bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  return hash;
}

}  // namespace

Random::Random(std::span<const std::uint8_t> bytes) : bytes_(bytes), chance_(seed_of(bytes)) {}

std::uint64_t Random::operator()() {
  if (bytes_.empty()) return chance_();
  const std::uint8_t byte = bytes_[0];
  bytes_ = bytes_.subspan(1);
  return byte;
}

}  // namespace sentrail::support
