// Bundles with defaults of body members: only what a policy can see, and the level that it needs.
#include <gtest/gtest.h>

#include <cstring>

#include "compiler/lower/build_bundle.hpp"
#include "compiler/lower/lower.hpp"
#include "core/bundle.hpp"
#include "core/bundle_levels.hpp"
#include "core/catalog_asked.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/catalogs.hpp"
#include "tests/unit/bundle/bundle_samples.hpp"

namespace sentrail::support {
namespace {

constexpr const char* kCatalog = R"(
catalog: acme.api
tool: api
version: 1
hosts: [api.example.com]
actions: {make: high}
families:
  all:
    paths:
      /things:
        POST:
          action: make
          fields: {name: {from: body.where, optional: true}}
          body: {a: {type: bool, default: true}, where: {type: string, default: x}}
      /others: {POST: {action: make, body: {b.c: {type: number, default: 7}}}}
)";

// A policy that asks whether something exists.
ProgramStorage asking(const char* path) {
  compiler::ir::Policy policy;
  policy.name = "acme.agents";  // as with_content() says
  const auto condition = atom(policy, test(path, ir::AtomOp::exists));
  policy.tiers.push_back({"t", false, {rule("r", Outcome::block, condition)}});
  auto program = compiler::lower(policy);
  EXPECT_TRUE(program.has_value());
  return *std::move(program);
}

std::string bundle_of(const ProgramStorage& program) {
  static const CatalogTables tables = tests::lowered_catalog(kCatalog);
  const auto bytes = compiler::build_bundle(
      {.program = program.view(), .catalogs = tables.view(), .foreign = {}, .signers = {}});
  EXPECT_TRUE(bytes.has_value());
  return *bytes;
}

// `level: defaults`, or that the bundle is refused.
std::string loaded(const std::string& bytes) {
  const auto bundle = bundles::LoadedBundle::from_bytes(bytes, unsigned_allowed());
  if (!bundle) return "refused: " + bundle.error().message;
  std::string out = std::to_string((*bundle)->sections().level()) + ":";
  const CatalogView& view = (*bundle)->catalogs();
  for (const CatalogDefaultRow& row : view.defaults) {
    for (const CatalogText step : CatalogView::rows(view.texts, row.steps)) {
      out += "." + std::string(view.at(step));
    }
    out += "=" + std::string(view.at(row.value)) + " ";
  }
  return out;
}

TEST(BundleDefaults, AreThoseThatAPolicyCanSee) {
  const std::string level = std::to_string(level_of(kCatalogDefaultsSection));
  const auto asked = [](const char* path) { return loaded(bundle_of(asking(path))); };
  EXPECT_EQ(asked("risk"), "1:");
  EXPECT_EQ(asked("body.d"), "1:");
  EXPECT_EQ(asked("args.a"), "1:");
  EXPECT_EQ(asked("body.a"), level + ":.a=true ");
  EXPECT_EQ(asked("body.b"), level + ":.b.c=7 ");
  EXPECT_EQ(asked("body.b.c.d"), level + ":.b.c=7 ");
  EXPECT_EQ(asked("body"), level + ":.b.c=7 .a=true .where=x ");
  EXPECT_EQ(asked("resource.name"), level + ":.where=x ");
  EXPECT_EQ(asked("resource.ref"), "1:");
}

TEST(BundleDefaults, AreRefusedInABundleOfALowerLevel) {
  std::string content = content_of(bundle_of(asking("body.a")));
  const std::uint32_t lower = 1;
  std::memcpy(content.data() + offsetof(BundleHeader, level), &lower, sizeof(lower));
  EXPECT_TRUE(loaded(with_content(content)).starts_with("refused"));
}

TEST(BundleDefaults, EveryByteOfTheSectionMatters) {
  const std::string whole = content_of(bundle_of(asking("body.a")));
  const auto* rows = reinterpret_cast<const SectionRow*>(whole.data() + sizeof(BundleHeader));
  const SectionRow* row = rows;
  while (row->id != static_cast<std::uint32_t>(kCatalogDefaultsSection)) ++row;
  const std::string before = loaded(with_content(whole));
  ASSERT_FALSE(before.starts_with("refused")) << before;
  std::size_t accepted = 0;
  for (std::uint64_t at = row->offset; at < row->offset + row->bytes; ++at) {
    std::string content = whole;
    content[at] = static_cast<char>(content[at] ^ 0x55);
    accepted += loaded(with_content(content)) == before ? 1 : 0;
  }
  EXPECT_EQ(accepted, 0u);
}

}  // namespace
}  // namespace sentrail::support
