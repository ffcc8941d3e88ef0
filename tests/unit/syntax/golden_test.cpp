// The goldens of tests/golden/syntax: diagnostics, the tree, the canonical layout.
#include <string>

#include "compiler/format/format.hpp"
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
  if (!ast) return result;
  // A folder of their own for layouts: a tree there would only repeat its input.
  if (!name.starts_with("layout_")) result.sections.push_back({"tree", ast->dump()});
  const std::string formatted = format(*ast, sources);
  if (formatted != text) result.sections.push_back({"format", formatted});
  return result;
}

const int kRegistered = tests::register_goldens("tests/golden/syntax", ".sentrail", run);

}  // namespace
}  // namespace sentrail::compiler
