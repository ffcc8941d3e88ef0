// What passes only because something is absent.
//
// Neighbours: guesses.hpp is asked first, query.hpp what it cannot tell; questions.cpp asks. Must
// not know: diagnostics. source: docs/analysis.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compiler/analysis/boxes.hpp"
#include "compiler/analysis/guesses.hpp"
#include "compiler/analysis/questions.hpp"
#include "compiler/analysis/workbench.hpp"

namespace sentrail::compiler::analysis {

// Asks about the rules of the bench's first policy. All of them outlive it.
class HoleFinder {
 public:
  // REQUIRES: guesses of requests with a tool and an action.
  HoleFinder(Workbench& bench, Boxes& boxes, Guesses& guesses)
      : bench_(bench), meaning_(bench.meaning(0)), boxes_(boxes), guesses_(guesses) {}

  // Adds the first limits::kAnalysisHolesMax holes to the findings, rule by rule, and what is not
  // known of them. cost: a decision by the oracle for each hole.
  void find(Findings& findings);

 private:
  // A hole that may be there: the rule, what is absent, and when it is one.
  struct Question {
    std::size_t rule = 0;
    DimensionId dimension;
    Banks blind;  // the rule where absence is undecidable
    Node condition = kFalse;
    std::optional<Witness> witness;
    bool answered = false;
  };

  [[nodiscard]] const RuleMeaning& rule(std::size_t i) const { return meaning_.rules()[i]; }
  // Asks until the limit. out: whether questions were left.
  [[nodiscard]] bool guess_all();
  [[nodiscard]] Question question(std::size_t i, DimensionId dimension);
  void guess(Question& question);
  [[nodiscard]] bool guess_in(const Question& question, const Box& box);
  [[nodiscard]] bool is_loose(const Question& question, const Box*& in_the_way);
  [[nodiscard]] bool is_allowed(const Question& question, const Box*& in_the_way);
  [[nodiscard]] Box box_of(const Question& question);
  void search_rest(Findings& findings);
  [[nodiscard]] bool is_hole(std::size_t i, const Witness& witness);

  Workbench& bench_;
  Meaning& meaning_;
  Boxes& boxes_;
  Guesses& guesses_;
  std::vector<Question> questions_;
  std::size_t found_ = 0;
};

}  // namespace sentrail::compiler::analysis
