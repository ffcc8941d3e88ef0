// The goldens of tests/golden/modules: policies in several files, what is said of them, and what
// they are when they are put together. tests/support/policy_files.hpp says how one file holds them.
#include <map>
#include <string>

#include "compiler/modules/modules.hpp"
#include "compiler/syntax/parser.hpp"
#include "tests/support/file_test.hpp"
#include "tests/support/policy_files.hpp"

namespace sentrail::compiler {
namespace {

const std::vector<CatalogInfo>& catalogs() {
  static const std::vector<CatalogInfo> kCatalogs = {
      {"sentrail.github", "github", {"issues.read", "ref.delete", "unknown"}},
      {"sentrail.linear", "linear", {"issue.create", "unknown"}},
  };
  return kCatalogs;
}

tests::StageResult run(const std::string& name, const std::string& text) {
  const std::map<std::string, std::string> files = tests::divided_files(text);
  Sources sources;
  DiagnosticSink sink;
  const SourceId root = sources.add(name, files.at(""));
  const std::optional<Ast> ast = parse(root, sources, sink);
  std::vector<CatalogInfo> infos = tests::locks_among(files, sources, sink);
  infos.insert(infos.end(), catalogs().begin(), catalogs().end());
  tests::StageResult result;
  std::string policy;
  if (ast) {
    const ModuleFiles access = tests::module_files(files, sources);
    ModuleSet set;
    const Status read = set.read(*ast, &infos, access, sources, sink);
    if (!read) return {true, {{"failed", read.error().message}}};
    if (set.check(sources, &infos, sink)) {
      policy = set.linked().dump();
      for (const ir::Policy& module : set.tested_modules()) policy += "\n" + module.dump();
    }
  }
  result.failed = sink.has_errors();
  std::string diagnostics;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    diagnostics += render_text(diagnostic, sources, false);
  }
  result.sections.push_back({"diagnostics", diagnostics});
  if (!policy.empty()) result.sections.push_back({"policy", policy});
  return result;
}

const int kRegistered = tests::register_goldens("tests/golden/modules", ".sentrail", run);

}  // namespace
}  // namespace sentrail::compiler
