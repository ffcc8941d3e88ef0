// Pairs of effects, then pairs of rules. See diff.hpp.
#include "compiler/analysis/diff.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "compiler/analysis/budgets.hpp"
#include "compiler/analysis/workbench.hpp"
#include "compiler/ir/phases.hpp"

namespace sentrail::compiler::analysis {
namespace {

constexpr std::array<std::pair<Effect, Effect>, 6> kChanges = {{
    {Effect::block, Effect::allow},
    {Effect::block, Effect::require_approval},
    {Effect::require_approval, Effect::allow},
    {Effect::allow, Effect::block},
    {Effect::allow, Effect::require_approval},
    {Effect::require_approval, Effect::block},
}};

// One run of diff().
class Comparison {
 public:
  Comparison(const ir::Policy& before, const ir::Policy& after)
      : policies_{&before, &after},
        bench_(policies_),
        before_(bench_.meaning(0)),
        after_(bench_.meaning(1)) {}

  Difference run() {
    std::vector<Node> roots = {kTrue};
    std::vector<Node> wanted;
    for (const auto& [from, to] : kChanges) {
      wanted.push_back(bench_.circuit().all({before_.effect_is(from), after_.effect_is(to)}));
      roots.push_back(wanted.back());
    }
    const auto changed = [](Node node) { return node != kFalse; };
    if (std::none_of(wanted.begin(), wanted.end(), changed)) return {};
    for (Meaning* meaning : {&before_, &after_}) {
      for (std::size_t i = 0; i < meaning->rules().size(); ++i) {
        roots.push_back(meaning->decided_by(i));
      }
      roots.push_back(meaning->decided_by(std::nullopt));
    }
    Query query(bench_.circuit(), roots);
    Difference difference;
    for (std::size_t i = 0; i < kChanges.size(); ++i) {
      ChangeGroup group;
      std::tie(group.from, group.to) = kChanges[i];
      fill(query, wanted[i], group);
      if (!group.changes.empty() || !group.why.empty()) {
        difference.groups.push_back(std::move(group));
      }
    }
    difference.unconfirmed = bench_.unconfirmed();
    return difference;
  }

 private:
  void fill(Query& query, Node wanted, ChangeGroup& group) {
    if (wanted == kFalse) return;
    for (;;) {
      const Answer answer = query.solve({&wanted, 1});
      group.why = answer.why;
      if (answer.found != Found::some) return;
      if (group.changes.size() == limits::kAnalysisChangesMax) {
        group.more = true;
        return;
      }
      auto before = bench_.confirm(0, answer, group.why, [&](const Witness& witness) {
        return witness.decision.effect == group.from;
      });
      if (!before) return;
      auto after = bench_.confirm(1, answer, group.why, [&](const Witness& witness) {
        return witness.decision.effect == group.to;
      });
      if (!after) return;
      const std::array pair = {before_.decided_by(before->decision.rule),
                               after_.decided_by(after->decision.rule)};
      query.refuse_all(pair);
      group.changes.push_back({std::move(*before), std::move(*after)});
    }
  }

  std::array<const ir::Policy*, 2> policies_;
  Workbench bench_;
  Meaning& before_;
  Meaning& after_;
};

}  // namespace

Difference diff(const ir::Policy& before, const ir::Policy& after) {
  if (ir::judges_answers(before) == ir::judges_answers(after)) {
    return Comparison(before, after).run();
  }
  // Of the one that judges no answers, every answer passes.
  const ir::Policy was = ir::with_phases(before, true);
  const ir::Policy is = ir::with_phases(after, true);
  return Comparison(was, is).run();
}

}  // namespace sentrail::compiler::analysis
