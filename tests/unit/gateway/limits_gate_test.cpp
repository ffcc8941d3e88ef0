// Limits at the gate: what is charged, what is given back, and that nothing is sent past them.
#include <gmock/gmock.h>

#include "core/json_writer.hpp"
#include "core/units.hpp"
#include "runtime/gateway/housekeeping.hpp"
#include "runtime/store/keys.hpp"
#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::Role;
using testing::HasSubstr;

constexpr std::string_view kLimited = R"(policy p
language 1
import sentrail.github
tier everyday {
  rule issues: allow on github issues.create limit 2 per 1h
  rule puts: allow when http.method == "PUT"
    limit 1 per 1h else require_approval
    limit 3 per 1h
}
default block
)";
constexpr std::int64_t kHourMs = 3'600'000;
constexpr const char* kIssues = "/gateway-proxy/github/repos/acme/web/issues";
constexpr const char* kTopics = "/gateway-proxy/github/repos/acme/web/topics";

class LimitsGateTest : public AgentsTest {
 protected:
  LimitsGateTest() : AgentsTest(test_settings(), kLimited) { clock_.advance_ms(kHourMs); }

  std::shared_ptr<FakeResult> call(const std::string& method, const std::string& path,
                                   const std::string& body) {
    const auto result = begin({method, path, key_, body, {{"Content-Type", "application/json"}}});
    pump_until([&] { return result->forwarded || result->response; });
    return result;
  }
  bool creates_issue() { return call("POST", kIssues, R"({"title":"x"})")->forwarded.has_value(); }
  // 0 if it was forwarded.
  int puts(const std::string& name) {
    const auto result = call("PUT", kTopics, R"({"names":[")" + name + R"("]})");
    return result->forwarded ? 0 : hear(result).status;
  }

  Heard deny(const std::string& approval_id) {
    std::string body;
    JsonWriter json(&body);
    json.begin_object().key("approvalRequestId").string(approval_id);
    json.key("decision").string("denied").end_object();
    return ask({"POST", "/approval-decision", signed_in("rita", Role::reviewer), body});
  }
};

TEST_F(LimitsGateTest, CountsWhatItLetsThroughAndForgetsIt) {
  EXPECT_TRUE(creates_issue());
  EXPECT_TRUE(creates_issue());
  const Heard third = hear(call("POST", kIssues, R"({"title":"x"})"));
  EXPECT_EQ(third.status, 403);
  EXPECT_THAT(third.text("reason"), HasSubstr("has no room: limit 2 per 1h"));
  clock_.advance_ms(kHourMs + kHourMs / 30);
  EXPECT_TRUE(creates_issue());
}

TEST_F(LimitsGateTest, ANewPolicyForgetsNothing) {
  EXPECT_TRUE(creates_issue());
  EXPECT_TRUE(creates_issue());
  std::string renamed(kLimited);
  renamed.replace(renamed.find("rule issues"), 11, "rule opened");
  bundle_.replace(tests::bundle_of(renamed));
  EXPECT_FALSE(creates_issue());
}

TEST_F(LimitsGateTest, ToSimulateChargesNothing) {
  for (int i = 0; i < 5; ++i) {
    const Heard heard = ask({"POST", "/simulate-action", key_,
                             R"({"tool":"github","method":"POST",)"
                             R"("path":"/repos/acme/web/issues","body":{"title":"x"}})"});
    EXPECT_EQ(heard.status, 200) << heard.body;
    EXPECT_THAT(heard.body, HasSubstr("allow"));
  }
  EXPECT_TRUE(creates_issue());
  EXPECT_TRUE(creates_issue());
  EXPECT_FALSE(creates_issue());
}

TEST_F(LimitsGateTest, AHoldReservesAndADeniedOneGivesBack) {
  EXPECT_EQ(puts("a"), 0);
  const Heard held = hear(call("PUT", kTopics, R"({"names":["b"]})"));
  ASSERT_EQ(held.status, 202) << held.body;
  EXPECT_EQ(puts("b"), 202) << "the same call joins the one that waits, and charges nothing";
  EXPECT_EQ(puts("c"), 202);
  EXPECT_EQ(puts("d"), 403) << "two that wait and one that went are three";
  EXPECT_EQ(deny(held.text("approvalRequestId")).status, 200);
  EXPECT_EQ(puts("d"), 202);
  EXPECT_EQ(puts("e"), 403);
}

// A safe call that lost its answer is tried again, and may end as revoked or expired then.
TEST_F(LimitsGateTest, WhatMayHaveBeenSentStaysCharged) {
  EXPECT_EQ(puts("a"), 0);
  const Heard held = hear(call("PUT", kTopics, R"({"names":["b"]})"));
  EXPECT_EQ(puts("c"), 202);
  const Uuid id = parse_uuid(held.text("approvalRequestId")).value();
  store::ActionRecord record = store_->get_action(workspace_.id, id).value().value();
  record.attempts = 1;
  record.state = store::ActionState::approved;
  tell_counters(counters_, record);
  EXPECT_EQ(counters_.sizes().held, 2u) << "it will be tried again";
  record.state = store::ActionState::revoked;
  tell_counters(counters_, record);
  EXPECT_EQ(counters_.sizes().held, 1u);
  EXPECT_EQ(puts("d"), 403) << "three that went, may have gone or wait";
}

TEST_F(LimitsGateTest, WhatAStopMeetsIsNotCharged) {
  EXPECT_TRUE(creates_issue());
  kill_unseen();
  EXPECT_EQ(hear(call("POST", kIssues, R"({"title":"x"})")).text("rule"), "stop.kill_switch");
  store::KillState state = store_->get_kill_state(workspace_.id).value();
  state.enabled = false;
  put(store::Put<store::KillState>{state, state.version});
  reload();
  EXPECT_TRUE(creates_issue());
  EXPECT_FALSE(creates_issue());
}

// --- what is kept for the next start: docs/adr/0006 ------------------------------------------

constexpr std::string_view kLimitedReads = R"(policy p
language 1
import sentrail.github
tier everyday {
  rule reads: allow when risk == low limit 2 per 1h
  rule issues: allow on github issues.create limit 2 per 1h
  rule puts: require_approval when http.method == "PUT" limit 2 per 1h
}
default block
)";
constexpr const char* kRepository = "/gateway-proxy/github/repos/acme/web";

class KeptLimitsTest : public AgentsTest {
 protected:
  explicit KeptLimitsTest(std::string_view policy = kLimitedReads)
      : AgentsTest(test_settings(), policy) {
    clock_.advance_ms(kHourMs);
  }

  std::shared_ptr<FakeResult> call(const std::string& method, const std::string& path,
                                   const std::string& body = {}) {
    return begin({method, path, key_, body, {{"Content-Type", "application/json"}}});
  }
  bool went(const std::shared_ptr<FakeResult>& result) {
    pump_until([&] { return result->forwarded || result->response; });
    return result->forwarded.has_value();
  }
  // Asks while the disk stands still, until one is given up and lands all the same. What the writer
  // had not taken yet is skipped, which is not enough.
  void land_late(const std::function<std::shared_ptr<FakeResult>()>& ask_one) {
    while (writer_->counts().withdrawn == 0) {
      const std::uint64_t skipped = writer_->counts().skipped;
      disk_->stall(true);
      const auto late = ask_one();
      for (int turns = 0; turns < 1'000; ++turns) {
        io_.run_pending();
        coordinator_->run_pending();
        std::this_thread::yield();
      }
      clock_.advance_ms(limits::kAuditWriteMsMax);
      EXPECT_FALSE(went(late));
      disk_->stall(false);
      pump_until(
          [&] { return writer_->counts().withdrawn > 0 || writer_->counts().skipped != skipped; });
    }
  }
  // How many calls the store has counted: each by two names.
  std::int64_t kept() {
    EXPECT_TRUE(writer_->commit({}).status);  // comes after what waits
    store::WindowPart::Sum sum = 0;
    store::WindowQuery all;
    all.limit = 1'000'000;
    const store::Page<store::WindowPart> parts = store_->list_window_parts(all).value();
    for (const store::WindowPart& part : parts.items) sum += part.sum;
    return static_cast<std::int64_t>(sum) / (2 * kUnit);
  }
  // The counters of the next start.
  std::unique_ptr<counters::Counters> next_start() {
    auto next = std::make_unique<counters::Counters>(clock_, "key");
    EXPECT_FALSE(next->restore(*store_, {{}, false, counters_.mark()}).value().anew);
    return next;
  }
};

TEST_F(KeptLimitsTest, WhatIsChargedIsInTheTransactionOfItsEntry) {
  EXPECT_TRUE(went(call("POST", kIssues, R"({"title":"x"})")));
  EXPECT_EQ(kept(), 1);
  EXPECT_TRUE(went(call("POST", kIssues, R"({"title":"x"})")));
  EXPECT_FALSE(went(call("POST", kIssues, R"({"title":"x"})")));
  EXPECT_EQ(kept(), 2);
  EXPECT_EQ(next_start()->sizes().counters, counters_.sizes().counters);
}

TEST_F(KeptLimitsTest, AReadThatIsCountedWaitsForTheDisk) {
  disk_->stall(true);
  const auto counted = call("GET", kRepository);
  for (int turns = 0; turns < 1'000; ++turns) {
    io_.run_pending();
    std::this_thread::yield();
  }
  EXPECT_FALSE(counted->forwarded);
  disk_->stall(false);
  EXPECT_TRUE(went(counted));
  EXPECT_EQ(kept(), 1);
}

TEST_F(KeptLimitsTest, WhatIsGivenUpAndLandsIsTakenBack) {
  land_late([this] { return call("POST", kIssues, R"({"title":"x"})"); });
  EXPECT_EQ(kept(), 0);
  EXPECT_TRUE(went(call("POST", kIssues, R"({"title":"x"})")));
  EXPECT_TRUE(went(call("POST", kIssues, R"({"title":"x"})")));
  EXPECT_EQ(kept(), 2);
}

constexpr std::string_view kLimitedGrants = R"(policy p
language 1
import sentrail.github
rule merges: require_approval when action == "pulls.merge" limit 1 per 1h
default block
)";

class KeptGrantsTest : public KeptLimitsTest {
 protected:
  KeptGrantsTest() : KeptLimitsTest(kLimitedGrants) {}
};

// It counts on, in memory as in the store, and stands in nobody's stead: no repeat is let past the
// limit for what it has charged.
TEST_F(KeptGrantsTest, AUseThatIsGivenUpAndLandsLeavesNoHold) {
  const std::string merge = R"({"tool":"github","action":"pulls.merge","riskLevel":"high")";
  const Heard held = post("/evaluate-action", key_, merge + "}");
  ASSERT_EQ(held.text("decision"), "require_approval") << held.body;
  const std::string id = held.text("approvalRequestId");
  const Heard voted = post("/approval-decision", signed_in("rita", Role::reviewer),
                           R"({"decision":"approved","approvalRequestId":")" + id + "\"}");
  ASSERT_EQ(voted.text("status"), "approved") << voted.body;
  EXPECT_EQ(counters_.sizes().held, 1u);
  const std::string repeat = merge + R"(,"approvalRequestId":")" + id + "\"}";
  land_late([&] { return begin({"POST", "/evaluate-action", key_, repeat}); });
  pump_until([&] { return counters_.sizes().held == 0; });
  EXPECT_EQ(kept(), 1);
  EXPECT_EQ(next_start()->sizes().held, 0u);
  EXPECT_EQ(post("/evaluate-action", key_, merge + "}").text("decision"), "block");
  const Uuid action = parse_uuid(id).value();
  EXPECT_EQ(store_->get_action(workspace_.id, action).value()->state, store::ActionState::failed);
}

TEST_F(KeptLimitsTest, AHoldIsKeptUntilItEnds) {
  const auto put_topic = [this](const std::string& name) {
    return hear(call("PUT", kTopics, R"({"names":[")" + name + R"("]})"));
  };
  const Heard held = put_topic("a");
  ASSERT_EQ(held.status, 202) << held.body;
  EXPECT_EQ(put_topic("a").status, 202);
  EXPECT_EQ(kept(), 1) << "what joins a hold charges nothing";
  EXPECT_EQ(put_topic("b").status, 202);
  EXPECT_EQ(store_->list_held_charges().value().size(), 2u);
  EXPECT_EQ(next_start()->sizes().held, 2u);
  const Heard denied = post(
      "/approval-decision", signed_in("rita", Role::reviewer),
      R"({"decision":"denied","approvalRequestId":")" + held.text("approvalRequestId") + "\"}");
  EXPECT_EQ(denied.status, 200) << denied.body;
  EXPECT_EQ(kept(), 1);
  EXPECT_EQ(store_->list_held_charges().value().size(), 1u);
  EXPECT_EQ(next_start()->sizes().held, 1u);
}

TEST_F(KeptLimitsTest, WhatNoLongerCountsLeavesTheStoreInSlices) {
  EXPECT_TRUE(went(call("POST", kIssues, R"({"title":"x"})")));
  Housekeeping housekeeping(*store_, *writer_, throttle_, *pool_, clock_, counters_);
  ASSERT_TRUE(housekeeping.clean());
  EXPECT_EQ(kept(), 1);
  clock_.advance_ms(kHourMs + kHourMs / 60);
  EXPECT_TRUE(went(call("POST", kIssues, R"({"title":"x"})")));
  EXPECT_EQ(kept(), 2);
  ASSERT_TRUE(housekeeping.clean());
  EXPECT_EQ(kept(), 1);
  // More than one slice, and what came late.
  store::ChargeLimits many{{workspace_.id, {}, 0, {}, {}, {}}, counters_.clock(), false};
  const std::int64_t gone_ms =
      decide::Windows::gone_ms(kHourMs, counters_.now_ms() - kHourMs - kHourMs / 60);
  for (std::size_t i = 0; i < limits::kWindowPartsSlice + 10; ++i) {
    store::Hash counter{};
    counter[0] = static_cast<std::uint8_t>(i);
    counter[1] = static_cast<std::uint8_t>(i >> 8);
    many.charges.counters.push_back({counter, kHourMs, gone_ms, 2 * kUnit});
  }
  put(many);
  EXPECT_GT(kept(), 1);
  ASSERT_TRUE(housekeeping.clean());
  EXPECT_EQ(kept(), 1);
}

TEST_F(KeptLimitsTest, ASessionThatCannotBeReadKeepsNoWindow) {
  EXPECT_TRUE(went(call("POST", kIssues, R"({"title":"x"})")));
  EXPECT_EQ(kept(), 1);
  clock_.advance_ms(kHourMs + kHourMs / 60);
  {
    const std::lock_guard lock(disk_->mutex);
    disk_->spaces[static_cast<std::size_t>(store::Space::state)]
                 [store::Key(Uuid{}, store::RowKind::session).add(Uuid{}).text()] = "garbage";
  }
  Housekeeping housekeeping(*store_, *writer_, throttle_, *pool_, clock_, counters_);
  const Status cleaned = housekeeping.clean();
  EXPECT_EQ(cleaned.error().code, Errc::corrupt);
  EXPECT_EQ(kept(), 0);
}

// A description whose entry is on disk when a stop comes, before it is answered.
TEST_F(KeptLimitsTest, WhatAStopTurnsDownAfterItsEntryIsTakenBack) {
  disk_->stall(true);
  const auto described = begin({"POST",
                                "/evaluate-action",
                                key_,
                                R"({"tool":"github","action":"issues.create","riskLevel":"low"})",
                                {{"Content-Type", "application/json"}}});
  for (int turns = 0; turns < 1'000; ++turns) {
    io_.run_pending();
    std::this_thread::yield();
  }
  EXPECT_FALSE(described->response);
  disk_->stall(false);
  EXPECT_EQ(kept(), 1);
  kill_unseen();
  reload();
  EXPECT_EQ(hear(described).text("decision"), "block");
  EXPECT_EQ(kept(), 0);
}

// --- what waits and is asked about again: docs/language.md, L14.6 ---------------------------

constexpr std::string_view kLimitedHolds = R"(policy p
language 1
import sentrail.github
tier everyday {
  rule merges: require_approval when action == "pulls.merge" limit 1 per 1h
  rule deletes: require_approval on github repos.delete
    limit 1 per 1h else require_approval from (group finance)
  rule puts: require_approval when http.method == "PUT"
    limit 1 per 1h else require_approval from (group finance)
}
default block
)";

class LimitedHoldsTest : public AgentsTest {
 protected:
  LimitedHoldsTest() : AgentsTest(test_settings(), kLimitedHolds) { clock_.advance_ms(kHourMs); }

  Heard evaluate(const std::string& action, int payload, const std::string& approval_id = {}) {
    std::string body = R"({"tool":"github","action":")" + action +
                       R"(","riskLevel":"high","payload":{"n":)" + std::to_string(payload) + "}";
    if (!approval_id.empty()) body += R"(,"approvalRequestId":")" + approval_id + "\"";
    return post("/evaluate-action", key_, body + "}");
  }

  void approve(const std::string& id) {
    const Heard voted = post("/approval-decision", signed_in("rita", Role::reviewer),
                             R"({"decision":"approved","approvalRequestId":")" + id + "\"}");
    EXPECT_EQ(voted.text("status"), "approved") << voted.body;
  }

  std::string quorum_of(const std::string& id) {
    return store_->get_action(workspace_.id, parse_uuid(id).value()).value()->quorum;
  }
};

TEST_F(LimitedHoldsTest, AGrantIsNotTestedAgainstItsOwnCharge) {
  const std::string id = evaluate("pulls.merge", 1).text("approvalRequestId");
  EXPECT_EQ(evaluate("pulls.merge", 2).text("decision"), "block") << "what is held is charged";
  EXPECT_EQ(evaluate("pulls.merge", 2, id).text("decision"), "block") << "and not for others";
  EXPECT_EQ(evaluate("pulls.merge", 1, id).text("approvalRequestId"), id) << "it still waits";
  approve(id);
  const Heard used = evaluate("pulls.merge", 1, id);
  EXPECT_EQ(used.text("decision"), "allow") << used.body;
  EXPECT_EQ(evaluate("pulls.merge", 1, id).text("decision"), "block") << "it was used, and counts";
}

TEST_F(LimitedHoldsTest, AGrantHoldsWhereItsOwnChargeAsksForOthers) {
  const std::string id = evaluate("repos.delete", 1).text("approvalRequestId");
  approve(id);
  const Heard used = evaluate("repos.delete", 1, id);
  EXPECT_EQ(used.text("decision"), "allow") << used.body;
}

TEST_F(LimitedHoldsTest, AGrantWhoseQuorumIsStricterByNowIsRefused) {
  const std::string id = evaluate("repos.delete", 1).text("approvalRequestId");
  approve(id);
  const std::string other = evaluate("repos.delete", 2).text("approvalRequestId");
  EXPECT_THAT(quorum_of(other), HasSubstr("finance"));
  const Heard refused = evaluate("repos.delete", 1, id);
  EXPECT_EQ(refused.text("decision"), "block") << refused.body;
  EXPECT_THAT(refused.text("reason"), HasSubstr("policy now asks for others"));
}

TEST_F(LimitedHoldsTest, ARetryJoinsItsHoldAndChargesNothing) {
  const auto put_topic = [this](const std::string& name) {
    return hear(begin({"PUT",
                       kTopics,
                       key_,
                       R"({"names":[")" + name + R"("]})",
                       {{"Content-Type", "application/json"}}}));
  };
  const std::string id = put_topic("a").text("approvalRequestId");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(put_topic("a").text("approvalRequestId"), id);
  EXPECT_THAT(quorum_of(id), testing::Not(HasSubstr("finance")));
  const std::string other = put_topic("b").text("approvalRequestId");
  EXPECT_NE(other, id);
  EXPECT_THAT(quorum_of(other), HasSubstr("finance"));
  EXPECT_EQ(put_topic("b").text("approvalRequestId"), other);
}

// Nobody knows what was charged before the start.
class FreshGateTest : public AgentsTest {
 protected:
  FreshGateTest() : AgentsTest(test_settings(), kLimited) {}
};

TEST_F(FreshGateTest, HasNoRoomUntilItKnowsAsMuchAsALimitLooksBack) {
  const auto ask_once = [&] {
    const auto result =
        begin({"POST", kIssues, key_, R"({"title":"x"})", {{"Content-Type", "application/json"}}});
    pump_until([&] { return result->forwarded || result->response; });
    return result->forwarded.has_value();
  };
  EXPECT_FALSE(ask_once());
  clock_.advance_ms(kHourMs - 1);
  EXPECT_FALSE(ask_once());
  clock_.advance_ms(1);
  EXPECT_TRUE(ask_once());
}

}  // namespace
}  // namespace sentrail::gateway
