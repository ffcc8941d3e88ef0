// From requests that coverage asks for to tests. See generate.hpp.
#include "compiler/tester/generate.hpp"

#include <optional>
#include <set>
#include <utility>

#include "compiler/oracle/answer.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/probe/search.hpp"
#include "compiler/tester/coverage.hpp"
#include "core/duration.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

class Generator {
 public:
  explicit Generator(const ir::Policy& policy) : rules_(probe::rules_of(policy)), writer_(policy) {}

  // Whether there is such a test now.
  bool add(const std::string& name, std::optional<oracle::Request> request) {
    if (!request) return false;
    if (writer_.is_written(*request)) return true;
    const auto test = writer_.write(name, *std::move(request));
    if (!test) return false;
    out_.text += "\n" + test->text;
    ++out_.count;
    return true;
  }

  void miss(std::string rule) { out_.without.push_back(std::move(rule)); }
  [[nodiscard]] const ir::Rule& rule(std::size_t index) const { return *rules_[index].rule; }
  GeneratedTests finish() && { return std::move(out_); }

 private:
  std::vector<probe::RulePlace> rules_;
  TestWriter writer_;
  GeneratedTests out_;
};

}  // namespace

namespace {

// ` from (2 of group leads) and from (1 of role admin) within 24h`, as `expect` has it; nothing for
// what is usual.
std::string asked_text(const std::optional<oracle::Approval>& approval) {
  if (!approval) return "";
  std::string out;
  const bool usual = approval->quorums == std::vector<std::vector<ir::Seats>>{ir::Approval{}.seats};
  for (const std::vector<ir::Seats>& quorum : approval->quorums) {
    if (usual) break;
    out += out.empty() ? " from (" : " and from (";
    for (const ir::Seats& seats : quorum) {
      out += (&seats == &quorum.front() ? "" : " and ") + std::to_string(seats.people) + " of " +
             (seats.role ? "role " : "group ") + seats.name;
    }
    out += ")";
  }
  if (approval->within_ms) out += " within " + print_duration_ms(*approval->within_ms);
  return out;
}

// ` then redact body.card, alert`; nothing where nothing is obliged to.
std::string owed_text(const std::vector<ir::Obligation>& obligations) {
  std::string out;
  for (const ir::Obligation& one : obligations) {
    out += (out.empty() ? " then " : ", ") + to_string(one);
  }
  return out;
}

}  // namespace

TestWriter::TestWriter(const ir::Policy& policy) : policy_(policy) {
  for (const ir::TestCase& test : policy.tests) names_.insert(test.name);
}

std::optional<WrittenTest> TestWriter::write(const std::string& name, oracle::Request request) {
  // `given with` wants a value; a tool that no rule knows is as good as none.
  if (request == oracle::Request{}) {
    probe::put(request, {AttributeId::tool, {}}, probe::text_value("other"));
    const oracle::Decision without = oracle::decide_fresh(policy_, {});
    if (oracle::decide_fresh(policy_, request).rule != without.rule) return std::nullopt;
    if (oracle::answer(policy_, request) != oracle::answer(policy_, {})) return std::nullopt;
  }
  const auto given = probe::given_text(request);
  if (!given || !given_.insert(*given).second) return std::nullopt;
  const oracle::Decision decision = oracle::decide_fresh(policy_, request);
  const oracle::Answer answer = oracle::answer(policy_, request);
  WrittenTest test{free_name(name), {}, std::move(request)};
  const auto rules = probe::rules_of(policy_);
  // What an obligation blocks no rule decides.
  const std::string by = answer.effect != decision.effect ? ""
                         : decision.rule ? " by " + rules[*decision.rule].rule->name
                                         : " by default";
  test.text = "test \"" + test.name + "\" {\n  given with " + *given + "\n  expect " +
              std::string(name_of(answer.effect)) + asked_text(answer.approval) + by +
              owed_text(answer.obligations) + "\n}\n";
  return test;
}

bool TestWriter::is_written(const oracle::Request& request) const {
  const auto given = probe::given_text(request);
  return given && given_.contains(*given);
}

// Names and values of all kinds come into the name of a test, what nobody would see in one too;
// quotes and escapes do not stand there.
std::string TestWriter::free_name(const std::string& wanted) {
  std::string base;
  for (const char c : escape_display(wanted)) base += c == '"' || c == '\\' ? '\'' : c;
  std::string name = base;
  for (int i = 2; !names_.insert(name).second; ++i) name = base + " (" + std::to_string(i) + ")";
  return name;
}

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
