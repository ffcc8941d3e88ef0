// Kleene's tables, once for each class of elements. See quantified.hpp.
#include "compiler/analysis/quantified.hpp"

#include <vector>

namespace sentrail::compiler::analysis {
namespace {

Banks banks_of_truth(Truth truth) {
  return {truth == Truth::f ? kFalse : kTrue, truth == Truth::t ? kTrue : kFalse};
}

}  // namespace

Banks Quantified::banks_of(ir::ConditionId id, const Elements& elements, bool blind) {
  const ir::Condition& condition = policy_.conditions[id];
  std::vector<Banks> by_class;
  for (std::size_t one = 0; one < elements.present.size(); ++one) {
    by_class.push_back(of_body(condition.children.at(0), elements, one));
  }
  const bool some = condition.kind == ir::ConditionKind::some_element;
  return joined(by_class, elements, some, blind);
}

// source: L5.9.
Banks Quantified::banks_of(const ir::Atom& has, const Elements& elements, bool blind) {
  const ir::Atom test = element_test_of(has);
  std::vector<Banks> by_class;
  for (std::size_t one = 0; one < elements.present.size(); ++one) {
    by_class.push_back(banks_of_truth(elements.classes.truth(test, one)));
  }
  return joined(by_class, elements, true, blind);
}

// Recursion: conditions nest at most kConditionDepthMax deep.
Banks Quantified::of_body(ir::ConditionId id, const Elements& elements, std::size_t one) {
  const ir::Condition& condition = policy_.conditions[id];
  if (condition.kind == ir::ConditionKind::always) return {kTrue, kTrue};
  if (condition.kind == ir::ConditionKind::atom) {
    if (condition.atom.attribute.binder == 0) return of_request_(id);
    return banks_of_truth(elements.classes.truth(condition.atom, one));
  }
  std::vector<Node> may;
  std::vector<Node> must;
  for (const ir::ConditionId child : condition.children) {
    const Banks banks = of_body(child, elements, one);
    may.push_back(banks.may);
    must.push_back(banks.must);
  }
  if (condition.kind == ir::ConditionKind::not_) return {negation_of(must[0]), negation_of(may[0])};
  if (condition.kind == ir::ConditionKind::all) return {circuit_.all(may), circuit_.all(must)};
  return {circuit_.any(may), circuit_.any(must)};
}

Banks Quantified::joined(std::span<const Banks> by_class, const Elements& elements, bool some,
                         bool blind) {
  Bits there(2);
  there.set(kClassTrue);
  const SetId is_there = space_.intern(std::move(there));
  std::vector<Node> may;
  std::vector<Node> must;
  for (std::size_t one = 0; one < by_class.size(); ++one) {
    const Node present = circuit_.leaf(elements.present[one], is_there);
    const Banks& body = by_class[one];
    if (some) {
      may.push_back(circuit_.all({present, body.may}));
      must.push_back(circuit_.all({present, body.must}));
    } else {
      may.push_back(circuit_.any({negation_of(present), body.may}));
      must.push_back(circuit_.any({negation_of(present), body.must}));
    }
  }
  const Node listed = circuit_.leaf(elements.list, elements.lists);
  Bits undecidable = space_.set(elements.undecidable);
  if (blind) {
    if (const auto absent = space_.absent_class(elements.list)) undecidable.set(*absent);
  }
  const Node unknown = circuit_.leaf(elements.list, space_.intern(std::move(undecidable)));
  // Elements are there in lists alone.
  if (some) return {circuit_.any({unknown, circuit_.any(may)}), circuit_.any(must)};
  may.push_back(listed);
  must.push_back(listed);
  return {circuit_.any({unknown, circuit_.all(may)}), circuit_.all(must)};
}

}  // namespace sentrail::compiler::analysis
