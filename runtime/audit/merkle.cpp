// Hashes, walks down and walks up. See merkle.hpp.
#include "runtime/audit/merkle.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>

#include "core/check.hpp"
#include "core/encoding.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;

// The size of a tree's left part: the largest power of two below `leaves`. REQUIRES: leaves > 1.
std::uint64_t left_part(std::uint64_t leaves) noexcept {
  return std::bit_floor(leaves - 1);
}

// The roots of the whole subtrees that leaves [begin, end) consist of, from the left.
// REQUIRES: begin is a multiple of every power of two up to the length.
Result<std::vector<Digest>> whole_subtrees(NodeSource& nodes, std::uint64_t begin,
                                           std::uint64_t end) {
  std::vector<Digest> roots;
  while (begin < end) {
    const std::uint64_t leaves = std::bit_floor(end - begin);
    const auto level = static_cast<unsigned>(std::countr_zero(leaves));
    SENTRAIL_ASSIGN_OR_RETURN(const Digest root, nodes.node(level, begin >> level));
    roots.push_back(root);
    begin += leaves;
  }
  return roots;
}

// The root of subtrees that stand side by side, larger ones left.
Digest fold(std::span<const Digest> roots) {
  SENTRAIL_CHECK(!roots.empty());
  Digest root = roots.back();
  for (std::size_t i = roots.size() - 1; i > 0; --i) root = node_hash(roots[i - 1], root);
  return root;
}

Result<Digest> root_of(NodeSource& nodes, std::uint64_t begin, std::uint64_t end) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<Digest> roots, whole_subtrees(nodes, begin, end));
  return fold(roots);
}

}  // namespace

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 1 + 2 * sizeof(Digest)> bytes{1};
  std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), bytes.begin() + 1 + sizeof(Digest));
  return crypto::sha256(as_chars(bytes));
}

Digest empty_root() {
  return crypto::sha256({});
}

Frontier::Frontier(std::uint64_t size, std::vector<Digest> roots)
    : size_(size), roots_(std::move(roots)) {
  SENTRAIL_CHECK(roots_.size() == static_cast<std::size_t>(std::popcount(size)));
}

void Frontier::add(const Digest& leaf) {
  Digest root = leaf;
  // Each one bit at the end of the size is a subtree that the new one completes.
  for (std::uint64_t size = size_; (size & 1) != 0; size >>= 1) {
    root = node_hash(roots_.back(), root);
    roots_.pop_back();
  }
  roots_.push_back(root);
  ++size_;
}

Digest Frontier::root() const {
  return size_ == 0 ? empty_root() : fold(roots_);
}

Result<Frontier> frontier_of(NodeSource& nodes, std::uint64_t size) {
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<Digest> roots, whole_subtrees(nodes, 0, size));
  return Frontier(size, std::move(roots));
}

Result<std::vector<Digest>> inclusion_proof(NodeSource& nodes, std::uint64_t index,
                                            std::uint64_t size) {
  if (index >= size) {
    return fail(Errc::invalid_argument, "the tree has only " + std::to_string(size) + " entries");
  }
  std::vector<Digest> proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + left_part(end - begin);
    const bool left = index < middle;
    SENTRAIL_ASSIGN_OR_RETURN(const Digest sibling,
                              left ? root_of(nodes, middle, end) : root_of(nodes, begin, middle));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

Result<std::vector<Digest>> consistency_proof(NodeSource& nodes, std::uint64_t old_size,
                                              std::uint64_t size) {
  if (old_size > size) {
    return fail(Errc::invalid_argument, "the tree has only " + std::to_string(size) + " entries");
  }
  std::vector<Digest> proof;
  if (old_size == 0 || old_size == size) return proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  // Down to the subtree that ends where the old tree ended.
  while (end != old_size) {
    const std::uint64_t middle = begin + left_part(end - begin);
    const bool left = old_size <= middle;
    SENTRAIL_ASSIGN_OR_RETURN(const Digest sibling,
                              left ? root_of(nodes, middle, end) : root_of(nodes, begin, middle));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  if (begin != 0) {  // else it is the old tree itself, which the verifier has
    SENTRAIL_ASSIGN_OR_RETURN(const Digest last, root_of(nodes, begin, end));
    proof.push_back(last);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

std::optional<Digest> root_by_inclusion(std::uint64_t index, std::uint64_t size, const Digest& leaf,
                                        std::span<const Digest> proof) {
  if (index >= size) return std::nullopt;
  std::uint64_t last = size - 1;  // the node on the right edge at this level
  Digest root = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return std::nullopt;
    if ((index & 1) != 0 || index == last) {
      root = node_hash(sibling, root);
      // An only child stands for its parent until it has a sibling.
      while ((index & 1) == 0 && index != 0) {
        index >>= 1;
        last >>= 1;
      }
    } else {
      root = node_hash(root, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  if (last != 0) return std::nullopt;
  return root;
}

bool is_consistent(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                   const Digest& root, std::span<const Digest> proof) {
  if (old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  if (old_size == 0) return proof.empty() && old_root == empty_root();
  std::uint64_t node = old_size - 1;
  std::uint64_t last = size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  std::size_t next = 0;
  if (node != 0 && proof.empty()) return false;
  Digest old_found = node == 0 ? old_root : proof[next++];
  Digest found = old_found;
  for (; next < proof.size(); ++next) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_found = node_hash(proof[next], old_found);
      found = node_hash(proof[next], found);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      found = node_hash(found, proof[next]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_found == old_root && found == root;
}

}  // namespace sentrail::audit
