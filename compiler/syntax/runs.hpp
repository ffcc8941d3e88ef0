// Where a tree keeps its many short lists: one behind the other in large blocks.
//
// Neighbours: ast.hpp. Must not know: what the lists are of. A condition has two of them, so that a
// vector for each would be most of what a large policy takes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace sentrail::compiler {

// Keeps lists that never move again. Moves with the tree, and is not copied: what views it would go
// on viewing the other.
template <class T>
class Runs {
 public:
  Runs() = default;
  Runs(Runs&&) noexcept = default;
  Runs& operator=(Runs&&) noexcept = default;
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;
  ~Runs() = default;

  // A copy of `list` that lives as long as this.
  [[nodiscard]] std::span<const T> keep(std::span<const T> list) {
    if (list.empty()) return {};
    if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < list.size()) {
      blocks_.emplace_back().reserve(std::max(list.size(), kBlockSize));
    }
    std::vector<T>& block = blocks_.back();
    const std::size_t begin = block.size();
    block.insert(block.end(), list.begin(), list.end());
    return std::span<const T>(block).subspan(begin);
  }

 private:
  static constexpr std::size_t kBlockSize = 256;

  std::vector<std::vector<T>> blocks_;
};

}  // namespace sentrail::compiler
