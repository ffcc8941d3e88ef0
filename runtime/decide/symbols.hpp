// Strings of the policy by content: what turns an attribute's value into a small integer.
//
// Neighbours: program.hpp (symbol rows), engine.cpp. Must not know: what the strings mean. Lookup
// costs one hash and at most a few compares whatever the request sends: who writes the requests
// cannot add entries, and values longer than the longest symbol are not even read. Who writes the
// policy could choose symbols that collide; then the table gives way to a binary search.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/program.hpp"

namespace sentrail::decide {

// A hash table from text to index of Program::symbols, built once. threads: immutable.
class SymbolTable {
 public:
  // Not a symbol.
  static constexpr std::uint32_t kNone = kNoRow;

  // Entries looked at in one lookup.
  static constexpr std::uint32_t kProbesMax = 128;

  // Hashes all symbols, with another seed if one needs more probes than that.
  // Keeps views of the program's text. cost: linear in the symbols' bytes.
  explicit SymbolTable(const Program& verified, std::uint32_t probes_max = kProbesMax);

  // The symbol with exactly this text, or kNone. Never allocates.
  [[nodiscard]] std::uint32_t find(std::string_view text) const noexcept;

 private:
  struct Entry {
    std::uint32_t tag = 0;  // high half of the hash
    std::uint32_t symbol = kNone;
  };

  [[nodiscard]] bool fill(std::uint32_t probes_max);
  [[nodiscard]] std::string_view view(std::uint32_t symbol) const noexcept {
    return {pool_.data() + symbols_[symbol].offset, symbols_[symbol].bytes};
  }
  [[nodiscard]] std::uint32_t search(std::string_view text) const noexcept;

  std::span<const char> pool_;
  std::span<const TextRef> symbols_;
  std::vector<Entry> entries_;  // empty: search
  std::uint64_t seed_ = 0;
  std::uint64_t mask_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace sentrail::decide
