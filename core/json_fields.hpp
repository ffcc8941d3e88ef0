// Which members of a JSON text somebody will look at: what a reader keeps of it.
//
// Neighbours: runtime/request compiles them from a policy and its catalogs, wire/json.cpp goes down
// them as it walks a text. Must not know: parsing, or why a member is asked for. A small trie: at
// each member that a path leads through, the members behind it; where a path ends, all.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sentrail {

// See the top of the file. threads: immutable once built.
class JsonFields {
 public:
  // A place in the trie.
  using Place = std::uint32_t;
  static constexpr Place kRoot = 0;                                 // the value itself
  static constexpr Place kAll = std::numeric_limits<Place>::max();  // kept with what it holds
  static constexpr Place kNothing = std::numeric_limits<Place>::max() - 1;  // kept in no part

  // Asks for no member: of a root only its kind is kept.
  JsonFields() : nodes_(1) {}
  // Asks for everything.
  [[nodiscard]] static const JsonFields& everything();

  // Asks for the member that `steps` lead to, with all that it holds; without steps, for the root.
  void add(std::span<const std::string_view> steps);

  // Where the walk begins.
  [[nodiscard]] Place root() const noexcept { return nodes_[kRoot].all ? kAll : kRoot; }
  // Where the member `key` of a place is. cost: logarithmic in the members asked for there.
  [[nodiscard]] Place member(Place place, std::string_view key) const noexcept {
    if (place >= kNothing) return place;
    const auto& members = nodes_[place].members;
    const auto at = members.find(key);
    if (at == members.end()) return kNothing;
    return nodes_[at->second].all ? kAll : at->second;
  }
  // Where the elements of a place are: a path leads through objects alone.
  [[nodiscard]] static constexpr Place element(Place place) noexcept {
    return place == kAll ? kAll : kNothing;
  }

 private:
  struct Node {
    bool all = false;
    std::map<std::string, Place, std::less<>> members;
  };

  std::vector<Node> nodes_;
};

}  // namespace sentrail
