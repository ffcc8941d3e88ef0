// Resource fields in their one canonical form, or unreadable.
#include "tests/unit/classify/call.hpp"

namespace sentrail::classify {
namespace {

struct Ref {
  std::string name;
  std::string type;
};

Ref ref_of(std::string_view method, std::string_view target, std::string_view body = "") {
  TextBody source(body);
  const auto classified = github(method, target, &source);
  EXPECT_TRUE(classified.has_value()) << target;
  if (!classified.has_value()) return {};
  return {shown(classified->ref), shown(classified->ref_type)};
}

void expect_ref(const Ref& ref, const std::string& name, const std::string& type) {
  EXPECT_EQ(ref.name, name);
  EXPECT_EQ(ref.type, type);
}

const std::string kRefs = "/repos/acme/web/git/refs/";

TEST(Resource, OwnersAndRepositoriesAreCaseless) {
  const auto classified = github("GET", "/repos/ACME/Web.Site_1/issues/42");
  ASSERT_TRUE(classified.has_value());
  EXPECT_EQ(shown(classified->owner), "'acme'");
  EXPECT_EQ(shown(classified->repo), "'web.site_1'");
  EXPECT_EQ(shown(classified->resource_id), "'acme/web.site_1#42'");
  EXPECT_EQ(shown(classified->resource_type), "'issue'");
  EXPECT_EQ(shown(classified->name), "'42'");
  EXPECT_EQ(shown(classified->ref), "absent");
  EXPECT_EQ(shown(classified->path), "absent");
}

TEST(Resource, NamesThatGitHubWouldNotTakeAsTheyStandAreUnreadable) {
  for (const char* repo : {"web.git", "web.GIT", "we%20b", "w%C3%A9b", "web;x", "web%3B", "a,b"}) {
    const auto classified = github("GET", std::string("/repos/acme/") + repo);
    ASSERT_TRUE(classified.has_value()) << repo;
    EXPECT_EQ(shown(classified->repo), "unreadable") << repo;
  }
}

TEST(Resource, OrganizationsAndAccountsAreOwners) {
  const auto org = github("PUT", "/orgs/ACME/memberships/Eve");
  ASSERT_TRUE(org.has_value());
  EXPECT_EQ(shown(org->owner), "'acme'");
  EXPECT_EQ(shown(org->name), "'Eve'");
  EXPECT_EQ(shown(org->resource_id), "'acme'");
  const auto account = github("GET", "/users/Eve/repos");
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(shown(account->owner), "'eve'");
  const auto team = github("PUT", "/orgs/acme/teams/core/repos/Other/Web");
  ASSERT_TRUE(team.has_value());
  EXPECT_EQ(shown(team->owner), "'other'");
  EXPECT_EQ(shown(team->resource_id), "'other/web'");
}

TEST(Resource, RefsComeWithoutHeadsAndTags) {
  expect_ref(ref_of("DELETE", kRefs + "heads/main"), "'main'", "'branch'");
  expect_ref(ref_of("DELETE", kRefs + "heads%2Frelease%2F1.2"), "'release/1.2'", "'branch'");
  expect_ref(ref_of("DELETE", kRefs + "heads/release/1.2"), "'release/1.2'", "'branch'");
  expect_ref(ref_of("DELETE", kRefs + "heads/release%2F1.2"), "'release/1.2'", "'branch'");
  expect_ref(ref_of("DELETE", kRefs + "tags/v1"), "'v1'", "'tag'");
  expect_ref(ref_of("DELETE", kRefs + "pull/1/head"), "'pull/1/head'", "'other'");
  expect_ref(ref_of("DELETE", kRefs + "heads/Main"), "'Main'", "'branch'");
  expect_ref(ref_of("DELETE", kRefs + "heads/heads/main"), "'heads/main'", "'branch'");
}

TEST(Resource, RefsThatMayMeanTwoThingsAreUnreadable) {
  for (const char* ref : {"refs/heads/main", "heads/HEAD", "heads/main~1", "heads/main^", "HEAD",
                          "heads/a:b", "heads/a%40%7B1%7D", "heads/a..b", "heads/a%3F", "heads/a*",
                          "heads/a%5Bb", "heads/a%20b", "heads/a."}) {
    expect_ref(ref_of("DELETE", kRefs + ref), "unreadable", "unreadable");
  }
}

TEST(Resource, BranchesAreNamedAlone) {
  const std::string at = "/repos/acme/web/branches/";
  expect_ref(ref_of("PUT", at + "main/protection"), "'main'", "'branch'");
  expect_ref(ref_of("PUT", at + "release%2F1.2/protection"), "'release/1.2'", "'branch'");
  expect_ref(ref_of("PUT", at + "release/1.2/protection"), "'release/1.2'", "'branch'");
  expect_ref(ref_of("PUT", at + "heads/main/protection"), "unreadable", "unreadable");
  expect_ref(ref_of("PUT", at + "refs%2Fheads%2Fmain/protection"), "unreadable", "unreadable");
  expect_ref(ref_of("PUT", at + "HEAD/protection"), "unreadable", "unreadable");
}

TEST(Resource, RefsFromTheBody) {
  const std::string refs = "/repos/acme/web/git/refs";
  expect_ref(ref_of("POST", refs, R"({"ref":"refs/heads/a/b"})"), "'a/b'", "'branch'");
  expect_ref(ref_of("POST", refs, R"({"ref":"refs/tags/v1"})"), "'v1'", "'tag'");
  for (const char* body :
       {R"({"ref":"heads/a"})", R"({"ref":7})", R"({"ref":null})", "{}", "[]", "unreadable", ""}) {
    expect_ref(ref_of("POST", refs, body), "unreadable", "unreadable");
  }
}

TEST(Resource, AWriteToTheDefaultBranchHasAnUnreadableRef) {
  const std::string file = "/repos/acme/web/contents/src/main.c";
  expect_ref(ref_of("PUT", file, R"({"branch":"main"})"), "'main'", "'branch'");
  expect_ref(ref_of("PUT", file, R"({"message":"x"})"), "unreadable", "unreadable");
  expect_ref(ref_of("PUT", file, R"({"branch":"refs/heads/main"})"), "unreadable", "unreadable");
  expect_ref(ref_of("PUT", "/repos/acme/web/pulls/7/merge", "{}"), "unreadable", "unreadable");
}

TEST(Resource, OptionalSourcesMayBeAbsent) {
  const std::string file = "/repos/acme/web/contents/src/main.c";
  expect_ref(ref_of("GET", file), "absent", "absent");
  expect_ref(ref_of("GET", file + "?ref=main"), "'main'", "unreadable");
  expect_ref(ref_of("GET", file + "?ref=heads%2Fmain"), "'main'", "'branch'");
  expect_ref(ref_of("GET", file + "?ref=tags/v1"), "'v1'", "'tag'");
  expect_ref(ref_of("GET", file + "?ref=a&ref=b"), "unreadable", "unreadable");
  expect_ref(ref_of("GET", file + "?ref=a;b"), "unreadable", "unreadable");
}

TEST(Resource, PathsKeepTheirCase) {
  for (const char* target :
       {"/repos/acme/web/contents/Src/A.c", "/repos/acme/web/contents/Src%2FA.c"}) {
    const auto classified = github("DELETE", target);
    ASSERT_TRUE(classified.has_value());
    EXPECT_EQ(shown(classified->path), "'Src/A.c'");
    EXPECT_EQ(shown(classified->resource_type), "'file'");
  }
}

TEST(Resource, NewRepositoriesAreNamedByTheBody) {
  TextBody body(R"({"name":"NewOne"})");
  const auto in_org = github("POST", "/orgs/Acme/repos", &body);
  ASSERT_TRUE(in_org.has_value());
  EXPECT_EQ(shown(in_org->owner), "'acme'");
  EXPECT_EQ(shown(in_org->repo), "'newone'");
  const auto own = github("POST", "/user/repos", &body);
  ASSERT_TRUE(own.has_value());
  EXPECT_EQ(shown(own->owner), "unreadable");
  EXPECT_EQ(shown(own->repo), "'newone'");
}

TEST(Resource, AnUnknownPathHasAnUnreadableResource) {
  const auto unknown = github("POST", "/repos/acme/web/nothing");
  ASSERT_TRUE(unknown.has_value());
  for (const Fact* field :
       {&unknown->resource_type, &unknown->resource_id, &unknown->owner, &unknown->repo,
        &unknown->ref, &unknown->ref_type, &unknown->path, &unknown->name}) {
    EXPECT_EQ(shown(*field), "unreadable");
  }
}

TEST(Resource, AToolWithoutACatalogHasNone) {
  Call call;
  call.tool = "internal_api";
  call.method = "DELETE";
  call.target = "/things/7";
  const auto classified = classify(tests::github_tables().view(), call);
  ASSERT_TRUE(classified.has_value());
  EXPECT_EQ(actions_of(classified), "unknown critical");
  EXPECT_EQ(shown(classified->resource_type), "absent");
  EXPECT_EQ(shown(classified->owner), "absent");
}

}  // namespace
}  // namespace sentrail::classify
