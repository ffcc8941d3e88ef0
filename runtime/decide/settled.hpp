// The truths of a condition's nodes, all of them, and which of its tests settle it.
//
// Neighbours: explain.cpp puts them into words, verdicts.cpp into bits; tree.hpp has what deciding
// needs, which stops where a condition is settled. Must not know: tests. The caller brings the
// room: nothing is allocated. source: docs/language.md, L8.1.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "core/program.hpp"
#include "core/truth.hpp"

namespace sentrail::decide {

// What is known of one node.
struct NodeAnswer {
  Truth truth = Truth::f;
  bool settles = false;  // it, or some test below it, settles the condition
};

// One condition: its nodes alone, and where they begin among all.
struct ConditionNodes {
  std::span<const NodeRow> nodes;
  std::uint32_t begin = 0;

  // What a node is.
  [[nodiscard]] NodeKind kind(std::uint32_t at) const noexcept {
    return static_cast<NodeKind>(nodes[at].kind);
  }
  // Calls visit(child) for each child of a node; both count from the condition's first.
  template <class Visit>
  void for_each_child(std::uint32_t at, const Visit& visit) const noexcept {
    const std::uint32_t end = nodes[at].end - begin;
    for (std::uint32_t child = at + 1; child < end; child = nodes[child].end - begin) visit(child);
  }
  // Where a node is written.
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> place(std::uint32_t at) const noexcept {
    return {nodes[at].line, nodes[at].column};
  }
};

// Evaluates every node; `ask(atom)` is called for each literal. REQUIRES: verified nodes, an answer
// for each. cost: linear.
template <class TruthOf>
void answer_all(const ConditionNodes& condition, const TruthOf& ask,
                std::span<NodeAnswer> answers) noexcept {
  for (auto at = static_cast<std::uint32_t>(condition.nodes.size()); at-- > 0;) {
    const NodeRow& node = condition.nodes[at];
    Truth truth = certain(node.flag != 0);
    switch (condition.kind(at)) {
      case NodeKind::constant:
        break;
      case NodeKind::literal:
        truth = node.flag != 0 ? negate(ask(node.atom)) : ask(node.atom);
        break;
      case NodeKind::all:
        truth = Truth::t;
        condition.for_each_child(
            at, [&](std::uint32_t child) { truth = both(truth, answers[child].truth); });
        break;
      case NodeKind::any:
        truth = Truth::f;
        condition.for_each_child(
            at, [&](std::uint32_t child) { truth = either(truth, answers[child].truth); });
        break;
    }
    answers[at] = {truth, false};
  }
}

// Marks the fewest nodes that settle the condition: of a node its children of the same truth; one
// false test settles an `and` and one true test an `or`, the first as they are written. Calls
// visit(node) for each literal marked. REQUIRES: answer_all().
template <class Visit>
void settle(const ConditionNodes& condition, std::span<NodeAnswer> answers,
            const Visit& visit) noexcept {
  answers[0].settles = true;
  // Children come behind their parent, so that one way through is enough.
  for (std::uint32_t at = 0; at < condition.nodes.size(); ++at) {
    if (!answers[at].settles) continue;
    const NodeKind kind = condition.kind(at);
    if (kind == NodeKind::literal) visit(at);
    if (kind != NodeKind::all && kind != NodeKind::any) continue;
    const Truth truth = answers[at].truth;
    const bool one_is_enough = truth == (kind == NodeKind::all ? Truth::f : Truth::t);
    std::uint32_t first = 0;  // no child is the first node
    condition.for_each_child(at, [&](std::uint32_t child) {
      if (answers[child].truth != truth) return;
      if (!one_is_enough) answers[child].settles = true;
      if (first == 0 || condition.place(child) < condition.place(first)) first = child;
    });
    if (one_is_enough) answers[first].settles = true;
  }
}

}  // namespace sentrail::decide
