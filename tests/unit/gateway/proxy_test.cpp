// Calls through the gate: what is on record of them, and when they leave.
#include <gmock/gmock.h>

#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

constexpr const char* kRead = "/gateway-proxy/github/repos/acme/web/issues";

using ProxyTest = AgentsTest;

TEST_F(ProxyTest, AReadThatLeftIsOnRecordThoughAKillSwitchLandedMeanwhile) {
  kill_unseen();
  const auto read = begin({"GET", kRead, key_});
  ASSERT_TRUE(read->forwarded.has_value()) << "a declared read does not wait";
  const auto decisions = entries(store::AuditKind::decision);
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions.front().decision, store::AuditDecision::allow);
}

TEST_F(ProxyTest, AWriteThatMeetsAKillSwitchIsJudgedAnew) {
  kill_unseen();
  const Heard heard = ask({"POST", kRead, key_, R"({"title":"x"})"});
  EXPECT_EQ(heard.status, 403);
  EXPECT_EQ(heard.text("rule"), "stop.kill_switch");
}

}  // namespace
}  // namespace sentrail::gateway
