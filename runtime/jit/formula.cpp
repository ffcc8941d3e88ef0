// Hash-consing by an ordered map: formulas are small. See formula.hpp.
#include "runtime/jit/formula.hpp"

#include <utility>

namespace sentrail::jit {

FormulaBuilder::FormulaBuilder() {
  (void)add({FormulaOp::constant, 0, 0, 0});
  (void)add({FormulaOp::constant, 1, 0, 0});
}

std::uint32_t FormulaBuilder::add(FormulaNode node) {
  const auto [at, fresh] = numbers_.try_emplace(node, static_cast<std::uint32_t>(nodes_.size()));
  if (fresh) nodes_.push_back(node);
  return at->second;
}

std::uint32_t FormulaBuilder::no_of(Condition condition) {
  return condition.is_exact() ? negation(condition.yes) : condition.no;
}

Condition FormulaBuilder::both(Condition a, Condition b) {
  const std::uint32_t yes = both(a.yes, b.yes);
  if (a.is_exact() && b.is_exact()) return {yes};
  const std::uint32_t no = either(no_of(a), no_of(b));
  if (no == constant(true)) return {constant(false)};
  return {yes, no};
}

Condition FormulaBuilder::either(Condition a, Condition b) {
  const std::uint32_t yes = either(a.yes, b.yes);
  if ((a.is_exact() && b.is_exact()) || yes == constant(true)) return {yes};
  return {yes, both(no_of(a), no_of(b))};
}

Condition FormulaBuilder::negate(Condition a) {
  if (a.is_exact()) return {negation(a.yes)};
  return {a.no, a.yes};
}

std::uint32_t FormulaBuilder::equals(std::uint32_t input, std::uint32_t value) {
  return add({FormulaOp::equals, input, value, 0});
}

std::uint32_t FormulaBuilder::within(std::uint32_t input, std::uint32_t begin, std::uint32_t end) {
  if (begin >= end) return constant(false);
  return add({FormulaOp::within, input, begin, end - begin});
}

std::uint32_t FormulaBuilder::among(std::uint32_t input, std::uint32_t bits) {
  return bits == 0 ? constant(false) : add({FormulaOp::among, input, bits, 0});
}

std::uint32_t FormulaBuilder::both(std::uint32_t a, std::uint32_t b) {
  if (a > b) std::swap(a, b);
  if (a == constant(false) || a == b) return a;
  if (a == constant(true)) return b;
  return add({FormulaOp::both, a, b, 0});
}

std::uint32_t FormulaBuilder::either(std::uint32_t a, std::uint32_t b) {
  if (a > b) std::swap(a, b);
  if (a == constant(true) || a == b) return a;
  if (a == constant(false)) return b;
  return add({FormulaOp::either, a, b, 0});
}

std::uint32_t FormulaBuilder::negation(std::uint32_t a) {
  if (a <= constant(true)) return 1 - a;
  if (nodes_[a].op == FormulaOp::negation) return nodes_[a].a;
  return add({FormulaOp::negation, a, 0, 0});
}

}  // namespace sentrail::jit
