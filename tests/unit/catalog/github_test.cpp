// What must hold of GitHub's catalog as a whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/support/catalogs.hpp"

namespace sentrail::compiler {
namespace {

const Catalog& github() {
  return tests::github_catalog();
}

TEST(GitHub, OnlyReadsAreLow) {
  for (const CatalogActionDef& action : github().actions) {
    EXPECT_EQ(action.risk == Risk::low, action.read) << action.name;
  }
  for (const CatalogOperation& operation : github().operations) {
    EXPECT_EQ(operation.risk == Risk::low, github().actions[operation.action].read)
        << display(operation);
  }
}

TEST(GitHub, EveryGetReadsAndNoPutPatchOrDeleteDoes) {
  for (const CatalogOperation& operation : github().operations) {
    const bool read = github().actions[operation.action].read;
    if (operation.method == CatalogMethod::get) {
      EXPECT_TRUE(read) << display(operation);
    } else if (operation.method != CatalogMethod::post) {
      EXPECT_FALSE(read) << display(operation);
    }
  }
}

TEST(GitHub, RefinementsNeverLowerTheRisk) {
  std::size_t count = 0;
  for (const CatalogOperation& operation : github().operations) {
    for (const Refinement& refinement : operation.refinements) {
      ++count;
      EXPECT_GE(refinement.risk, operation.risk) << display(operation);
      EXPECT_FALSE(github().actions[refinement.action].read) << display(operation);
    }
  }
  EXPECT_GE(count, 15u);
}

TEST(GitHub, WhatChangesWhoMayDoWhatIsCritical) {
  const std::set<std::string> critical_words = {"secret", "hook",           "branch_protection",
                                                "org",    "enterprise",     "ruleset",
                                                "runner", "tag_protection", "team"};
  const std::set<std::string> lesser = {
      // they reach no setting: a test delivery, a record, a campaign, one's own visibility
      "hook.ping",           "hook.test",
      "hook.redeliver",      "org.hook.ping",
      "org.hook.redeliver",  "org.artifact_record.write",
      "org.campaign.create", "org.campaign.update",
      "org.codespaces.stop", "org.member.visibility.update"};
  for (const CatalogActionDef& action : github().actions) {
    const std::string head = action.name.substr(0, action.name.find('.'));
    if (!critical_words.contains(head) || lesser.contains(action.name)) continue;
    EXPECT_EQ(action.risk, Risk::critical) << action.name;
  }
}

TEST(GitHub, OwnersAndRepositoriesAreAlwaysBound) {
  for (const CatalogOperation& operation : github().operations) {
    if (!operation.path.text.starts_with("/repos/{owner}/{repo}")) continue;
    for (const CatalogField field : {CatalogField::owner, CatalogField::repo}) {
      const auto binding = std::find_if(operation.fields.begin(), operation.fields.end(),
                                        [&](const FieldBinding& b) { return b.field == field; });
      ASSERT_NE(binding, operation.fields.end()) << display(operation);
      EXPECT_EQ(binding->form, CatalogForm::caseless) << display(operation);
    }
  }
}

TEST(GitHub, InfoNamesEveryActionOnce) {
  const CatalogInfo info = info_of(github());
  EXPECT_EQ(info.name, "sentrail.github");
  EXPECT_EQ(info.tool, "github");
  EXPECT_TRUE(std::is_sorted(info.actions.begin(), info.actions.end()));
  EXPECT_EQ(std::set<std::string>(info.actions.begin(), info.actions.end()).size(),
            info.actions.size());
  for (const char* name : {"read", "unknown", "ref.force_push", "repos.delete"}) {
    EXPECT_TRUE(std::binary_search(info.actions.begin(), info.actions.end(), name)) << name;
  }
}

}  // namespace
}  // namespace sentrail::compiler
