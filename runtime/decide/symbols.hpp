// Strings of the policy by content: what turns an attribute's value into a small integer.
//
// Neighbours: program.hpp (symbol rows), evaluate.cpp, table.hpp. Must not know: what the strings
// mean. Lookup costs one hash and at most a few compares whatever the request sends: who writes the
// requests cannot add entries, and values longer than the longest symbol are not even read. Who
// writes the policy could choose symbols that collide; then the table gives way to a binary search.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/program.hpp"
#include "runtime/decide/text_words.hpp"

namespace sentrail::decide {

// A hash table from text to a number of one of the symbols of a program, built once. threads:
// immutable.
class SymbolTable {
 public:
  // Not a symbol.
  static constexpr std::uint32_t kNone = kNoRow;

  // Entries looked at in one lookup.
  static constexpr std::uint32_t kProbesMax = 128;

  // Of all symbols; the number of each is that of its row.
  // Hashes with another seed if one needs more probes than that. Keeps a view of the program's
  // text. cost: linear in the symbols' bytes.
  explicit SymbolTable(const Program& verified, std::uint32_t probes_max = kProbesMax);

  // Of some symbols, ascending; the number of each is its place among them.
  SymbolTable(const Program& verified, std::span<const std::uint32_t> symbols);

  // The number of the symbol with exactly this text, or kNone. Never allocates.
  [[nodiscard]] std::uint32_t find(std::string_view text) const noexcept {
    if (text.size() > longest_) return kNone;
    if (entries_.empty()) return search(text);
    const std::uint64_t head = word_of(text.data(), std::min(text.size(), kHeadBytes));
    const Entry* const entries = entries_.data();
    for (std::uint64_t at = hash_of(text, seed_) & mask_; entries[at].number != kNone;
         at = (at + 1) & mask_) {
      if (entries[at].head == head && entries[at].bytes == text.size() &&
          has_rest(entries[at], text)) {
        return entries[at].number;
      }
    }
    return kNone;
  }

  // What it takes.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return entries_.size() * sizeof(Entry) + texts_.size() * sizeof(TextRef);
  }

 private:
  static constexpr std::size_t kHeadBytes = 8;
  struct Entry {
    std::uint64_t head = 0;  // the first bytes, zeros behind them
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t number = kNone;
  };

  void build(std::uint32_t probes_max);
  [[nodiscard]] bool fill(std::uint32_t probes_max);
  [[nodiscard]] std::string_view view(TextRef text) const noexcept {
    return {pool_.data() + text.offset, text.bytes};
  }
  // Whether what follows the head is the same. REQUIRES: as many bytes.
  [[nodiscard]] bool has_rest(const Entry& entry, std::string_view text) const noexcept {
    if (text.size() <= kHeadBytes) return true;
    return are_equal(pool_.data() + entry.offset + kHeadBytes, text.data() + kHeadBytes,
                     text.size() - kHeadBytes);
  }
  [[nodiscard]] std::uint32_t search(std::string_view text) const noexcept;

  std::span<const char> pool_;
  std::vector<TextRef> texts_;  // ascending by content
  std::vector<Entry> entries_;  // empty: search
  std::uint64_t seed_ = 0;
  std::uint64_t mask_ = 0;
  std::size_t longest_ = 0;
};

}  // namespace sentrail::decide
