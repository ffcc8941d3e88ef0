// Open addressing at half load over a multiplicative hash. See symbols.hpp.
#include "runtime/decide/symbols.hpp"

#include <bit>

namespace sentrail::decide {
namespace {

// Tables tried before giving up on hashing.
constexpr std::uint64_t kSeeds = 8;

}  // namespace

SymbolTable::SymbolTable(const Program& verified, std::uint32_t probes_max)
    : pool_(verified.text), texts_(verified.symbols.begin(), verified.symbols.end()) {
  build(probes_max);
}

SymbolTable::SymbolTable(const Program& verified, std::span<const std::uint32_t> symbols)
    : pool_(verified.text) {
  texts_.reserve(symbols.size());
  for (const std::uint32_t symbol : symbols) texts_.push_back(verified.symbols[symbol]);
  build(kProbesMax);
}

void SymbolTable::build(std::uint32_t probes_max) {
  for (const TextRef text : texts_) longest_ = std::max<std::size_t>(longest_, text.bytes);
  for (seed_ = 0; seed_ < kSeeds; ++seed_) {
    if (fill(probes_max)) return;
  }
  entries_.clear();
}

// Puts all symbols in, unless one needs too many probes with this seed.
bool SymbolTable::fill(std::uint32_t probes_max) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(texts_.size() * 2, 2));
  entries_.assign(size, Entry{});
  mask_ = size - 1;
  for (std::uint32_t i = 0; i < texts_.size(); ++i) {
    const std::string_view text = view(texts_[i]);
    std::uint64_t at = hash_of(text, seed_) & mask_;
    for (std::uint32_t probes = 1; entries_[at].number != kNone; ++probes) {
      if (probes >= probes_max) return false;
      at = (at + 1) & mask_;
    }
    const std::uint64_t head = word_of(text.data(), std::min(text.size(), kHeadBytes));
    entries_[at] = {head, texts_[i].offset, texts_[i].bytes, i};
  }
  return true;
}

std::uint32_t SymbolTable::search(std::string_view text) const noexcept {
  const auto found =
      std::lower_bound(texts_.begin(), texts_.end(), text,
                       [this](TextRef ref, std::string_view wanted) { return view(ref) < wanted; });
  if (found == texts_.end() || view(*found) != text) return kNone;
  return static_cast<std::uint32_t>(found - texts_.begin());
}

}  // namespace sentrail::decide
