// Fuzz: any text as a catalog. No crash, no hang; what has no error lowers to tables that verify,
// and every operation is found by the classifier on its own examples.
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/catalog/lower.hpp"
#include "compiler/catalog/overlap.hpp"
#include "compiler/catalog/read.hpp"
#include "core/check.hpp"
#include "runtime/classify/match.hpp"

namespace sentrail::compiler {
namespace {

void check(const Catalog& catalog) {
  const CatalogTables tables = lower_catalogs({&catalog, 1});
  const CatalogView view = tables.view();
  SENTRAIL_CHECK(verify(view).has_value());
  SENTRAIL_CHECK(!dump(view).empty());
  const auto paths = examples(catalog);
  for (std::size_t i = 0; i < catalog.operations.size(); ++i) {
    const CatalogOperation& operation = catalog.operations[i];
    for (const SegmentTexts& path : paths[i]) {
      std::vector<classify::Segment> segments;
      for (const std::string& text : path) segments.push_back({text, false, false});
      const auto method = static_cast<std::size_t>(operation.method);
      const std::uint32_t found =
          classify::find_operation(view, view.catalogs[0].roots[method], segments);
      const auto meant = resolve(catalog, operation.method, path);
      SENTRAIL_CHECK(found != kCatalogNone && meant.has_value());
      SENTRAIL_CHECK(view.at(view.operations[found].path) == catalog.operations[*meant].path.text);
    }
  }
}

}  // namespace
}  // namespace sentrail::compiler

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sentrail::compiler;
  Sources sources;
  const SourceId source =
      sources.add("fuzz.yaml", std::string(reinterpret_cast<const char*>(data), size));
  DiagnosticSink sink;
  const auto catalog = read_catalog(sources, source, sink);
  for (const Diagnostic& diagnostic : sink.sorted()) {
    SENTRAIL_CHECK(!render_text(diagnostic, sources, false).empty());
  }
  SENTRAIL_CHECK(catalog.has_value() != sink.has_errors());
  if (catalog.has_value()) check(*catalog);
  return 0;
}
