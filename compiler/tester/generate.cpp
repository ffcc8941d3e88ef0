// From requests that coverage asks for to tests. See generate.hpp.
#include "compiler/tester/generate.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "compiler/oracle/answer.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/probe/search.hpp"
#include "compiler/tester/coverage.hpp"
#include "compiler/tester/mistakes.hpp"
#include "core/duration.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

const std::string kCounts(row_of(AttributeId::session_count).name);

class Generator {
 public:
  explicit Generator(const ir::Policy& policy) : writer_(policy) {}

  // Whether there is such a test now.
  bool add(const std::string& name, std::optional<Situation> situation) {
    if (!situation) return false;
    if (writer_.is_written(*situation)) return true;
    const auto test = writer_.write(name, *std::move(situation));
    if (!test) return false;
    out_.text += "\n" + test->text;
    ++out_.count;
    return true;
  }

  void miss(std::string rule) { out_.without.push_back(std::move(rule)); }
  GeneratedTests finish() && { return std::move(out_); }

 private:
  TestWriter writer_;
  GeneratedTests out_;
};

}  // namespace

namespace {

std::optional<Situation> situation_of(const std::optional<oracle::Request>& request) {
  if (!request) return std::nullopt;
  return Situation{*request, {}};
}

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
  for (const ir::Condition& condition : policy.conditions) {
    const AttributeId id = condition.atom.attribute.attribute;
    if (is_of_session(id)) session_.insert(id);
  }
}

std::optional<std::string> TestWriter::given_text(const Situation& situation) const {
  std::optional<std::string> text = probe::given_text(situation.request);
  if (text && !situation.used.empty()) *text += " " + used_text(policy_, situation.used);
  return text;
}

std::optional<WrittenTest> TestWriter::write(const std::string& name, Situation situation) {
  // `given with` wants a value; a tool that no rule knows is as good as none.
  if (situation.request == oracle::Request{}) {
    const Situation nothing = situation;
    probe::put(situation.request, {AttributeId::tool, {}}, probe::text_value("other"));
    if (decision_in(policy_, situation).rule != decision_in(policy_, nothing).rule ||
        answer_in(policy_, situation) != answer_in(policy_, nothing)) {
      return std::nullopt;
    }
  }
  // What a test does not mention of a session is that of a fresh one.
  oracle::Value& counts = situation.request.values[kCounts];
  for (const ir::Count& count : policy_.counts) {
    if (counts.kind != oracle::ValueKind::object) break;
    if (std::ranges::find(counts.names, count.text) != counts.names.end()) continue;
    counts.names.push_back(count.text);
    counts.elements.push_back(probe::value_of_kind(oracle::ValueKind::unreadable));
  }
  if (counts.kind == oracle::ValueKind::absent) situation.request.values.erase(kCounts);
  for (const AttributeId id : session_) {
    const std::string attribute(row_of(id).name);
    if (!situation.request.values.contains(attribute)) {
      situation.request.values[attribute] = probe::value_of_kind(oracle::ValueKind::unreadable);
    }
  }
  const auto given = given_text(situation);
  if (!given || !given_.insert(*given).second) return std::nullopt;
  const oracle::Decision decision = decision_in(policy_, situation);
  const oracle::Answer answer = answer_in(policy_, situation);
  WrittenTest test{free_name(name), {}, std::move(situation)};
  const auto rules = probe::rules_of(policy_);
  const auto is_written_rule = [&](std::optional<std::size_t> rule) {
    return rule && !policy_.tiers[rules[*rule].tier].implied;
  };
  // What an obligation blocks no rule decides.
  const std::string by = answer.effect != decision.effect ? ""
                         : is_written_rule(decision.rule)
                             ? " by " + rules[*decision.rule].rule->name
                             : " by default";
  test.text = "test \"" + test.name + "\" {\n  given with " + *given + "\n  expect " +
              std::string(name_of(answer.effect)) + asked_text(answer.approval) + by +
              owed_text(answer.obligations) + "\n}\n";
  return test;
}

bool TestWriter::is_written(const Situation& situation) const {
  const auto given = given_text(situation);
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
  const std::size_t rules = probe::rules_of(policy).size();
  for (const CoveredRule& one : coverage.rules) {
    if (one.seen == RuleSeen::decided && !options.everything) continue;
    const ir::Rule& rule = rule_at(policy, one.rule);
    const bool also = one.rule >= rules;
    const bool pass = rule.outcome == Outcome::pass;
    const std::string name = rule.name + (also   ? " adds its part"
                                          : pass ? " ends its tier"
                                                 : " decides");
    if (!generator.add(name, situation_of(one.example))) generator.miss(rule.qualified_name);
  }
  for (const CoveredBoundary& one : coverage.boundaries) {
    if (one.seen && !options.everything) continue;
    const ir::Atom& atom = policy.conditions[one.test].atom;
    generator.add(rule_at(policy, one.rule).name + ": " + to_string(atom.attribute) + " = " +
                      one.value.text + (one.beside ? ", beside" : ", at") + " the boundary",
                  situation_of(one.example));
  }
  for (const CoveredLimit& one : coverage.limits) {
    if (one.seen && !options.everything) continue;
    const ir::Rule& rule = rule_at(policy, one.rule);
    generator.add(rule.name + ": the " + (one.room ? "last with" : "first without") + " room in " +
                      to_string(rule.limits[one.limit]),
                  one.example);
  }
  probe::Search search(policy, catalogs, options.seed);
  probe::Goal by_default;
  by_default.deciding = true;
  std::optional<oracle::Request> request = search.find(by_default);
  if (request && is_confirmed(policy, compiled, {*request, {}})) {
    generator.add("the default decides", situation_of(request));
  }
  return std::move(generator).finish();
}

}  // namespace sentrail::compiler
