// Reads catalogs for tests. See catalogs.hpp.
#include "tests/support/catalogs.hpp"

#include <cstdio>
#include <cstdlib>

#include "compiler/catalog/lower.hpp"
#include "compiler/catalog/read.hpp"

namespace sentrail::tests {
namespace {

compiler::Catalog read_or_abort(compiler::Sources& sources, compiler::SourceId source) {
  compiler::DiagnosticSink sink;
  auto catalog = compiler::read_catalog(sources, source, sink);
  if (catalog.has_value()) return *std::move(catalog);
  for (const compiler::Diagnostic& diagnostic : sink.sorted()) {
    std::fputs(compiler::render_text(diagnostic, sources, false).c_str(), stderr);
  }
  std::abort();
}

CatalogTables lower_or_abort(const compiler::Catalog& catalog) {
  CatalogTables tables = compiler::lower_catalogs({&catalog, 1});
  const Status sound = verify(tables.view());
  if (sound.has_value()) return tables;
  std::fprintf(stderr, "%s\n", sound.error().message.c_str());
  std::abort();
}

}  // namespace

const compiler::Catalog& github_catalog() {
  static const compiler::Catalog catalog = [] {
    compiler::Sources sources;
    const auto source =
        sources.add_file(std::string(SENTRAIL_SOURCE_DIR) + "/policies/catalogs/github.yaml");
    if (!source.has_value()) std::abort();
    return read_or_abort(sources, *source);
  }();
  return catalog;
}

const CatalogTables& github_tables() {
  static const CatalogTables tables = lower_or_abort(github_catalog());
  return tables;
}

compiler::Catalog checked_catalog(std::string_view yaml) {
  compiler::Sources sources;
  return read_or_abort(sources, sources.add("test.yaml", std::string(yaml)));
}

CatalogTables lowered_catalog(std::string_view yaml) {
  return lower_or_abort(checked_catalog(yaml));
}

}  // namespace sentrail::tests
