// Measures what tests reach, then searches for the rest. See coverage.hpp.
#include "compiler/tester/coverage.hpp"

#include <algorithm>

#include "compiler/oracle/atom.hpp"
#include "compiler/oracle/limits.hpp"
#include "compiler/oracle/number.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/probe/domains.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/probe/search.hpp"
#include "compiler/tester/mistakes.hpp"
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
  // A size is no value of the request's: both outcomes of such a test are asked for, not its edges.
  if (atom.sized) return edges;
  const bool ordered = atom.op == ir::AtomOp::less || atom.op == ir::AtomOp::less_equal ||
                       atom.op == ir::AtomOp::greater || atom.op == ir::AtomOp::greater_equal;
  const bool up = atom.op == ir::AtomOp::less_equal || atom.op == ir::AtomOp::greater;
  for (const ir::Operand& operand : atom.operands) {
    if (operand.kind == ir::OperandKind::number_range) {
      edges.push_back({operand.text, false, false});
      edges.push_back({operand.upper, true, false});
    } else if (ordered) {
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

// One action of one test, with the truths that decide whether a rule was reached.
struct Seen {
  oracle::Request request;
  std::vector<Truth> truths;
  oracle::Decision decision;
};

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
    for (std::size_t rule = 0; rule < search_.rules().size(); ++rule) {
      measure_rule(rule);
      for (const ir::ConditionId id : tests_of(rule)) {
        measure_outcomes(rule, id);
        measure_boundaries(rule, id);
      }
    }
    return std::move(coverage_);
  }

 private:
  void run_test(const ir::TestCase& test) {
    const auto requests = requests_of(test, compiled_.catalogs());
    if (!requests) return;
    std::vector<Seen> actions;
    std::size_t deciding = 0;
    for (const request::Request& one : *requests) {
      Seen seen{probe::plain_request(one.facts()), {}, {}};
      seen.truths = oracle::evaluate_rules(policy_, seen.request);
      seen.decision = oracle::join(policy_, seen.truths);
      actions.push_back(std::move(seen));
      if (actions.back().decision.effect > actions[deciding].decision.effect) {
        deciding = actions.size() - 1;
      }
    }
    for (std::size_t i = 0; i < actions.size(); ++i) {
      if (i == deciding) decided_.push_back(seen_.size());
      seen_.push_back(std::move(actions[i]));
    }
  }

  [[nodiscard]] bool is_reached(std::size_t rule, const Seen& seen) const {
    const auto& rules = search_.rules();
    for (std::size_t i = rule; i-- > 0 && rules[i].tier == rules[rule].tier;) {
      if (seen.truths[i] == Truth::t) return false;
    }
    return true;
  }

  [[nodiscard]] std::vector<ir::ConditionId> tests_of(std::size_t rule) const {
    const ir::Rule& asked = *search_.rules()[rule].rule;
    std::vector<ir::ConditionId> roots = {asked.when};
    if (asked.unless) roots.push_back(*asked.unless);
    std::vector<ir::ConditionId> tests = probe::tests_under(policy_, roots);
    std::erase_if(tests,
                  [this](ir::ConditionId id) { return is_tool_of_on(policy_, id, sources_); });
    return tests;
  }

  // Whether to search for an example of something.
  bool wants_example(bool seen) {
    if (!options_.examples || (seen && !options_.everything)) return false;
    return searches_++ < kSearchesMax;
  }

  [[nodiscard]] std::optional<oracle::Request> confirmed(
      std::optional<oracle::Request> request) const {
    if (request && !is_confirmed(policy_, compiled_, *request)) request.reset();
    return request;
  }

  // A request on which the rule decides; a `pass` is only reached, and true.
  std::optional<oracle::Request> find_deciding(std::size_t rule,
                                               const std::optional<probe::Fixed>& fixed) {
    const ir::Rule& asked = *search_.rules()[rule].rule;
    probe::Goal goal;
    goal.fixed = fixed;
    if (asked.outcome == Outcome::pass) {
      goal.wants.push_back({asked.when, true});
      if (asked.unless) goal.wants.push_back({*asked.unless, false});
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
      goal.reached = rule;
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
    goal.reached = rule;
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

bool is_confirmed(const ir::Policy& policy, const Compiled& compiled,
                  const oracle::Request& request) {
  auto made = probe::engine_request(request);
  if (!made) return false;
  const Decision actual = compiled.evaluate({*std::move(made)}).decision();
  const oracle::Decision meant = oracle::decide_fresh(policy, request);
  const bool same_rule =
      meant.rule ? actual.rule == *meant.rule : actual.rule == Decision::kByDefault;
  return actual.effect == meant.effect && same_rule;
}

}  // namespace sentrail::compiler
