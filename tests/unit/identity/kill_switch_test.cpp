// Tests the kill switch and pauses: every command in every state, and what they stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/identity/kill_switch.hpp"
#include "runtime/identity/permissions.hpp"

namespace sentrail::identity {
namespace {

using store::KillMode;
using store::KillState;

KillCommand command(KillAction action, std::string target = "", KillMode mode = KillMode::normal) {
  return {action, mode, std::move(target), "dana", "drill"};
}

KillState state_after(std::vector<KillCommand> commands) {
  KillState state;
  for (const KillCommand& one : commands) state = apply(state, one, 5).value();
  return state;
}

constexpr Stoppable kWrite{"github", "claude", false};
constexpr Stoppable kRead{"github", "claude", true};

TEST(KillSwitch, StopsAllButDeclaredReadsAndHardStopsThoseToo) {
  const KillState normal = state_after({command(KillAction::enable)});
  const KillState hard = state_after({command(KillAction::enable, "", KillMode::hard)});
  const KillState none;
  EXPECT_EQ(find_stop(none, normal, kWrite)->reason, "Kill switch is active");
  EXPECT_EQ(find_stop(none, normal, kRead), std::nullopt);
  EXPECT_EQ(find_stop(none, hard, kRead)->reason, "Kill switch is active");
  EXPECT_EQ(find_stop(normal, none, kWrite)->kind, StopKind::kill_switch) << "the server's counts";
  EXPECT_EQ(find_stop(hard, none, kRead)->kind, StopKind::kill_switch);
  EXPECT_EQ(find_stop(none, none, kWrite), std::nullopt);
}

TEST(KillSwitch, PausesStopOneToolOrAgent) {
  const KillState none;
  const KillState tool = state_after({command(KillAction::pause_tool, "github")});
  EXPECT_EQ(*find_stop(none, tool, kWrite),
            (Stop{StopKind::tool_paused, "Tool 'github' is paused"}));
  EXPECT_EQ(find_stop(tool, none, kWrite)->kind, StopKind::tool_paused);
  EXPECT_EQ(find_stop(none, tool, kRead), std::nullopt);
  EXPECT_EQ(find_stop(none, tool, Stoppable{"linear", "claude", false}), std::nullopt);
  const KillState agent = state_after({command(KillAction::pause_agent, "claude")});
  EXPECT_EQ(find_stop(none, agent, kWrite)->kind, StopKind::agent_paused);
  EXPECT_EQ(find_stop(none, agent, Stoppable{"github", "other", false}), std::nullopt);
  EXPECT_EQ(find_stop(none, agent, Stoppable{"github", "", false}), std::nullopt);
}

TEST(KillSwitch, TheSwitchIsNamedBeforePauses) {
  const KillState none;
  const KillState both =
      state_after({command(KillAction::pause_tool, "github"), command(KillAction::enable)});
  EXPECT_EQ(find_stop(none, both, kWrite)->kind, StopKind::kill_switch);
  const KillState paused = state_after({command(KillAction::pause_tool, "github")});
  const KillState enabled = state_after({command(KillAction::enable)});
  EXPECT_EQ(find_stop(paused, enabled, kWrite)->kind, StopKind::kill_switch);
}

TEST(KillSwitch, DisableLeavesPausesAndResumeLeavesTheSwitch) {
  const KillState state = state_after({command(KillAction::enable, "", KillMode::hard),
                                       command(KillAction::pause_tool, "github"),
                                       command(KillAction::pause_agent, "claude")});
  const KillState disabled = apply(state, command(KillAction::disable), 9).value();
  EXPECT_FALSE(disabled.enabled);
  EXPECT_EQ(disabled.mode, KillMode::normal);
  EXPECT_TRUE(disabled.enabled_by.empty());
  EXPECT_EQ(disabled.tools, state.tools);
  EXPECT_EQ(disabled.agents, state.agents);
  const KillState resumed = apply(state, command(KillAction::resume_tool, "github"), 9).value();
  EXPECT_TRUE(resumed.enabled);
  EXPECT_TRUE(resumed.tools.empty());
  EXPECT_EQ(resumed.agents.size(), 1u);
}

TEST(KillSwitch, RepeatedCommandsKeepWhoWasFirst) {
  const KillState first = state_after({command(KillAction::enable)});
  KillCommand again = command(KillAction::enable);
  again.by = "robin";
  EXPECT_EQ(apply(first, again, 99).value(), first);
  again.mode = KillMode::hard;
  EXPECT_EQ(apply(first, again, 99).value().enabled_by, "robin");
  const KillState paused = state_after({command(KillAction::pause_tool, "github")});
  EXPECT_EQ(apply(paused, command(KillAction::pause_tool, "github"), 99).value(), paused);
  EXPECT_EQ(apply({}, command(KillAction::resume_agent, "x"), 99).value(), KillState{});
}

TEST(KillSwitch, PausesNeedAName) {
  for (const KillAction action : {KillAction::pause_tool, KillAction::resume_tool,
                                  KillAction::pause_agent, KillAction::resume_agent}) {
    for (const std::string& target : {std::string(), std::string("a b"), std::string(200, 'a')}) {
      EXPECT_EQ(apply({}, command(action, target), 1).error().code, Errc::invalid_argument);
    }
  }
}

TEST(KillSwitch, NamesOfActions) {
  for (const char* name :
       {"enable", "disable", "pause_tool", "resume_tool", "pause_agent", "resume_agent"}) {
    EXPECT_EQ(name_of(*kill_action_named(name)), name);
  }
  EXPECT_EQ(kill_action_named("explode"), std::nullopt);
}

// The table of roles, written out: a change of it must be meant.
TEST(Permissions, TheTable) {
  // owner, admin, reviewer, auditor, member
  const std::vector<std::pair<Permission, std::string>> table = {
      {Permission::see_state, "yyyyy"},          {Permission::see_audit, "yyyy-"},
      {Permission::see_approvals, "yyyy-"},      {Permission::decide_approvals, "yyy--"},
      {Permission::see_administration, "yyyy-"}, {Permission::operate_kill_switch, "yy---"},
      {Permission::manage_keys, "yy---"},        {Permission::manage_agents, "yy---"},
      {Permission::manage_connections, "yy---"}, {Permission::manage_policy, "yy---"},
      {Permission::manage_people, "yy---"},      {Permission::manage_owners, "y----"}};
  ASSERT_EQ(table.size(), kPermissionCount);
  for (const auto& [permission, row] : table) {
    for (std::size_t role = 0; role < row.size(); ++role) {
      const bool allowed = allows(static_cast<store::Role>(role), permission);
      EXPECT_EQ(allowed, row[role] == 'y') << static_cast<int>(permission) << " role " << role;
      EXPECT_EQ(require(static_cast<store::Role>(role), permission).has_value(), allowed);
    }
  }
  EXPECT_EQ(require(store::Role::auditor, Permission::decide_approvals).error().message,
            "this needs the role reviewer or a higher one; yours is auditor");
}

}  // namespace
}  // namespace sentrail::identity
