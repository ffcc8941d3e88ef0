// Open addressing at half load over a multiplicative hash. See symbols.hpp.
#include "runtime/decide/symbols.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sentrail::decide {
namespace {

constexpr std::uint64_t kMultiplier = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio, odd

std::uint64_t read(const char* at, std::size_t bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, bytes);
  return word;
}

// Mixes 8 bytes at a time: a rotation between multiplications carries high bits back down.
std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = text.size() * kMultiplier;
  const char* at = text.data();
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, at += 8) {
    hash = std::rotl((hash ^ read(at, 8)) * kMultiplier, 29);
  }
  if (left > 0) hash = std::rotl((hash ^ read(at, left)) * kMultiplier, 29);
  hash ^= hash >> 32;
  hash *= kMultiplier;
  return hash ^ hash >> 29;
}

}  // namespace

SymbolTable::SymbolTable(const Program& verified)
    : pool_(verified.text), symbols_(verified.symbols) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(symbols_.size() * 2, 2));
  entries_.resize(size);
  mask_ = size - 1;
  for (std::uint32_t i = 0; i < symbols_.size(); ++i) {
    const std::string_view text = verified.view(symbols_[i]);
    longest_ = std::max(longest_, text.size());
    const std::uint64_t hash = hash_of(text);
    std::uint64_t at = hash & mask_;
    while (entries_[at].symbol != kNone) at = (at + 1) & mask_;
    entries_[at] = {static_cast<std::uint32_t>(hash >> 32), i};
  }
}

std::uint32_t SymbolTable::find(std::string_view text) const noexcept {
  if (text.size() > longest_) return kNone;
  const std::uint64_t hash = hash_of(text);
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::uint64_t at = hash & mask_; entries_[at].symbol != kNone; at = (at + 1) & mask_) {
    if (entries_[at].tag != tag) continue;
    const TextRef ref = symbols_[entries_[at].symbol];
    if (ref.bytes == text.size() &&
        (ref.bytes == 0 || std::memcmp(pool_.data() + ref.offset, text.data(), ref.bytes) == 0)) {
      return entries_[at].symbol;
    }
  }
  return kNone;
}

}  // namespace sentrail::decide
