// Measures what tests reach, then searches for the rest. See coverage.hpp.
#include "compiler/tester/coverage.hpp"

#include <algorithm>
#include <iterator>

#include "compiler/oracle/answer.hpp"
#include "compiler/oracle/atom.hpp"
#include "compiler/oracle/limits.hpp"
#include "compiler/oracle/number.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/probe/domains.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/probe/search.hpp"
#include "compiler/tester/limit_witness.hpp"
#include "compiler/tester/mistakes.hpp"
#include "compiler/tester/situation.hpp"
#include "compiler/tester/state.hpp"
#include "compiler/tester/tester.hpp"

namespace sentrail::compiler {
namespace {

using oracle::Value;
using oracle::ValueKind;

constexpr std::size_t kSearchesMax = 5'000;

// A boundary of a test, and on which side of it the truth changes.
struct Edge {
  std::string text;  // a number, or a risk's name
  bool up = true;    // the neighbour is the next greater value
  bool risk = false;
};

std::vector<Edge> edges_of(const ir::Atom& atom) {
  std::vector<Edge> edges;
  // A size is no value of the request's, and a gate picks no instant: of such tests both outcomes
  // are asked for, not their edges.
  if (atom.sized) return edges;
  const bool ordered = atom.op == ir::AtomOp::less || atom.op == ir::AtomOp::less_equal ||
                       atom.op == ir::AtomOp::greater || atom.op == ir::AtomOp::greater_equal;
  const bool up = atom.op == ir::AtomOp::less_equal || atom.op == ir::AtomOp::greater;
  for (const ir::Operand& operand : atom.operands) {
    if (operand.kind == ir::OperandKind::number_range) {
      edges.push_back({operand.text, false, false});
      edges.push_back({operand.upper, true, false});
    } else if (ordered && operand.kind != ir::OperandKind::instant) {
      edges.push_back({operand.text, up, operand.kind == ir::OperandKind::risk});
    }
  }
  return edges;
}

std::optional<std::string> neighbour_of(const Edge& edge) {
  if (!edge.risk) return probe::beside(edge.text, edge.up);
  const int next = static_cast<int>(risk_named(edge.text).value_or(Risk::low)) + (edge.up ? 1 : -1);
  if (next < 0 || next > static_cast<int>(Risk::critical)) return std::nullopt;
  return std::string(name_of(static_cast<Risk>(next)));
}

// Whether a value is the boundary's, or, for a neighbour, lies within one unit of it.
bool is_at(const Value& value, const Edge& edge, const std::string& point, bool beside) {
  if (edge.risk) return value.kind == ValueKind::string && value.text == point;
  if (value.kind != ValueKind::number) return false;
  const auto number = oracle::number_of(value.text);
  const auto wanted = oracle::number_of(point);
  const auto boundary = oracle::number_of(edge.text);
  if (!number || !wanted || !boundary) return false;
  const int to_point = oracle::compare(*number, *wanted);
  if (!beside || to_point == 0) return to_point == 0;
  const int to_boundary = oracle::compare(*number, *boundary);
  return edge.up ? to_boundary > 0 && to_point < 0 : to_boundary < 0 && to_point > 0;
}

// One action of one test, with the truths that decide whether a rule was reached, and what limits
// held when it came.
struct Seen {
  oracle::Request request;
  std::vector<Truth> truths;
  oracle::Decision decision;
  oracle::Used held;
  bool refused = false;  // blocked by what cannot be carried out, whatever limits hold
};

Seen seen_of(const ir::Policy& policy, oracle::Request request) {
  const Situation alone{request, {}};
  Seen seen{std::move(request), oracle::evaluate_rules(policy, alone.request), {}, {}, false};
  seen.refused = answer_in(policy, alone).effect == Effect::block &&
                 decision_in(policy, alone).effect != Effect::block;
  return seen;
}

// What several actions lead to, one after the other, where limits hold so much. Says whether none
// is blocked, and adds what they charge then. source: docs/language.md, L14.6 and L14.7.
bool count(const ir::Policy& policy, std::vector<Seen>& actions, oracle::Used& held) {
  oracle::Used now = held;
  bool goes_on = true;
  for (Seen& one : actions) {
    one.held = now;
    one.decision = oracle::join(policy, one.truths);
    const oracle::Full full = oracle::full_limits(policy, one.decision, one.request, now);
    one.decision = oracle::with_full(policy, one.decision, full);
    goes_on = goes_on && !one.refused && one.decision.effect != Effect::block;
    for (const std::size_t rule : one.decision.candidates) {
      const std::vector<ir::Limit>& limits = rule_at(policy, rule).limits;
      for (std::size_t i = 0; i < limits.size(); ++i) {
        std::string& counter = now.try_emplace({rule, i}, "0").first->second;
        counter = oracle::sum(counter, oracle::charged(limits[i], one.request).value_or("0"));
      }
    }
  }
  if (goes_on) held = std::move(now);
  return goes_on;
}

class Measure {
 public:
  Measure(const ir::Policy& policy, const Compiled& compiled, std::span<const Catalog> catalogs,
          const Sources& sources, const CoverageOptions& options)
      : policy_(policy),
        compiled_(compiled),
        sources_(sources),
        options_(options),
        search_(policy, catalogs, options.seed) {}

  Coverage run() {
    for (const ir::TestCase& test : policy_.tests) run_test(test);
    std::size_t all = search_.rules().size();
    for (const ir::Tier& tier : policy_.tiers) all += tier.alsos.size();
    for (std::size_t rule = 0; rule < all; ++rule) {
      if (!is_also(rule) && policy_.tiers[search_.rules()[rule].tier].implied) continue;
      is_also(rule) ? measure_also(rule) : measure_rule(rule);
      for (const ir::ConditionId id : tests_of(rule)) {
        measure_outcomes(rule, id);
        measure_boundaries(rule, id);
      }
      if (!is_also(rule)) measure_limits(rule);
    }
    return std::move(coverage_);
  }

 private:
  void run_test(const ir::TestCase& test) {
    const auto requests = requests_of(test, compiled_.catalogs());
    if (!requests) return;
    std::vector<Seen> actions;
    for (const request::Request& one : *requests) {
      actions.push_back(seen_of(policy_, probe::plain_request(one.facts())));
    }
    oracle::Used held = used_in(policy_, test.used);
    std::uint32_t calls = 0;
    while (calls < test.calls_before && count(policy_, actions, held)) ++calls;
    (void)count(policy_, actions, held);
    const auto strictest =
        std::ranges::max_element(actions, {}, [](const Seen& one) { return one.decision.effect; });
    decided_.push_back(seen_.size() + static_cast<std::size_t>(strictest - actions.begin()));
    std::ranges::move(actions, std::back_inserter(seen_));
  }

  [[nodiscard]] bool is_also(std::size_t rule) const { return rule >= search_.rules().size(); }

  [[nodiscard]] bool is_reached(std::size_t rule, const Seen& seen) const {
    if (is_also(rule)) return true;
    const auto& rules = search_.rules();
    for (std::size_t i = rule; i-- > 0 && rules[i].tier == rules[rule].tier;) {
      if (seen.truths[i] == Truth::t) return false;
    }
    return true;
  }

  [[nodiscard]] std::vector<ir::ConditionId> tests_of(std::size_t rule) const {
    const ir::Rule& asked = rule_at(policy_, rule);
    std::vector<ir::ConditionId> roots = {asked.when};
    if (asked.unless) roots.push_back(*asked.unless);
    std::vector<ir::ConditionId> tests = probe::tests_under(policy_, roots);
    std::erase_if(tests, [this](ir::ConditionId id) { return is_of_on(policy_, id, sources_); });
    return tests;
  }

  // Whether to search for an example of something.
  bool wants_example(bool seen) {
    if (!options_.examples || (seen && !options_.everything)) return false;
    return searches_++ < kSearchesMax;
  }

  [[nodiscard]] std::optional<oracle::Request> confirmed(
      std::optional<oracle::Request> request) const {
    if (request && !is_confirmed(policy_, compiled_, {*request, {}})) request.reset();
    return request;
  }

  static void want(const ir::Rule& asked, probe::Goal& goal) {
    goal.wants.push_back({asked.when, true});
    if (asked.unless) goal.wants.push_back({*asked.unless, false});
  }

  // A request on which the rule decides; a `pass` is only reached, and true.
  std::optional<oracle::Request> find_deciding(std::size_t rule,
                                               const std::optional<probe::Fixed>& fixed) {
    const ir::Rule& asked = rule_at(policy_, rule);
    probe::Goal goal;
    goal.fixed = fixed;
    if (is_also(rule)) {
      want(asked, goal);
    } else if (asked.outcome == Outcome::pass) {
      want(asked, goal);
      goal.reached = rule;
    } else {
      goal.deciding = true;
      goal.rule = rule;
    }
    return search_.find(goal);
  }

  void measure_rule(std::size_t rule) {
    const bool pass = search_.rules()[rule].rule->outcome == Outcome::pass;
    CoveredRule& out = coverage_.rules.emplace_back();
    out.rule = rule;
    for (const Seen& seen : seen_) {
      const auto& candidates = seen.decision.candidates;
      if (std::ranges::find(candidates, rule) == candidates.end()) continue;
      out.seen = RuleSeen::matched;
      if (pass && seen.truths[rule] == Truth::t) out.seen = RuleSeen::decided;
      if (out.seen == RuleSeen::decided) break;
    }
    for (const std::size_t i : decided_) {
      if (seen_[i].decision.rule == rule) out.seen = RuleSeen::decided;
    }
    if (wants_example(out.seen == RuleSeen::decided)) {
      out.example = confirmed(find_deciding(rule, {}));
    }
  }

  // An `also` rule adds its obligations wherever it may match.
  void measure_also(std::size_t number) {
    const ir::Rule& also = rule_at(policy_, number);
    CoveredRule& out = coverage_.rules.emplace_back();
    out.rule = number;
    const bool seen = std::ranges::any_of(seen_, [&](const Seen& one) {
      const bool may = oracle::evaluate(policy_, also.when, one.request) != Truth::f;
      return may &&
             (!also.unless || oracle::evaluate(policy_, *also.unless, one.request) != Truth::t);
    });
    if (seen) out.seen = RuleSeen::decided;
    if (wants_example(seen)) out.example = confirmed(find_deciding(number, {}));
  }

  void measure_limits(std::size_t number) {
    const ir::Rule& rule = rule_at(policy_, number);
    for (std::size_t i = 0; i < rule.limits.size(); ++i) {
      for (const bool room : {true, false}) {
        CoveredLimit& out = coverage_.limits.emplace_back();
        out.rule = number;
        out.limit = i;
        out.room = room;
        out.seen = std::ranges::any_of(
            seen_, [&](const Seen& seen) { return is_at_end(out, rule.limits[i], seen); });
        if (wants_example(out.seen)) out.example = find_end(out, rule);
      }
    }
  }

  // Whether an action fills a limit to within its last place, or goes past it by no more than that.
  static bool is_at_end(const CoveredLimit& end, const ir::Limit& limit, const Seen& seen) {
    const auto& candidates = seen.decision.candidates;
    if (std::ranges::find(candidates, end.rule) == candidates.end()) return false;
    const std::optional<std::string> amount = oracle::charged(limit, seen.request);
    const auto held = seen.held.find({end.rule, end.limit});
    if (!amount) return false;
    const std::string all = held == seen.held.end() ? *amount : oracle::sum(held->second, *amount);
    const auto is_past = [&all](std::int64_t number) {
      const std::string digits = std::to_string(number);
      return number < 0 ||
             (all.size() == digits.size() ? all > digits : all.size() > digits.size());
    };
    const std::int64_t from = end.room ? limit.most - step_of(limit) : limit.most;
    return is_past(from) && !is_past(from + step_of(limit));
  }

  std::optional<Situation> find_end(const CoveredLimit& end, const ir::Rule& rule) {
    const auto near = find_deciding(end.rule, {});
    if (!near) return std::nullopt;
    auto found = at_the_end_of(rule, end.limit, !end.room, *near);
    if (!found || !is_confirmed(policy_, compiled_, *found)) return std::nullopt;
    std::vector<Seen> one = {seen_of(policy_, found->request)};
    oracle::Used held = used_in(policy_, found->used);
    (void)count(policy_, one, held);
    if (!is_at_end(end, rule.limits[end.limit], one.front())) return std::nullopt;
    return found;
  }

  void measure_outcomes(std::size_t rule, ir::ConditionId id) {
    for (const bool outcome : {true, false}) {
      CoveredOutcome& out = coverage_.outcomes.emplace_back();
      out.rule = rule;
      out.test = id;
      out.outcome = outcome;
      const Truth wanted = certain(outcome);
      out.seen = std::ranges::any_of(seen_, [&](const Seen& seen) {
        return oracle::evaluate(policy_, id, seen.request) == wanted && is_reached(rule, seen);
      });
      if (!wants_example(out.seen)) continue;
      probe::Goal goal;
      goal.wants.push_back({id, outcome});
      if (!is_also(rule)) goal.reached = rule;
      out.example = confirmed(search_.find(goal));
    }
  }

  void measure_boundaries(std::size_t rule, ir::ConditionId id) {
    const ir::Atom& atom = policy_.conditions[id].atom;
    for (const Edge& edge : edges_of(atom)) {
      for (const bool beside : {false, true}) {
        const std::optional<std::string> point =
            beside ? neighbour_of(edge) : std::optional(edge.text);
        if (!point) continue;
        CoveredBoundary& out = coverage_.boundaries.emplace_back();
        out.rule = rule;
        out.test = id;
        out.beside = beside;
        out.value = edge.risk ? probe::text_value(*point) : probe::number_value(*point);
        out.seen = std::ranges::any_of(seen_, [&](const Seen& seen) {
          return is_at(oracle::look_up(seen.request, atom.attribute), edge, *point, beside) &&
                 is_reached(rule, seen);
        });
        if (wants_example(out.seen)) {
          out.example = confirmed(find_boundary(rule, {atom.attribute, out.value}));
        }
      }
    }
  }

  // Best is a request in which nothing but the boundary matters.
  std::optional<oracle::Request> find_boundary(std::size_t rule, const probe::Fixed& fixed) {
    if (auto found = find_deciding(rule, fixed)) return found;
    probe::Goal goal;
    goal.fixed = fixed;
    if (!is_also(rule)) goal.reached = rule;
    if (const auto near = find_deciding(rule, {})) {
      if (auto found = search_.find_near(goal, *near)) return found;
    }
    return search_.find(goal);
  }

  const ir::Policy& policy_;
  const Compiled& compiled_;
  const Sources& sources_;
  const CoverageOptions& options_;
  probe::Search search_;
  std::vector<Seen> seen_;
  std::vector<std::size_t> decided_;  // of each test the action that decides
  std::size_t searches_ = 0;
  Coverage coverage_;
};

}  // namespace

std::size_t Coverage::rules_percent() const {
  if (rules.empty()) return 100;
  const auto decided =
      static_cast<std::size_t>(std::ranges::count(rules, RuleSeen::decided, &CoveredRule::seen));
  return decided * 100 / rules.size();
}

Coverage coverage_of(const ir::Policy& policy, const Compiled& compiled,
                     std::span<const Catalog> catalogs, const Sources& sources,
                     const CoverageOptions& options) {
  return Measure(policy, compiled, catalogs, sources, options).run();
}

bool is_confirmed(const ir::Policy& policy, const Compiled& compiled, const Situation& situation) {
  auto made = probe::engine_request(situation.request);
  if (!made) return false;
  ir::TestCase test;
  test.used = situation.used;
  const State state = state_of(test, compiled.engine().program());
  const Decision actual = compiled.evaluate({*std::move(made)}, state).decision();
  const oracle::Decision meant = decision_in(policy, situation);
  const bool same_rule =
      meant.rule ? actual.rule == *meant.rule : actual.rule == Decision::kByDefault;
  return actual.effect == meant.effect && same_rule;
}

}  // namespace sentrail::compiler
