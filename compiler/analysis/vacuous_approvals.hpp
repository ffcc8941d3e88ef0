// What rules ask people for that makes no difference: nobody is ever asked, or others always ask
// for as much, or for an answer as soon.
//
// Neighbours: questions.cpp asks, diagnose.cpp reports; full_limits.hpp has the same of limits.
// Must not know: diagnostics. source: docs/language.md, L8.11, L8.12, L14.11.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/analysis/boxes.hpp"
#include "compiler/analysis/guesses.hpp"
#include "compiler/analysis/questions.hpp"
#include "compiler/analysis/workbench.hpp"

namespace sentrail::compiler::analysis {

// Whether filling one quorum fills another, by the same people.
[[nodiscard]] bool fills(const std::vector<ir::Seats>& quorum, const std::vector<ir::Seats>& other);

// Asks about the rules of the bench's first policy. All of them outlive it.
class Asking {
 public:
  Asking(Workbench& bench, Boxes& boxes, Guesses& guesses)
      : bench_(bench), meaning_(bench.meaning(0)), boxes_(boxes), guesses_(guesses) {}

  // What is vacuous of a rule that is reached; nothing where that is not known. cost: mostly a
  // guess; else searches over what answers for it.
  [[nodiscard]] std::vector<VacuousApproval> find(std::size_t rule);

 private:
  // Those of which one is a candidate wherever the rule asks, if this is so: rules, and behind
  // them the default.
  struct Rivals {
    std::vector<bool> rules;
    bool by_default = false;  // the default is one where it joins
  };
  [[nodiscard]] const ir::Rule& rule(std::size_t i) const { return *meaning_.rules()[i].rule; }
  [[nodiscard]] Rivals rivals_of(std::size_t i, Vacuity what) const;
  [[nodiscard]] bool is_guessed(std::size_t i, const Rivals& rivals);
  [[nodiscard]] std::optional<std::vector<std::size_t>> always(std::size_t i, const Rivals& rivals);

  Workbench& bench_;
  Meaning& meaning_;
  Boxes& boxes_;
  Guesses& guesses_;
  std::size_t searches_ = 0;
};

}  // namespace sentrail::compiler::analysis
