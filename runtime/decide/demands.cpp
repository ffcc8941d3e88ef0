// Walks conditions bottom up. See demands.hpp.
#include "runtime/decide/demands.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "core/limits.hpp"

namespace sentrail::decide {
namespace {

struct Draft {
  std::vector<std::uint32_t> atoms;
  std::uint64_t weight = 0;
};
// The clauses of a part of a condition. None: it demands nothing.
using Drafts = std::vector<Draft>;

struct Frame {
  std::uint32_t end = 0;
  bool all = true;
  bool open = true;  // any: each part so far demands something
  Drafts drafts{};
};

Drafts leaf(const NodeRow& node, std::span<const std::uint64_t> weights) {
  if (static_cast<NodeKind>(node.kind) == NodeKind::constant) {
    return node.flag != 0 ? Drafts{} : Drafts{Draft{}};
  }
  if (node.flag != 0 || weights[node.atom] == kNoKey) return {};
  return {Draft{{node.atom}, weights[node.atom]}};
}

// Adds a part's clauses to those of the `all` or `any` that it is part of.
void add(Frame& frame, Drafts part) {
  if (frame.all) {
    std::ranges::move(part, std::back_inserter(frame.drafts));
    return;
  }
  const auto best = std::ranges::min_element(part, {}, &Draft::weight);
  if (best == part.end()) {
    frame.open = false;
    return;
  }
  Draft& joined = frame.drafts.empty() ? frame.drafts.emplace_back() : frame.drafts.front();
  joined.atoms.insert(joined.atoms.end(), best->atoms.begin(), best->atoms.end());
  joined.weight = std::min(joined.weight + best->weight, kAlways);
  if (joined.atoms.size() > kClauseTestsMax) frame.open = false;
}

Drafts close(Frame& frame) {
  if (frame.all || frame.open) return std::move(frame.drafts);
  return {};
}

// Hands a part to the frames that it ends, up to node `next`; gives the whole once it is complete.
std::optional<Drafts> hand_up(std::vector<Frame>& frames, Drafts part, std::uint32_t next) {
  while (!frames.empty()) {
    add(frames.back(), std::move(part));
    if (frames.back().end != next) return std::nullopt;
    part = close(frames.back());
    frames.pop_back();
  }
  return part;
}

Drafts drafts_of(const Program& program, const RuleRow& rule,
                 std::span<const std::uint64_t> weights) {
  std::vector<Frame> frames;
  for (std::uint32_t i = rule.condition_begin;; ++i) {
    const NodeRow& node = program.nodes[i];
    const auto kind = static_cast<NodeKind>(node.kind);
    if (kind == NodeKind::all || kind == NodeKind::any) {
      frames.push_back({.end = node.end, .all = kind == NodeKind::all});
      continue;
    }
    if (auto whole = hand_up(frames, leaf(node, weights), i + 1)) return *std::move(whole);
  }
}

}  // namespace

Demands demands_of(const Program& verified, std::span<const std::uint64_t> weights) {
  Demands demands;
  demands.rules.reserve(verified.rules.size() + 1);
  for (const RuleRow& rule : verified.rules) {
    demands.rules.push_back(static_cast<std::uint32_t>(demands.clauses.size()));
    Drafts drafts = drafts_of(verified, rule, weights);
    if (drafts.size() > kClausesMax) {
      std::ranges::sort(drafts, {},
                        [](const Draft& one) { return std::pair(one.weight, one.atoms); });
      drafts.resize(kClausesMax);
    }
    for (Draft& draft : drafts) {
      std::ranges::sort(draft.atoms);
      const auto twins = std::ranges::unique(draft.atoms);
      draft.atoms.erase(twins.begin(), twins.end());
      const auto begin = static_cast<std::uint32_t>(demands.atoms.size());
      demands.atoms.insert(demands.atoms.end(), draft.atoms.begin(), draft.atoms.end());
      demands.clauses.push_back(
          {begin, static_cast<std::uint32_t>(demands.atoms.size()), draft.weight});
    }
  }
  demands.rules.push_back(static_cast<std::uint32_t>(demands.clauses.size()));
  return demands;
}

}  // namespace sentrail::decide
