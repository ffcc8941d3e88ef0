// Rule by rule, then pairs, then the whole policy. See questions.hpp.
#include "compiler/analysis/questions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/analysis/boxes.hpp"
#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/guesses.hpp"
#include "compiler/analysis/holes.hpp"
#include "compiler/analysis/reach.hpp"
#include "compiler/analysis/vacuous_approvals.hpp"
#include "compiler/analysis/workbench.hpp"

namespace sentrail::compiler::analysis {
namespace {

// One run of analyse().
class Analyst {
 public:
  Analyst(const ir::Policy& policy, Depth depth)
      : list_{&policy},
        bench_(list_, depth == Depth::full),
        meaning_(bench_.meaning(0)),
        boxes_(meaning_, bench_.space()),
        guesses_(meaning_, bench_.space(), bench_.circuit(), boxes_, false),
        named_guesses_(meaning_, bench_.space(), bench_.circuit(), boxes_, true) {}

  Findings run(Depth depth) {
    Reaching reaching(bench_, boxes_, guesses_);
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      findings_.rules.push_back(reaching.find(i));
    }
    find_approvals();
    if (depth == Depth::full) {
      find_overlaps();
      find_uncovered();
      find_exemptions();
      HoleFinder(bench_, boxes_, named_guesses_).find(findings_);
    }
    findings_.unconfirmed = bench_.unconfirmed();
    return std::move(findings_);
  }

 private:
  [[nodiscard]] const RuleMeaning& rule(std::size_t i) const { return meaning_.rules()[i]; }

  [[nodiscard]] Truth truth_of(std::size_t i, const oracle::Request& request) {
    return bench_.judge(0).truth(*rule(i).rule, request);
  }

  void find_approvals() {
    Asking asking(bench_, boxes_, guesses_);
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      if (findings_.rules[i].reach != Reach::reached) continue;
      for (VacuousApproval& one : asking.find(i)) findings_.approvals.push_back(std::move(one));
    }
  }

  void find_overlaps() {
    std::size_t searches = 0;
    std::size_t left_out = 0;
    std::array<Bits, 3> before;  // of the rule's tier, by effect
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      if (i == 0 || rule(i).tier != rule(i - 1).tier) before.fill(Bits(meaning_.rules().size()));
      const auto mine = effect_of(rule(i).rule->outcome);
      if (!mine) continue;
      const auto effect = static_cast<std::size_t>(*mine);
      Bits others = before[(effect + 1) % 3];
      others |= before[(effect + 2) % 3];
      before[effect].set(i);
      others &= boxes_.meeting(i);
      others.for_each([&](std::uint32_t other) {
        bool meet = boxes_.is_plain(i) && boxes_.is_plain(other);
        if (!meet) {
          if (++searches > limits::kAnalysisPairsMax) {
            ++left_out;
            return;
          }
          meet = both_match(i, other);
        }
        if (!meet) return;
        ++findings_.overlap_count;
        if (findings_.overlaps.size() == limits::kAnalysisOverlapsMax) return;
        findings_.overlaps.push_back({other, i});
      });
    }
    if (left_out > 0) {
      findings_.unknown.push_back(std::to_string(left_out) +
                                  " pairs of rules were not compared: the budget is " +
                                  std::to_string(limits::kAnalysisPairsMax) + " pairs");
    }
  }

  bool both_match(std::size_t a, std::size_t b) {
    const Node both = bench_.circuit().all({rule(a).condition.must, rule(b).condition.must});
    if (both == kFalse) return false;
    const Box box = boxes_.intersection(boxes_.certain(a), boxes_.certain(b));
    if (guesses_.look(box, [&](const Box*&) { return guesses_.point().truth(both) == Truth::t; })) {
      return true;
    }
    Query query(bench_.circuit(), {&both, 1});
    query.demand(both);
    const Answer answer = query.solve();
    if (answer.found == Found::unknown || (answer.found == Found::some && answer.opaque)) {
      findings_.unknown.push_back("whether rules " + rule(a).rule->name + " and " +
                                  rule(b).rule->name +
                                  " overlap: " + (answer.opaque ? *answer.opaque : answer.why));
      return false;
    }
    return answer.found == Found::some;
  }

  [[nodiscard]] bool has_effect(std::size_t i) const {
    return effect_of(rule(i).rule->outcome).has_value();
  }

  // A request of which no rule but a `pass` is a candidate.
  Answer uncovered() {
    Answer answer;
    const bool guessed = named_guesses_.look({}, [&](const Box*& in_the_way) {
      const std::optional<PointDecision> decision = named_guesses_.decide();
      if (!decision) return false;
      for (const std::size_t one : decision->candidates) {
        if (!has_effect(one)) continue;
        in_the_way = &boxes_.possible(one);
        return false;
      }
      return true;
    });
    if (guessed) {
      answer.found = Found::some;
      answer.request = named_guesses_.point().assignment();
      return answer;
    }
    std::vector<Node> nobody;
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      if (has_effect(i)) nobody.push_back(negation_of(rule(i).candidate));
    }
    const Node node = bench_.circuit().all(nobody);
    Query query(bench_.circuit(), {&node, 1});
    query.demand(node);
    return query.solve();
  }

  void find_uncovered() {
    const Answer answer = uncovered();
    Existence& found = findings_.uncovered;
    found.why = answer.why;
    if (answer.found == Found::none) found.verdict = Verdict::proved;
    if (answer.found != Found::some) return;
    found.witness = bench_.confirm(0, answer, found.why, [&](const Witness& witness) {
      return std::all_of(witness.decision.candidates.begin(), witness.decision.candidates.end(),
                         [&](std::size_t i) { return !has_effect(i); });
    });
    if (found.witness) found.verdict = Verdict::refuted;
  }

  // Where a rule would match and be looked at, were it not for its `unless`.
  [[nodiscard]] std::vector<Node> exempted(std::size_t i) const {
    const ir::Rule& one = *rule(i).rule;
    if (!one.unless) return {};
    return {meaning_.condition(one.when).must, meaning_.condition(*one.unless).must,
            rule(i).before};
  }

  void find_exemptions() {
    std::vector<Node> roots;
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      for (const Node node : exempted(i)) roots.push_back(node);
    }
    if (roots.empty()) return;
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      roots.push_back(meaning_.decided_by(i));
    }
    roots.push_back(meaning_.decided_by(std::nullopt));
    Query query(bench_.circuit(), roots);
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) find_exemption(query, i);
  }

  void find_exemption(Query& query, std::size_t i) {
    std::vector<Node> assumed = exempted(i);
    if (assumed.empty()) return;
    if (findings_.exemptions.size() == limits::kAnalysisExemptionsMax) {
      findings_.unknown.push_back(
          "what `unless` of rule " + rule(i).rule->name + " exempts was not looked for: those of " +
          std::to_string(limits::kAnalysisExemptionsMax) + " rules are listed");
      return;
    }
    Exemption exemption;
    exemption.rule = i;
    while (exemption.caught.size() < limits::kAnalysisCatchesMax) {
      const Answer answer = query.solve(assumed);
      exemption.why = answer.why;
      if (answer.found != Found::some) break;
      std::optional<Witness> witness = bench_.confirm(
          0, answer, exemption.why,
          [&](const Witness& found) { return truth_of(i, found.request) == Truth::f; });
      if (!witness) break;
      assumed.push_back(negation_of(meaning_.decided_by(witness->decision.rule)));
      exemption.caught.push_back({witness->decision.rule, std::move(*witness)});
    }
    if (exemption.caught.size() == limits::kAnalysisCatchesMax) {
      exemption.why = "others may catch them too; the first " +
                      std::to_string(limits::kAnalysisCatchesMax) + " are listed";
    }
    findings_.exemptions.push_back(std::move(exemption));
  }

  std::vector<const ir::Policy*> list_;
  Workbench bench_;
  Meaning& meaning_;
  Boxes boxes_;
  Guesses guesses_;
  Guesses named_guesses_;  // of requests with a tool and an action: people read them
  Findings findings_;
};

}  // namespace

Findings analyse(const ir::Policy& policy, Depth depth) {
  return Analyst(policy, depth).run(depth);
}

}  // namespace sentrail::compiler::analysis
