// Boxes of conditions, bottom up; then which rules share a class. See boxes.hpp.
#include "compiler/analysis/boxes.hpp"

#include <algorithm>

namespace sentrail::compiler::analysis {
namespace {

// Sets of more classes are not listed class by class.
constexpr std::size_t kNarrowMax = 512;

}  // namespace

Boxes::Boxes(const Meaning& meaning, Space& space) : space_(space) {
  const ir::Policy& policy = meaning.policy();
  std::vector<Box> certain;  // around where a condition is true, and where it is false
  std::vector<Box> refuted;
  const std::vector<bool> within = policy.within_quantifiers();
  for (std::uint32_t i = 0; i < within.size(); ++i) {
    const ir::Condition& condition = policy.conditions[ir::ConditionId{i}];
    std::vector<Box> yes;
    std::vector<Box> no;
    for (const ir::ConditionId child : condition.children) {
      yes.push_back(certain[child.value]);
      no.push_back(refuted[child.value]);
    }
    Box unknown;
    unknown.exact = false;
    if (within[i]) {  // nobody asks for what stands within a quantifier
      certain.push_back(unknown);
      refuted.push_back(unknown);
      continue;
    }
    switch (condition.kind) {
      case ir::ConditionKind::always:
        certain.emplace_back();
        refuted.push_back(unknown);
        break;
      case ir::ConditionKind::atom: {
        const AtomSets& sets = space.sets_of(condition.atom);
        Bits false_in = space.set(sets.possible);
        false_in.flip();
        certain.push_back({{{sets.dimension, sets.certain}}, true});
        refuted.push_back({{{sets.dimension, space.intern(std::move(false_in))}}, true});
        break;
      }
      case ir::ConditionKind::not_:
        certain.push_back(no.at(0));
        refuted.push_back(yes.at(0));
        break;
      case ir::ConditionKind::all:
        certain.push_back(joined(std::move(yes), true));
        refuted.push_back(joined(std::move(no), false));
        break;
      case ir::ConditionKind::any:
        certain.push_back(joined(std::move(yes), false));
        refuted.push_back(joined(std::move(no), true));
        break;
      case ir::ConditionKind::some_element:
      case ir::ConditionKind::every_element:
        certain.push_back(unknown);
        refuted.push_back(unknown);
        break;
    }
  }
  for (const RuleMeaning& one : meaning.rules()) {
    Box box = certain[one.rule->when.value];
    if (one.rule->unless) box = intersection(box, refuted[one.rule->unless->value]);
    boxes_.push_back(std::move(box));
  }
  number_sides();
}

Box Boxes::joined(std::vector<Box> boxes, bool all) {
  if (boxes.empty()) return {{}, all};
  Box whole = std::move(boxes[0]);
  for (std::size_t i = 1; i < boxes.size(); ++i) {
    whole = all ? intersection(whole, boxes[i]) : hull(whole, boxes[i]);
  }
  return whole;
}

Box Boxes::intersection(const Box& a, const Box& b) {
  Box both;
  both.exact = a.exact && b.exact;
  auto left = a.sides.begin();
  auto right = b.sides.begin();
  while (left != a.sides.end() || right != b.sides.end()) {
    if (right == b.sides.end() || (left != a.sides.end() && left->first < right->first)) {
      both.sides.push_back(*left++);
    } else if (left == a.sides.end() || right->first < left->first) {
      both.sides.push_back(*right++);
    } else {
      Bits set = space_.set(left->second);
      set &= space_.set(right->second);
      both.sides.emplace_back(left->first, space_.intern(std::move(set)));
      ++left;
      ++right;
    }
  }
  return both;
}

Box Boxes::hull(const Box& a, const Box& b) {
  Box around;
  around.exact = false;
  for (const auto& [dimension, set] : a.sides) {
    const auto same = std::find_if(b.sides.begin(), b.sides.end(),
                                   [&](const auto& side) { return side.first == dimension; });
    if (same == b.sides.end()) continue;
    Bits either = space_.set(set);
    either |= space_.set(same->second);
    around.sides.emplace_back(dimension, space_.intern(std::move(either)));
  }
  return around;
}

void Boxes::number_sides() {
  for (const Box& box : boxes_) {
    for (const auto& [dimension, set] : box.sides) {
      Side& side = sides_[dimension.value];
      side.narrow.resize(space_[dimension].classes);
      side.wide = Bits(boxes_.size(), true);
    }
  }
  for (std::uint32_t rule = 0; rule < boxes_.size(); ++rule) {
    for (const auto& [dimension, set] : boxes_[rule].sides) {
      if (space_.set(set).count() > kNarrowMax) continue;
      Side& side = sides_.at(dimension.value);
      side.wide.reset(rule);
      space_.set(set).for_each([&](std::uint32_t one) { side.narrow[one].push_back(rule); });
    }
  }
}

const Bits& Boxes::meeting_side(DimensionId dimension, SetId set) {
  const std::uint64_t key = std::uint64_t{dimension.value} << 32 | set;
  const auto [found, is_new] = meetings_.try_emplace(key);
  if (!is_new) return found->second;
  const Bits& classes = space_.set(set);
  const Side& side = sides_.at(dimension.value);
  if (classes.count() > kNarrowMax) {
    found->second = Bits(boxes_.size(), true);
    return found->second;
  }
  found->second = side.wide;
  classes.for_each([&](std::uint32_t one) {
    for (const std::uint32_t rule : side.narrow[one]) found->second.set(rule);
  });
  return found->second;
}

Bits Boxes::meeting(std::size_t rule) {
  Bits rules(boxes_.size(), true);
  for (const auto& [dimension, set] : boxes_[rule].sides) rules &= meeting_side(dimension, set);
  return rules;
}

bool Boxes::surely_meet(std::size_t a, std::size_t b) const {
  if (!boxes_[a].exact || !boxes_[b].exact) return false;
  const auto plain = [&](const auto& side) {
    return space_[side.first].kind == DimensionKind::value && !space_[side.first].parent &&
           !space_.set(side.second).empty();
  };
  const auto& left = boxes_[a].sides;
  const auto& right = boxes_[b].sides;
  if (!std::all_of(left.begin(), left.end(), plain)) return false;
  if (!std::all_of(right.begin(), right.end(), plain)) return false;
  return std::all_of(left.begin(), left.end(), [&](const auto& side) {
    const auto same = std::find_if(right.begin(), right.end(),
                                   [&](const auto& one) { return one.first == side.first; });
    return same == right.end() || space_.set(side.second).intersects(space_.set(same->second));
  });
}

}  // namespace sentrail::compiler::analysis
