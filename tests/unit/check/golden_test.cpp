// The goldens of tests/golden/check: diagnostics of the check, and the policy it gives.
#include <string>

#include "compiler/check/check.hpp"
#include "compiler/syntax/parser.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail::compiler {
namespace {

// Two small catalogs, so that goldens do not change with the real ones.
const std::vector<CatalogInfo>& catalogs() {
  static const std::vector<CatalogInfo> kCatalogs = {
      {"sentrail.github",
       "github",
       {"branch_protection.delete", "branch_protection.update", "issues.read",
        "pull_request.create", "pull_request.merge", "ref.delete", "ref.update", "unknown"}},
      {"sentrail.linear", "linear", {"issue.create", "issue.delete", "unknown"}},
  };
  return kCatalogs;
}

tests::StageResult run(const std::string& name, const std::string& text) {
  Sources sources;
  const SourceId id = sources.add(name, text);
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  const auto policy = ast ? check(*ast, sources, &catalogs(), sink) : std::nullopt;
  tests::StageResult result;
  result.failed = sink.has_errors();
  std::string diagnostics;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    diagnostics += render_text(diagnostic, sources, false);
  }
  result.sections.push_back({"diagnostics", diagnostics});
  if (policy) result.sections.push_back({"policy", policy->dump()});
  return result;
}

const int kRegistered = tests::register_goldens("tests/golden/check", ".sentrail", run);

}  // namespace
}  // namespace sentrail::compiler
