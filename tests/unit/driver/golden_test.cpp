// The goldens of tests/golden/fix: what `check --fix` does, and that each fix does what it is for.
// Those of tests/golden/command: what `test` and `fmt --check` find; of tests/golden/report: what
// the commands find that have more to look at than the text of one policy.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "compiler/check/check.hpp"
#include "compiler/check/expiry.hpp"
#include "compiler/diag/fix.hpp"
#include "compiler/driver/test_findings.hpp"
#include "compiler/driver/unified_diff.hpp"
#include "compiler/format/format.hpp"
#include "compiler/syntax/parser.hpp"
#include "tests/support/command_findings.hpp"
#include "tests/support/file_test.hpp"
#include "tests/support/policy_files.hpp"

namespace sentrail::compiler {
namespace {

// Small catalogs, so that goldens do not change with the real ones.
const std::vector<CatalogInfo>& catalogs() {
  static const std::vector<CatalogInfo> kCatalogs = {
      {"sentrail.github", "github", {"issues.read", "ref.delete", "ref.update", "unknown"}},
      {"sentrail.linear", "linear", {"issue.create", "issue.delete", "unknown"}},
  };
  return kCatalogs;
}

// The day of all goldens: 2026-01-01.
constexpr Instant kNow{1'767'225'600'000};

// A text that has been read and checked.
struct Checked {
  Checked(const std::string& name, const std::string& text) : source(sources.add(name, text)) {
    const std::optional<Ast> ast = parse(source, sources, sink);
    parses = ast.has_value();
    if (ast) (void)check(*ast, sources, &catalogs(), sink);
    found = sink.sorted();
  }
  Checked(const Checked&) = delete;
  Checked& operator=(const Checked&) = delete;

  [[nodiscard]] std::size_t count(DiagnosticKind kind, const std::string& message) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        found, [&](const Diagnostic& one) { return one.kind == kind && one.message == message; }));
  }

  Sources sources;
  SourceId source;
  DiagnosticSink sink;
  bool parses = false;
  std::vector<Diagnostic> found;
};

// A fix alone makes its own finding go away, and nothing worse of a text that parsed.
void expect_each_fix_helps(const std::string& name, const std::string& text) {
  const Checked before(name, text);
  for (const Diagnostic& one : before.found) {
    if (!one.fix) continue;
    const FixedText fixed = apply_fixes(before.sources, before.source, {one});
    ASSERT_EQ(fixed.applied.size(), 1u) << name << ": " << one.message;
    const Checked after(name, fixed.text);
    EXPECT_LT(after.count(one.kind, one.message), before.count(one.kind, one.message))
        << name << ": still " << one.message << "\n"
        << fixed.text;
    EXPECT_TRUE(after.parses || !before.parses) << name << ": " << one.fix->title << "\n"
                                                << fixed.text;
  }
}

tests::StageResult fix(const std::string& name, const std::string& text) {
  constexpr int kRounds = 32;
  expect_each_fix_helps(name, text);
  std::string now = text;
  std::string titles;
  for (int round = 0; round < kRounds; ++round) {
    const Checked checked(name, now);
    const FixedText fixed = apply_fixes(checked.sources, checked.source, checked.found);
    for (const std::size_t index : fixed.applied) {
      const Diagnostic& one = checked.found[index];
      titles += std::string(row_of(one.kind).code) + " " + one.fix->title + "\n";
    }
    if (fixed.applied.empty()) break;
    EXPECT_LT(round + 1, kRounds) << name << " never ends";
    now = fixed.text;
  }
  const Checked last(name, now);
  EXPECT_TRUE(last.parses || name.starts_with("fail_")) << name << ": what is fixed parses\n"
                                                        << now;
  tests::StageResult result;
  std::string left;
  for (const Diagnostic& one : last.found) left += render_text(one, last.sources, false);
  result.failed = last.sink.has_errors();
  result.sections.push_back({"fixes", titles});
  result.sections.push_back({"text", now});
  result.sections.push_back({"left", left});
  return result;
}

tests::StageResult command(const std::string& name, const std::string& text) {
  Sources sources;
  const SourceId id = sources.add(name, text);
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  const auto policy = ast ? check(*ast, sources, &catalogs(), sink) : std::nullopt;
  tests::StageResult result;
  if (!policy) {
    result.failed = true;
    return result;
  }
  (void)check_ends(*policy, kNow, sink);
  const auto compiled = Compiled::of(*policy, {}, sources);
  EXPECT_TRUE(compiled.has_value());
  for (const TestOutcome& outcome : run_tests(*policy, **compiled).outcomes) {
    if (!outcome.passed) sink.report(finding_of(outcome));
  }
  if (!policy->tests.empty() && !sink.has_errors()) {
    const auto score = mutation_score(*policy, {}, {}, sources, ast->policy->span, {});
    EXPECT_TRUE(score.has_value());
    for (const Survivor& one : score->survivors) sink.report(finding_of(one, *policy, sources));
  }
  const std::string formatted = format(*ast, sources);
  if (formatted != text) sink.report(layout_finding(sources[id], id, formatted));
  std::string said;
  for (const Diagnostic& one : sink.sorted()) said += render_text(one, sources, false);
  result.failed = sink.has_errors();
  result.sections.push_back({"diagnostics", said});
  return result;
}

// The policy, and files beside it behind `#file NAME`.
tests::StageResult commands_beside(const std::string& name, const std::string& text) {
  const auto files = tests::divided_files(text);
  tests::StageResult result;
  DiagnosticSink sink;
  Sources sources;
  const SourceId id = sources.add(name, files.at(""));
  const std::optional<Ast> ast = parse(id, sources, sink);
  const auto policy = ast ? check(*ast, sources, &catalogs(), sink) : std::nullopt;
  result.failed = true;
  if (!policy) return result;
  tests::find_by_commands(*policy, files, sources, sink);
  std::string said;
  for (const Diagnostic& one : sink.sorted()) said += render_text(one, sources, false);
  result.failed = sink.has_errors();
  result.sections.push_back({"diagnostics", said});
  return result;
}

const int kFixes = tests::register_goldens("tests/golden/fix", ".sentrail", fix);
const int kCommands = tests::register_goldens("tests/golden/command", ".sentrail", command);
const int kReports = tests::register_goldens("tests/golden/report", ".sentrail", commands_beside);

// Every fix of every golden that there is does what it is for.
TEST(Fixes, OfEveryGoldenHelpAlone) {
  std::size_t files = 0;
  for (const char* folder : {"tests/golden/check", "tests/golden/syntax"}) {
    for (const std::string& path : tests::golden_files(folder, ".sentrail")) {
      expect_each_fix_helps(path, tests::expand_golden(tests::read_golden(path)));
      ++files;
    }
  }
  EXPECT_GT(files, 80u);
}

}  // namespace
}  // namespace sentrail::compiler
