// Knuth, Morris and Pratt. See search.hpp.
#include "runtime/decide/search.hpp"

#include <cstring>

namespace sentrail::decide {
namespace {

// Appends for each beginning of `wanted` how long its longest border is: a shorter beginning that
// is also its end.
void add_borders(std::string_view wanted, std::vector<std::uint32_t>& borders) {
  const std::size_t begin = borders.size();
  std::uint32_t border = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0) {
      while (border > 0 && wanted[border] != wanted[i]) border = borders[begin + border - 1];
      if (wanted[border] == wanted[i]) ++border;
    }
    borders.push_back(border);
  }
}

}  // namespace

SearchSet::SearchSet(const Program& verified) {
  std::vector<bool> done(verified.symbols.size(), false);
  for (const AtomRow& atom : verified.atoms) {
    if (static_cast<TestOp>(atom.op) != TestOp::contains) continue;
    const std::uint32_t symbol = verified.operands[atom.operands_begin].index;
    if (done[symbol]) continue;  // many tests may look for one text: its table is made once
    done[symbol] = true;
    searches_.resize(verified.symbols.size());
    searches_[symbol] = {verified.view(verified.symbols[symbol]),
                         static_cast<std::uint32_t>(borders_.size())};
    add_borders(searches_[symbol].wanted, borders_);
  }
}

bool SearchSet::contains(std::uint32_t symbol, std::string_view text) const noexcept {
  const Search& search = searches_.data()[symbol];
  const std::string_view wanted = search.wanted;
  if (wanted.empty()) return true;
  const std::uint32_t* const borders = borders_.data() + search.borders_begin;
  std::size_t found = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (found == 0) {
      const void* next = std::memchr(text.data() + at, wanted.front(), text.size() - at);
      if (next == nullptr) return false;
      at = static_cast<std::size_t>(static_cast<const char*>(next) - text.data());
      found = 1;
    } else {
      while (found > 0 && wanted[found] != text[at]) found = borders[found - 1];
      if (wanted[found] == text[at]) ++found;
    }
    if (found == wanted.size()) return true;
  }
  return false;
}

}  // namespace sentrail::decide
