// Loads, analyses, tests, proves and asks. See judge.hpp.
#include "tests/unit/conformance/judge.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <span>

#include "compiler/analysis/diagnose.hpp"
#include "compiler/analysis/prove.hpp"
#include "compiler/analysis/time_classes.hpp"
#include "compiler/driver/command_findings.hpp"
#include "compiler/driver/eval_answer.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/test_findings.hpp"
#include "compiler/oracle/answer.hpp"
#include "compiler/probe/requests.hpp"
#include "compiler/tester/situation.hpp"
#include "compiler/tester/tester.hpp"
#include "core/limits.hpp"
#include "tests/support/compiled.hpp"
#include "tests/support/obligations.hpp"
#include "tests/support/plain_json.hpp"

namespace sentrail::conformance {
namespace {

using namespace compiler;

// 2027-01-01: what is refused because it has ended, and how far analysis looks, is of no other day.
constexpr Instant kToday{1'798'761'600'000};

constexpr std::string_view kRequest = ".request.json";
constexpr std::string_view kAnswer = ".answer.json";

// The files of a case as a disk would hold them.
LoadFrom from_case(const Case& one) {
  const auto listed = [&one](const std::string& folder, std::string_view ending) {
    std::vector<std::string> found;
    if (!folder.empty()) return found;
    for (const auto& [file, text] : one.files) {
      if (file.starts_with("catalogs/") && file.ends_with(ending)) found.push_back(file);
    }
    return found;
  };
  const auto add = [&one](const std::string& file, Sources& sources) -> Result<SourceId> {
    return sources.add(file, one.files.at(file));
  };
  LoadFrom from;
  from.is_file = [&one](const std::string& file) { return one.files.contains(file); };
  from.add = add;
  from.catalogs = [listed, add](const std::vector<std::string>& folders, Loaded& loaded) {
    return load_catalogs(
        folders,
        {[listed](const std::string& folder) { return listed(folder, ".yaml"); },
         [listed](const std::string& folder) { return listed(folder, ".lock.json"); }, add},
        loaded);
  };
  from.options.now = kToday;
  return from;
}

// Of an answer in JSON its members, each as text without white space.
std::map<std::string, std::string> members_of(const std::string& json) {
  std::map<std::string, std::string> members;
  const auto plain = testing::plain_json(json, limits::kNestingMax);
  if (!plain || !plain->starts_with("{\"")) return members;
  std::size_t depth = 0;
  std::size_t begin = 1;
  bool quoted = false;
  for (std::size_t at = 0; at < plain->size(); ++at) {
    const char c = (*plain)[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '{' || c == '[')) {
      ++depth;
    } else if (!quoted && (c == '}' || c == ']')) {
      --depth;
    }
    if (quoted || (depth > 0 && (depth > 1 || c != ','))) continue;
    const std::string member = plain->substr(begin, at - begin);
    const std::size_t colon = member.find("\":");
    members[member.substr(1, colon - 1)] = member.substr(colon + 2);
    begin = at + 1;
  }
  return members;
}

class Judge {
 public:
  explicit Judge(const Case& one) : one_(one) {}

  std::vector<std::string> judge() {
    const SourceId root = loaded_.sources.add(kRoot, one_.files.at(kRoot));
    if (const Status status = load_policy(root, from_case(one_), loaded_); !status) {
      return {status.error().message};
    }
    analyse();
    for (const Diagnostic& diagnostic : loaded_.sink.sorted()) add(diagnostic);
    if (loaded_.policy) {
      decide();
    } else {
      look_for_idle_tests();
    }
    compare();
    return problems_;
  }

 private:
  void add(const Diagnostic& diagnostic) {
    const Source& source = loaded_.sources[diagnostic.span.source];
    const KindRow& row = row_of(diagnostic.kind);
    const std::string text = finding(source.name(), source.locate(diagnostic.span.begin).line,
                                     name_of(row.severity), row.code);
    found_.insert(text);
    if (!one_.expected.contains(text)) problems_.push_back(text + ": " + diagnostic.message);
  }

  // Analysis is asked where something of it is expected, and then all that it finds is.
  void analyse() {
    const auto is_of_analysis = [](const std::string& text) {
      return text.find(" S032") != text.npos || text.find(" S033") != text.npos;
    };
    if (!loaded_.policy || std::ranges::none_of(one_.expected, is_of_analysis)) return;
    analysis::set_horizon(kToday);
    if (analysis::diagnose(*loaded_.policy, analysis::Depth::full, loaded_.sink) > 0) {
      problems_.emplace_back("a witness of the analysis is not confirmed");
    }
  }

  void look_for_idle_tests() {
    for (const auto& [file, text] : one_.files) {
      if (!file.ends_with(".sentrail")) continue;
      for (const std::size_t line : idle_tests(one_, file)) {
        problems_.push_back(file + ":" + std::to_string(line) +
                            ": of a policy that is refused, nobody runs this");
      }
    }
  }

  void decide() {
    const auto compiled = Compiled::of(*loaded_.policy, loaded_.catalogs, loaded_.sources);
    if (!compiled) {
      problems_.push_back(compiled.error().message);
      return;
    }
    run_tests_of(*loaded_.policy, **compiled);
    for (const ir::Policy& module : loaded_.tested_modules) {
      const auto alone = Compiled::of(module, loaded_.catalogs, loaded_.sources);
      if (alone) run_tests_of(module, **alone);
    }
    for (const Diagnostic& one : findings_of(analysis::prove(*loaded_.policy), *loaded_.policy)) {
      add(one);
    }
    for (const auto& [file, text] : one_.files) {
      if (file.ends_with(kRequest)) ask(file, text, **compiled);
    }
  }

  void run_tests_of(const ir::Policy& policy, const Compiled& compiled) {
    for (const TestOutcome& outcome : run_tests(policy, compiled).outcomes) {
      if (!outcome.passed) add(finding_of(outcome));
      ask_oracle(policy, compiled, *outcome.test);
    }
  }

  // What calls before it have counted the oracle does not know.
  void ask_oracle(const ir::Policy& policy, const Compiled& compiled, const ir::TestCase& test) {
    auto requests = requests_of(test, compiled.catalogs());
    if (!requests || test.calls_before > 0) return;
    const State state = state_of(test, compiled.engine().program());
    decide::Scratch scratch = compiled.engine().make_scratch();
    const Evaluation evaluation = compiled.evaluate(*std::move(requests), state);
    for (const request::Request& action : evaluation.requests) {
      const oracle::Request plain = probe::plain_request(action.facts());
      const oracle::Used used = used_in(policy, test.used);
      const std::string expected = support::describe(oracle::answer(policy, plain, used),
                                                     oracle::shadows_of(policy, plain, used));
      const std::string actual =
          support::described_answer(compiled.engine(), action.facts(), scratch, &state.used);
      if (expected == actual) continue;
      problems_.push_back("test `" + test.name + "`: the oracle answers " + expected +
                          ", the engine " + actual);
    }
  }

  void ask(const std::string& file, const std::string& text, const Compiled& compiled) {
    const std::string name = file.substr(0, file.size() - kRequest.size());
    const auto expected = one_.files.find(name + std::string(kAnswer));
    if (expected == one_.files.end()) {
      problems_.push_back(file + " has no answer");
      return;
    }
    const auto answer = eval_answer(compiled, text, 0);
    if (!answer) {
      problems_.push_back(file + ": " + answer.error().message);
      return;
    }
    std::string json;
    JsonWriter writer(&json);
    writer.begin_object();
    write_head(writer, *answer);
    writer.end_object();
    auto actual = members_of(json);
    const auto wanted = members_of(expected->second);
    if (wanted.empty()) problems_.push_back(expected->first + " expects nothing");
    for (const auto& [key, value] : wanted) {
      if (actual[key] == value) continue;
      problems_.push_back(file + ": " + key + " is " + actual[key] + ", not " + value);
    }
  }

  void compare() {
    for (const std::string& text : one_.expected) {
      if (!found_.contains(text)) problems_.push_back(text + ": is not found");
    }
  }

  const Case& one_;
  Loaded loaded_;
  Findings found_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> problems_of(const Case& one) {
  return Judge(one).judge();
}

}  // namespace sentrail::conformance
