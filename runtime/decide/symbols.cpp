// Open addressing at half load over a multiplicative hash. See symbols.hpp.
#include "runtime/decide/symbols.hpp"

#include <algorithm>
#include <bit>

#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {
namespace {

// Tables tried before giving up on hashing.
constexpr std::uint64_t kSeeds = 8;

}  // namespace

SymbolTable::SymbolTable(const Program& verified, std::uint32_t probes_max)
    : pool_(verified.text), symbols_(verified.symbols) {
  for (const TextRef symbol : symbols_) longest_ = std::max<std::size_t>(longest_, symbol.bytes);
  for (seed_ = 0; seed_ < kSeeds; ++seed_) {
    if (fill(probes_max)) return;
  }
  entries_.clear();
}

// Puts all symbols in, unless one needs too many probes with this seed.
bool SymbolTable::fill(std::uint32_t probes_max) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(symbols_.size() * 2, 2));
  entries_.assign(size, Entry{});
  mask_ = size - 1;
  for (std::uint32_t i = 0; i < symbols_.size(); ++i) {
    const std::uint64_t hash = hash_of(view(i), seed_);
    std::uint64_t at = hash & mask_;
    for (std::uint32_t probes = 1; entries_[at].symbol != kNone; ++probes) {
      if (probes >= probes_max) return false;
      at = (at + 1) & mask_;
    }
    entries_[at] = {static_cast<std::uint32_t>(hash >> 32), i};
  }
  return true;
}

std::uint32_t SymbolTable::search(std::string_view text) const noexcept {
  const auto found = std::lower_bound(
      symbols_.begin(), symbols_.end(), text, [this](TextRef ref, std::string_view wanted) {
        return std::string_view(pool_.data() + ref.offset, ref.bytes) < wanted;
      });
  const auto symbol = static_cast<std::uint32_t>(found - symbols_.begin());
  return symbol < symbols_.size() && view(symbol) == text ? symbol : kNone;
}

std::uint32_t SymbolTable::find(std::string_view text) const noexcept {
  if (text.size() > longest_) return kNone;
  if (entries_.empty()) return search(text);
  const std::uint64_t hash = hash_of(text, seed_);
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  const Entry* const entries = entries_.data();
  for (std::uint64_t at = hash & mask_; entries[at].symbol != kNone; at = (at + 1) & mask_) {
    if (entries[at].tag == tag && are_equal(view(entries[at].symbol), text))
      return entries[at].symbol;
  }
  return kNone;
}

}  // namespace sentrail::decide
