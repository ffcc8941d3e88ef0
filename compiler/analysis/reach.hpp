// Whether each rule is reached, and what is in its way.
//
// Neighbours: guesses.hpp is asked first, query.hpp what it cannot tell; questions.cpp asks. Must
// not know: diagnostics.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "compiler/analysis/boxes.hpp"
#include "compiler/analysis/guesses.hpp"
#include "compiler/analysis/questions.hpp"
#include "compiler/analysis/workbench.hpp"

namespace sentrail::compiler::analysis {

// Asks about the rules of the bench's first policy. All of them outlive it.
class Reaching {
 public:
  Reaching(Workbench& bench, Boxes& boxes, Guesses& guesses)
      : bench_(bench), meaning_(bench.meaning(0)), boxes_(boxes), guesses_(guesses) {}

  // cost: mostly a look at the rules before it; else searches over the rules that are in its way.
  [[nodiscard]] RuleReach find(std::size_t rule);

 private:
  [[nodiscard]] const RuleMeaning& rule(std::size_t i) const { return meaning_.rules()[i]; }
  // Whether some request has `wanted` and no rule before this one in its tier is certain. Nothing:
  // only a search over all of them can tell. `by`: where there is none, rules that see to it.
  [[nodiscard]] std::optional<bool> exists(std::size_t i, Node wanted, const Box& box,
                                           std::vector<std::size_t>* by);
  [[nodiscard]] RuleReach search_all(std::size_t i);
  [[nodiscard]] std::vector<std::size_t> rivals_of(std::size_t i);
  void find_by_trying(std::size_t i, RuleReach& reach);
  void find_possible(std::size_t i, RuleReach& reach);

  Workbench& bench_;
  Meaning& meaning_;
  Boxes& boxes_;
  Guesses& guesses_;
};

}  // namespace sentrail::compiler::analysis
