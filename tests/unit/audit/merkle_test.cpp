// The tree, its proofs and its tiles against a tree that is written down as RFC 6962 defines it.
#include "runtime/audit/merkle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/encoding.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/audit/tile_tree.hpp"
#include "tests/unit/audit/tile_memory.hpp"

namespace sentrail::audit {
namespace {

using crypto::Digest;

// RFC 6962 §2.1, word for word.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return crypto::sha256({});
  if (leaves.size() == 1) return leaves.front();
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  return node_hash(naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

// §2.1.1: PATH(m, D[n]).
std::vector<Digest> naive_path(std::size_t m, std::span<const Digest> leaves) {
  if (leaves.size() == 1) return {};
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  std::vector<Digest> path =
      m < k ? naive_path(m, leaves.first(k)) : naive_path(m - k, leaves.subspan(k));
  path.push_back(naive_root(m < k ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

// §2.1.2: SUBPROOF(m, D[n], b).
std::vector<Digest> naive_subproof(std::size_t m, std::span<const Digest> leaves, bool whole) {
  if (m == leaves.size()) {
    return whole ? std::vector<Digest>{} : std::vector<Digest>{naive_root(leaves)};
  }
  std::size_t k = 1;
  while (2 * k < leaves.size()) k *= 2;
  std::vector<Digest> proof = m <= k ? naive_subproof(m, leaves.first(k), whole)
                                     : naive_subproof(m - k, leaves.subspan(k), false);
  proof.push_back(naive_root(m <= k ? leaves.subspan(k) : leaves.first(k)));
  return proof;
}

std::vector<Digest> some_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("entry " + std::to_string(i)));
  return leaves;
}

std::string hex(const Digest& digest) {
  return hex_encode(as_chars(digest));
}

// source: the reference vectors of Certificate Transparency (merkle_tree_test): eight inputs.
TEST(Merkle, RootsAreThoseOfCertificateTransparency) {
  const std::vector<std::string> inputs = {"",
                                           "00",
                                           "10",
                                           "2021",
                                           "3031",
                                           "40414243",
                                           "5051525354555657",
                                           "606162636465666768696a6b6c6d6e6f"};
  const std::vector<std::string> roots = {
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Frontier frontier;
  EXPECT_EQ(hex(frontier.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    frontier.add(leaf_hash(hex_decode(inputs[i]).value()));
    EXPECT_EQ(hex(frontier.root()), roots[i]) << i;
  }
}

// Every root, inclusion proof and consistency proof of all sizes up to a little past a tile.
TEST(Merkle, AgreesWithTheDefinition) {
  constexpr std::size_t kSizes = 70;
  const std::vector<Digest> leaves = some_leaves(kSizes);
  test::TileMemory memory;
  Frontier frontier;
  for (std::size_t size = 1; size <= kSizes; ++size) {
    frontier.add(leaves[size - 1]);
    memory.grow(leaves, size);
    const std::span<const Digest> tree = std::span(leaves).first(size);
    const Digest root = naive_root(tree);
    ASSERT_EQ(frontier.root(), root);
    TileNodes nodes(memory, size);
    ASSERT_EQ(frontier_of(nodes, size)->root(), root);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(nodes, index, size).value();
      ASSERT_EQ(proof, naive_path(index, tree)) << index << " of " << size;
      ASSERT_EQ(root_by_inclusion(index, size, leaves[index], proof), root);
      const auto at = frontier_of(nodes, index).value();
      ASSERT_EQ(at.root(), naive_root(tree.first(index)));
    }
    for (std::size_t old = 1; old <= size; ++old) {
      const auto proof = consistency_proof(nodes, old, size).value();
      ASSERT_EQ(proof, naive_subproof(old, tree, true)) << old << " to " << size;
      ASSERT_TRUE(is_consistent(old, naive_root(tree.first(old)), size, root, proof));
    }
  }
}

// The same at the edges of tiles, where nodes come from two levels of them.
TEST(Merkle, AgreesWithTheDefinitionPastATile) {
  const std::vector<Digest> leaves = some_leaves(66'000);
  test::TileMemory memory;
  for (const std::size_t size : {256u, 257u, 511u, 512u, 700u, 65'535u, 65'536u, 66'000u}) {
    memory.grow(leaves, size);
    const std::span<const Digest> tree = std::span(leaves).first(size);
    const Digest root = naive_root(tree);
    TileNodes nodes(memory, size);
    ASSERT_EQ(frontier_of(nodes, size)->root(), root);
    for (const std::size_t index : {std::size_t{0}, std::size_t{255}, size / 2, size - 1}) {
      const auto proof = inclusion_proof(nodes, index, size).value();
      ASSERT_EQ(proof, naive_path(index, tree));
      ASSERT_EQ(root_by_inclusion(index, size, leaves[index], proof), root);
    }
    for (const std::size_t old : {std::size_t{1}, std::size_t{255}, size / 2, size - 1, size}) {
      const auto proof = consistency_proof(nodes, old, size).value();
      ASSERT_EQ(proof, naive_subproof(old, tree, true));
      ASSERT_TRUE(is_consistent(old, naive_root(tree.first(old)), size, root, proof));
    }
  }
}

// No other place, size, root, or proof with a hash more, less or changed is believed.
TEST(Merkle, WrongProofsAreNotBelieved) {
  constexpr std::size_t kSizes = 20;
  const std::vector<Digest> leaves = some_leaves(kSizes);
  test::TileMemory memory;
  for (std::size_t size = 1; size <= kSizes; ++size) {
    memory.grow(leaves, size);
    TileNodes nodes(memory, size);
    const Digest root = naive_root(std::span(leaves).first(size));
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(nodes, index, size).value();
      for (std::size_t other = 0; other < size + 2; ++other) {
        if (other == index) continue;
        EXPECT_NE(root_by_inclusion(other, size, leaves[index], proof), root);
      }
      EXPECT_EQ(root_by_inclusion(size, size, leaves[index], proof), std::nullopt);
      auto longer = proof;
      longer.push_back(root);
      EXPECT_EQ(root_by_inclusion(index, size, leaves[index], longer), std::nullopt);
      for (std::size_t at = 0; at < proof.size(); ++at) {
        auto changed = proof;
        changed[at][31] ^= 1;
        EXPECT_NE(root_by_inclusion(index, size, leaves[index], changed), root);
        auto shorter = proof;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_EQ(root_by_inclusion(index, size, leaves[index], shorter), std::nullopt);
      }
    }
    for (std::size_t old = 1; old <= size; ++old) {
      const Digest old_root = naive_root(std::span(leaves).first(old));
      const auto proof = consistency_proof(nodes, old, size).value();
      Digest wrong = old_root;
      wrong[0] ^= 1;
      EXPECT_FALSE(is_consistent(old, wrong, size, root, proof));
      wrong = root;
      wrong[0] ^= 1;
      EXPECT_FALSE(is_consistent(old, old_root, size, wrong, proof));
      auto longer = proof;
      longer.push_back(root);
      EXPECT_FALSE(is_consistent(old, old_root, size, root, longer));
      for (std::size_t at = 0; at < proof.size(); ++at) {
        auto changed = proof;
        changed[at][0] ^= 1;
        EXPECT_FALSE(is_consistent(old, old_root, size, root, changed));
        auto shorter = proof;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(is_consistent(old, old_root, size, root, shorter));
      }
    }
  }
  EXPECT_FALSE(is_consistent(3, empty_root(), 2, empty_root(), {}));
  EXPECT_TRUE(is_consistent(0, empty_root(), 9, leaves[0], {}));
  EXPECT_FALSE(is_consistent(0, leaves[0], 9, leaves[0], {}));
}

TEST(Merkle, WhatIsNotThereHasNoProof) {
  test::TileMemory memory;
  TileNodes nodes(memory, 3);
  EXPECT_EQ(inclusion_proof(nodes, 3, 3).error().code, Errc::invalid_argument);
  EXPECT_EQ(consistency_proof(nodes, 4, 3).error().code, Errc::invalid_argument);
  EXPECT_EQ(inclusion_proof(nodes, 1, 3).error().code, Errc::not_found);
}

}  // namespace
}  // namespace sentrail::audit
