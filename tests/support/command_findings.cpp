// See command_findings.hpp.
#include "tests/support/command_findings.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "compiler/check/check.hpp"
#include "compiler/driver/command_findings.hpp"
#include "compiler/driver/coverage_output.hpp"
#include "compiler/import/import.hpp"
#include "compiler/syntax/parser.hpp"
#include "compiler/tester/compiled.hpp"
#include "runtime/request/read_requests.hpp"

namespace sentrail::tests {
namespace {

using namespace compiler;

class Commands {
 public:
  Commands(const ir::Policy& policy, Sources& sources, DiagnosticSink& sink)
      : policy_(policy), sources_(sources), sink_(sink) {}

  void cover() {
    const auto compiled = Compiled::of(policy_, {}, sources_);
    ASSERT_TRUE(compiled.has_value());
    report(findings_of(coverage_of(policy_, **compiled, {}, sources_, {}), policy_, sources_));
  }

  void prove() { report(findings_of(analysis::prove(policy_), policy_)); }

  void compare(const std::string& text) {
    const SourceId id = sources_.add("before.sentrail", text);
    DiagnosticSink wrong;
    const std::optional<Ast> ast = parse(id, sources_, wrong);
    ASSERT_TRUE(ast.has_value());
    const std::vector<CatalogInfo> none;
    const auto before = check(*ast, sources_, &none, wrong);
    ASSERT_TRUE(before.has_value());
    report(findings_of(analysis::diff(*before, policy_), {*before, policy_, {SourceId{0}, 0, 0}}));
  }

  void import(const std::string& text) {
    const SourceId id = sources_.add("foreign.cedar", text);
    import_::ImportRequest request;
    request.format = import_::ImportFormat::cedar;
    request.text = text;
    request.name = "foreign";
    const auto result = import_policy(request);
    ASSERT_TRUE(result.has_value()) << result.error().message;
    report(findings_of(result->findings, sources_[id], id));
  }

  void lock(const std::string& listed) {
    const SourceId id = sources_.add("tools.lock.json", "");
    const auto lock = update_lock("", "acme.tools", "mail", listed);
    ASSERT_TRUE(lock.has_value()) << lock.error().message;
    report(findings_of(lock->changes, "mail", sources_[id], id));
  }

  void replay(const std::string& text) {
    Recorded recorded;
    std::istringstream lines(text);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
      const auto requests = request::read_requests(line, {});
      if (requests) continue;
      ++recorded.broken_count;
      recorded.broken.push_back({number, requests.error().message});
    }
    report(findings_of(recorded, add_log("log.jsonl", recorded, sources_)));
  }

 private:
  void report(const std::vector<Diagnostic>& found) {
    for (const Diagnostic& one : found) sink_.report(one);
  }

  const ir::Policy& policy_;
  Sources& sources_;
  DiagnosticSink& sink_;
};

}  // namespace

void find_by_commands(const ir::Policy& policy, const std::map<std::string, std::string>& files,
                      Sources& sources, DiagnosticSink& sink) {
  Commands commands(policy, sources, sink);
  const auto given = [&files](const char* name) {
    const auto found = files.find(name);
    return found == files.end() ? nullptr : &found->second;
  };
  if (!policy.tests.empty()) commands.cover();
  if (!policy.proofs.empty()) commands.prove();
  if (const std::string* text = given("before.sentrail")) commands.compare(*text);
  if (const std::string* text = given("foreign.cedar")) commands.import(*text);
  if (const std::string* text = given("listed.json")) commands.lock(*text);
  if (const std::string* text = given("log.jsonl")) commands.replay(*text);
}

}  // namespace sentrail::tests
