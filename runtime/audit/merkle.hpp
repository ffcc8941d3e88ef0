// The Merkle tree of RFC 6962: its hashes, its frontier, its proofs and their verification.
//
// Neighbours: tile_tree.hpp finds nodes in tiles, checkpoint.hpp names a root, leaf.hpp has the
// hash of a leaf. Must not know: tiles, files, what a leaf says.
// source: RFC 6962 §2.1; RFC 9162 §2.1.3.2 and §2.1.4.2 (verification).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "crypto/hash.hpp"

namespace sentrail::audit {

// SHA-256(0x01 || left || right).
[[nodiscard]] crypto::Digest node_hash(const crypto::Digest& left, const crypto::Digest& right);

// The root of no leaves: SHA-256 of nothing.
[[nodiscard]] crypto::Digest empty_root();

// What of a tree is needed to append to it: the roots of its whole subtrees, from the left, one for
// each bit of the size that is set.
class Frontier {
 public:
  // A tree without leaves.
  Frontier() = default;
  // The frontier of a tree of that size. REQUIRES: one root for each bit of the size.
  Frontier(std::uint64_t size, std::vector<crypto::Digest> roots);

  // Appends a leaf by its hash. cost: amortised one hash.
  void add(const crypto::Digest& leaf);
  // How many leaves there are.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  // The tree's root. cost: one hash for each bit of the size.
  [[nodiscard]] crypto::Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<crypto::Digest> roots_;
};

// Roots of whole subtrees of a tree that is kept somewhere.
class NodeSource {
 public:
  virtual ~NodeSource() = default;
  // The root of the leaves from `index << level` on, `1 << level` of them. REQUIRES: they exist.
  // fails: as the place where they are kept.
  [[nodiscard]] virtual Result<crypto::Digest> node(unsigned level, std::uint64_t index) = 0;
};

// The frontier of the first `size` leaves; its root() is the root of that size.
[[nodiscard]] Result<Frontier> frontier_of(NodeSource& nodes, std::uint64_t size);

// The proof that leaf `index` is in the tree of the first `size` leaves: the sibling of the leaf
// first. fails: invalid_argument unless index < size; as the source.
[[nodiscard]] Result<std::vector<crypto::Digest>> inclusion_proof(NodeSource& nodes,
                                                                  std::uint64_t index,
                                                                  std::uint64_t size);

// The proof that the tree of `old_size` leaves begins the tree of `size`; empty where one of them
// is, or both are the same. fails: invalid_argument unless old_size <= size; as the source.
[[nodiscard]] Result<std::vector<crypto::Digest>> consistency_proof(NodeSource& nodes,
                                                                    std::uint64_t old_size,
                                                                    std::uint64_t size);

// The root that a proof leads to from a leaf; nothing if the proof has not the form for that place.
[[nodiscard]] std::optional<crypto::Digest> root_by_inclusion(
    std::uint64_t index, std::uint64_t size, const crypto::Digest& leaf,
    std::span<const crypto::Digest> proof);

// Whether the tree with `old_root` begins the one with `root`.
[[nodiscard]] bool is_consistent(std::uint64_t old_size, const crypto::Digest& old_root,
                                 std::uint64_t size, const crypto::Digest& root,
                                 std::span<const crypto::Digest> proof);

}  // namespace sentrail::audit
