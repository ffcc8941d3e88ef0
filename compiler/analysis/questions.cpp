// Reach by one small search for each rule; the rest by one search over the whole policy. See
// questions.hpp.
#include "compiler/analysis/questions.hpp"

#include <algorithm>
#include <utility>

#include "compiler/analysis/boxes.hpp"
#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/tries.hpp"
#include "compiler/analysis/workbench.hpp"

namespace sentrail::compiler::analysis {
namespace {

// A hole that may be there: the rule, what is absent, and when it is one.
struct HoleQuestion {
  std::size_t rule = 0;
  DimensionId dimension;
  Node condition = kFalse;
};

// One run of analyse().
class Analyst {
 public:
  explicit Analyst(const ir::Policy& policy)
      : list_{&policy},
        bench_(list_),
        meaning_(bench_.meaning(0)),
        boxes_(meaning_, bench_.space()) {}

  Findings run(Depth depth) {
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) find_reach(i, depth == Depth::quick);
    if (depth == Depth::full) {
      find_overlaps();
      ask_whole_policy();
    }
    findings_.unconfirmed = bench_.unconfirmed();
    return std::move(findings_);
  }

 private:
  [[nodiscard]] const RuleMeaning& rule(std::size_t i) const { return meaning_.rules()[i]; }

  // Rules before one in its tier that may be true where it is.
  std::vector<std::size_t> rivals_of(std::size_t i) {
    std::vector<std::size_t> rivals;
    boxes_.meeting(i).for_each([&](std::uint32_t other) {
      if (other < i && rule(other).tier == rule(i).tier) rivals.push_back(other);
    });
    return rivals;
  }

  // `quickly`: what surely is reached is not searched for.
  void find_reach(std::size_t i, bool quickly) {
    RuleReach& reach = findings_.rules.emplace_back();
    const std::vector<std::size_t> rivals = rivals_of(i);
    if (quickly && rivals.empty() && boxes_.surely_meet(i, i)) return;
    std::vector<Node> roots = {rule(i).condition.must};
    std::vector<Node> none;
    for (const std::size_t rival : rivals) {
      roots.push_back(rule(rival).condition.must);
      none.push_back(negation_of(roots.back()));
    }
    Query query(bench_.circuit(), roots);
    query.demand(roots[0]);
    const Answer answer = query.solve(none);
    reach.why = answer.why;
    reach.reach = Reach::unknown;
    if (answer.found == Found::some) {
      reach.reach = Reach::reached;
      // Without a witness an answer that rests on an unknown test is no answer; others need none.
      if (!answer.opaque) return;
      reach.where = bench_.confirm(0, answer, reach.why, [&](const Witness& witness) {
        return truth_of(i, witness.request) == Truth::t && is_candidate(witness, i);
      });
      if (!reach.where) find_by_trying(i, reach);
      if (!reach.where) reach.reach = Reach::unknown;
    } else if (answer.found == Found::none) {
      reach.reach = answer.core.empty() ? Reach::never_matches : Reach::shadowed;
      for (const std::size_t k : smallest_core(query, none, answer.core)) {
        reach.by.push_back(rivals[k]);
      }
      // The solver may blame rules before it sees that the condition alone cannot hold.
      if (reach.by.empty()) reach.reach = Reach::never_matches;
      find_possible(i, reach);
    }
  }

  void find_by_trying(std::size_t i, RuleReach& reach) {
    const auto request = try_to_reach(*list_[0], i);
    if (!request) return;
    const Result<oracle::Decision> decision = bench_.judge(0).decide(*request);
    if (!decision || truth_of(i, *request) != Truth::t) return;
    Witness witness{*request, *decision};
    if (!is_candidate(witness, i)) return;
    reach.where = std::move(witness);
    reach.why.clear();
  }

  [[nodiscard]] Truth truth_of(std::size_t i, const oracle::Request& request) {
    return bench_.judge(0).truth(*rule(i).rule, request);
  }

  static bool is_candidate(const Witness& witness, std::size_t i) {
    const auto& candidates = witness.decision.candidates;
    return std::find(candidates.begin(), candidates.end(), i) != candidates.end();
  }

  // A subset of a core that cannot hold together, and would if any were left out.
  static std::vector<std::size_t> smallest_core(Query& query, const std::vector<Node>& all,
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

  // Whether a rule that is never reached is still a candidate somewhere.
  void find_possible(std::size_t i, RuleReach& reach) {
    const Node candidate = rule(i).candidate;
    Query query(bench_.circuit(), {&candidate, 1});
    query.demand(candidate);
    const Answer answer = query.solve();
    reach.why = answer.why;
    reach.possible = answer.found != Found::none;
    if (answer.found != Found::some || !answer.opaque) return;
    reach.where = bench_.confirm(0, answer, reach.why,
                                 [&](const Witness& witness) { return is_candidate(witness, i); });
  }

  void find_overlaps() {
    std::size_t searches = 0;
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      for (const std::size_t other : rivals_of(i)) {
        const auto mine = effect_of(rule(i).rule->outcome);
        const auto theirs = effect_of(rule(other).rule->outcome);
        if (!mine || !theirs || mine == theirs) continue;
        bool meet = boxes_.surely_meet(i, other);
        if (!meet) {
          if (++searches > limits::kAnalysisPairsMax) {
            ++left_out;
            continue;
          }
          meet = both_match(i, other);
        }
        if (meet) findings_.overlaps.push_back({other, i});
      }
    }
    if (left_out > 0) {
      findings_.unknown.push_back(std::to_string(left_out) +
                                  " pairs of rules were not compared: the budget is " +
                                  std::to_string(limits::kAnalysisPairsMax) + " pairs");
    }
  }

  bool both_match(std::size_t a, std::size_t b) {
    const Node both = bench_.circuit().all({rule(a).condition.must, rule(b).condition.must});
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

  void ask_whole_policy() {
    std::vector<HoleQuestion> holes = hole_questions();
    std::vector<Node> roots = {kTrue};
    std::vector<Node> nobody;
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      if (effect_of(rule(i).rule->outcome)) nobody.push_back(negation_of(rule(i).candidate));
      roots.push_back(meaning_.decided_by(i));
      for (const Node node : exempted(i)) roots.push_back(node);
    }
    roots.push_back(meaning_.decided_by(std::nullopt));
    roots.push_back(bench_.circuit().all(nobody));
    const Node uncovered = roots.back();
    for (const HoleQuestion& hole : holes) roots.push_back(hole.condition);
    Query query(bench_.circuit(), roots);
    find_uncovered(query, uncovered);
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) find_exemption(query, i);
    find_holes(query, holes);
  }

  void find_uncovered(Query& query, Node uncovered) {
    const Answer answer = query.solve({&uncovered, 1});
    Existence& found = findings_.uncovered;
    found.why = answer.why;
    if (answer.found == Found::none) found.verdict = Verdict::proved;
    if (answer.found != Found::some) return;
    found.witness = bench_.confirm(0, answer, found.why, [&](const Witness& witness) {
      return std::all_of(
          witness.decision.candidates.begin(), witness.decision.candidates.end(),
          [&](std::size_t i) { return !effect_of(rule(i).rule->outcome).has_value(); });
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

  std::vector<HoleQuestion> hole_questions() {
    std::vector<HoleQuestion> holes;
    for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
      const std::optional<Effect> outcome = effect_of(rule(i).rule->outcome);
      if (!outcome) continue;
      for (const DimensionId dimension : meaning_.tested_by(*rule(i).rule)) {
        // Every request that a gate decides has a tool and an action.
        const AttributeId asked = bench_.space()[dimension].ref.attribute;
        if (asked == AttributeId::tool || asked == AttributeId::action) continue;
        const Banks banks = meaning_.without_absence(*rule(i).rule, dimension);
        HoleQuestion hole;
        hole.rule = i;
        hole.dimension = dimension;
        if (*outcome == Effect::allow) {
          hole.condition = bench_.circuit().all(
              {meaning_.decided_by(i), rule(i).condition.must, negation_of(banks.must)});
        } else {
          hole.condition =
              bench_.circuit().all({rule(i).before, banks.may, negation_of(rule(i).condition.may),
                                    negation_of(meaning_.at_least(*outcome))});
        }
        if (hole.condition != kFalse) holes.push_back(hole);
      }
    }
    return holes;
  }

  void find_holes(Query& query, const std::vector<HoleQuestion>& holes) {
    for (const HoleQuestion& hole : holes) {
      if (findings_.holes.size() == limits::kAnalysisHolesMax) {
        findings_.unknown.push_back("others may pass through absence too; the first " +
                                    std::to_string(limits::kAnalysisHolesMax) + " are listed");
        return;
      }
      const ir::AttributeRef& ref = bench_.space()[hole.dimension].ref;
      const Answer answer = query.solve({&hole.condition, 1});
      std::string why = answer.why;
      if (answer.found == Found::none) continue;
      std::optional<Witness> witness;
      if (answer.found == Found::some) {
        witness = bench_.confirm(0, answer, why,
                                 [&](const Witness& found) { return is_hole(hole.rule, found); });
      }
      if (witness) {
        findings_.holes.push_back({hole.rule, ref, std::move(*witness)});
      } else {
        findings_.unknown.push_back("whether rule " + rule(hole.rule).rule->name +
                                    " has a hole where " + to_string(ref) + " is absent: " + why);
      }
    }
  }

  bool is_hole(std::size_t i, const Witness& witness) {
    const Truth truth = truth_of(i, witness.request);
    const Effect outcome = *effect_of(rule(i).rule->outcome);
    if (outcome == Effect::allow) {
      return truth == Truth::t && witness.decision.effect == Effect::allow;
    }
    return truth == Truth::f && witness.decision.effect < outcome;
  }

  std::vector<const ir::Policy*> list_;
  Workbench bench_;
  Meaning& meaning_;
  Boxes boxes_;
  Findings findings_;
};

}  // namespace

Findings analyse(const ir::Policy& policy, Depth depth) {
  return Analyst(policy).run(depth);
}

}  // namespace sentrail::compiler::analysis
