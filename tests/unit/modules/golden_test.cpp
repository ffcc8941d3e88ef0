// The goldens of tests/golden/modules: policies in several files, what is said of them, and what
// they are when they are put together. A line `#file NAME` begins the file of that name; what
// stands before the first is the root.
#include <algorithm>
#include <map>
#include <string>

#include "compiler/modules/modules.hpp"
#include "compiler/syntax/parser.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail::compiler {
namespace {

const std::vector<CatalogInfo>& catalogs() {
  static const std::vector<CatalogInfo> kCatalogs = {
      {"sentrail.github", "github", {"issues.read", "ref.delete", "unknown"}},
      {"sentrail.linear", "linear", {"issue.create", "unknown"}},
  };
  return kCatalogs;
}

// The parts of an input by their names; the root's is "".
std::map<std::string, std::string> divided(const std::string& text) {
  constexpr std::string_view kMark = "#file ";
  std::map<std::string, std::string> files;
  std::string name;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string line = text.substr(at, end - at);
    if (line.starts_with(kMark)) {
      name = line.substr(kMark.size(), line.size() - kMark.size() - 1);
    } else {
      files[name] += line;
    }
    at = end;
  }
  return files;
}

tests::StageResult run(const std::string& name, const std::string& text) {
  const std::map<std::string, std::string> files = divided(text);
  Sources sources;
  DiagnosticSink sink;
  const SourceId root = sources.add(name, files.at(""));
  const std::optional<Ast> ast = parse(root, sources, sink);
  tests::StageResult result;
  std::string policy;
  if (ast) {
    const ModuleFiles access{[&](std::string_view module) {
                               std::string file(module);
                               std::ranges::replace(file, '.', '/');
                               file += ".sentrail";
                               FoundModule found{{}, {file, "more/" + file}};
                               if (files.contains(file)) found.file = file;
                               return found;
                             },
                             [&](const std::string& file) -> Result<SourceId> {
                               return sources.add(file, files.at(file));
                             }};
    ModuleSet set;
    const Status read = set.read(*ast, &catalogs(), access, sources, sink);
    if (!read) return {true, {{"failed", read.error().message}}};
    if (set.check(sources, &catalogs(), sink)) {
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
