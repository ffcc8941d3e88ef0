// Templates that meet in GitHub's catalog, and the definition of which one a path means.
#include "compiler/catalog/overlap.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/support/catalogs.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail::compiler {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return segments;
}

std::string meant(CatalogMethod method, std::string_view path) {
  const Catalog& catalog = tests::github_catalog();
  const auto found = resolve(catalog, method, split(path));
  return found.has_value() ? catalog.operations[*found].path.text : "nothing";
}

TEST(Overlap, TheLeftmostLiteralWins) {
  EXPECT_EQ(meant(CatalogMethod::get, "/gists/public"), "/gists/public");
  EXPECT_EQ(meant(CatalogMethod::get, "/gists/0a1b"), "/gists/{gist_id}");
  EXPECT_EQ(meant(CatalogMethod::get, "/gists/0a1b/star"), "/gists/{gist_id}/star");
  EXPECT_EQ(meant(CatalogMethod::get, "/gists/0a1b/4f00"), "/gists/{gist_id}/{sha}");
  EXPECT_EQ(meant(CatalogMethod::get, "/user/codespaces/secrets/machines"),
            "/user/codespaces/secrets/{secret}");
}

TEST(Overlap, TheMoreParticularParameterWins) {
  EXPECT_EQ(meant(CatalogMethod::get, "/repos/o/r/rulesets/7"),
            "/repos/{owner}/{repo}/rulesets/{ruleset_id}");
  EXPECT_EQ(meant(CatalogMethod::post, "/orgs/o/secret_scanning/enable_all"),
            "/orgs/{org}/{security_product}/{enablement}");
  EXPECT_EQ(meant(CatalogMethod::post, "/orgs/o/actions/variables"),
            "/orgs/{org}/actions/variables");
}

TEST(Overlap, AMultiLeavesTheTailToOthers) {
  const std::string base = "/repos/{owner}/{repo}/";
  EXPECT_EQ(meant(CatalogMethod::get, "/repos/o/r/branches/a"), base + "branches/{branch}");
  EXPECT_EQ(meant(CatalogMethod::get, "/repos/o/r/branches/a/b"), base + "branches/{branch}");
  EXPECT_EQ(meant(CatalogMethod::get, "/repos/o/r/branches/a/b/protection"),
            base + "branches/{branch}/protection");
  EXPECT_EQ(meant(CatalogMethod::get, "/repos/o/r/branches/protection"),
            base + "branches/{branch}");
  EXPECT_EQ(meant(CatalogMethod::delete_, "/repos/o/r/branches/a/protection/enforce_admins"),
            base + "branches/{branch}/protection/enforce_admins");
}

TEST(Overlap, GitHubsPairsAreAllSettled) {
  const Catalog& catalog = tests::github_catalog();
  std::string text;
  for (const Overlap& overlap : overlaps(catalog)) {
    ASSERT_TRUE(overlap.taken.has_value());
    const std::uint32_t left = *overlap.taken == overlap.first ? overlap.second : overlap.first;
    text += display(catalog.operations[*overlap.taken]) + "\n    before " +
            catalog.operations[left].path.text + "\n";
  }
  const std::string file = "tests/unit/catalog/github_overlaps.txt";
  const char* update = std::getenv("UPDATE");
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream(std::string(SENTRAIL_SOURCE_DIR) + "/" + file) << text;
  }
  EXPECT_EQ(tests::read_golden(file), text) << "if these pairs are right, run it with UPDATE=1";
}

TEST(Overlap, EveryExampleMeansItsOperation) {
  const Catalog& catalog = tests::github_catalog();
  const auto paths = examples(catalog);
  for (std::uint32_t i = 0; i < catalog.operations.size(); ++i) {
    const CatalogOperation& operation = catalog.operations[i];
    ASSERT_FALSE(paths[i].empty());
    for (const SegmentTexts& path : paths[i]) {
      EXPECT_EQ(resolve(catalog, operation.method, path), i) << display(operation);
    }
  }
}

}  // namespace
}  // namespace sentrail::compiler
