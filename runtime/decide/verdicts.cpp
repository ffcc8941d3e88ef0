// Truths from the leaves up, then down to what settled them, in two words. See verdicts.hpp.
#include "runtime/decide/verdicts.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "runtime/decide/evaluate.hpp"

namespace sentrail::decide {
namespace {

// A condition of at most kVerdictNodes nodes.
class SmallCondition {
 public:
  SmallCondition(const Engine& engine, std::span<const NodeRow> nodes, std::uint32_t begin,
                 const Facts& facts, Scratch& scratch) noexcept
      : nodes_(nodes), begin_(begin) {
    for (auto at = static_cast<std::uint32_t>(nodes.size()); at-- > 0;) {
      switch (kind_of(at)) {
        case NodeKind::constant:
          truths_[at] = certain(nodes_[at].flag != 0);
          break;
        case NodeKind::literal: {
          const Truth truth = truth_of(engine.bound(), nodes_[at].atom, facts, scratch);
          truths_[at] = nodes_[at].flag != 0 ? negate(truth) : truth;
          break;
        }
        case NodeKind::all:
          truths_[at] = Truth::t;
          for_each_child(at, [&](std::uint32_t c) { truths_[at] = both(truths_[at], truths_[c]); });
          break;
        case NodeKind::any:
          truths_[at] = Truth::f;
          for_each_child(at,
                         [&](std::uint32_t c) { truths_[at] = either(truths_[at], truths_[c]); });
          break;
      }
    }
  }

  [[nodiscard]] Truth truth() const noexcept { return truths_[0]; }

  // Children come behind their parent, so that one way through is enough.
  [[nodiscard]] std::uint64_t settling_leaves() const noexcept {
    std::uint64_t open = 1;
    std::uint64_t leaves = 0;
    while (open != 0) {
      const auto at = static_cast<std::uint32_t>(std::countr_zero(open));
      open &= open - 1;
      const NodeKind kind = kind_of(at);
      if (kind == NodeKind::literal) leaves |= bit(at);
      if (kind == NodeKind::all || kind == NodeKind::any) open |= settling_children(at);
    }
    return leaves;
  }

 private:
  [[nodiscard]] static std::uint64_t bit(std::uint32_t at) noexcept {
    return std::uint64_t{1} << at;
  }
  [[nodiscard]] NodeKind kind_of(std::uint32_t at) const noexcept {
    return static_cast<NodeKind>(nodes_[at].kind);
  }

  template <class Visit>
  void for_each_child(std::uint32_t at, const Visit& visit) const noexcept {
    const std::uint32_t end = nodes_[at].end - begin_;
    for (std::uint32_t child = at + 1; child < end; child = nodes_[child].end - begin_) {
      visit(child);
    }
  }

  // One true test settles an `or`: the first as it is written.
  [[nodiscard]] std::uint64_t settling_children(std::uint32_t at) const noexcept {
    const Truth truth = truths_[at];
    const bool one_is_enough = truth == (kind_of(at) == NodeKind::all ? Truth::f : Truth::t);
    std::uint64_t found = 0;
    const auto written = [this](std::uint32_t node) {
      return std::pair(nodes_[node].line, nodes_[node].column);
    };
    for_each_child(at, [&](std::uint32_t child) {
      if (truths_[child] != truth) return;
      if (!one_is_enough) {
        found |= bit(child);
      } else if (found == 0 ||
                 written(child) < written(static_cast<std::uint32_t>(std::countr_zero(found)))) {
        found = bit(child);
      }
    });
    return found;
  }

  std::span<const NodeRow> nodes_;  // of the condition alone
  std::uint32_t begin_;             // of it among all nodes
  std::array<Truth, kVerdictNodes> truths_;
};

}  // namespace

Verdicts verdicts_of(const Engine& engine, const Decision& decision, const Facts& facts,
                     Scratch& scratch) noexcept {
  const Program& p = engine.program();
  Verdicts out;
  out.count = std::min<std::size_t>(decision.candidate_count, Decision::kCandidatesKept);
  for (std::size_t i = 0; i < out.count; ++i) {
    Verdict& verdict = out.kept[i];
    verdict.rule = decision.candidates[i];
    const RuleRow& rule = p.rules[verdict.rule];
    const std::span<const NodeRow> nodes = std::span<const NodeRow>(p.nodes).subspan(
        rule.condition_begin, rule.condition_end - rule.condition_begin);
    verdict.too_large = nodes.size() > kVerdictNodes;
    if (verdict.too_large) {
      verdict.truth = engine.condition(verdict.rule, facts, scratch);
      continue;
    }
    const SmallCondition condition(engine, nodes, rule.condition_begin, facts, scratch);
    verdict.truth = condition.truth();
    verdict.settled_by = condition.settling_leaves();
  }
  return out;
}

}  // namespace sentrail::decide
