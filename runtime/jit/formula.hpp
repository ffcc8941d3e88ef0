// Conditions of rules as formulas over integers: the form in which code is made of them.
//
// Neighbours: plan.cpp builds them, abi.hpp has the nodes, llvm_compiler.cpp makes code of them.
// Must not know: tests, LLVM. Three values are two formulas: where a condition is certainly true,
// and where it is certainly false; what neither tells is for the judge. Equal nodes are one.
// source: docs/engine.md, "Native code".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "runtime/jit/abi.hpp"

namespace sentrail::jit {

// A condition: nodes of a FormulaBuilder. An exact one is always certain: false where not true.
struct Condition {
  std::uint32_t yes = 0;
  std::uint32_t no = kOpposite;

  [[nodiscard]] bool is_exact() const noexcept { return no == kOpposite; }
};

// Builds nodes, children before parents, each once. Constants are folded.
class FormulaBuilder {
 public:
  FormulaBuilder();

  // A test of which nothing is known: never certain.
  [[nodiscard]] static Condition unknown() noexcept { return {constant(false), constant(false)}; }

  // Kleene's connectives.
  [[nodiscard]] Condition both(Condition a, Condition b);
  [[nodiscard]] Condition either(Condition a, Condition b);
  [[nodiscard]] Condition negate(Condition a);

  [[nodiscard]] static std::uint32_t constant(bool value) noexcept { return value ? 1 : 0; }
  [[nodiscard]] std::uint32_t equals(std::uint32_t input, std::uint32_t value);
  [[nodiscard]] std::uint32_t within(std::uint32_t input, std::uint32_t begin, std::uint32_t end);
  [[nodiscard]] std::uint32_t among(std::uint32_t input, std::uint32_t bits);
  [[nodiscard]] std::uint32_t both(std::uint32_t a, std::uint32_t b);
  [[nodiscard]] std::uint32_t either(std::uint32_t a, std::uint32_t b);
  [[nodiscard]] std::uint32_t negation(std::uint32_t a);

  [[nodiscard]] const std::vector<FormulaNode>& nodes() const noexcept { return nodes_; }

 private:
  [[nodiscard]] std::uint32_t add(FormulaNode node);
  [[nodiscard]] std::uint32_t no_of(Condition condition);

  std::vector<FormulaNode> nodes_;
  std::map<FormulaNode, std::uint32_t> numbers_;
};

}  // namespace sentrail::jit
