// Consequences for parts once for each class of a whole, truths once for each point. See
// points.hpp.
#include "compiler/analysis/points.hpp"

#include <algorithm>

namespace sentrail::compiler::analysis {

Point::Point(const Space& space, const Circuit& circuit, bool named)
    : space_(space), circuit_(circuit), put_(space.size()) {
  for (std::uint32_t i = 0; i < space.size(); ++i) {
    const DimensionId id{i};
    const Dimension& dimension = space[id];
    const bool told =
        dimension.kind != DimensionKind::equality && dimension.kind != DimensionKind::opaque;
    const std::uint32_t one = told ? space.empty_class(id) : std::uint32_t{kClassUndecidable};
    empty_.push_back(one);
    const bool name = dimension.kind == DimensionKind::value && dimension.ref.steps.empty() &&
                      (dimension.ref.attribute == AttributeId::tool ||
                       dimension.ref.attribute == AttributeId::action);
    usual_.push_back(named && name ? 0 : one);
    if (dimension.kind == DimensionKind::equality) {  // its values have lower numbers
      empty_.back() = equality(dimension, empty_);
      usual_.back() = equality(dimension, usual_);
    }
  }
  classes_ = usual_;
}

void Point::clear() {
  for (const DimensionId id : changed_) {
    classes_[id.value] = usual_[id.value];
    put_[id.value] = 0;
  }
  changed_.clear();
  ++number_;
}

void Point::change(DimensionId id, std::uint32_t one) {
  classes_[id.value] = one;
  changed_.push_back(id);
  ++number_;
}

void Point::put(DimensionId id, std::uint32_t one) {
  change(id, one);
  put_[id.value] = 1;
}

bool Point::is_crowded(DimensionId size) const {
  const std::optional<Bound>& bound = space_.bound_of(size);
  if (!bound) return false;
  const auto count = static_cast<std::size_t>(std::count_if(
      bound->parts.begin(), bound->parts.end(),
      [&](const auto& part) { return space_.set(part.second).test(classes_[part.first.value]); }));
  return std::any_of(bound->limits.begin(), bound->limits.end(), [&](const auto& limit) {
    return space_.set(limit.first).test(at(size)) && count > limit.second;
  });
}

bool Point::is_excluded(DimensionId id) const {
  // Where two values may be the same or not, those that stand for them are the same.
  const Dimension& dimension = space_[id];
  if (dimension.kind == DimensionKind::equality && at(id) != equality(dimension, classes_)) {
    return true;
  }
  if (is_crowded(id)) return true;
  const auto exclusions = space_.exclusions_of(id);
  return std::any_of(exclusions.begin(), exclusions.end(), [&](const Exclusion& exclusion) {
    return std::all_of(exclusion.parts.begin(), exclusion.parts.end(), [&](const auto& part) {
      return space_.set(part.second).test(classes_[part.first.value]);
    });
  });
}

const Point::Consequences& Point::consequences(DimensionId whole) {
  const std::uint64_t key = std::uint64_t{whole.value} << 32 | at(whole);
  const auto [found, is_new] = consequences_.try_emplace(key);
  if (!is_new) return found->second;
  for (const DimensionId part : space_.parts_of(whole)) {
    // What excludes parts among themselves is looked at later. The last classes say least.
    const std::uint32_t had = classes_[part.value];
    classes_[part.value] = usual(part);
    for (std::uint32_t one = space_[part].classes; is_excluded(part) && one-- > 0;) {
      classes_[part.value] = one;
    }
    if (classes_[part.value] != usual(part)) found->second.emplace_back(part, at(part));
    classes_[part.value] = had;
  }
  return found->second;
}

// The class of an equality of values in such classes.
std::uint32_t Point::equality(const Dimension& dimension,
                              const std::vector<std::uint32_t>& classes) const {
  const std::uint8_t truth = space_.truth_of(dimension, classes[dimension.compared[0].value],
                                             classes[dimension.compared[1].value]);
  return truth == kTrueOrFalse ? std::uint32_t{kClassTrue} : truth;
}

// Values that were not put go with the equality that was.
void Point::settle_values(DimensionId id) {
  const Dimension& dimension = space_[id];
  if (dimension.kind != DimensionKind::equality || put_[id.value] == 0) return;
  const DimensionId first = dimension.compared[0];
  const DimensionId second = dimension.compared[1];
  for (std::uint32_t a = 0; a < space_[first].classes; ++a) {
    if (put_[first.value] != 0 && a != at(first)) continue;
    for (std::uint32_t b = 0; b < space_[second].classes; ++b) {
      if (put_[second.value] != 0 && b != at(second)) continue;
      if (space_.truth_of(dimension, a, b) != at(id)) continue;
      if (at(first) != a) change(first, a);
      if (at(second) != b) change(second, b);
      return;
    }
  }
}

// An equality that was not put goes with its values.
void Point::settle_equalities(DimensionId value) {
  for (const DimensionId id : space_.equalities_of(value)) {
    const std::uint32_t one = equality(space_[id], classes_);
    if (put_[id.value] == 0 && at(id) != one) change(id, one);
  }
}

// Elements and sizes that were not put go with each other: what a list holds is looked at before
// how much that is.
void Point::settle_contents(DimensionId whole) {
  for (const DimensionKind kind : {DimensionKind::element, DimensionKind::size}) {
    for (const DimensionId part : space_.parts_of(whole)) {
      if (space_[part].kind != kind || put_[part.value] != 0 || !is_excluded(part)) continue;
      for (std::uint32_t one = space_[part].classes; is_excluded(part) && one-- > 0;) {
        classes_[part.value] = one;
      }
      change(part, at(part));
    }
  }
}

bool Point::settle() {
  for (std::size_t i = 0, count = changed_.size(); i < count; ++i) settle_values(changed_[i]);
  for (std::size_t i = 0; i < changed_.size(); ++i) {
    const DimensionId whole = changed_[i];
    settle_equalities(whole);
    if (space_.parts_of(whole).empty()) continue;
    for (const auto& [part, one] : consequences(whole)) {
      if (put_[part.value] == 0 && at(part) != one) change(part, one);
    }
    settle_contents(whole);
  }
  // What excludes parts of one whole stands with one of them.
  return std::none_of(changed_.begin(), changed_.end(), [&](DimensionId id) {
    if (is_excluded(id)) return true;
    const auto parts = space_.parts_of(id);
    if (std::any_of(parts.begin(), parts.end(), [&](DimensionId part) {
          return at(part) != usual(part) && is_excluded(part);
        })) {
      return true;
    }
    const auto& parent = space_[id].parent;
    if (!parent) return false;
    const auto siblings = space_.parts_of(*parent);
    return std::any_of(siblings.begin(), siblings.end(), [&](DimensionId part) {
      return at(part) != usual(part) && is_excluded(part);
    });
  });
}

bool Point::take(const Assignment& assignment) {
  clear();
  for (const auto& [id, one] : assignment) {
    if (space_[id].kind != DimensionKind::opaque) put(id, one);
  }
  return settle();
}

bool Point::may_be_in(const Box& box) const {
  for (const auto& [id, set] : box.sides) {
    if (!space_.set(set).test(at(id)) && space_[id].kind != DimensionKind::opaque) return false;
  }
  return true;
}

std::optional<Truth> Point::known(Node node) const {
  const std::uint32_t place = node >> 1;
  if (place == kTrue >> 1) return node == kTrue ? Truth::t : Truth::f;
  if (place >= known_at_.size() || known_at_[place] != number_) return std::nullopt;
  return (node & 1u) == 0 ? truths_[place] : negate(truths_[place]);
}

Truth Point::truth_of_gate(const Gate& gate) const {
  if (gate.dimension.has_value()) {
    if (space_[gate.dimension].kind == DimensionKind::opaque) return Truth::u;
    return space_.set(gate.set).test(at(gate.dimension)) ? Truth::t : Truth::f;
  }
  Truth truth = Truth::t;
  for (const Node child : circuit_.children(gate)) truth = both(truth, *known(child));
  return truth;
}

Truth Point::truth(Node node) {
  std::vector<std::uint32_t> left = {node >> 1};
  while (!left.empty()) {
    const std::uint32_t place = left.back();
    if (place >= known_at_.size()) {
      known_at_.resize(place + 1);
      truths_.resize(place + 1);
    }
    const std::size_t count = left.size();
    const Gate& gate = circuit_.gate(place * 2);
    if (!known(place * 2)) {
      for (const Node child : circuit_.children(gate)) {
        if (!known(child)) left.push_back(child >> 1);
      }
    }
    if (left.size() > count) continue;
    left.pop_back();
    if (known(place * 2)) continue;
    truths_[place] = truth_of_gate(gate);
    known_at_[place] = number_;
  }
  return *known(node);
}

Assignment Point::assignment() const {
  Assignment assignment;
  const auto add = [&](DimensionId id) {
    if (space_[id].kind != DimensionKind::opaque) assignment.emplace(id, at(id));
  };
  for (std::uint32_t i = 0; i < usual_.size(); ++i) {
    if (usual_[i] != empty_[i]) add(DimensionId{i});
  }
  for (const DimensionId id : changed_) {
    add(id);
    // A list of booleans must be told which of them it has not.
    for (const DimensionId part : space_.parts_of(id)) {
      if (space_[part].element.kind == oracle::ValueKind::boolean) add(part);
    }
    for (auto parent = space_[id].parent; parent; parent = space_[*parent].parent) add(*parent);
  }
  return assignment;
}

}  // namespace sentrail::compiler::analysis
