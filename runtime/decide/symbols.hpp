// Strings of the policy by content: what turns an attribute's value into a small integer.
//
// Neighbours: program.hpp (symbol rows), engine.cpp. Must not know: what the strings mean. Lookup
// costs one hash and at most a few compares whatever the request sends: who writes the requests
// cannot add entries, and values longer than the longest symbol are not even read.
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

  // Hashes all symbols. Keeps views of the program's text.
  explicit SymbolTable(const Program& verified);

  // The symbol with exactly this text, or kNone. Never allocates.
  [[nodiscard]] std::uint32_t find(std::string_view text) const noexcept;

 private:
  struct Entry {
    std::uint32_t tag = 0;  // high half of the hash
    std::uint32_t symbol = kNone;
  };

  std::span<const char> pool_;
  std::span<const TextRef> symbols_;
  std::vector<Entry> entries_;
  std::uint64_t mask_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace sentrail::decide
