// Points in boxes, and steps out of others. See guesses.hpp.
#include "compiler/analysis/guesses.hpp"

#include <algorithm>
#include <utility>

namespace sentrail::compiler::analysis {

Guesses::Guesses(const Meaning& meaning, Space& space, const Circuit& circuit, Boxes& boxes,
                 bool named)
    : meaning_(meaning), space_(space), boxes_(boxes), point_(space, circuit, named) {
  for (std::size_t i = 0; i < meaning.rules().size(); ++i) {
    while (firsts_.size() <= meaning.rules()[i].tier) firsts_.push_back(i);
  }
}

bool Guesses::is_certain(std::size_t rule) {
  return point_.may_be_in(boxes_.certain(rule)) &&
         (boxes_.is_plain(rule) || point_.truth(meaning_.rules()[rule].condition.must) != Truth::f);
}

bool Guesses::is_possible(std::size_t rule) {
  return point_.may_be_in(boxes_.possible(rule)) &&
         point_.truth(meaning_.rules()[rule].condition.may) != Truth::f;
}

std::vector<std::size_t> Guesses::in_the_way(std::size_t rule, std::size_t most) {
  std::vector<std::size_t> found;
  for (std::size_t i = firsts_[meaning_.rules()[rule].tier]; i < rule; ++i) {
    if (!is_certain(i)) continue;
    found.push_back(i);
    if (found.size() == most) break;
  }
  return found;
}

// source: docs/language.md, L8.2 to L8.7.
std::optional<PointDecision> Guesses::decide() {
  PointDecision decision;
  decision.effect = Effect::allow;
  const std::vector<RuleMeaning>& rules = meaning_.rules();
  for (std::size_t first = 0; first < rules.size();) {
    const std::size_t tier = rules[first].tier;
    bool ended = false;
    bool passed = false;
    for (; first < rules.size() && rules[first].tier == tier; ++first) {
      if (ended || !is_possible(first)) continue;
      const Truth may = point_.truth(rules[first].condition.may);
      const Truth must = point_.truth(rules[first].condition.must);
      if (may == Truth::u || must == Truth::u) return std::nullopt;
      decision.candidates.push_back(first);
      ended = must == Truth::t;
      if (ended) decision.certain.push_back(first);
      const std::optional<Effect> effect = effect_of(rules[first].rule->outcome);
      passed = passed || !effect;
      if (!effect) continue;
      decision.effect = std::max(decision.effect, *effect);
      if (ended && !passed && !meaning_.policy().tiers[tier].guard) decision.joined = false;
    }
  }
  if (decision.joined)
    decision.effect = std::max(decision.effect, meaning_.policy().default_effect);
  for (const std::size_t one : decision.candidates) {
    if (effect_of(rules[one].rule->outcome) != decision.effect) continue;
    decision.rule = one;
    break;
  }
  return decision;
}

std::uint32_t Guesses::best_of(const Side& side) const {
  const std::uint32_t usual = point_.usual(side.dimension);
  if (side.allowed.test(usual)) return usual;
  std::uint32_t best = 0;
  while (best < side.allowed.size() && !side.allowed.test(best)) ++best;
  return best;
}

void Guesses::begin(const Box& box) {
  sides_.clear();
  for (const auto& [id, set] : box.sides) {
    if (space_[id].kind != DimensionKind::opaque) sides_.push_back({id, space_.set(set)});
  }
  for (Side& side : sides_) side.one = best_of(side);
}

bool Guesses::place() {
  point_.clear();
  for (const Side& side : sides_) {
    if (side.one == side.allowed.size()) return false;
    point_.put(side.dimension, side.one);
  }
  return point_.settle();
}

// Leaves a box on the side where most classes remain, for good.
bool Guesses::leave(const Box& box) {
  std::size_t best_count = 0;
  Side best;
  for (const auto& [id, set] : box.sides) {
    if (space_[id].kind == DimensionKind::opaque) continue;
    const auto had = std::find_if(sides_.begin(), sides_.end(),
                                  [&](const Side& side) { return side.dimension == id; });
    // What is put must go with its whole: only what was put may be put otherwise.
    if (had == sides_.end() && space_[id].parent) continue;
    Side side{id, space_.set(set)};
    side.allowed.flip();
    if (had != sides_.end()) side.allowed &= had->allowed;
    const std::size_t count = side.allowed.count();
    if (count <= best_count) continue;
    best_count = count;
    best = std::move(side);
  }
  if (best_count == 0) return false;
  best.one = best_of(best);
  const auto had = std::find_if(sides_.begin(), sides_.end(),
                                [&](const Side& side) { return side.dimension == best.dimension; });
  if (had == sides_.end()) {
    sides_.push_back(std::move(best));
  } else {
    *had = std::move(best);
  }
  return true;
}

bool Guesses::reaches(std::size_t rule, Node node, const Box& box) {
  return look(box, [&](const Box*& in_the_way) {
    if (point_.truth(node) != Truth::t) return false;
    const std::vector<std::size_t> before = this->in_the_way(rule, 1);
    if (before.empty()) return true;
    in_the_way = &boxes_.certain(before[0]);
    return false;
  });
}

}  // namespace sentrail::compiler::analysis
