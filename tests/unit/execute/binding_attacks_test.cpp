// Runs every attack on the binding of an approval: none may work.
//
// Neighbours: binding_attacks.hpp has the rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/execute/binding_attacks.hpp"

namespace sentrail::execute {
namespace {

std::vector<Attack> all_attacks() {
  std::vector<Attack> all;
  for (auto family : {field_attacks(), swapped_call_attacks(), replay_attacks(), approver_attacks(),
                      display_attacks()}) {
    std::move(family.begin(), family.end(), std::back_inserter(all));
  }
  return all;
}

class BindingAttacks : public testing::TestWithParam<Attack> {};

TEST_P(BindingAttacks, DoNotWork) {
  EXPECT_FALSE(GetParam().works()) << GetParam().fault;
}

std::string name_of_attack(const testing::TestParamInfo<Attack>& attack) {
  return attack.param.name;
}

INSTANTIATE_TEST_SUITE_P(All, BindingAttacks, testing::ValuesIn(all_attacks()), name_of_attack);

// What the attacks start from is a call that would be sent: a refusal is of the attack.
TEST(BindingAttacksTable, BeginsWithACallThatWouldBeSent) {
  EXPECT_TRUE(is_sent(approved_merge()));
  const Action held = action_in(store::ActionState::held);
  EXPECT_TRUE(transition(held, approve_by(reviewer(1)), kNow));
}

TEST(BindingAttacksTable, CoversEveryFieldAndEveryPublishedFault) {
  std::set<std::string> names;
  std::set<std::string> faults;
  for (const Attack& attack : all_attacks()) {
    EXPECT_TRUE(names.insert(attack.name).second) << attack.name;
    faults.insert(attack.fault);
  }
  EXPECT_GE(names.size(), 60u);
  EXPECT_EQ(field_attacks().size(), 23u) << "one for each field of docs/approval_hash.md";
  for (const char* fault : {"openclaw #124738",
                            "CVE-2026-53822",
                            "CVE-2026-32065",
                            "CVE-2026-32052",
                            "CVE-2026-29608",
                            "CVE-2026-27183",
                            "CVE-2026-27566",
                            "CVE-2026-28363",
                            "CVE-2026-53820",
                            "Vercel #17493",
                            "Vercel #16900",
                            "Vercel #16959",
                            "Vercel #16902",
                            "AISVS 10.4.8",
                            "OpenAI #4256",
                            "opencode #9554",
                            "opencode #10753",
                            "openworker #443",
                            "Yuzu #2784",
                            "OpenAI #4319",
                            "OpenAI #4447",
                            "gemi #458",
                            "mattermost-plugin-agents #908",
                            "trstringer/manual-approval #182",
                            "hermes #84395",
                            "kimi-cli #1823",
                            "Kiro #10012",
                            "github-mcp-server #3181",
                            "AISVS 9.2.2"}) {
    EXPECT_TRUE(faults.contains(fault)) << fault;
  }
}

}  // namespace
}  // namespace sentrail::execute
