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
  EXPECT_EQ(decisions.front().entry.decision, store::AuditDecision::allow);
}

TEST_F(ProxyTest, AWriteThatMeetsAKillSwitchIsJudgedAnew) {
  kill_unseen();
  const Heard heard = ask({"POST", kRead, key_, R"({"title":"x"})"});
  EXPECT_EQ(heard.status, 403);
  EXPECT_EQ(heard.text("rule"), "stop.kill_switch");
}

// A name that nobody can connect is none in a path either.
TEST_F(ProxyTest, OneRuleForNamesOfTools) {
  const std::string adam = signed_in("adam", store::Role::admin);
  for (const char* name : {"9lives", "_x", "-x", "Git", "a.b"}) {
    const std::string tool(name);
    EXPECT_EQ(get("/gateway-proxy/" + tool + "/x", key_).refusal(), "400 unsupported_tool") << name;
    EXPECT_EQ(ask({"PUT", "/connections/" + tool, adam, "{}"}).status, 400) << name;
  }
  EXPECT_EQ(get("/gateway-proxy/a9_-/x", key_).refusal(), "404 not_connected");
}

// --- `audit.reads: durable` ----------------------------------------------------------------

class DurableReadsTest : public AgentsTest {
 protected:
  static GateSettings durable() {
    GateSettings settings = test_settings();
    settings.durable_reads = true;
    return settings;
  }

  DurableReadsTest() : AgentsTest(durable()) {}
};

TEST_F(DurableReadsTest, AReadWaitsForItsEntry) {
  const auto read = begin({"GET", kRead, key_});
  EXPECT_FALSE(read->forwarded.has_value());
  pump_until([&] { return read->forwarded || read->response; });
  ASSERT_TRUE(read->forwarded.has_value());
  EXPECT_EQ(entries(store::AuditKind::decision).size(), 1u);
}

TEST_F(DurableReadsTest, AReadThatMeetsAHardKillSwitchIsJudgedAnew) {
  kill_unseen(store::KillMode::hard);
  const Heard heard = ask({"GET", kRead, key_});
  EXPECT_EQ(heard.status, 403);
  EXPECT_EQ(heard.text("rule"), "stop.kill_switch");
}

// --- streamed bodies -----------------------------------------------------------------------

class StreamTest : public AgentsTest {
 protected:
  // The payload of the one entry of that kind.
  std::optional<audit::Payload> payload_of(store::AuditKind kind) {
    const std::vector<audit::OpenedEntry> found = entries(kind);
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? std::nullopt : found.front().personal.payload;
  }
};

TEST_F(StreamTest, TheHashOfAllBytesIsInTheResultAndOfTheFirstPartNowhere) {
  const std::string first(limits::kBodyHeldBytesMax, 'a');
  const std::string second(limits::kBodyVisibleBytesMax, 'b');
  const auto write = begin({"POST", kRead, key_, first, {}, false});
  pump_until([&] { return write->forwarded || write->response; });
  ASSERT_TRUE(write->forwarded.has_value()) << write->response->body;
  EXPECT_EQ(payload_of(store::AuditKind::decision), std::nullopt);
  write->observer->on_request_body(second);
  write->observer->on_request_body("c");
  http::UpstreamReport report;
  report.reach = http::Reach::complete;
  report.status = 201;
  write->observer->on_done(report);
  EXPECT_EQ(payload_of(store::AuditKind::result), audit::Payload::of(first + second + "c"));
}

TEST_F(StreamTest, AReadWithAStreamedBodyHasItsHashToo) {
  const auto read = begin({"GET", kRead, key_, "first", {}, false});
  pump_until([&] { return read->forwarded || read->response; });
  ASSERT_TRUE(read->forwarded.has_value()) << read->response->body;
  read->observer->on_request_body(" second");
  read->observer->on_done({});
  EXPECT_EQ(payload_of(store::AuditKind::result), audit::Payload::of("first second"));
}

TEST_F(StreamTest, ABodyThatCameWholeIsInTheDecision) {
  const auto write = begin({"POST", kRead, key_, "{}"});
  pump_until([&] { return write->forwarded || write->response; });
  EXPECT_EQ(payload_of(store::AuditKind::decision), audit::Payload::of("{}"));
}

// Found when the agent's traces are to be erased, and sealed with the agent's key.
TEST_F(StreamTest, TheResultIsTheAgents) {
  const auto write = begin({"POST", kRead, key_, "first", {}, false});
  pump_until([&] { return write->forwarded || write->response; });
  ASSERT_TRUE(write->forwarded.has_value()) << write->response->body;
  write->observer->on_done({});
  const auto decisions = entries(store::AuditKind::decision);
  const auto results = entries(store::AuditKind::result);
  ASSERT_EQ(decisions.size(), 1u);
  ASSERT_EQ(results.size(), 1u);
  const audit::Personal& asked = decisions.front().personal;
  const audit::Personal& ended = results.front().personal;
  EXPECT_FALSE(ended.requested_by.empty());
  EXPECT_EQ(ended.agent_id, asked.agent_id);
  EXPECT_EQ(ended.agent_name, asked.agent_name);
  EXPECT_EQ(ended.requested_by, asked.requested_by);
}

// Its beginning would stand in clear in the result.
TEST_F(StreamTest, ABodyInWhichPolicyHidesAValueDoesNotPass) {
  for (const char* hides : {"redact body.card", "mask body.card", "mask body"}) {
    bundle_.replace(tests::bundle_of("policy p\nlanguage 1\nrule a: allow when always then " +
                                     std::string(hides) + "\n"));
    const auto write = begin({"POST", kRead, key_, R"({"card":"41)", {}, false});
    pump_until([&] { return write->forwarded || write->response; });
    EXPECT_FALSE(write->forwarded.has_value()) << hides;
    ASSERT_TRUE(write->response.has_value()) << hides;
    EXPECT_EQ(write->response->status, 403) << write->response->body;
  }
}

}  // namespace
}  // namespace sentrail::gateway
