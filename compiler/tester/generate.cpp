// From requests that coverage asks for to tests. See generate.hpp.
#include "compiler/tester/generate.hpp"

#include <optional>
#include <set>
#include <utility>

#include "compiler/oracle/limits.hpp"
#include "compiler/oracle/oracle.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/probe/search.hpp"
#include "compiler/tester/coverage.hpp"

namespace sentrail::compiler {
namespace {

class Generator {
 public:
  explicit Generator(const ir::Policy& policy) : policy_(policy), rules_(probe::rules_of(policy)) {
    for (const ir::TestCase& test : policy.tests) names_.insert(test.name);
  }

  // Whether there is such a test now.
  bool add(const std::string& name, std::optional<oracle::Request> request) {
    if (!request) return false;
    // `given with` wants a value; a tool that no rule knows is as good as none.
    if (*request == oracle::Request{}) {
      probe::put(*request, {AttributeId::tool, {}}, probe::text_value("other"));
      const oracle::Decision without = oracle::decide_fresh(policy_, {});
      if (oracle::decide_fresh(policy_, *request).rule != without.rule) return false;
    }
    const auto given = probe::given_text(*request);
    if (!given) return false;
    if (!given_.insert(*given).second) return true;
    const oracle::Decision decision = oracle::decide_fresh(policy_, *request);
    out_.text += "\ntest \"" + free_name(name) + "\" {\n  given with " + *given + "\n  expect " +
                 std::string(name_of(decision.effect)) + " by " +
                 (decision.rule ? rules_[*decision.rule].rule->name : "default") + "\n}\n";
    ++out_.count;
    return true;
  }

  void miss(std::string rule) { out_.without.push_back(std::move(rule)); }
  [[nodiscard]] const ir::Rule& rule(std::size_t index) const { return *rules_[index].rule; }
  GeneratedTests finish() && { return std::move(out_); }

 private:
  // Quotes of odd member names do not stand in the name of a test.
  std::string free_name(const std::string& wanted) {
    std::string base;
    for (const char c : wanted) base += c == '"' || c == '\\' ? '\'' : c;
    std::string name = base;
    for (int i = 2; !names_.insert(name).second; ++i) name = base + " (" + std::to_string(i) + ")";
    return name;
  }

  const ir::Policy& policy_;
  std::vector<probe::RulePlace> rules_;
  std::set<std::string> names_;
  std::set<std::string> given_;
  GeneratedTests out_;
};

}  // namespace

GeneratedTests generate_tests(const ir::Policy& policy, const Compiled& compiled,
                              std::span<const Catalog> catalogs, const Sources& sources,
                              const GenerateOptions& options) {
  const Coverage coverage =
      coverage_of(policy, compiled, catalogs, sources, {true, options.everything, options.seed});
  Generator generator(policy);
  for (const CoveredRule& one : coverage.rules) {
    if (one.seen == RuleSeen::decided && !options.everything) continue;
    const ir::Rule& rule = generator.rule(one.rule);
    const bool pass = rule.outcome == Outcome::pass;
    const std::string name = rule.name + (pass ? " ends its tier" : " decides");
    if (!generator.add(name, one.example)) generator.miss(rule.qualified_name);
  }
  for (const CoveredBoundary& one : coverage.boundaries) {
    if (one.seen && !options.everything) continue;
    const ir::Atom& atom = policy.conditions[one.test].atom;
    generator.add(generator.rule(one.rule).name + ": " + to_string(atom.attribute) + " = " +
                      one.value.text + (one.beside ? ", beside" : ", at") + " the boundary",
                  one.example);
  }
  probe::Search search(policy, catalogs, options.seed);
  probe::Goal by_default;
  by_default.deciding = true;
  std::optional<oracle::Request> request = search.find(by_default);
  if (request && is_confirmed(policy, compiled, *request)) {
    generator.add("the default decides", std::move(request));
  }
  return std::move(generator).finish();
}

}  // namespace sentrail::compiler
