// One element is a request of its own: its tests make a space, whose assignments are gone through.
// Those of which all bodies say the same are one class. See element_classes.hpp.
#include "compiler/analysis/element_classes.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/space.hpp"
#include "compiler/oracle/atom.hpp"
#include "compiler/simplify/forms.hpp"

namespace sentrail::compiler::analysis {
namespace {

using oracle::Value;
using oracle::ValueKind;

// What a body says of an element, the request left open: a truth, or the number of what remains.
using Remainder = std::uint32_t;
constexpr Remainder kOpen = 3;  // those below are truths

Remainder remainder_of(Truth truth) {
  return static_cast<Remainder>(truth);
}

// Gives each remainder a number, the same to those that read the same.
class Remainders {
 public:
  explicit Remainders(const ir::Policy& policy) : policy_(policy) {}

  // Recursion: conditions nest at most kConditionDepthMax deep.
  Remainder of(ir::ConditionId id, const std::vector<Truth>& truths,
               const std::unordered_map<std::uint32_t, std::uint32_t>& tests) {
    const ir::Condition& condition = policy_.conditions[id];
    switch (condition.kind) {
      case ir::ConditionKind::always:
        return remainder_of(Truth::t);
      case ir::ConditionKind::atom: {
        const auto test = tests.find(id.value);
        if (test != tests.end()) return remainder_of(truths[test->second]);
        return number_of("?" + key_text(condition.atom));
      }
      case ir::ConditionKind::not_: {
        const Remainder child = of(condition.children.at(0), truths, tests);
        if (child < kOpen) return remainder_of(negate(static_cast<Truth>(child)));
        return number_of("!" + std::to_string(child));
      }
      default:
        break;
    }
    const bool all = condition.kind == ir::ConditionKind::all;
    const Remainder neutral = remainder_of(all ? Truth::t : Truth::f);
    const Remainder settled = remainder_of(all ? Truth::f : Truth::t);
    std::vector<Remainder> parts;
    for (const ir::ConditionId child : condition.children) {
      const Remainder part = of(child, truths, tests);
      if (part == settled) return settled;
      if (part != neutral) parts.push_back(part);
    }
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    if (parts.empty()) return neutral;
    if (parts.size() == 1) return parts[0];
    std::string text = all ? "&" : "|";
    for (const Remainder part : parts) text += std::to_string(part) + ",";
    return number_of(text);
  }

 private:
  Remainder number_of(const std::string& text) {
    const auto next = static_cast<Remainder>(kOpen + numbers_.size());
    return numbers_.try_emplace(text, next).first->second;
  }

  const ir::Policy& policy_;
  std::unordered_map<std::string, Remainder> numbers_;
};

class Builder {
 public:
  Builder(const ir::Policy& policy, std::span<const ir::ConditionId> bodies)
      : policy_(policy), bodies_(bodies), remainders_(policy) {}

  std::optional<ElementClasses> run(std::string& why) {
    for (const ir::ConditionId body : bodies_) collect(body);
    space_.add(one_);
    space_.build();
    for (const ir::Atom* test : atoms_) {
      const AtomSets* sets = space_.find_sets(*test);
      sets_.push_back(sets);
      if (sets != nullptr && space_[sets->dimension].kind == DimensionKind::opaque) {
        why = space_[sets->dimension].why;
        return std::nullopt;
      }
    }
    for (std::uint32_t i = 0; i < space_.size(); ++i) divide(DimensionId{i});
    if (!assign(0)) {
      why = "the elements are of more than " + std::to_string(limits::kAnalysisElementsMax) +
            " classes, or take too long to tell apart";
      return std::nullopt;
    }
    return std::move(made_);
  }

 private:
  // Recursion: conditions nest at most kConditionDepthMax deep.
  void collect(ir::ConditionId id) {
    const ir::Condition& condition = policy_.conditions[id];
    ++nodes_;
    for (const ir::ConditionId child : condition.children) collect(child);
    if (condition.kind != ir::ConditionKind::atom || condition.atom.attribute.binder == 0) return;
    const auto next = static_cast<std::uint32_t>(atoms_.size());
    const auto [found, is_new] = made_.tests.try_emplace(key_text(condition.atom), next);
    tests_.emplace(id.value, found->second);
    if (!is_new) return;
    atoms_.push_back(&condition.atom);
    ir::Condition copy;
    copy.kind = ir::ConditionKind::atom;
    copy.atom = condition.atom;
    one_.conditions.push_back(std::move(copy));
  }

  // Joins classes of a dimension that no test and no exclusion tells apart, and leaves out what an
  // element of a readable list cannot be (L4.8).
  void divide(DimensionId id) {
    const Dimension& dimension = space_[id];
    std::vector<SetId> sets;
    for (const AtomSets* one : sets_) {
      if (one == nullptr || one->dimension != id) continue;
      sets.push_back(one->certain);
      sets.push_back(one->possible);
    }
    for (std::uint32_t i = 0; i < space_.size(); ++i) {
      for (const Exclusion& exclusion : space_.exclusions_of(DimensionId{i})) {
        for (const auto& [part, set] : exclusion.parts) {
          if (part == id) sets.push_back(set);
        }
      }
    }
    std::sort(sets.begin(), sets.end());
    sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
    std::map<std::vector<bool>, std::uint32_t> met;
    std::vector<std::uint32_t>& kept = classes_.emplace_back();
    for (std::uint32_t one = 0; one < dimension.classes; ++one) {
      const bool root = dimension.kind == DimensionKind::value && !dimension.parent;
      if (root && (dimension.values[one].kind == ValueKind::absent ||
                   dimension.values[one].kind == ValueKind::unreadable)) {
        continue;
      }
      std::vector<bool> in;
      for (const SetId set : sets) in.push_back(space_.set(set).test(one));
      // Of lists, objects and texts the size matters where it is tested.
      if (dimension.kind == DimensionKind::size) in.assign(1 + one, true);
      if (met.try_emplace(std::move(in), one).second) kept.push_back(one);
    }
  }

  // Whether a class goes with those of the dimensions before.
  [[nodiscard]] bool fits(DimensionId id) const {
    const auto exclusions = space_.exclusions_of(id);
    return std::none_of(exclusions.begin(), exclusions.end(), [&](const Exclusion& exclusion) {
      return std::all_of(exclusion.parts.begin(), exclusion.parts.end(), [&](const auto& part) {
        return part.first <= id && space_.set(part.second).test(assignment_.at(part.first));
      });
    });
  }

  // Goes through the classes of all dimensions from one on. out: false if a budget was used up.
  // Recursion: one for each member and list that the bodies test.
  bool assign(std::uint32_t at) {
    const DimensionId id{at};
    if (at == space_.size()) return !space_.is_bound(assignment_) || add();
    if (at > limits::kAnalysisElementPartsMax) return false;
    for (const std::uint32_t one : classes_[at]) {
      if (steps_++ == limits::kAnalysisElementStepsMax) return false;
      assignment_[id] = one;
      if (fits(id) && !assign(at + 1)) return false;
    }
    assignment_.erase(id);
    return true;
  }

  [[nodiscard]] Value example() const {
    oracle::Request request = space_.request_of(assignment_);
    if (!request.values.empty()) return std::move(request.values.begin()->second);
    Value value;
    value.kind = ValueKind::string;
    value.text = "x";
    return value;
  }

  bool add() {
    steps_ += nodes_;
    if (steps_ > limits::kAnalysisElementStepsMax) return false;
    std::vector<Truth> truths;
    std::optional<Value> element;
    for (std::size_t i = 0; i < atoms_.size(); ++i) {
      if (const AtomSets* sets = sets_[i]) {
        const std::uint32_t one = assignment_.at(sets->dimension);
        const bool may = space_.set(sets->possible).test(one);
        const bool must = space_.set(sets->certain).test(one);
        truths.push_back(must ? Truth::t : may ? Truth::u : Truth::f);
      } else {
        if (!element) element = example();
        truths.push_back(oracle::evaluate(*atoms_[i], {}, {&*element}));
      }
    }
    std::vector<Remainder> said;
    for (const ir::ConditionId body : bodies_) {
      said.push_back(remainders_.of(body, truths, tests_));
    }
    if (!known_.emplace(std::move(said), made_.examples.size()).second) return true;
    if (made_.examples.size() == limits::kAnalysisElementsMax) return false;
    made_.examples.push_back(element ? *std::move(element) : example());
    made_.truths.push_back(std::move(truths));
    return true;
  }

  const ir::Policy& policy_;
  std::span<const ir::ConditionId> bodies_;
  Remainders remainders_;
  ir::Policy one_;  // has the tests of elements as conditions
  Space space_;
  std::vector<const ir::Atom*> atoms_;
  std::vector<const AtomSets*> sets_;                       // by test; null: tried on the example
  std::unordered_map<std::uint32_t, std::uint32_t> tests_;  // by condition
  std::vector<std::vector<std::uint32_t>> classes_;         // by dimension: those to go through
  Assignment assignment_;
  std::map<std::vector<Remainder>, std::size_t> known_;
  std::size_t nodes_ = 0;
  std::size_t steps_ = 0;
  ElementClasses made_;
};

}  // namespace

Truth ElementClasses::truth(const ir::Atom& test, std::size_t one) const {
  return truths[one][tests.at(key_text(test))];
}

std::optional<ElementClasses> element_classes(const ir::Policy& policy,
                                              std::span<const ir::ConditionId> bodies,
                                              std::string& why) {
  return Builder(policy, bodies).run(why);
}

}  // namespace sentrail::compiler::analysis
