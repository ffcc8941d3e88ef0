// The goldens of tests/golden/catalog: diagnostics, and the tables of those without errors.
#include <string>

#include "compiler/catalog/lower.hpp"
#include "compiler/catalog/read.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail::compiler {
namespace {

tests::StageResult run(const std::string& name, const std::string& text) {
  Sources sources;
  const SourceId source = sources.add(name, text);
  DiagnosticSink sink;
  const auto catalog = read_catalog(sources, source, sink);
  tests::StageResult result;
  result.failed = sink.has_errors();
  std::string diagnostics;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    diagnostics += render_text(diagnostic, sources, false);
  }
  result.sections.push_back({"diagnostics", diagnostics});
  if (!catalog.has_value()) return result;
  const CatalogTables tables = lower_catalogs({&*catalog, 1});
  const Status sound = verify(tables.view());
  result.sections.push_back({"verify", sound.has_value() ? "" : sound.error().message});
  if (sound.has_value()) result.sections.push_back({"tables", dump(tables.view())});
  return result;
}

const int kRegistered = tests::register_goldens("tests/golden/catalog", ".yaml", run);

}  // namespace
}  // namespace sentrail::compiler
