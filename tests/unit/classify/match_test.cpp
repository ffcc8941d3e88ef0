// The tree finds what the definition says, on every example and on every mixture of two templates.
#include "runtime/classify/match.hpp"

#include <set>

#include "compiler/catalog/overlap.hpp"
#include "tests/unit/classify/call.hpp"

namespace sentrail::classify {
namespace {

using compiler::Catalog;
using compiler::CatalogOperation;
using compiler::TemplateSegment;

std::vector<Segment> segments_of(const std::vector<std::string>& path) {
  std::vector<Segment> out;
  for (const std::string& text : path) {
    out.push_back({text, text.find('/') != std::string::npos, false});
  }
  return out;
}

// The template that the tree finds, by its text; empty for none.
std::string found_by_tree(const CatalogView& view, CatalogMethod method,
                          const std::vector<std::string>& path) {
  const std::uint32_t root = view.catalogs[0].roots[static_cast<std::size_t>(method)];
  const std::uint32_t found = find_operation(view, root, segments_of(path));
  return found == kCatalogNone ? "" : std::string(view.at(view.operations[found].path));
}

std::string found_by_definition(const Catalog& catalog, CatalogMethod method,
                                const std::vector<std::string>& path) {
  const auto found = compiler::resolve(catalog, method, path);
  return found.has_value() ? catalog.operations[*found].path.text : "";
}

TEST(Match, EveryOperationIsReached) {
  const Catalog& catalog = tests::github_catalog();
  const CatalogView view = tests::github_tables().view();
  std::set<std::string> reached;
  const auto examples = compiler::examples(catalog);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const CatalogOperation& operation = catalog.operations[i];
    for (const auto& path : examples[i]) {
      EXPECT_EQ(found_by_tree(view, operation.method, path), operation.path.text);
    }
    reached.insert(display(operation));
  }
  EXPECT_EQ(reached.size(), view.operations.size());
}

// Every path in which each segment is a literal of one template or what a parameter takes of
// another: wherever two templates meet, the tree must choose as the definition does.
TEST(Match, TheTreeAgreesWithTheDefinitionOnMixtures) {
  const Catalog& catalog = tests::github_catalog();
  const CatalogView view = tests::github_tables().view();
  std::set<std::pair<CatalogMethod, std::vector<std::string>>> paths;
  const auto examples = compiler::examples(catalog);
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const CatalogOperation& a = catalog.operations[i];
    const auto& path = examples[i].front();
    for (const CatalogOperation& b : catalog.operations) {
      if (a.method != b.method || b.path.segments.size() > path.size() + 1) continue;
      std::vector<std::string> mixed = path;
      bool shares_head = true;
      for (std::size_t at = 0; at < mixed.size() && at < b.path.segments.size(); ++at) {
        const TemplateSegment& segment = b.path.segments[at];
        if (segment.parameter.has_value()) continue;
        if (!a.path.segments[at].parameter.has_value() && segment.literal != mixed[at]) {
          shares_head = at > 1;
          break;
        }
        mixed[at] = segment.literal;
      }
      if (shares_head && mixed != path) paths.emplace(a.method, mixed);
    }
  }
  ASSERT_GT(paths.size(), 250u);
  for (const auto& [method, path] : paths) {
    EXPECT_EQ(found_by_tree(view, method, path), found_by_definition(catalog, method, path))
        << ::testing::PrintToString(path);
  }
}

constexpr const char* kHead =
    "catalog: a.b\ntool: t\nversion: 1\nhosts: [a.example]\n"
    "actions: {read: {risk: low, read: true}}\n";

// All paths of up to four segments over a small alphabet, on a catalog made of every awkward shape.
TEST(Match, TheTreeAgreesWithTheDefinitionExhaustively) {
  const std::string yaml = std::string(kHead) + R"(
parameters:
  n: int
  e: {kind: enum, values: [a, b]}
  f: {kind: enum, values: [b, c]}
  s: string
  t: string
  o: {kind: multi, segments: one}
  m: {kind: multi}
families:
  all:
    paths:
      /a: {GET: read}
      /a/b: {GET: read}
      /{s}: {GET: read}
      /{n}: {GET: read}
      /{e}/x: {GET: read}
      /{f}/x: {GET: read}
      /{f}/{n}: {GET: read}
      /{n}/{s}: {GET: read}
      /{s}/b/{t}: {GET: read}
      /{s}/{o}: {GET: read}
      /x/{m}: {GET: read}
      /x/{m}/a: {GET: read}
      /x/{m}/{n}/a: {GET: read}
      /x/{m}/b/: {GET: read}
      /{s}/{m}: {GET: read}
      /{s}/{m}/1: {GET: read}
choices:
  - {method: GET, take: "/{f}/x", leave: "/{e}/x"}
)";
  compiler::Sources sources;
  const CatalogTables tables = tests::lowered_catalog(yaml);
  const CatalogView view = tables.view();
  const Catalog catalog = tests::checked_catalog(yaml);
  const std::vector<std::string> alphabet = {"a", "b", "c", "x", "1", "zz", "a/b", ""};
  std::set<std::string> reached;
  std::vector<std::vector<std::string>> paths = {{}};
  for (std::size_t at = 0; at < paths.size(); ++at) {
    const auto path = paths[at];
    const std::string by_tree = found_by_tree(view, CatalogMethod::get, path);
    reached.insert(by_tree);
    ASSERT_EQ(by_tree, found_by_definition(catalog, CatalogMethod::get, path))
        << ::testing::PrintToString(path);
    // An empty segment only ever stands last.
    if (path.size() == 4 || (!path.empty() && path.back().empty())) continue;
    for (const std::string& text : alphabet) {
      paths.push_back(path);
      paths.back().push_back(text);
    }
  }
  EXPECT_EQ(reached.size(), catalog.operations.size() + 1) << "some template was never found";
}

TEST(Match, TextsOfPositions) {
  const auto classified = github("GET", "/repos/o/r/commits/a/b%2Fc/check-runs");
  ASSERT_TRUE(classified.has_value());
  const auto& row = *classified->operation;
  EXPECT_EQ(text_at(row, classified->target.segments, 3), "commits");
  EXPECT_EQ(text_at(row, classified->target.segments, 4), "a/b/c");
  EXPECT_EQ(text_at(row, classified->target.segments, 5), "check-runs");
}

// Tables that someone changed: what verify() accepts, the classifier walks without harm.
TEST(Match, AcceptedTablesAreSafeToWalk) {
  CatalogTables tables = tests::lowered_catalog(std::string(kHead) + R"(
parameters: {n: int, s: {to: owner, caseless: true}, m: {kind: multi, to: ref, as: qualified}}
ids: ["{s}#{n}"]
families:
  all:
    paths:
      /a/{s}/{n}/{m}/z: {GET: read}
      /a/{s}/{n}: {GET: {action: read, refine: [{when: {query.q: x}, risk: high}]}}
)");
  std::size_t accepted = 0;
  const auto mutate = [&](auto& rows) {
    const std::span bytes(reinterpret_cast<unsigned char*>(rows.data()),
                          rows.size() * sizeof(rows[0]));
    for (unsigned char& byte : bytes) {
      const unsigned char old = byte;
      for (int value = 0; value < 8; ++value) {
        byte = static_cast<unsigned char>(value);
        if (!verify(tables.view()).has_value()) continue;
        ++accepted;
        for (const char* target : {"/a/B/7", "/a/b/7/c/d/z?q=x", "/a", "/a/b/c"}) {
          Call call;
          call.tool = "t";
          call.method = "GET";
          call.target = target;
          const auto classified = classify(tables.view(), call);
          if (classified.has_value()) {
            EXPECT_GE(classified->actions.size(), 1u);
          }
        }
      }
      byte = old;
    }
  };
  mutate(tables.nodes);
  mutate(tables.literals);
  mutate(tables.branches);
  mutate(tables.tails);
  mutate(tables.operations);
  mutate(tables.bindings);
  mutate(tables.id_parts);
  mutate(tables.refinements);
  mutate(tables.conditions);
  EXPECT_GT(accepted, 500u);
}

}  // namespace
}  // namespace sentrail::classify
