// Tests what lifts a doubt, or keeps one from arising: idempotency keys and probes.
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "tests/unit/execute/machine_fixture.hpp"

namespace sentrail::execute {
namespace {

using store::ActionState;
using store::Resend;

TEST(Keys, AKeptAnswerSettlesWhateverItSays) {
  for (const std::uint32_t status : {200u, 400u, 409u, 500u, 502u}) {
    const Step step = must(sending(Resend::keyed, 1, true), ResponseReceived{3, status, {}, true});
    EXPECT_EQ(step.action.record.state,
              status == 200 ? ActionState::succeeded : ActionState::failed)
        << status;
  }
}

TEST(Keys, AFirstCallThatIsNotFinishedIsAskedAgain) {
  for (const std::uint32_t status : {409u, 429u, 503u}) {
    const Step again = must(sending(Resend::keyed, 1, true), ResponseReceived{3, status, {}});
    EXPECT_EQ(again.action.record.state, ActionState::approved) << status;
    EXPECT_TRUE(again.action.record.maybe_applied);
    const std::uint32_t last = limits::kSendAttemptsMax - 1;
    EXPECT_EQ(must(sending(Resend::keyed, last, true), ResponseReceived{3, status, {}})
                  .action.record.state,
              ActionState::in_doubt);
    // Of the first try it is an answer like any other, and a precondition says no such thing.
    EXPECT_EQ(must(sending(Resend::keyed), ResponseReceived{3, status, {}}).action.record.state,
              ActionState::failed);
    EXPECT_EQ(must(sending(Resend::guarded, 1, true), ResponseReceived{3, status, {}})
                  .action.record.state,
              ActionState::in_doubt);
  }
}

// A refusal after a lost answer may come from before the place where keys are looked up.
TEST(Keys, AnotherRefusalAfterALostAnswerIsDoubt) {
  for (const std::uint32_t status : {400u, 401u, 403u, 404u, 422u, 500u, 502u}) {
    EXPECT_EQ(
        must(sending(Resend::keyed, 1, true), ResponseReceived{3, status, {}}).action.record.state,
        ActionState::in_doubt)
        << status;
  }
}

TEST(Probes, SettleWhatTheyMay) {
  const Action doubt = action_in(ActionState::in_doubt);
  const auto after = [&](ProbeAnswer answer, bool settles) {
    return must(doubt, Probed{answer, settles, "GET {path} answered 204"});
  };
  EXPECT_EQ(after(ProbeAnswer::applied, false).action.record.state, ActionState::succeeded);
  EXPECT_EQ(after(ProbeAnswer::applied, true).action.record.state, ActionState::succeeded);
  EXPECT_EQ(after(ProbeAnswer::not_applied, true).action.record.state, ActionState::failed);
  for (const bool settles : {false, true}) {
    EXPECT_EQ(after(ProbeAnswer::unknown, settles).action.record.state, ActionState::in_doubt);
  }
  const Step told = after(ProbeAnswer::not_applied, false);
  EXPECT_EQ(told.action.record.state, ActionState::in_doubt);
  EXPECT_NE(told.action.record.result_note.find("did not find it applied"), std::string::npos);
  EXPECT_EQ(effects_of<AppendAudit>(told).size(), 1u);
  // The same word again is no news.
  const Step again =
      must(told.action, Probed{ProbeAnswer::not_applied, false, "GET {path} answered 204"});
  EXPECT_TRUE(again.effects.empty());
  EXPECT_EQ(again.action.record, told.action.record);
}

}  // namespace
}  // namespace sentrail::execute
