// The goldens of tests/golden/syntax: diagnostics, the tree, the canonical layout.
#include <string>

#include "compiler/syntax/parser.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail::compiler {
namespace {

tests::StageResult run(const std::string& name, const std::string& text) {
  Sources sources;
  const SourceId id = sources.add(name, text);
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  tests::StageResult result;
  result.failed = sink.has_errors();
  std::string diagnostics;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    diagnostics += render_text(diagnostic, sources, false);
  }
  result.sections.push_back({"diagnostics", diagnostics});
  if (ast) result.sections.push_back({"tree", ast->dump()});
  return result;
}

const int kRegistered = tests::register_goldens("tests/golden/syntax", ".sentrail", run);

}  // namespace
}  // namespace sentrail::compiler
