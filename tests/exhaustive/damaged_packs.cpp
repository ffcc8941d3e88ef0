// Damaged texts through the phases. See damaged_packs.hpp.
#include "tests/exhaustive/damaged_packs.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <utility>

#include "compiler/catalog/catalog.hpp"
#include "compiler/catalog/read.hpp"
#include "compiler/check/check.hpp"
#include "compiler/diag/diagnostic.hpp"
#include "compiler/format/format.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/simplify/simplify.hpp"
#include "compiler/syntax/parser.hpp"
#include "tests/support/catalogs.hpp"
#include "tests/support/file_test.hpp"

namespace {
std::size_t allocations = 0;
}  // namespace

// Counted for this program alone; one thread.
void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {  // std::stable_sort's
  ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace sentrail::tests {
namespace {

using namespace compiler;

const std::vector<CatalogInfo>& catalogs() {
  static const std::vector<CatalogInfo> kCatalogs = {info_of(github_catalog())};
  return kCatalogs;
}

std::vector<PackFile> files(const std::string& ending) {
  std::vector<PackFile> out;
  for (const std::string& path : golden_files("policies", ending)) {
    out.push_back({path, read_golden(path)});
  }
  return out;
}

// Every diagnostic has its place in the text, and words for people and programs.
void expect_shown(const std::string& what, const DiagnosticSink& sink, const Sources& sources,
                  SourceId id) {
  for (const Diagnostic& one : sink.sorted()) {
    ASSERT_LE(one.span.begin, one.span.end) << what;
    ASSERT_LE(one.span.end, sources[id].text().size()) << what;
    ASSERT_FALSE(render_text(one, sources, false).empty()) << what;
    ASSERT_FALSE(render_json(one, sources).empty()) << what;
  }
}

// What is accepted goes through what follows: it is well formed, and laid out once and for all.
void expect_whole(const std::string& what, const Ast& ast, const ir::Policy& policy,
                  const Sources& sources) {
  ASSERT_TRUE(policy.verify().has_value()) << what;
  ASSERT_TRUE(lower(simplify(policy)).has_value()) << what;
  const std::string once = format(ast, sources);
  Sources again;
  DiagnosticSink sink;
  const std::optional<Ast> formatted = parse(again.add("formatted", once), again, sink);
  ASSERT_TRUE(formatted.has_value()) << what << "\n" << once;
  ASSERT_EQ(formatted->dump(), ast.dump()) << what;
}

}  // namespace

std::vector<PackFile> policy_packs() {
  return files(".sentrail");
}

std::vector<PackFile> pack_catalogs() {
  return files(".yaml");
}

DamageCost expect_policy_or_diagnostic(const std::string& what, std::string text) {
  const std::vector<CatalogInfo>& known = catalogs();
  const std::size_t before = allocations;
  Sources sources;
  const SourceId id = sources.add("pack.sentrail", std::move(text));
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  std::optional<ir::Policy> policy;
  if (ast) policy = check(*ast, sources, &known, sink);
  const DamageCost cost{allocations - before, policy.has_value()};
  EXPECT_EQ(policy.has_value(), !sink.has_errors()) << what;
  expect_shown(what, sink, sources, id);
  if (policy) expect_whole(what, *ast, *policy, sources);
  return cost;
}

DamageCost expect_catalog_or_diagnostic(const std::string& what, std::string text) {
  const std::size_t before = allocations;
  Sources sources;
  const SourceId id = sources.add("catalog.yaml", std::move(text));
  DiagnosticSink sink;
  const std::optional<Catalog> catalog = read_catalog(sources, id, sink);
  const DamageCost cost{allocations - before, catalog.has_value()};
  EXPECT_EQ(catalog.has_value(), !sink.has_errors()) << what;
  expect_shown(what, sink, sources, id);
  return cost;
}

}  // namespace sentrail::tests
