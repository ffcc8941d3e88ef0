// A condition evaluated as the tree that its nodes are, for rules and for elements of lists.
//
// Neighbours: engine.cpp and evaluate.cpp say what a literal's truth is. Must not know: tests.
// source: docs/language.md, L8.1.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/limits.hpp"
#include "core/program.hpp"
#include "core/truth.hpp"

namespace sentrail::decide {

// The truth of the tree whose root is node `at`; `ask(atom)` is called for each literal that
// may matter, `not` aside. REQUIRES: verified nodes. Never allocates or recurses.
template <class TruthOf>
[[nodiscard]] Truth truth_of_tree(std::span<const NodeRow> nodes, std::uint32_t at,
                                  const TruthOf& ask) noexcept {
  struct Frame {
    std::uint32_t end;
    bool all;
    Truth value;
  };
  std::array<Frame, limits::kConditionDepthMax> frames;
  std::size_t depth = 0;
  for (;;) {
    const NodeRow& node = nodes[at];
    const auto kind = static_cast<NodeKind>(node.kind);
    if (kind == NodeKind::all || kind == NodeKind::any) {
      const bool all = kind == NodeKind::all;
      frames[depth++] = {node.end, all, all ? Truth::t : Truth::f};
      ++at;
      continue;
    }
    Truth value = certain(node.flag != 0);
    if (kind == NodeKind::literal) {
      value = ask(node.atom);
      if (node.flag != 0) value = negate(value);
    }
    at = node.end;
    // Hands the value up as long as it is a parent's last or settles it.
    while (depth > 0) {
      Frame& parent = frames[depth - 1];
      parent.value = parent.all ? both(parent.value, value) : either(parent.value, value);
      const bool settled = parent.value == (parent.all ? Truth::f : Truth::t);
      if (!settled && at != parent.end) break;
      value = parent.value;
      at = parent.end;
      --depth;
    }
    if (depth == 0) return value;
  }
}

}  // namespace sentrail::decide
