// What is asked again before an approved call is sent: here, whether it goes where it went.
#include "runtime/gateway/rechecker.hpp"

#include <gmock/gmock.h>

#include "runtime/gateway/held_view.hpp"
#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

using execute::Recheck;

class RecheckerTest : public AgentsTest {
 protected:
  // Changes where the tool is, or puts it back.
  void connect(const std::string& base_path) {
    const auto now = store_->get_connection(workspace_.id, "github").value();
    put(store::Put<store::Connection>{connection(base_path), now->version});
    reload();
  }

  // Somebody's approval of a call, as it is kept.
  static store::Vote approval(const store::ActionRecord& record, std::vector<std::string> labels) {
    store::Vote vote;
    vote.verdict = store::Verdict::approve;
    vote.approval_hash = record.approval_hash;
    vote.groups = std::move(labels);
    return vote;
  }

  // A held write to /user/repos under the base path in force, approved by a reviewer.
  store::ActionRecord held_call() {
    store::ActionRecord record = unapproved_call();
    record.votes.push_back(approval(record, {"role:reviewer"}));
    return record;
  }

  store::ActionRecord unapproved_call() {
    const Heard held = post("/gateway-proxy/github/user/repos", key_, R"({"name":"x"})");
    EXPECT_EQ(held.status, 202) << held.body;
    const Uuid id = parse_uuid(held.text("approvalRequestId")).value();
    return store_->get_action(workspace_.id, id).value().value();
  }

  Recheck recheck(const store::ActionRecord& record) {
    return recheck_with(record, nullptr).verdict.recheck;
  }

  execute::RecheckAnswer recheck_with(const store::ActionRecord& record,
                                      counters::Counters* counters) {
    const execute::Call call = load_request(*store_, vault_, record).value();
    CurrentRechecker rechecker(known_, bundle_, clock_, counters);
    return rechecker.recheck(record, call, execute::RecheckAt::claim);
  }
};

TEST_F(RecheckerTest, AnotherBasePathIsAnotherConnection) {
  connect("/api/v3");
  const store::ActionRecord record = held_call();
  EXPECT_EQ(recheck(record), Recheck::pass);
  for (const char* other : {"", "/api", "/api/v4", "/api/v3/user"}) {
    connect(other);
    EXPECT_EQ(recheck(record), Recheck::connection_gone) << other;
  }
  connect("/api/v3");
  EXPECT_EQ(recheck(record), Recheck::pass);
}

// An emergency grant stands for the people whom policy asks, and for nothing else.
TEST_F(RecheckerTest, AnEmergencyGrantNeedsNoQuorumAndPassesNoBlock) {
  store::ActionRecord record = unapproved_call();
  EXPECT_EQ(recheck(record), Recheck::policy_stricter);
  record.break_glass.bytes[0] = 1;
  EXPECT_EQ(recheck(record), Recheck::pass);
  bundle_.replace(tests::bundle_of("policy p\nlanguage 1\nrule one: block when always\n"));
  EXPECT_EQ(recheck(record), Recheck::policy_stricter);
}

// A policy that has grown stricter since asks for people who did not approve.
TEST_F(RecheckerTest, WhoApprovedMustMeetWhatThePolicyAsksForNow) {
  const store::ActionRecord record = held_call();
  EXPECT_EQ(recheck(record), Recheck::pass);
  bundle_.replace(
      tests::bundle_of("policy p\nlanguage 1\n"
                       "rule one: require_approval from (role admin) when always\n"
                       "rule two: block when env == test\n"));
  EXPECT_EQ(recheck(record), Recheck::policy_stricter);
  store::ActionRecord by_admin = record;
  by_admin.votes.push_back(approval(by_admin, {"role:admin"}));
  EXPECT_EQ(recheck(by_admin), Recheck::pass);
  store::ActionRecord denied = record;
  denied.votes.push_back(approval(denied, {"role:admin"}));
  denied.votes.back().verdict = store::Verdict::deny;
  EXPECT_EQ(recheck(denied), Recheck::policy_stricter);
  EXPECT_EQ(recheck(unapproved_call()), Recheck::policy_stricter);
}

// docs/adr/0006: nobody knows what limits have counted before a backup was restored, which revokes
// nothing.
TEST_F(RecheckerTest, WhatLimitsCannotTellYetIsAskedAgain) {
  const store::ActionRecord record = held_call();
  const auto in_force = [this](const std::string& rules) {
    bundle_.replace(tests::bundle_of("policy p\nlanguage 1\n" + rules));
  };
  const std::string limited = "rule one: require_approval when always limit 1 per 1h\n";
  in_force(limited);
  counters::Counters fresh(clock_, "key");
  const execute::RecheckAnswer early = recheck_with(record, &fresh);
  EXPECT_EQ(early.verdict.recheck, Recheck::policy_stricter);
  EXPECT_TRUE(early.later);
  in_force("rule two: block when env == \"live\"\n" + limited);
  const execute::RecheckAnswer stricter = recheck_with(record, &fresh);
  EXPECT_EQ(stricter.verdict.recheck, Recheck::policy_stricter);
  EXPECT_FALSE(stricter.later) << "no limit could mend that";
  in_force("rule one: require_approval when always limit 0 per 1h\n");
  EXPECT_FALSE(recheck_with(record, &fresh).later) << "nor is there ever room";
  in_force(limited);
  clock_.advance_ms(3'600'000);
  EXPECT_EQ(recheck_with(record, &fresh).verdict.recheck, Recheck::pass);
}

// L18.7.
TEST_F(RecheckerTest, TheAddressIsThatOfTheCall) {
  const store::ActionRecord record = held_call();
  EXPECT_EQ(record.agent_ip, "192.0.2.7");
  bundle_.replace(
      tests::bundle_of("policy p\nlanguage 1\n"
                       "rule one: block when agent.ip in \"192.0.2.0/24\"\n"));
  EXPECT_EQ(recheck(record), Recheck::policy_stricter);
  store::ActionRecord elsewhere = record;
  elsewhere.agent_ip = "2001:db8::7";
  EXPECT_EQ(recheck(elsewhere), Recheck::pass);
  // A record of a time when no address was kept: it is absent.
  elsewhere.agent_ip.clear();
  EXPECT_EQ(recheck(elsewhere), Recheck::pass);
  EXPECT_EQ(post("/gateway-proxy/github/user/repos", key_, R"({"name":"x"})").status, 403);
  peer_.address = "fe80::7%eth0";
  EXPECT_EQ(post("/gateway-proxy/github/user/repos", key_, R"({"name":"x"})").status, 202);
}

}  // namespace
}  // namespace sentrail::gateway
