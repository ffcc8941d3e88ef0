// Makes mistakes one by one and runs the tests on each. See mutation.hpp.
#include "compiler/tester/mutation.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "compiler/analysis/aspects.hpp"
#include "compiler/analysis/diff.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/oracle/atom.hpp"
#include "compiler/probe/domains.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/probe/search.hpp"
#include "compiler/simplify/simplify.hpp"
#include "compiler/tester/budgets.hpp"
#include "compiler/tester/compiled.hpp"
#include "compiler/tester/generate.hpp"
#include "compiler/tester/limit_witness.hpp"
#include "compiler/tester/tester.hpp"
#include "core/schema.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

// Requests of one survivor that are made plain before the plainest is chosen.
constexpr std::size_t kTidied = 6;

// Without tests and claims, which would be copied into every mutant.
ir::Policy bare(const ir::Policy& policy) {
  ir::Policy copy = policy;
  copy.tests.clear();
  copy.proofs.clear();
  return copy;
}

// A policy with its mistakes, and its tests made ready once.
class Suite {
 public:
  static Result<Suite> of(const ir::Policy& policy, std::span<const Catalog> catalogs,
                          const Sources& sources, Span default_span) {
    Suite suite;
    SENTRAIL_ASSIGN_OR_RETURN(suite.compiled_, Compiled::of(policy, catalogs, sources));
    for (const ir::TestCase& test : policy.tests) {
      SENTRAIL_ASSIGN_OR_RETURN(std::vector<request::Request> requests,
                                requests_of(test, suite.compiled_->catalogs()));
      suite.tests_.push_back({&test, std::move(requests)});
    }
    suite.policy_ = bare(policy);
    suite.mistakes_ = mistakes_in(policy, sources, default_span);
    return suite;
  }

  [[nodiscard]] const ir::Policy& policy() const noexcept { return policy_; }
  [[nodiscard]] const std::vector<Mistake>& mistakes() const noexcept { return mistakes_; }

  // What one mistake costs.
  [[nodiscard]] std::size_t steps() const {
    std::size_t rules = 0;
    for (const ir::Tier& tier : policy_.tiers) rules += tier.rules.size() + tier.alsos.size();
    return 1 + rules + policy_.conditions.size() + tests_.size();
  }

  // Whether some test fails. The one that did is tried first the next time.
  Result<bool> notices(const Mistake& mistake) {
    SENTRAIL_ASSIGN_OR_RETURN(const ProgramStorage program,
                              lower(simplify(with_mistake(policy_, mistake))));
    const decide::Engine engine(program.view());
    const Decider decider(engine);
    for (std::size_t i = 0; i < tests_.size(); ++i) {
      if (is_passed(*tests_[i].test, decider, tests_[i].requests)) continue;
      std::rotate(tests_.begin(), tests_.begin() + static_cast<std::ptrdiff_t>(i),
                  tests_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      return true;
    }
    return false;
  }

 private:
  struct Ready {
    const ir::TestCase* test = nullptr;
    std::vector<request::Request> requests;
  };

  ir::Policy policy_;
  std::unique_ptr<Compiled> compiled_;  // the requests point into its catalogs
  std::vector<Ready> tests_;
  std::vector<Mistake> mistakes_;
};

// What tells a policy from one with a mistake.
struct Told {
  bool same = false;  // proved that nothing does
  std::vector<Situation> situations;
  std::string why;
};

// Rules that do something beside their effect.
std::size_t rules_that_do_more(const ir::Policy& policy) {
  std::size_t count = 0;
  const auto look = [&count](const ir::Rule& rule) {
    if (!rule.limits.empty() || !rule.obligations.empty()) ++count;
  };
  for (const ir::Tier& tier : policy.tiers) {
    std::ranges::for_each(tier.rules, look);
    std::ranges::for_each(tier.alsos, look);
  }
  return count;
}

// Tests say what is obliged to, and not what is not.
void add_aspect(const ir::Policy& before, analysis::AspectChange& change, Told& told) {
  const auto add = [&told](std::vector<oracle::Request>& requests) {
    for (oracle::Request& request : requests) told.situations.push_back({std::move(request), {}});
  };
  if (told.why.empty()) told.why = change.why;
  if (change.kind == analysis::AspectKind::limit) {
    if (told.why.empty()) told.why = "the limits of `" + change.what + "` count other requests";
    for (const probe::RulePlace& place : probe::rules_of(before)) {
      if (place.rule->qualified_name != change.what) continue;
      for (const auto* requests : {&change.lost, &change.gained}) {
        for (const oracle::Request& request : *requests) {
          told.situations.push_back(with_all_full(*place.rule, request));
        }
      }
    }
    return;
  }
  add(change.lost);
  if (change.kind == analysis::AspectKind::approval || change.may_block) add(change.gained);
}

// The request itself, and with what the limits of the rules that decide it count: one that they
// cannot count has no room, which may be answered as the other policy answers.
void add_change(const ir::Policy& before, const ir::Policy& after, const analysis::Change& change,
                Told& told) {
  const oracle::Request& found = change.before.request;
  told.situations.push_back({found, {}});
  const auto add = [&](const ir::Policy& policy, const std::optional<std::size_t>& rule) {
    if (!rule || rule_at(policy, *rule).limits.empty()) return;
    told.situations.push_back({countable(rule_at(policy, *rule), found), {}});
  };
  add(before, change.before.decision.rule);
  add(after, change.after.decision.rule);
}

Told tell_apart(const ir::Policy& before, const Mistake& mistake, const ir::Policy& after) {
  if (mistake.kind == MistakeKind::limit_left_out || mistake.kind == MistakeKind::limit_changed) {
    LimitTold told = tell_limits_apart(before, mistake);
    return {told.same, std::move(told.situations), std::move(told.why)};
  }
  Told told;
  for (const analysis::ChangeGroup& group : analysis::diff(before, after).groups) {
    for (const analysis::Change& change : group.changes) {
      add_change(before, after, change, told);
    }
    if (told.why.empty()) told.why = group.why;
  }
  if (!told.situations.empty()) return told;
  for (analysis::AspectChange& change : analysis::aspect_changes(before, after, {true, false})) {
    add_aspect(before, change, told);
  }
  told.same = told.situations.empty() && told.why.empty();
  return told;
}

// Whether a situation has another effect, asks other people or for another time, or does not oblige
// to all that it did.
bool is_told_apart(const ir::Policy& before, const ir::Policy& after, const Situation& situation) {
  const oracle::Answer was = answer_in(before, situation);
  const oracle::Answer is = answer_in(after, situation);
  return was.effect != is.effect || was.approval != is.approval ||
         !std::ranges::includes(is.obligations, was.obligations, ir::comes_before);
}

// The situation without values that are not needed to tell the two apart: fewer to read, and what
// cannot be read last of all.
Situation tidied(const ir::Policy& before, const ir::Policy& after,
                 std::span<const probe::Domain> domains, Situation situation) {
  oracle::Request& request = situation.request;
  const auto take = [&](oracle::Request other) {
    std::swap(request, other);
    if (!is_told_apart(before, after, situation)) std::swap(request, other);
  };
  // Best is a value that the policy itself names.
  for (const probe::Domain& domain : domains) {
    const Attribute& row = row_of(domain.ref.attribute);
    const bool list = row.has_members && row.type == Type::string;  // parameters and headers
    if (!domain.ref.steps.empty() || list) continue;
    for (const oracle::Value& value : domain.values) {
      if (oracle::look_up(request, domain.ref).kind != oracle::ValueKind::unreadable) break;
      oracle::Request readable = request;
      probe::put(readable, domain.ref, value);
      take(std::move(readable));
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, value] : request.values) names.push_back(name);
  for (const std::string& name : names) {
    oracle::Request less = request;
    probe::put(less, {*attribute_named(name), {}}, {});
    take(std::move(less));
  }
  for (oracle::NameList oracle::Request::* list :
       {&oracle::Request::query, &oracle::Request::headers}) {
    oracle::Request less = request;
    less.*list = {};
    take(std::move(less));
  }
  return situation;
}

std::size_t oddness(const Situation& situation) {
  const oracle::Request& request = situation.request;
  std::size_t odd = (request.query.unreadable ? 100 : request.query.entries.size()) +
                    (request.headers.unreadable ? 100 : request.headers.entries.size());
  for (const auto& [name, value] : request.values) {
    odd += value.kind == oracle::ValueKind::unreadable ? 100 : 1;
  }
  return odd;
}

class Scoring {
 public:
  Scoring(Suite& root, std::vector<Suite>& modules, const ir::Policy& policy,
          std::span<const Catalog> catalogs, const Sources& sources)
      : root_(root),
        modules_(modules),
        sources_(sources),
        writer_(policy),
        domains_(probe::domains_of(policy, catalogs)) {}

  Result<MutationScore> run(const MutationProgress& progress) {
    const std::vector<Mistake>& all = root_.mistakes();
    const std::size_t affordable = std::max<std::size_t>(
        1, std::min(limits::kMistakesMax, limits::kMistakeStepsMax / root_.steps()));
    const std::size_t tried = std::min(all.size(), affordable);
    score_.left_out = all.size() - tried;
    for (std::size_t i = 0; i < tried; ++i) {
      // Where not all are tried, from everywhere.
      const Mistake& mistake = all[i * all.size() / tried];
      SENTRAIL_ASSIGN_OR_RETURN(const bool noticed, notices(mistake));
      ++score_.tried;
      if (noticed) {
        ++score_.noticed;
      } else {
        look_closer(mistake);
      }
      if (progress) progress(i + 1, tried);
    }
    return std::move(score_);
  }

 private:
  Result<bool> notices(const Mistake& mistake) {
    SENTRAIL_ASSIGN_OR_RETURN(const bool noticed, root_.notices(mistake));
    if (noticed) return true;
    for (Suite& module : modules_) {
      const auto found = std::ranges::find_if(
          module.mistakes(), [&](const Mistake& one) { return one.is_same(mistake); });
      if (found == module.mistakes().end()) continue;
      SENTRAIL_ASSIGN_OR_RETURN(const bool there, module.notices(*found));
      if (there) return true;
    }
    return false;
  }

  void look_closer(const Mistake& mistake) {
    Survivor survivor{mistake, std::nullopt, {}, {}, {}};
    compared_ += root_.steps() * (1 + rules_that_do_more(root_.policy()));
    if (compared_ > limits::kMistakeRulesComparedMax) {
      survivor.why = "too many survived for each to be compared with the policy";
      score_.survivors.push_back(std::move(survivor));
      return;
    }
    const ir::Policy mutant = with_mistake(root_.policy(), mistake);
    const Told told = tell_apart(root_.policy(), mistake, mutant);
    if (told.same) {
      ++score_.no_difference;
      return;
    }
    survivor.why = told.why;
    suggest(mutant, told.situations, survivor);
    // Another rule may ask for the same, or in less time, wherever this one asks otherwise.
    if (!survivor.shown && survivor.why.empty()) {
      survivor.why =
          "rules ask, oblige or count otherwise, but no request was found that is "
          "answered so";
    }
    score_.survivors.push_back(std::move(survivor));
  }

  // A test that was suggested before, or the first situation that can be written as one.
  void suggest(const ir::Policy& mutant, const std::vector<Situation>& situations,
               Survivor& survivor) {
    for (const auto& [name, situation] : suggested_) {
      if (!is_told_apart(root_.policy(), mutant, situation)) continue;
      survivor.shown = situation;
      survivor.noticing = name;
      return;
    }
    std::vector<Situation> plain;
    for (const Situation& situation : situations) {
      if (plain.size() == kTidied) break;
      if (!is_told_apart(root_.policy(), mutant, situation)) continue;
      plain.push_back(tidied(root_.policy(), mutant, domains_, situation));
    }
    std::ranges::stable_sort(plain, {}, oddness);
    for (const Situation& situation : plain) {
      if (!survivor.shown) survivor.shown = situation;
      auto test = writer_.write(name_of(survivor.mistake), situation);
      if (!test) continue;
      survivor.shown = test->situation;
      survivor.noticing = test->name;
      survivor.test = std::move(test->text);
      suggested_.emplace_back(test->name, std::move(test->situation));
      return;
    }
  }

  // `merges: env == live is left out`; where the mistake names what it is about, without the test.
  [[nodiscard]] std::string name_of(const Mistake& mistake) const {
    std::string name = mistake.rule ? rule_at(root_.policy(), *mistake.rule).name : "the default";
    if (!mistake.of_test) return name + " " + mistake.what;
    name += ": ";
    if (mistake.what.starts_with("is ")) {
      name += cap_characters(text_of(mistake.span, sources_), 50) + " ";
    }
    return name + mistake.what;
  }

  Suite& root_;
  std::vector<Suite>& modules_;
  const Sources& sources_;
  TestWriter writer_;
  std::vector<probe::Domain> domains_;
  MutationScore score_;
  std::vector<std::pair<std::string, Situation>> suggested_;
  std::size_t compared_ = 0;
};

}  // namespace

Result<MutationScore> mutation_score(const ir::Policy& policy, std::span<const ir::Policy> modules,
                                     std::span<const Catalog> catalogs, const Sources& sources,
                                     Span default_span, const MutationProgress& progress) {
  SENTRAIL_ASSIGN_OR_RETURN(Suite root, Suite::of(policy, catalogs, sources, default_span));
  std::vector<Suite> suites;
  for (const ir::Policy& module : modules) {
    SENTRAIL_ASSIGN_OR_RETURN(Suite suite, Suite::of(module, catalogs, sources, {}));
    suites.push_back(std::move(suite));
  }
  return Scoring(root, suites, policy, catalogs, sources).run(progress);
}

}  // namespace sentrail::compiler
