// Tries one value, then two. See flip.hpp.
#include "compiler/tester/flip.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "compiler/oracle/answer.hpp"
#include "compiler/oracle/atom.hpp"
#include "compiler/probe/domains.hpp"
#include "compiler/probe/requests.hpp"

namespace sentrail::compiler {
namespace {

using oracle::Request;
using oracle::Value;
using oracle::ValueKind;

constexpr std::size_t kPairsMax = 100'000;

// What limits hold, as the oracle is told it: by rule and place.
oracle::Used used_of(const State& state, const Program& program) {
  oracle::Used used;
  for (std::uint32_t rule = 0; rule < program.rules.size(); ++rule) {
    const auto limits = program.limits_of(rule);
    for (std::size_t place = 0; place < limits.size(); ++place) {
      const LimitRow* const row = &limits[place];
      const auto held = state.used.find(static_cast<std::uint32_t>(row - program.limits.data()));
      if (held != state.used.end()) used[{rule, place}] = std::to_string(held->second);
    }
  }
  return used;
}

class Flipper {
 public:
  Flipper(const ir::Policy& policy, const Compiled& compiled, std::span<const Catalog> catalogs,
          std::span<const Request> actions, const State& state)
      : policy_(policy),
        compiled_(compiled),
        actions_(actions),
        state_(state),
        used_(used_of(state, compiled.engine().program())) {
    const std::optional<Evaluation> now = evaluated(actions);
    was_ = now ? now->answer.effect : effect_of(actions);
    for (const probe::Domain& domain : probe::domains_of(policy, catalogs)) {
      // A request is no answer, and has nothing of one.
      const bool answer =
          oracle::look_up(actions.front(), {AttributeId::response, {}}).kind != ValueKind::absent;
      const bool phase = domain.ref.attribute == AttributeId::response;
      if (phase || (is_of_answers(domain.ref.attribute) && !answer)) continue;
      for (const Value& value : domain.values) {
        // To be unreadable is no change that anyone makes.
        if (value.kind == ValueKind::unreadable) continue;
        const Value from = oracle::look_up(actions.front(), domain.ref);
        if (value != from) changes_.push_back({domain.ref, from, value});
      }
    }
    // What is written in the policy is worth more than to leave the value out.
    std::ranges::stable_sort(
        changes_, {}, [](const Change& change) { return change.to.kind == ValueKind::absent; });
  }

  std::vector<Flip> run() {
    for (const Change& change : changes_) try_changes({change});
    if (!flips_.empty()) return finish();
    std::size_t tried = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      for (std::size_t j = i + 1; j < changes_.size(); ++j) {
        if (overlap(changes_[i].ref, changes_[j].ref)) continue;
        if (++tried > kPairsMax || flips_.size() == 2) return finish();
        try_changes({changes_[i], changes_[j]});
      }
    }
    return finish();
  }

 private:
  // Of each action by itself: what one of them charges the next does not see.
  [[nodiscard]] Effect effect_of(std::span<const Request> actions) const {
    Effect effect = Effect::allow;
    for (const Request& action : actions) {
      effect = stricter(effect, oracle::answer(policy_, action, used_).effect);
    }
    return effect;
  }

  void try_changes(const std::vector<Change>& changes) {
    std::vector<Request> changed(actions_.begin(), actions_.end());
    for (Request& action : changed) {
      for (const Change& change : changes) probe::put(action, change.ref, change.to);
    }
    const Effect effect = effect_of(changed);
    if (effect == was_) return;
    std::string attribute = changes.size() == 1 ? to_string(changes.front().ref) : "";
    if (seen_.contains({effect, attribute})) return;
    if (auto flip = confirmed(changes, changed, effect)) {
      flips_.push_back(*std::move(flip));
      seen_.emplace(effect, std::move(attribute));
    }
  }

  // What the engine says of all actions together; nothing if it cannot be asked.
  [[nodiscard]] std::optional<Evaluation> evaluated(std::span<const Request> actions) const {
    std::vector<request::Request> made;
    for (const Request& action : actions) {
      auto one = probe::engine_request(action);
      if (!one) return std::nullopt;
      made.push_back(*std::move(one));
    }
    return compiled_.evaluate(std::move(made), state_);
  }

  [[nodiscard]] std::optional<Flip> confirmed(const std::vector<Change>& changes,
                                              std::span<const Request> actions,
                                              Effect effect) const {
    const std::optional<Evaluation> evaluation = evaluated(actions);
    if (!evaluation || evaluation->answer.effect != effect) return std::nullopt;
    return Flip{changes, effect, compiled_.rule_name(evaluation->answer.rule)};
  }

  std::vector<Flip> finish() {
    std::ranges::stable_sort(flips_, {}, &Flip::effect);
    return std::move(flips_);
  }

  const ir::Policy& policy_;
  const Compiled& compiled_;
  std::span<const Request> actions_;
  const State& state_;
  const oracle::Used used_;
  Effect was_ = Effect::block;
  std::vector<Change> changes_;
  std::vector<Flip> flips_;
  std::set<std::pair<Effect, std::string>> seen_;
};

}  // namespace

std::vector<Flip> flips_of(const ir::Policy& policy, const Compiled& compiled,
                           std::span<const Catalog> catalogs, std::span<const Request> actions,
                           const State& state) {
  return Flipper(policy, compiled, catalogs, actions, state).run();
}

}  // namespace sentrail::compiler
