// Every row of the documented classifier table of GitHub, and the families around them.
#include "tests/unit/classify/call.hpp"

namespace sentrail::classify {
namespace {

TEST(Documented, EveryRowOfTheTable) {
  EXPECT_EQ(github_actions("GET", "/repos/acme/web"), "read low");
  EXPECT_EQ(github_actions("GET", "/repos/acme/web/issues"), "read low");
  EXPECT_EQ(github_actions("GET", "/repos/acme/web/pulls/7/files?page=2"), "read low");
  EXPECT_EQ(github_actions("GET", "/repos/acme/web/contents/src/main.c"), "read low");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/issues"), "issues.create medium");
  EXPECT_EQ(github_actions("PATCH", "/repos/acme/web/issues/123"), "issues.update medium");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/issues/123/comments"),
            "issues.comment.create medium");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/pulls"), "pull_request.create high");
  EXPECT_EQ(github_actions("PATCH", "/repos/acme/web/pulls/7"), "pull_request.update medium");
  EXPECT_EQ(github_actions("PUT", "/repos/acme/web/pulls/7/merge"), "pull_request.merge high");
  EXPECT_EQ(github_actions("PUT", "/repos/acme/web/contents/README.md"), "file.write high");
  EXPECT_EQ(github_actions("DELETE", "/repos/acme/web/contents/README.md"), "file.delete critical");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/releases"), "release.create high");
  EXPECT_EQ(github_actions("DELETE", "/repos/acme/web/git/refs/heads/feature"),
            "ref.delete critical");
  EXPECT_EQ(github_actions("DELETE", "/repos/acme/web"), "repos.delete critical");
}

TEST(Documented, EveryGetOfARepositoryThatGitHubKnowsIsALowRead) {
  const compiler::Catalog& catalog = tests::github_catalog();
  std::size_t count = 0;
  for (const compiler::CatalogOperation& operation : catalog.operations) {
    if (operation.method != CatalogMethod::get || !operation.path.text.starts_with("/repos/")) {
      continue;
    }
    ++count;
    EXPECT_EQ(catalog.actions[operation.action].name, "read") << display(operation);
    EXPECT_EQ(operation.risk, Risk::low) << display(operation);
  }
  EXPECT_GT(count, 200u);
}

TEST(Documented, Refs) {
  const std::string ref = "/repos/acme/web/git/refs/heads/main";
  EXPECT_EQ(github_actions("PATCH", ref, R"({"sha":"1","force":false})"), "ref.update high");
  EXPECT_EQ(github_actions("PATCH", ref, R"({"sha":"1"})"), "ref.update high");
  EXPECT_EQ(github_actions("PATCH", ref, R"({"sha":"1","force":true})"),
            "ref.force_push critical + ref.update high");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/git/refs", R"({"ref":"refs/heads/a"})"),
            "ref.create medium");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/git/refs", R"({"ref":"refs/tags/v1"})"),
            "tag.create high + ref.create medium");
}

TEST(Documented, WorkflowsAndCodeOwners) {
  const std::string at = "/repos/acme/web/contents/";
  EXPECT_EQ(github_actions("PUT", at + ".github/workflows/ci.yml"),
            "workflow.write critical + file.write high");
  EXPECT_EQ(github_actions("PUT", at + ".github%2Fworkflows%2Fci.yml"),
            "workflow.write critical + file.write high");
  EXPECT_EQ(github_actions("PUT", at + "%2Egithub/WORKFLOWS/ci.yml"),
            "workflow.write critical + file.write high");
  EXPECT_EQ(github_actions("DELETE", at + ".github/workflows/ci.yml"),
            "file.delete critical + workflow.delete critical");
  EXPECT_EQ(github_actions("PUT", at + ".github/workflows-old/ci.yml"), "file.write high");
  EXPECT_EQ(github_actions("PUT", at + "docs/.github/workflows/ci.yml"), "file.write high");
  EXPECT_EQ(github_actions("PUT", at + "CODEOWNERS"),
            "codeowners.write critical + file.write high");
}

TEST(Documented, TheCriticalFamilies) {
  for (const auto& [method, target, action] :
       std::vector<std::tuple<const char*, const char*, const char*>>{
           {"PUT", "/repos/o/r/branches/main/protection", "branch_protection.update critical"},
           {"DELETE", "/repos/o/r/branches/a/b/protection", "branch_protection.delete critical"},
           {"POST", "/repos/o/r/rulesets", "ruleset.create critical"},
           {"PUT", "/repos/o/r/actions/secrets/TOKEN", "secret.write critical"},
           {"DELETE", "/repos/o/r/environments/prod/secrets/T",
            "environment.secret.delete critical"},
           {"PUT", "/orgs/o/actions/secrets/TOKEN", "org.secret.write critical"},
           {"POST", "/repos/o/r/hooks", "hook.create critical"},
           {"PATCH", "/orgs/o/hooks/1", "org.hook.update critical"},
           {"PUT", "/repos/o/r/collaborators/eve", "collaborator.add critical"},
           {"POST", "/repos/o/r/keys", "deploy_key.create critical"},
           {"POST", "/repos/o/r/transfer", "repos.transfer critical"},
           {"PUT", "/orgs/o/memberships/eve", "org.member.update critical"},
           {"POST", "/user/keys", "user.key.create critical"},
           {"PUT", "/repos/o/r/actions/workflows/ci.yml/disable", "workflow.disable critical"},
           {"POST", "/repos/o/r/actions/runners/registration-token", "runner.create critical"},
           {"POST", "/repos/o/r/actions/runs/1/approve", "workflow_run.approve critical"},
           {"POST", "/graphql", "unknown critical"},
       }) {
    EXPECT_EQ(github_actions(method, target), action) << method << " " << target;
  }
}

TEST(Documented, RepositorySettingsAreAllThatTheyChange) {
  const std::string repo = "/repos/acme/web";
  EXPECT_EQ(github_actions("PATCH", repo, R"({"description":"x"})"), "repos.update high");
  EXPECT_EQ(github_actions("PATCH", repo, R"({"archived":true})"),
            "repos.archive critical + repos.update high");
  EXPECT_EQ(github_actions("PATCH", repo, R"({"archived":false,"visibility":"public"})"),
            "repos.archive critical + repos.visibility.update critical + repos.update high");
  EXPECT_EQ(github_actions("PATCH", repo, R"({"private":null})"),
            "repos.visibility.update critical + repos.update high");
}

TEST(Documented, ReviewsThatApprove) {
  const std::string reviews = "/repos/acme/web/pulls/7/reviews";
  EXPECT_EQ(github_actions("POST", reviews, R"({"event":"COMMENT"})"),
            "pull_request.review.create medium");
  EXPECT_EQ(github_actions("POST", reviews, R"({"event":"APPROVE"})"),
            "pull_request.review.approve high + pull_request.review.create medium");
  EXPECT_EQ(github_actions("POST", reviews, R"({"event":"approve"})"),
            "pull_request.review.approve high + pull_request.review.create medium");
}

TEST(Documented, WhatIsNotKnownIsNeverARead) {
  EXPECT_EQ(github_actions("GET", "/repos/acme/web/nothing"), "unknown medium");
  EXPECT_EQ(github_actions("HEAD", "/repos/acme/web/nothing"), "unknown medium");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/nothing"), "unknown high");
  EXPECT_EQ(github_actions("PATCH", "/repos/acme/web/nothing"), "unknown high");
  EXPECT_EQ(github_actions("PUT", "/repos/acme/web/nothing"), "unknown critical");
  EXPECT_EQ(github_actions("DELETE", "/repos/acme/web/nothing"), "unknown critical");
  EXPECT_EQ(github_actions("GET", "/REPOS/acme/web"), "unknown medium");
  EXPECT_EQ(github_actions("GET", "/repos/acme/web/issues/007"), "unknown medium");
  EXPECT_EQ(github_actions("GET", "/repos/acme/web/issues/+7"), "unknown medium");
  EXPECT_EQ(github_actions("GET", "/api/v3/repos/acme/web"), "unknown medium");
}

TEST(Documented, HeadIsAGet) {
  EXPECT_EQ(github_actions("HEAD", "/repos/acme/web"), "read low");
}

TEST(Documented, APostIsAPatchWhereOnlyThatIsKnown) {
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/git/refs/heads/main", R"({"force":true})"),
            "ref.force_push critical + ref.update high");
  EXPECT_EQ(github_actions("POST", "/repos/acme/web/issues/7"), "issues.update medium");
  EXPECT_EQ(github_actions("PATCH", "/repos/acme/web/issues"), "unknown high");
}

TEST(Documented, NumbersInPlaceOfNames) {
  const auto by_number = github("DELETE", "/repositories/1300192/git/refs/heads/main");
  EXPECT_EQ(actions_of(by_number), "ref.delete critical");
  ASSERT_TRUE(by_number.has_value());
  EXPECT_EQ(shown(by_number->owner), "unreadable");
  EXPECT_EQ(shown(by_number->repo), "unreadable");
  EXPECT_EQ(shown(by_number->resource_id), "unreadable");
  EXPECT_EQ(shown(by_number->ref), "'main'");
  EXPECT_EQ(github_actions("GET", "/repositories/1300192/issues?page=2"), "read low");
  EXPECT_EQ(github_actions("GET", "/organizations/9919/repos"), "read low");
  EXPECT_EQ(github_actions("GET", "/user/583231/repos"), "read low");
  EXPECT_EQ(github_actions("GET", "/repositories/x/issues"), "unknown medium");
  EXPECT_EQ(github_actions("DELETE", "/repositories/1300192"), "repos.delete critical");
  // The organization's own routes stay what they are.
  EXPECT_EQ(github_actions("GET", "/organizations/o/settings/billing/usage"), "read low");
}

}  // namespace
}  // namespace sentrail::classify
