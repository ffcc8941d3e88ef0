// Formulas, each once. See circuit.hpp.
#include "compiler/analysis/circuit.hpp"

#include <algorithm>

namespace sentrail::compiler::analysis {

Circuit::Circuit(const Space& space) : space_(&space) {
  gates_.push_back({});  // the empty conjunction
}

Node Circuit::leaf(DimensionId dimension, SetId set) {
  const Bits& bits = space_->set(set);
  const std::size_t count = bits.count();
  if (count == 0) return kFalse;
  if (count == bits.size()) return kTrue;
  const std::uint64_t key = std::uint64_t{dimension.value} << 32 | set;
  const auto [found, is_new] = leaves_.try_emplace(key, static_cast<Node>(gates_.size() * 2));
  if (is_new) gates_.push_back({dimension, set, 0, 0});
  return found->second;
}

Node Circuit::all(std::span<const Node> parts) {
  std::vector<Node> kept(parts.begin(), parts.end());
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  if (!kept.empty() && kept.front() == kTrue) kept.erase(kept.begin());
  if (!kept.empty() && kept.front() == kFalse) return kFalse;
  for (std::size_t i = 0; i + 1 < kept.size(); ++i) {
    if (kept[i + 1] == negation_of(kept[i])) return kFalse;
  }
  if (kept.empty()) return kTrue;
  if (kept.size() == 1) return kept[0];
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const Node part : kept) hash = (hash ^ part) * 0x100000001b3u;
  const auto [begin, end] = conjunctions_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    const std::span<const Node> have = children(gate(at->second));
    if (std::equal(have.begin(), have.end(), kept.begin(), kept.end())) return at->second;
  }
  const auto node = static_cast<Node>(gates_.size() * 2);
  Gate gate;
  gate.begin = static_cast<std::uint32_t>(children_.size());
  children_.insert(children_.end(), kept.begin(), kept.end());
  gate.end = static_cast<std::uint32_t>(children_.size());
  gates_.push_back(gate);
  conjunctions_.emplace(hash, node);
  return node;
}

Node Circuit::any(std::span<const Node> parts) {
  std::vector<Node> negated;
  negated.reserve(parts.size());
  for (const Node part : parts) negated.push_back(negation_of(part));
  return negation_of(all(negated));
}

}  // namespace sentrail::compiler::analysis
