// The policy's own tests. See tester.hpp.
#include "compiler/tester/tester.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>

#include "compiler/lower/raise.hpp"
#include "runtime/request/attributes.hpp"

namespace sentrail::compiler {
namespace {

// A rule as tests name it: without module and tier.
std::string short_name(const std::string& qualified) {
  const std::size_t dot = qualified.rfind('.');
  return dot == std::string::npos ? qualified : qualified.substr(dot + 1);
}

std::string worded(Effect effect, const std::string& rule) {
  std::string out(name_of(effect));
  return rule.empty() ? out : out + " by " + rule;
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

bool is_expected(const ir::TestCase& test, Effect effect, const std::string& rule) {
  return effect == test.effect &&
         (!test.rule || *test.rule == short_name(rule) || *test.rule == rule);
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

namespace {

std::set<std::string> obligations_in(const Compiled& compiled, const Evaluation& evaluation) {
  std::set<std::string> all;
  evaluation.answer.obligations.for_each([&](std::uint32_t row) {
    const auto one = raise_obligation(compiled.engine().program(), row);
    if (one) all.insert(to_string(*one));
  });
  return all;
}

std::string then(const std::set<std::string>& obligations) {
  if (obligations.empty()) return " then nothing";
  std::string out;
  for (const std::string& one : obligations) out += (out.empty() ? " then " : ", ") + one;
  return out;
}

}  // namespace

TestReport run_tests(const ir::Policy& policy, const Compiled& compiled) {
  TestReport report;
  std::set<std::string> deciding;
  for (const ir::TestCase& test : policy.tests) {
    TestOutcome& outcome = report.outcomes.emplace_back();
    const Stopwatch stopwatch(outcome.seconds);
    outcome.test = &test;
    outcome.expected = worded(test.effect, test.rule.value_or(""));
    std::set<std::string> wanted;
    for (const ir::Obligation& one : test.obligations) wanted.insert(to_string(one));
    if (!wanted.empty()) outcome.expected += then(wanted);
    Result<std::vector<request::Request>> requests = requests_of(test, compiled.catalogs());
    if (!requests) {
      outcome.actual = "no decision: " + requests.error().message;
      ++report.failed;
      continue;
    }
    const Evaluation evaluation =
        compiled.evaluate(std::move(*requests), state_of(test, compiled.engine().program()));
    const std::string rule = compiled.rule_name(evaluation.rule());
    deciding.insert(rule);
    const std::set<std::string> obligations = obligations_in(compiled, evaluation);
    outcome.actual = worded(evaluation.answer.effect, short_name(rule));
    if (!test.obligations.empty()) outcome.actual += then(obligations);
    outcome.passed = is_expected(test, evaluation.answer.effect, rule) &&
                     std::ranges::includes(obligations, wanted);
    report.failed += outcome.passed ? 0 : 1;
  }
  for (const ir::Tier& tier : policy.tiers) {
    for (const ir::Rule& rule : tier.rules) {
      if (rule.outcome != Outcome::pass && !deciding.contains(rule.qualified_name)) {
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
