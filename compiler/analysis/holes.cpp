// Guesses rule by rule, then one search for all that were not guessed. See holes.hpp.
#include "compiler/analysis/holes.hpp"

#include <algorithm>
#include <utility>

#include "compiler/analysis/budgets.hpp"

namespace sentrail::compiler::analysis {
namespace {

// Looser rules that are tried as the ones that decide instead of a stricter one.
constexpr std::size_t kLooserMax = 8;

}  // namespace

void HoleFinder::find(Findings& findings) {
  const bool left = guess_all();
  search_rest(findings);
  bool more = left;
  for (Question& question : questions_) {
    if (!question.witness) continue;
    if (findings.holes.size() == limits::kAnalysisHolesMax) {
      more = true;
      break;
    }
    findings.holes.push_back(
        {question.rule, bench_.space()[question.dimension].ref, std::move(*question.witness)});
  }
  if (more) {
    findings.unknown.push_back("others may pass through absence too; the first " +
                               std::to_string(limits::kAnalysisHolesMax) + " are listed");
  }
}

bool HoleFinder::guess_all() {
  for (std::size_t i = 0; i < meaning_.rules().size(); ++i) {
    if (!effect_of(rule(i).rule->outcome)) continue;
    for (const DimensionId dimension : meaning_.tested_by(*rule(i).rule)) {
      // Every request that a gate decides has a tool and an action.
      const AttributeId asked = bench_.space()[dimension].ref.attribute;
      if (asked == AttributeId::tool || asked == AttributeId::action) continue;
      Question one = question(i, dimension);
      if (one.condition == kFalse) continue;
      if (found_ == limits::kAnalysisHolesMax) return true;
      guess(one);
      if (one.witness) ++found_;
      questions_.push_back(std::move(one));
    }
  }
  return false;
}

HoleFinder::Question HoleFinder::question(std::size_t i, DimensionId dimension) {
  const Effect outcome = *effect_of(rule(i).rule->outcome);
  const RuleMeaning& one = rule(i);
  Question question;
  question.rule = i;
  question.dimension = dimension;
  question.blind = meaning_.without_absence(*one.rule, dimension);
  // What the rule itself says, first: it is often enough to see that there is none.
  Circuit& circuit = bench_.circuit();
  const Node alone = outcome == Effect::allow
                         ? circuit.all({one.condition.must, negation_of(question.blind.must)})
                         : circuit.all({question.blind.may, negation_of(one.condition.may)});
  if (alone == kFalse) return question;
  question.condition =
      outcome == Effect::allow
          ? circuit.all({meaning_.decided_by(i), alone})
          : circuit.all({one.before, alone, negation_of(meaning_.at_least(outcome))});
  return question;
}

// Where the rule is certain, but for what is absent.
Box HoleFinder::box_of(const Question& question) {
  const Space& space = bench_.space();
  const std::optional<std::uint32_t> absent = space.absent_class(question.dimension);
  Box box;
  for (const auto& [id, set] : boxes_.certain(question.rule).sides) {
    const auto& compared = space[id].compared;
    const bool asks = std::ranges::find(compared, question.dimension) != compared.end();
    if (id != question.dimension && space[id].parent != question.dimension && !asks) {
      box.sides.emplace_back(id, set);
    }
  }
  if (!absent) return box;
  Bits only(space[question.dimension].classes);
  only.set(*absent);
  const Box side{{{question.dimension, bench_.space().intern(std::move(only))}}, true};
  return boxes_.intersection(box, side);
}

void HoleFinder::guess(Question& question) {
  const Box box = box_of(question);
  bool found = guess_in(question, box);
  const Effect outcome = *effect_of(rule(question.rule).rule->outcome);
  const bool lifts = outcome != Effect::allow && meaning_.policy().default_effect >= outcome;
  // Where the default is as strict, another rule must be certain.
  std::size_t tried = 0;
  for (std::size_t k = 0; lifts && !found && k < meaning_.rules().size(); ++k) {
    const std::optional<Effect> looser = effect_of(rule(k).rule->outcome);
    if (!looser || *looser >= outcome || meaning_.policy().tiers[rule(k).tier].guard) continue;
    if (k <= question.rule && rule(k).tier == rule(question.rule).tier) continue;
    if (!boxes_.is_plain(k)) continue;
    const Box both = boxes_.intersection(box, boxes_.certain(k));
    if (boxes_.is_empty(both)) continue;
    if (++tried > kLooserMax) break;
    found = guess_in(question, both);
  }
  if (!found) return;
  Answer answer;
  answer.found = Found::some;
  answer.request = guesses_.point().assignment();
  std::string why;
  question.witness = bench_.confirm(
      0, answer, why, [&](const Witness& witness) { return is_hole(question.rule, witness); });
  question.answered = question.witness.has_value();
}

bool HoleFinder::guess_in(const Question& question, const Box& box) {
  const bool allows = rule(question.rule).rule->outcome == Outcome::allow;
  return guesses_.look(box, [&](const Box*& in_the_way) {
    return allows ? is_allowed(question, in_the_way) : is_loose(question, in_the_way);
  });
}

// Whether a stricter rule would be a candidate, is not, and nothing as strict is.
bool HoleFinder::is_loose(const Question& question, const Box*& in_the_way) {
  const std::size_t i = question.rule;
  const Effect outcome = *effect_of(rule(i).rule->outcome);
  Point& point = guesses_.point();
  if (point.truth(rule(i).condition.may) != Truth::f) return false;
  if (point.truth(question.blind.may) != Truth::t) return false;
  const std::vector<std::size_t> before = guesses_.in_the_way(i, 1);
  if (!before.empty()) {
    in_the_way = &boxes_.certain(before[0]);
    return false;
  }
  const std::optional<PointDecision> decision = guesses_.decide();
  if (!decision) return false;
  if (decision->effect < outcome) return true;
  for (const std::size_t one : decision->candidates) {
    const std::optional<Effect> effect = effect_of(rule(one).rule->outcome);
    if (!effect || *effect < outcome) continue;
    in_the_way = &boxes_.possible(one);
    break;
  }
  return false;
}

// Whether an allow decides, and would not if what is absent were unreadable.
bool HoleFinder::is_allowed(const Question& question, const Box*& in_the_way) {
  const std::size_t i = question.rule;
  Point& point = guesses_.point();
  if (point.truth(rule(i).condition.must) != Truth::t) return false;
  if (point.truth(question.blind.must) != Truth::f) return false;
  const std::optional<PointDecision> decision = guesses_.decide();
  if (!decision) return false;
  if (decision->effect == Effect::allow && decision->rule == i) return true;
  for (const std::size_t one : decision->candidates) {
    if (one == i) continue;
    in_the_way = &boxes_.possible(one);
    break;
  }
  return false;
}

void HoleFinder::search_rest(Findings& findings) {
  std::vector<Node> roots;
  for (const Question& question : questions_) {
    if (!question.answered) roots.push_back(question.condition);
  }
  if (roots.empty()) return;
  Query query(bench_.circuit(), roots);
  std::size_t holes = 0;
  for (Question& question : questions_) {
    if (holes == limits::kAnalysisHolesMax) break;
    if (!question.answered) {
      const Answer answer = query.solve({&question.condition, 1});
      std::string why = answer.why;
      if (answer.found == Found::none) continue;
      if (answer.found == Found::some) {
        question.witness = bench_.confirm(0, answer, why, [&](const Witness& witness) {
          return is_hole(question.rule, witness);
        });
      }
      if (!question.witness) {
        findings.unknown.push_back(
            "whether rule " + rule(question.rule).rule->name + " has a hole where " +
            to_string(bench_.space()[question.dimension].ref) + " is absent: " + why);
      }
    }
    if (question.witness) ++holes;
  }
}

bool HoleFinder::is_hole(std::size_t i, const Witness& witness) {
  const Truth truth = bench_.judge(0).truth(*rule(i).rule, witness.request);
  const Effect outcome = *effect_of(rule(i).rule->outcome);
  if (outcome == Effect::allow) {
    return truth == Truth::t && witness.decision.effect == Effect::allow;
  }
  return truth == Truth::f && witness.decision.effect < outcome;
}

}  // namespace sentrail::compiler::analysis
