// Boxes of conditions, bottom up; then which rules share a class. See boxes.hpp.
#include "compiler/analysis/boxes.hpp"

#include <algorithm>
#include <optional>

namespace sentrail::compiler::analysis {
namespace {

// Sets of more classes are not listed class by class.
constexpr std::size_t kNarrowMax = 128;
// Bits of rules that are kept for sides that come again: 4 MB.
constexpr std::size_t kKeptBitsMax = std::size_t{1} << 25;

}  // namespace

// Around where a condition is true, false, not false and not true.
struct Boxes::Around {
  Box yes;
  Box no;
  Box maybe_yes;
  Box maybe_no;
};

std::optional<SetId> Box::side(DimensionId dimension) const {
  for (const auto& [id, set] : sides) {
    if (id == dimension) return set;
  }
  return std::nullopt;
}

Boxes::Boxes(const Meaning& meaning, Space& space) : space_(space), families_(space) {
  const ir::Policy& policy = meaning.policy();
  std::vector<Around> all;
  all.reserve(policy.conditions.size());
  const std::vector<bool> within = policy.within_quantifiers();
  Box unknown;
  unknown.exact = false;
  for (std::uint32_t i = 0; i < within.size(); ++i) {
    const ir::ConditionId id{i};
    const ir::Condition& condition = policy.conditions[id];
    const bool atom = condition.kind == ir::ConditionKind::atom;
    // Nobody asks for what stands within a quantifier; what is asked of elements is no set.
    if (within[i] || is_quantified(condition.kind) || (atom && meaning.sets_of(id) == nullptr)) {
      all.push_back({unknown, unknown, unknown, unknown});
      continue;
    }
    all.push_back(around(condition, all, meaning.sets_of(id)));
  }
  plain_ = Bits(meaning.rules().size());
  somewhere_ = Bits(meaning.rules().size());
  for (const RuleMeaning& one : meaning.rules()) {
    Box certain = all[one.rule->when.value].yes;
    Box possible = all[one.rule->when.value].maybe_yes;
    if (one.rule->unless) {
      certain = intersection(certain, all[one.rule->unless->value].no);
      possible = intersection(possible, all[one.rule->unless->value].maybe_no);
    }
    close(certain);
    close(possible);
    if (says_all(certain)) plain_.set(certain_.size());
    if (!is_empty(certain)) somewhere_.set(certain_.size());
    certain_.push_back(std::move(certain));
    possible_.push_back(std::move(possible));
  }
  number_sides();
}

Boxes::Around Boxes::around(const ir::Condition& condition, const std::vector<Around>& all,
                            const AtomSets* sets) {
  const auto children = [&](Box Around::* box) {
    std::vector<const Box*> boxes;
    for (const ir::ConditionId child : condition.children) {
      boxes.push_back(&(all[child.value].*box));
    }
    return boxes;
  };
  if (sets != nullptr) {
    const auto side = [&](SetId set, bool flipped) {
      if (!flipped) return Box{{{sets->dimension, set}}, true};
      Bits others = space_.set(set);
      others.flip();
      return Box{{{sets->dimension, space_.intern(std::move(others))}}, true};
    };
    return {side(sets->certain, false), side(sets->possible, true), side(sets->possible, false),
            side(sets->certain, true)};
  }
  if (condition.kind == ir::ConditionKind::not_) {
    const Around& child = all[condition.children.at(0).value];
    return {child.no, child.yes, child.maybe_no, child.maybe_yes};
  }
  const bool any = condition.kind == ir::ConditionKind::any;  // `always` is all of nothing
  return {joined(children(&Around::yes), !any), joined(children(&Around::no), any),
          joined(children(&Around::maybe_yes), !any), joined(children(&Around::maybe_no), any)};
}

// Of nothing, all is everywhere and any nowhere, which no box says.
Box Boxes::joined(std::vector<const Box*> boxes, bool all) {
  if (boxes.empty()) return {{}, all};
  Box whole = *boxes[0];
  for (std::size_t i = 1; i < boxes.size(); ++i) {
    whole = all ? intersection(whole, *boxes[i]) : hull(whole, *boxes[i]);
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
      SetId set = left->second;
      if (set != right->second) {
        Bits common = space_.set(set);
        common &= space_.set(right->second);
        set = space_.intern(std::move(common));
      }
      both.sides.emplace_back(left->first, set);
      ++left;
      ++right;
    }
  }
  return both;
}

Box Boxes::hull(const Box& a, const Box& b) {
  Box around;
  around.exact = a.exact && b.exact && a.sides.size() == 1 && b.sides.size() == 1 &&
                 a.sides[0].first == b.sides[0].first;
  for (const auto& [dimension, set] : a.sides) {
    const std::optional<SetId> same = b.side(dimension);
    if (!same) continue;
    Bits either = space_.set(set);
    either |= space_.set(*same);
    around.sides.emplace_back(dimension, space_.intern(std::move(either)));
  }
  return around;
}

// Adds what parts ask of their wholes. A whole has a lower number than its parts.
void Boxes::close(Box& box) {
  for (std::size_t i = box.sides.size(); i-- > 0;) {
    const auto [id, set] = box.sides[i];
    const std::optional<DimensionId> parent = space_[id].parent;
    if (!parent) continue;
    const Box whole{{{*parent, families_.whole_of(id, set).classes}}, box.exact};
    const std::size_t before = box.sides.size();
    box = intersection(box, whole);
    i += box.sides.size() - before;  // what was added stands before this side
  }
}

// Whether what its sides say is all that decides where a rule is certain. Of a part whose classes
// ask different things of the whole a box cannot say which go together.
bool Boxes::says_all(const Box& box) {
  return box.exact && std::all_of(box.sides.begin(), box.sides.end(), [&](const auto& side) {
           const Dimension& dimension = space_[side.first];
           if (dimension.kind == DimensionKind::opaque || !families_.is_tame(side.first)) {
             return false;
           }
           return !dimension.parent || families_.whole_of(side.first, side.second).uniform;
         });
}

bool Boxes::is_empty(const Box& box) const {
  return std::any_of(box.sides.begin(), box.sides.end(),
                     [&](const auto& side) { return space_.set(side.second).empty(); });
}

void Boxes::number_sides() {
  std::unordered_map<std::uint64_t, std::uint32_t> places;  // by dimension and set
  for (std::uint32_t rule = 0; rule < certain_.size(); ++rule) {
    for (const auto& [dimension, set] : certain_[rule].sides) {
      const auto [side, is_first] = sides_.try_emplace(dimension.value);
      if (is_first) side->second.free = Bits(certain_.size(), true);
      side->second.free.reset(rule);
      auto& sets = side->second.sets;
      const auto [place, is_new] = places.try_emplace(std::uint64_t{dimension.value} << 32 | set,
                                                      static_cast<std::uint32_t>(sets.size()));
      if (is_new) sets.emplace_back(set, std::vector<std::uint32_t>{});
      sets[place->second].second.push_back(rule);
    }
  }
  for (auto& [id, side] : sides_) {
    side.narrow.resize(space_[DimensionId{id}].classes);
    for (std::uint32_t place = 0; place < side.sets.size(); ++place) {
      const SetId set = side.sets[place].first;
      if (count_of(set) > kNarrowMax) {
        side.wide.push_back(place);
      } else {
        space_.set(set).for_each([&](std::uint32_t one) { side.narrow[one].push_back(place); });
      }
    }
  }
}

std::size_t Boxes::count_of(SetId set) {
  if (set >= counts_.size()) counts_.resize(set + 1);
  if (counts_[set] == 0) counts_[set] = space_.set(set).count();
  return counts_[set];
}

Bits Boxes::meeting_side(DimensionId dimension, SetId set) {
  const std::uint64_t key = std::uint64_t{dimension.value} << 32 | set;
  if (const auto found = meetings_.find(key); found != meetings_.end()) return found->second;
  const Side& side = sides_.at(dimension.value);
  Bits rules = side.free;
  const auto take = [&](std::uint32_t place) {
    for (const std::uint32_t rule : side.sets[place].second) rules.set(rule);
  };
  const Bits& classes = space_.set(set);
  const auto meets = [&](std::uint32_t place) {
    const SetId other = side.sets[place].first;
    // Two sets that together have more classes than there are meet.
    return count_of(set) + count_of(other) > classes.size() ||
           classes.intersects(space_.set(other));
  };
  if (count_of(set) > kNarrowMax) {
    for (std::uint32_t place = 0; place < side.sets.size(); ++place) {
      if (meets(place)) take(place);
    }
  } else {
    classes.for_each([&](std::uint32_t one) {
      for (const std::uint32_t place : side.narrow[one]) take(place);
    });
    for (const std::uint32_t place : side.wide) {
      if (meets(place)) take(place);
    }
  }
  if ((meetings_.size() + 1) * rules.size() <= kKeptBitsMax) meetings_.emplace(key, rules);
  return rules;
}

Bits Boxes::meeting(std::size_t rule) {
  if (!somewhere_.test(rule)) return Bits(certain_.size());
  Bits rules = somewhere_;
  for (const auto& [dimension, set] : certain_[rule].sides) rules &= meeting_side(dimension, set);
  return rules;
}

}  // namespace sentrail::compiler::analysis
