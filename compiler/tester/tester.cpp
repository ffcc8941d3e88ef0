// The policy's own tests. See tester.hpp.
#include "compiler/tester/tester.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <set>

#include "compiler/lower/raise.hpp"
#include "core/duration.hpp"
#include "runtime/decide/approval.hpp"
#include "runtime/request/attributes.hpp"

namespace sentrail::compiler {
namespace {

// A rule as tests name it: without module and tier.
std::string short_name(const std::string& qualified) {
  const std::size_t dot = qualified.rfind('.');
  return dot == std::string::npos ? qualified : qualified.substr(dot + 1);
}

// As runtime/approvals reads it: what engines say a decision asks for.
std::string text_of(const std::vector<ir::Seats>& quorum) {
  std::string out;
  for (const ir::Seats& seats : quorum) {
    out += (out.empty() ? "" : " and ") + std::to_string(seats.people) + " of " +
           (seats.role ? "role:" : "") + seats.name;
  }
  return out;
}

decide::Approval expected_approval(const ir::TestCase& test) {
  decide::Approval expected;
  for (const auto& quorum : test.quorums) expected.join({{text_of(quorum)}, test.within_ms, false});
  expected.within_ms = test.within_ms;
  return expected;
}

// Whether those are asked who are expected to be, within the time that is expected.
bool is_asked(const ir::TestCase& test, const decide::Approval& actual) {
  const decide::Approval expected = expected_approval(test);
  return (test.quorums.empty() || expected.quorums == actual.quorums) &&
         (!test.within_ms || expected.within_ms == actual.within_ms);
}

// Obligations as policy text writes them.
using Texts = std::set<std::string>;

Texts wanted_by(const ir::TestCase& test) {
  Texts wanted;
  for (const ir::Obligation& one : test.obligations) wanted.insert(to_string(one));
  return wanted;
}

Texts obligations_in(const Program& program, const Evaluation& evaluation) {
  Texts all;
  evaluation.answer.obligations.for_each([&](std::uint32_t row) {
    const auto one = raise_obligation(program, row);
    if (one) all.insert(to_string(*one));
  });
  return all;
}

// Whether a test expects what came out.
bool is_expected(const ir::TestCase& test, const decide::Engine& engine,
                 const Evaluation& evaluation) {
  if (evaluation.answer.effect != test.effect) return false;
  const std::string rule = rule_name(engine.program(), evaluation.answer.rule);
  if (test.rule && *test.rule != rule && *test.rule != short_name(rule)) return false;
  if (!test.obligations.empty() &&
      !std::ranges::includes(obligations_in(engine.program(), evaluation), wanted_by(test))) {
    return false;
  }
  if (test.quorums.empty() && !test.within_ms) return true;
  return is_asked(test, evaluation.answer.approval.value_or(decide::Approval{}));
}

std::string then(const Texts& obligations) {
  if (obligations.empty()) return " then nothing";
  std::string out;
  for (const std::string& one : obligations) out += (out.empty() ? " then " : ", ") + one;
  return out;
}

// `require_approval from 2 of leads within 24h by merges then alert`; whom, when and what else only
// where it is asked.
std::string worded(Effect effect, const decide::Approval& approval, const std::string& rule,
                   const std::optional<Texts>& obligations) {
  std::string out(name_of(effect));
  if (!approval.quorums.empty()) out += " from " + approval.text();
  if (approval.within_ms) out += " within " + print_duration_ms(*approval.within_ms);
  if (!rule.empty()) out += " by " + rule;
  return obligations ? out + then(*obligations) : out;
}

std::string worded(const ir::TestCase& test, const decide::Engine& engine,
                   const Evaluation& evaluation) {
  decide::Approval asked = evaluation.answer.approval.value_or(decide::Approval{});
  if (test.quorums.empty()) asked.quorums.clear();
  if (!test.within_ms) asked.within_ms.reset();
  std::optional<Texts> obligations;
  if (!test.obligations.empty()) obligations = obligations_in(engine.program(), evaluation);
  return worded(evaluation.answer.effect, asked,
                short_name(rule_name(engine.program(), evaluation.answer.rule)), obligations);
}

std::string worded(const ir::TestCase& test) {
  std::optional<Texts> obligations;
  if (!test.obligations.empty()) obligations = wanted_by(test);
  return worded(test.effect, expected_approval(test), short_name(test.rule.value_or("")),
                obligations);
}

Result<std::vector<request::Request>> classified(const ir::TestCase& test,
                                                 const CatalogView& catalogs) {
  if (!test.target) return std::vector<request::Request>{request::bare_request({})};
  request::RawRequest raw;
  raw.tool = test.tool.value_or("");
  raw.method = test.method.value_or("GET");
  raw.target = *test.target;
  if (test.body_json) {
    raw.body = *test.body_json;
    raw.headers.push_back({"content-type", "application/json"});
  }
  return request::make_requests(std::move(raw), {}, catalogs);
}

}  // namespace

Result<std::vector<request::Request>> requests_of(const ir::TestCase& test,
                                                  const CatalogView& catalogs) {
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<request::Request> requests, classified(test, catalogs));
  std::vector<request::GivenAttribute> given;
  for (const ir::GivenValue& value : test.with) {
    given.push_back(
        {value.attribute.attribute, value.attribute.steps, value.json, value.unreadable});
  }
  for (request::Request& one : requests) {
    SENTRAIL_ASSIGN_OR_RETURN(one, request::with_attributes(one, given));
  }
  return requests;
}

bool is_passed(const ir::TestCase& test, const Decider& decider,
               std::vector<request::Request> requests) {
  const decide::Engine& engine = decider.engine();
  return is_expected(test, engine,
                     decider.evaluate(std::move(requests), state_of(test, engine.program())));
}

namespace {

// Notes how long its scope took.
class Stopwatch {
 public:
  explicit Stopwatch(double& seconds) : seconds_(seconds) {}
  ~Stopwatch() {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
    seconds_ = passed.count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& seconds_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

TestReport run_tests(const ir::Policy& policy, const Compiled& compiled) {
  TestReport report;
  report.outcomes.reserve(policy.tests.size());
  std::set<std::string> deciding;
  for (const ir::TestCase& test : policy.tests) {
    TestOutcome& outcome = report.outcomes.emplace_back();
    const Stopwatch stopwatch(outcome.seconds);
    outcome.test = &test;
    outcome.expected = worded(test);
    Result<std::vector<request::Request>> requests = requests_of(test, compiled.catalogs());
    if (!requests) {
      outcome.actual = "no decision: " + requests.error().message;
      ++report.failed;
      continue;
    }
    const Evaluation evaluation =
        compiled.evaluate(std::move(*requests), state_of(test, compiled.engine().program()));
    deciding.insert(compiled.rule_name(evaluation.answer.rule));
    outcome.actual = worded(test, compiled.engine(), evaluation);
    outcome.passed = is_expected(test, compiled.engine(), evaluation);
    report.failed += outcome.passed ? 0 : 1;
  }
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      if (!tier.implied && rule.outcome != Outcome::pass &&
          !deciding.contains(rule.qualified_name)) {
        report.rules_never_deciding.push_back(rule.qualified_name);
      }
    }
  }
  return report;
}

Status add_module_tests(std::span<const ir::Policy> modules, std::span<const Catalog> catalogs,
                        const Sources& sources, TestReport& report) {
  for (const ir::Policy& module : modules) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::unique_ptr<Compiled> compiled,
                              Compiled::of(module, catalogs, sources));
    TestReport own = run_tests(module, *compiled);
    report.failed += own.failed;
    std::move(own.outcomes.begin(), own.outcomes.end(), std::back_inserter(report.outcomes));
    const std::set<std::string> never(own.rules_never_deciding.begin(),
                                      own.rules_never_deciding.end());
    for (const ir::Tier& tier : module.tiers) {
      for (const ir::Rule& rule : tier.rules) {
        if (!never.contains(rule.qualified_name)) {
          std::erase(report.rules_never_deciding, rule.qualified_name);
        }
      }
    }
  }
  return {};
}

}  // namespace sentrail::compiler
