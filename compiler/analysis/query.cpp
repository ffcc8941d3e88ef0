// From formulas to clauses, from answers to classes. See query.hpp.
#include "compiler/analysis/query.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "core/check.hpp"

namespace sentrail::compiler::analysis {
namespace {

std::uint64_t set_key(DimensionId id, SetId set) {
  return std::uint64_t{id.value} << 32 | set;
}

// Whether people would not read to the end what stands for a class.
bool is_tedious(const Dimension& dimension, std::uint32_t one) {
  if (dimension.kind == DimensionKind::size) {
    return one < dimension.sizes.size() &&
           dimension.sizes[one].low > limits::kAnalysisReadableElements;
  }
  if (dimension.kind != DimensionKind::value) return false;
  const oracle::Value& value = dimension.values.at(one);
  return value.text.size() > limits::kAnalysisReadableTextBytes ||
         value.elements.size() > limits::kAnalysisReadableElements;
}

}  // namespace

Query::Query(const Circuit& circuit, std::span<const Node> roots) : circuit_(circuit) {
  true_ = sat_.new_variable(true);
  sat_.add({true_});
  collect(roots);
  add_parents();
  for (Axis& axis : axes_) encode_axis(axis);
  encode_exclusions();
  for (const Axis& axis : axes_) {
    if (const auto& bound = circuit.space().bound_of(axis.dimension))
      encode_bound(axis.dimension, *bound);
  }
  (void)literal(kTrue);
  for (const std::uint32_t place : leaves_) (void)literal(place * 2);
}

Query::Axis& Query::axis_of(DimensionId id) {
  const auto [found, is_new] = axis_numbers_.try_emplace(id.value, axes_.size());
  if (is_new) {
    axes_.emplace_back();
    axes_.back().dimension = id;
  }
  return axes_[found->second];
}

// Finds the leaves.
void Query::collect(std::span<const Node> roots) {
  std::vector<std::uint32_t> left;
  for (const Node root : roots) left.push_back(root >> 1);
  std::unordered_set<std::uint32_t> seen = {kTrue >> 1};
  while (!left.empty()) {
    const std::uint32_t place = left.back();
    left.pop_back();
    if (!seen.insert(place).second) continue;
    const Gate& gate = circuit_.gate(place * 2);
    if (gate.dimension.has_value()) {
      axis_of(gate.dimension).sets.push_back(gate.set);
      leaves_.push_back(place);
      continue;
    }
    for (const Node child : circuit_.children(gate)) left.push_back(child >> 1);
  }
}

// What a value is a part of limits it; that in turn may limit other parts that matter here.
void Query::add_parents() {
  const Space& space = circuit_.space();
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const Dimension& dimension = space[axes_[i].dimension];
    if (dimension.parent) (void)axis_of(*dimension.parent);
    for (const DimensionId value : dimension.compared) (void)axis_of(value);
  }
  const std::size_t count = axes_.size();
  for (std::size_t i = 0; i < count; ++i) {
    for (const Exclusion& exclusion : space.exclusions_of(axes_[i].dimension)) {
      const bool matters =
          std::all_of(exclusion.parts.begin(), exclusion.parts.end(),
                      [&](const auto& part) { return axis_numbers_.contains(part.first.value); });
      if (!matters) continue;
      exclusions_.push_back(&exclusion);
      for (const auto& [id, set] : exclusion.parts) axis_of(id).sets.push_back(set);
    }
    const std::optional<Bound>& bound = space.bound_of(axes_[i].dimension);
    if (!bound) continue;
    for (const auto& [set, most] : bound->limits) axes_[i].sets.push_back(set);
    for (const auto& [id, set] : bound->parts) {
      if (axis_numbers_.contains(id.value)) axis_of(id).sets.push_back(set);
    }
  }
}

// Joins classes that no set tells apart into blocks, and says that a request has one of them.
void Query::encode_axis(Axis& axis) {
  const Space& space = circuit_.space();
  std::sort(axis.sets.begin(), axis.sets.end());
  axis.sets.erase(std::unique(axis.sets.begin(), axis.sets.end()), axis.sets.end());
  const std::uint32_t classes = space[axis.dimension].classes;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> touched;  // class, set
  std::vector<bool> complemented(axis.sets.size());
  for (std::uint32_t s = 0; s < axis.sets.size(); ++s) {
    const Bits& bits = space.set(axis.sets[s]);
    complemented[s] = bits.count() * 2 > classes;
    Bits listed = bits;
    if (complemented[s]) listed.flip();
    listed.for_each([&](std::uint32_t one) { touched.emplace_back(one, s); });
  }
  std::sort(touched.begin(), touched.end());
  std::map<std::vector<std::uint32_t>, std::uint32_t> blocks;  // by the sets that list them
  std::vector<std::vector<std::uint32_t>> signatures;
  std::uint32_t untouched = 0;
  const auto add_block = [&](std::vector<std::uint32_t> signature, std::uint32_t one) {
    const auto next = static_cast<std::uint32_t>(signatures.size());
    if (!blocks.try_emplace(signature, next).second) return;
    signatures.push_back(std::move(signature));
    axis.representatives.push_back(one);
  };
  for (std::size_t i = 0; i < touched.size();) {
    const std::uint32_t one = touched[i].first;
    if (untouched < one) add_block({}, untouched);
    untouched = one + 1;
    std::vector<std::uint32_t> signature;
    for (; i < touched.size() && touched[i].first == one; ++i)
      signature.push_back(touched[i].second);
    add_block(std::move(signature), one);
  }
  if (untouched < classes) add_block({}, untouched);
  std::vector<std::vector<std::uint32_t>> blocks_of(axis.sets.size());
  for (std::uint32_t b = 0; b < signatures.size(); ++b) {
    for (const std::uint32_t s : signatures[b]) blocks_of[s].push_back(b);
  }
  encode_sets(axis, blocks_of, complemented);
}

void Query::encode_sets(Axis& axis, const std::vector<std::vector<std::uint32_t>>& blocks_of,
                        const std::vector<bool>& complemented) {
  // The most natural of the classes that are left is tried, not what remains when all others are
  // denied; lists have no element unless they must.
  const bool element = circuit_.space()[axis.dimension].kind == DimensionKind::element;
  std::vector<Lit> one_of;
  for (const std::uint32_t one : axis.representatives) {
    one_of.push_back(sat_.new_variable(!element || one == kClassFalse));
  }
  axis.first = one_of.front();
  sat_.add(one_of);
  // At most one: `before` says that a block up to here was taken.
  Lit before = one_of.front();
  for (std::size_t b = 1; b < one_of.size(); ++b) {
    sat_.add({negation(before), negation(one_of[b])});
    if (b + 1 == one_of.size()) break;
    const Lit taken = sat_.new_variable(true, true);
    sat_.add({negation(before), taken});
    sat_.add({negation(one_of[b]), taken});
    before = taken;
  }
  for (std::size_t s = 0; s < axis.sets.size(); ++s) {
    Lit in = negation(true_);
    if (blocks_of[s].size() == 1) in = one_of[blocks_of[s][0]];
    if (blocks_of[s].size() > 1) {
      in = sat_.new_variable(false, true);
      std::vector<Lit> clause = {negation(in)};
      for (const std::uint32_t b : blocks_of[s]) {
        sat_.add({negation(one_of[b]), in});
        clause.push_back(one_of[b]);
      }
      sat_.add(clause);
    }
    sets_.emplace(set_key(axis.dimension, axis.sets[s]), complemented[s] ? negation(in) : in);
  }
}

void Query::encode_exclusions() {
  for (const Exclusion* exclusion : exclusions_) {
    std::vector<Lit> clause;
    for (const auto& [id, set] : exclusion->parts) clause.push_back(negation(leaf(id, set)));
    sat_.add(clause);
  }
}

// Counts parts one after the other: the k-th literal says that there are more than k so far.
// source: C. Sinz, Towards an optimal CNF encoding of Boolean cardinality constraints, CP 2005.
void Query::encode_bound(DimensionId size, const Bound& bound) {
  std::vector<Lit> more(bound.limits.back().second + 1, negation(true_));
  for (const auto& [id, set] : bound.parts) {
    if (!axis_numbers_.contains(id.value)) continue;
    const Lit there = leaf(id, set);
    for (std::size_t k = more.size(); k-- > 0;) {
      const Lit next = sat_.new_variable(false, true);
      sat_.add({negation(more[k]), next});
      std::vector<Lit> clause = {negation(there), next};
      if (k > 0) clause.push_back(negation(more[k - 1]));
      sat_.add(clause);
      more[k] = next;
    }
  }
  for (const auto& [set, most] : bound.limits) {
    sat_.add({negation(leaf(size, set)), negation(more[most])});
  }
}

// REQUIRES: its children are encoded.
void Query::encode_gate(std::uint32_t place) {
  const Gate& gate = circuit_.gate(place * 2);
  if (gate.dimension.has_value()) {
    literals_[place] = leaf(gate.dimension, gate.set);
    return;
  }
  const Lit all = sat_.new_variable(false, true);
  std::vector<Lit> clause = {all};
  for (const Node child : circuit_.children(gate)) {
    const Lit part = literals_[child >> 1] ^ (child & 1u);
    sat_.add({negation(all), part});
    clause.push_back(negation(part));
  }
  sat_.add(clause);
  literals_[place] = all;
}

Lit Query::leaf(DimensionId id, SetId set) const {
  return sets_.at(set_key(id, set));
}

Lit Query::literal(Node node) {
  std::vector<std::uint32_t> left = {node >> 1};
  while (!left.empty()) {
    const std::uint32_t place = left.back();
    if (place >= literals_.size()) literals_.resize(place + 1, kNoLit);
    if (place == kTrue >> 1) literals_[place] = true_;
    const std::size_t count = left.size();
    if (literals_[place] == kNoLit) {
      for (const Node child : circuit_.children(circuit_.gate(place * 2))) {
        if (literals_[child >> 1] == kNoLit) left.push_back(child >> 1);
      }
    }
    if (left.size() > count) continue;
    left.pop_back();
    if (literals_[place] == kNoLit) encode_gate(place);
  }
  return literals_[node >> 1] ^ (node & 1u);
}

void Query::demand(Node node) {
  sat_.add({literal(node)});
}

void Query::refuse_all(std::span<const Node> nodes) {
  std::vector<Lit> clause;
  for (const Node node : nodes) clause.push_back(negation(literal(node)));
  sat_.add(clause);
}

std::optional<Lit> Query::tedious_class() const {
  for (const Axis& axis : axes_) {
    const Dimension& dimension = circuit_.space()[axis.dimension];
    for (std::uint32_t b = 0; b < axis.representatives.size(); ++b) {
      if (!sat_.is_true(axis.first + 2 * b)) continue;
      if (is_tedious(dimension, axis.representatives[b])) return axis.first + 2 * b;
      break;
    }
  }
  return std::nullopt;
}

// What was found stays found: only a search that finds something changes it.
void Query::make_readable(std::vector<Lit> assumed) {
  for (std::size_t tries = 0; tries < limits::kAnalysisReadableTries; ++tries) {
    const std::optional<Lit> tedious = tedious_class();
    if (!tedious) return;
    assumed.push_back(negation(*tedious));
    if (sat_.solve(assumed, limits::kAnalysisReadableConflicts) != SatAnswer::satisfiable) return;
  }
}

Answer Query::solve(std::span<const Node> assumptions) {
  std::vector<Lit> assumed;
  for (const Node node : assumptions) assumed.push_back(literal(node));
  Answer answer;
  switch (sat_.solve(assumed, limits::kAnalysisConflictsMax)) {
    case SatAnswer::exhausted:
      answer.why = "the search met its budget of " + std::to_string(limits::kAnalysisConflictsMax) +
                   " conflicts";
      return answer;
    case SatAnswer::unsatisfiable:
      answer.found = Found::none;
      for (std::size_t i = 0; i < assumed.size(); ++i) {
        if (std::find(sat_.core().begin(), sat_.core().end(), assumed[i]) != sat_.core().end()) {
          answer.core.push_back(i);
        }
      }
      return answer;
    case SatAnswer::satisfiable:
      break;
  }
  answer.found = Found::some;
  make_readable(std::move(assumed));
  for (const Axis& axis : axes_) {
    for (std::uint32_t b = 0; b < axis.representatives.size(); ++b) {
      if (!sat_.is_true(axis.first + 2 * b)) continue;
      answer.request.emplace(axis.dimension, axis.representatives[b]);
      break;
    }
    const Dimension& dimension = circuit_.space()[axis.dimension];
    if (dimension.kind == DimensionKind::opaque) answer.opaque = dimension.why;
  }
  for (const Axis& axis : axes_) {
    const Dimension& dimension = circuit_.space()[axis.dimension];
    if (dimension.kind != DimensionKind::equality) continue;
    const std::uint8_t truth =
        circuit_.space().truth_of(dimension, answer.request.at(dimension.compared[0]),
                                  answer.request.at(dimension.compared[1]));
    if (truth == kTrueOrFalse) answer.opaque = dimension.why;
  }
  return answer;
}

std::vector<std::size_t> smallest_core(Query& query, const std::vector<Node>& all,
                                       std::vector<std::size_t> core) {
  for (std::size_t k = 0; k < core.size();) {
    std::vector<Node> fewer;
    for (std::size_t m = 0; m < core.size(); ++m) {
      if (m != k) fewer.push_back(all[core[m]]);
    }
    const Answer answer = query.solve(fewer);
    if (answer.found != Found::none) {
      ++k;
      continue;
    }
    std::vector<std::size_t> kept;
    for (const std::size_t m : answer.core) kept.push_back(core[m < k ? m : m + 1]);
    core = std::move(kept);
    k = 0;
  }
  return core;
}

}  // namespace sentrail::compiler::analysis
