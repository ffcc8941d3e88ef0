// Bundles of policy texts. See policy_bundle.hpp.
#include "tests/support/policy_bundle.hpp"

#include <cstdio>
#include <vector>

#include "compiler/check/check.hpp"
#include "compiler/lower/build_bundle.hpp"
#include "compiler/syntax/parser.hpp"
#include "compiler/tester/compiled.hpp"
#include "core/check.hpp"

namespace sentrail::tests {

std::string bundle_bytes_of(std::string_view policy_text, const compiler::Catalog& catalog) {
  compiler::Sources sources;
  compiler::DiagnosticSink sink;
  const compiler::SourceId source = sources.add("test.sentrail", std::string(policy_text));
  const std::optional<compiler::Ast> ast = compiler::parse(source, sources, sink);
  std::optional<compiler::ir::Policy> policy;
  const std::vector<compiler::CatalogInfo> infos = {compiler::info_of(catalog)};
  if (ast) policy = compiler::check(*ast, sources, &infos, sink);
  for (const compiler::Diagnostic& diagnostic : sink.sorted()) {
    std::fputs(compiler::render_text(diagnostic, sources, false).c_str(), stderr);
  }
  SENTRAIL_CHECK(policy.has_value());
  const auto compiled = compiler::Compiled::of(*policy, std::span(&catalog, 1), sources);
  SENTRAIL_CHECK(compiled.has_value());
  compiler::BundleParts parts;
  parts.program = (*compiled)->engine().program();
  parts.catalogs = (*compiled)->catalogs();
  Result<std::string> bytes = compiler::build_bundle(parts);
  SENTRAIL_CHECK(bytes.has_value());
  return *std::move(bytes);
}

std::shared_ptr<const bundles::LoadedBundle> bundle_of(std::string_view policy_text) {
  bundles::LoadOptions options;
  options.allow_unsigned = true;
  auto loaded = bundles::LoadedBundle::from_bytes(bundle_bytes_of(policy_text), options);
  SENTRAIL_CHECK(loaded.has_value());
  return *std::move(loaded);
}

}  // namespace sentrail::tests
