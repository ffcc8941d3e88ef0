// Hostile tables: every field of every row set to odd values is refused or harmless.
#include <gtest/gtest.h>

#include <cstring>
#include <span>
#include <string>

#include "core/catalog.hpp"
#include "core/check.hpp"
#include "tests/support/catalogs.hpp"

namespace sentrail {
namespace {

constexpr const char* kSmall = R"(
catalog: acme.api
tool: api
version: 1
hosts: [api.example.com]
post_as_patch: true
aliases: {"/n/{id}": "/things/{owner}"}
ids: ["{owner}#{id}", "{owner}"]
parameters:
  owner: {to: owner, caseless: true}
  id: int
  kind: {kind: enum, values: [a, b]}
  path: {kind: multi, to: path}
actions: {read: {risk: low, read: true}, write: high}
families:
  all:
    resource: thing
    paths:
      /things/{owner}: {GET: read}
      /things/{owner}/{kind}: {GET: read}
      /things/{owner}/{id}/{path}:
        PUT:
          action: write
          fields: {name: {from: body.a.b}}
          refine: [{when: {body.n: 3, body.t: true, path.path: {under: x}}, risk: critical}]
          body: {n: {type: number, default: 3}, a.c: {type: bool, default: true}}
      /things/{owner}/{id}/{path}/tail: {GET: read}
)";

// Calls `visit` with the bytes of each table.
template <class Visit>
void for_tables(CatalogTables& t, const Visit& visit) {
  const auto bytes = [](auto& rows) {
    return std::span(reinterpret_cast<unsigned char*>(rows.data()), rows.size() * sizeof(rows[0]));
  };
  visit("texts", bytes(t.texts));
  visit("catalogs", bytes(t.catalogs));
  visit("actions", bytes(t.actions));
  visit("aliases", bytes(t.aliases));
  visit("nodes", bytes(t.nodes));
  visit("literals", bytes(t.literals));
  visit("branches", bytes(t.branches));
  visit("tails", bytes(t.tails));
  visit("operations", bytes(t.operations));
  visit("bindings", bytes(t.bindings));
  visit("id_parts", bytes(t.id_parts));
  visit("refinements", bytes(t.refinements));
  visit("conditions", bytes(t.conditions));
  visit("defaults", bytes(t.defaults));
}

TEST(CatalogVerify, AcceptsWhatWasLowered) {
  const CatalogTables tables = tests::lowered_catalog(kSmall);
  EXPECT_TRUE(verify(tables.view()).has_value());
  EXPECT_TRUE(verify(CatalogTables{}.view()).has_value());
  EXPECT_TRUE(verify(tests::github_tables().view()).has_value());
}

TEST(CatalogVerify, EveryWordOfEveryRowMatters) {
  CatalogTables tables = tests::lowered_catalog(kSmall);
  const std::string before = dump(tables.view());
  std::size_t refused = 0;
  std::size_t changed = 0;
  for_tables(tables, [&](const char* table, std::span<unsigned char> bytes) {
    ASSERT_FALSE(bytes.empty()) << table;
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      std::uint32_t old = 0;
      std::memcpy(&old, &bytes[at], 4);
      for (const std::uint32_t odd : {old + 1, old - 1, 0u, 1u, 77u, 0x7fffffffu, 0xffffffffu}) {
        if (odd == old) continue;
        std::memcpy(&bytes[at], &odd, 4);
        const Status sound = verify(tables.view());
        if (sound.has_value()) {
          // What is accepted can be used.
          changed += dump(tables.view()) != before ? 1 : 0;
        } else {
          ++refused;
          EXPECT_EQ(sound.error().code, Errc::corrupt);
          EXPECT_EQ(sound.error().message.rfind("catalog ", 0), 0u) << sound.error().message;
        }
      }
      std::memcpy(&bytes[at], &old, 4);
    }
  });
  EXPECT_EQ(dump(tables.view()), before);
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(changed, 50u);
}

TEST(CatalogVerify, RefusesMissingRows) {
  const CatalogTables whole = tests::lowered_catalog(kSmall);
  const auto refuses = [&](auto member, const char* table) {
    CatalogTables cut = whole;
    (cut.*member).pop_back();
    EXPECT_FALSE(verify(cut.view()).has_value()) << table;
    CatalogTables more = whole;
    (more.*member).push_back((more.*member).back());
    EXPECT_FALSE(verify(more.view()).has_value()) << table;
  };
  refuses(&CatalogTables::texts, "texts");
  refuses(&CatalogTables::catalogs, "catalogs");
  refuses(&CatalogTables::actions, "actions");
  refuses(&CatalogTables::aliases, "aliases");
  refuses(&CatalogTables::nodes, "nodes");
  refuses(&CatalogTables::literals, "literals");
  refuses(&CatalogTables::branches, "branches");
  refuses(&CatalogTables::tails, "tails");
  refuses(&CatalogTables::operations, "operations");
  refuses(&CatalogTables::bindings, "bindings");
  refuses(&CatalogTables::id_parts, "id_parts");
  refuses(&CatalogTables::refinements, "refinements");
  refuses(&CatalogTables::conditions, "conditions");
  refuses(&CatalogTables::defaults, "defaults");
}

TEST(CatalogVerify, RefusesTextThatIsNotUtf8) {
  CatalogTables tables = tests::lowered_catalog(kSmall);
  tables.text[tables.text.size() / 2] = static_cast<char>(0xff);
  EXPECT_FALSE(verify(tables.view()).has_value());
}

TEST(CatalogMethods, NameAndRisk) {
  for (const char* name : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    ASSERT_TRUE(catalog_method_named(name).has_value()) << name;
    EXPECT_EQ(name_of(*catalog_method_named(name)), name);
  }
  EXPECT_FALSE(catalog_method_named("get").has_value());
  EXPECT_EQ(unknown_risk(CatalogMethod::get), Risk::medium);
  EXPECT_EQ(unknown_risk(CatalogMethod::post), Risk::high);
  EXPECT_EQ(unknown_risk(CatalogMethod::patch), Risk::high);
  EXPECT_EQ(unknown_risk(CatalogMethod::put), Risk::critical);
  EXPECT_EQ(unknown_risk(CatalogMethod::delete_), Risk::critical);
}

}  // namespace
}  // namespace sentrail
