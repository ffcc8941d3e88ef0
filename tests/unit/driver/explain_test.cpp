// Every kind is explained, its wrong example yields it, and its right one is right.
#include "compiler/diag/explain.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "compiler/analysis/diagnose.hpp"
#include "compiler/catalog/lock.hpp"
#include "compiler/catalog/read.hpp"
#include "compiler/check/check.hpp"
#include "compiler/check/expiry.hpp"
#include "compiler/driver/builtin_catalogs.hpp"
#include "compiler/driver/test_findings.hpp"
#include "compiler/format/format.hpp"
#include "compiler/modules/modules.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/limits.hpp"
#include "tests/support/command_findings.hpp"
#include "tests/support/file_test.hpp"
#include "tests/support/policy_files.hpp"

namespace sentrail::compiler {
namespace {

// The built-in catalogs, read once.
struct Catalogs {
  Catalogs() {
    for (const BuiltinCatalog& one : builtin_catalogs()) {
      const SourceId id = sources.add(std::string(one.file), std::string(one.text));
      if (auto catalog = read_catalog(sources, id, sink)) all.push_back(std::move(*catalog));
    }
    for (const Catalog& catalog : all) infos.push_back(info_of(catalog));
  }
  Sources sources;
  DiagnosticSink sink;
  std::vector<Catalog> all;
  std::vector<CatalogInfo> infos;
};

// What all commands together find in an example.
void find(const std::map<std::string, std::string>& files, Sources& sources, SourceId id,
          DiagnosticSink& sink) {
  static const Catalogs kCatalogs;
  const std::optional<Ast> ast = parse(id, sources, sink);
  if (!ast) return;
  ModuleSet set;
  const ModuleFiles access = tests::module_files(files, sources);
  std::vector<CatalogInfo> infos = tests::locks_among(files, sources, sink);
  infos.insert(infos.end(), kCatalogs.infos.begin(), kCatalogs.infos.end());
  ASSERT_TRUE(set.read(*ast, &infos, access, sources, sink).has_value());
  if (!set.check(sources, &infos, sink)) return;
  const ir::Policy policy = set.linked();
  (void)check_ends(policy, Instant{1'767'225'600'000}, sink);  // 2026-01-01
  static_cast<void>(analysis::diagnose(policy, analysis::Depth::full, sink));
  const std::string formatted = format(*ast, sources);
  if (formatted != sources[id].text()) {
    sink.report(layout_finding(sources[id], id, formatted));
  }
  if (policy.tests.empty()) return;
  const auto compiled = Compiled::of(policy, kCatalogs.all, sources);
  ASSERT_TRUE(compiled.has_value());
  for (const TestOutcome& outcome : run_tests(policy, **compiled).outcomes) {
    if (!outcome.passed) sink.report(finding_of(outcome));
  }
  if (sink.has_errors()) return;
  const auto score = mutation_score(policy, {}, kCatalogs.all, sources, ast->policy->span, {});
  ASSERT_TRUE(score.has_value());
  for (const Survivor& one : score->survivors) sink.report(finding_of(one, policy, sources));
}

// What commands find that look at more than the text of one policy.
void find_more(const std::map<std::string, std::string>& files, Sources& sources, SourceId id,
               DiagnosticSink& sink) {
  const std::optional<Ast> ast = parse(id, sources, sink);
  const std::vector<CatalogInfo> none;
  const auto policy = ast ? check(*ast, sources, &none, sink) : std::nullopt;
  ASSERT_TRUE(policy.has_value());
  tests::find_by_commands(*policy, files, sources, sink);
}

std::vector<Diagnostic> findings(const Explanation& explanation, std::string_view example) {
  Sources sources;
  const auto files =
      tests::divided_files(tests::expand_golden(whole_example(explanation.kind, example)));
  const SourceId id = sources.add("example", files.at(""));
  DiagnosticSink sink;
  if (explanation.kind == DiagnosticKind::lock_refused) {
    (void)read_lock(sources, id, sink);
  } else if (row_of(explanation.kind).code.starts_with("S04")) {
    (void)read_catalog(sources, id, sink);
  } else if (row_of(explanation.kind).code >= "S0604") {
    find_more(files, sources, id, sink);
  } else {
    find(files, sources, id, sink);
  }
  return sink.sorted();
}

TEST(Explanations, EveryKindHasOne) {
  for (std::size_t i = 0; i < all_diagnostic_kinds().size(); ++i) {
    const Explanation& one = explanation_of(static_cast<DiagnosticKind>(i));
    EXPECT_GT(one.meaning.size(), 20u) << all_diagnostic_kinds()[i].code;
    EXPECT_TRUE(one.meaning.ends_with('.')) << one.meaning;
    EXPECT_TRUE(one.wrong.ends_with('\n') && one.right.ends_with('\n'));
  }
}

TEST(Explanations, WrongExamplesYieldTheirKindAndRightOnesNoError) {
  for (std::size_t i = 0; i < all_diagnostic_kinds().size(); ++i) {
    const Explanation& one = explanation_of(static_cast<DiagnosticKind>(i));
    const KindRow& row = row_of(one.kind);
    const auto is_it = [&](const Diagnostic& found) { return found.kind == one.kind; };
    EXPECT_TRUE(std::ranges::any_of(findings(one, one.wrong), is_it))
        << row.code << " " << row.name << ": its wrong example does not yield it";
    for (const Diagnostic& found : findings(one, one.right)) {
      EXPECT_NE(found.kind, one.kind) << row.code << " " << row.name;
      EXPECT_NE(found.severity(), Severity::error)
          << row.code << " " << row.name << ": its right example says " << found.message;
    }
  }
}

}  // namespace
}  // namespace sentrail::compiler
