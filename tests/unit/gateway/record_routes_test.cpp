// Tests the kill switch, the search of the record, and the log that anybody can verify.
#include <gmock/gmock.h>

#include "core/encoding.hpp"
#include "runtime/audit/verify.hpp"
#include "tests/unit/gateway/gateway_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::Role;
using testing::Contains;
using testing::HasSubstr;

using RecordTest = GatewayTest;

// --- stops ---------------------------------------------------------------------------------

TEST_F(RecordTest, AStopHoldsAtOnceAndIsShown) {
  const std::string adam = signed_in("adam", Role::admin);
  const std::string mia = signed_in("mia", Role::member);
  EXPECT_EQ(Heard::text_of(get("/kill-switch", mia).at("killSwitch").find("global")), "false");
  const Heard on =
      post("/kill-switch", adam, R"({"action":"enable","mode":"hard","reason":"leak"})");
  ASSERT_EQ(on.status, 200) << on.body;
  EXPECT_THAT(on.body, HasSubstr(R"("global":true,"mode":"hard","enabledAt":"2026)"));
  EXPECT_THAT(on.body, HasSubstr(R"("enabledBy":"adam","reason":"leak")"));
  EXPECT_TRUE(known_.get()->directory().find_stop(workspace_.id, {"github", "bot", true}));
  EXPECT_EQ(get("/kill-switch", mia).at("killSwitch").find("global").boolean(), true);
  EXPECT_EQ(post("/kill-switch", adam, R"({"action":"disable"})").status, 200);
  EXPECT_FALSE(known_.get()->directory().find_stop(workspace_.id, {"github", "bot", false}));
}

TEST_F(RecordTest, ToolsAndAgentsArePaused) {
  const std::string adam = signed_in("adam", Role::admin);
  EXPECT_EQ(post("/kill-switch", adam, R"({"action":"pause_tool","tool":"github"})").status, 200);
  const Heard heard = post("/kill-switch", adam, R"({"action":"pause_agent","agent":"bot"})");
  EXPECT_THAT(heard.body, HasSubstr(R"("toolsPaused":["github"],"agentsPaused":["bot"])"));
  EXPECT_EQ(post("/kill-switch", adam, R"({"action":"resume_tool","tool":"github"})").status, 200);
  EXPECT_THAT(get("/kill-switch", adam).body, HasSubstr(R"("toolsPaused":[])"));
  EXPECT_THAT(log(), Contains("github.pause_tool"));
}

TEST_F(RecordTest, StopsAtTheSameTimeBothHold) {
  const std::string adam = signed_in("adam", Role::admin);
  std::vector<std::shared_ptr<FakeResult>> results;
  for (int i = 0; i < 6; ++i) {
    results.push_back(
        begin({"POST", "/kill-switch", adam,
               R"({"action":"pause_agent","agent":"bot)" + std::to_string(i) + "\"}"}));
  }
  for (const auto& result : results) EXPECT_EQ(hear(result).status, 200);
  EXPECT_EQ(get("/kill-switch", adam).at("killSwitch").find("agentsPaused").size(), 6u);
}

TEST_F(RecordTest, OnlyAdminsStopAndOnlyTheirOwn) {
  const std::string rita = signed_in("rita", Role::reviewer);
  const std::string adam = signed_in("adam", Role::admin);
  EXPECT_EQ(post("/kill-switch", rita, R"({"action":"enable"})").refusal(), "403 role_required");
  EXPECT_EQ(post("/kill-switch", add_key({"admin-read"}), R"({"action":"enable"})").refusal(),
            "401 sign_in_required");
  const std::string other = format_uuid(crypto::uuid_v4());
  EXPECT_EQ(
      post("/kill-switch", adam, R"({"action":"enable","workspaceId":")" + other + "\"}").refusal(),
      "403 role_required");
  EXPECT_EQ(post("/kill-switch", adam,
                 R"({"action":"enable","workspaceId":")" + format_uuid(workspace_.id) + "\"}")
                .status,
            200);
}

TEST_F(RecordTest, BadStopsAreRefused) {
  const std::string adam = signed_in("adam", Role::admin);
  for (const char* bad :
       {"", "[]", R"({"action":"stop"})", R"({"action":1})", R"({"action":"pause_tool"})",
        R"({"action":"pause_tool","tool":""})", R"({"action":"pause_tool","tool":"a b"})",
        R"({"action":"pause_tool","agent":"bot"})", R"({"action":"enable","tool":"github"})",
        R"({"action":"enable","mode":"soft"})", R"({"action":"disable","mode":"hard"})",
        R"({"action":"enable","workspaceId":"acme"})", R"({"action":"enable","force":true})",
        R"({"action":"enable","action":"disable"})"}) {
    EXPECT_EQ(post("/kill-switch", adam, bad).refusal(), "400 invalid_request") << bad;
  }
  EXPECT_FALSE(known_.get()->directory().stops_of(workspace_.id).enabled);
}

// --- search --------------------------------------------------------------------------------

TEST_F(RecordTest, EntriesAreFoundByEachColumn) {
  const std::string auditor = signed_in("ada", Role::auditor);
  const store::ActionRecord record = hold();
  const std::string correlation = format_uuid(record.correlation_id);
  const Heard all = get("/audit?tool=github", auditor);
  ASSERT_EQ(all.status, 200) << all.body;
  ASSERT_EQ(all.at("entries").size(), 1u);
  const JsonValue entry = all.at("entries").first_child();
  const auto column = [&](std::string_view name) { return Heard::text_of(entry.find(name)); };
  EXPECT_EQ(column("workspace_id"), format_uuid(workspace_.id));
  EXPECT_EQ(column("agent_id"), "release-bot");
  EXPECT_EQ(column("agent_name"), "Release bot");
  EXPECT_EQ(column("kind"), "hold");
  EXPECT_EQ(column("risk_level"), "medium");
  EXPECT_EQ(column("rule"), "main.guard.issues");
  EXPECT_EQ(column("decision"), "require_approval");
  EXPECT_EQ(column("created_at"), format_rfc3339_ms(kStart));
  EXPECT_EQ(column("payload_preview"), R"({"title":"x"})");
  for (const std::string& query :
       {"id=" + column("id"), std::string("agent=release-bot"), std::string("action=issues.create"),
        std::string("decision=require_approval"), std::string("risk=medium"),
        std::string("rule=main.guard.issues"), "correlationId=" + correlation,
        "since=" + format_rfc3339_ms(kStart) + "&tool=github"}) {
    EXPECT_EQ(get("/audit?" + query, auditor).at("entries").size(), 1u) << query;
  }
  for (const std::string& query :
       {"id=" + correlation, std::string("agent=other"), std::string("decision=allow&tool=github"),
        "until=" + format_rfc3339_ms(kStart) + "&tool=github",
        std::string("agent=release-bot&tool=linear")}) {
    EXPECT_EQ(get("/audit?" + query, auditor).at("entries").size(), 0u) << query;
  }
}

TEST_F(RecordTest, SearchesArePaged) {
  const std::string auditor = signed_in("ada", Role::auditor);
  for (int i = 0; i < 5; ++i) hold(hold_request(std::to_string(i)));
  std::size_t found = 0;
  std::string target = "/audit?tool=github&limit=2";
  for (int pages = 0; pages < 3; ++pages) {
    const Heard page = get(target, auditor);
    found += page.at("entries").size();
    if (page.text("next") == "null") break;
    target = "/audit?tool=github&limit=2&cursor=" + page.text("next");
  }
  EXPECT_EQ(found, 5u);
}

TEST_F(RecordTest, BadSearchesAreRefused) {
  const std::string auditor = signed_in("ada", Role::auditor);
  for (const char* bad : {"?decision=maybe", "?risk=huge", "?id=1", "?correlationId=x",
                          "?since=yesterday", "?until=2026-13-01T00:00:00Z", "?limit=0",
                          "?limit=101", "?cursor=*", "?cursor=AAAA", "?tool=a&tool=b", "?sql=1"}) {
    EXPECT_EQ(get(std::string("/audit") + bad, auditor).refusal(), "400 invalid_request") << bad;
  }
}

TEST_F(RecordTest, OtherWorkspacesAreNotSearched) {
  store::Workspace other;
  other.id = crypto::uuid_v4();
  put(store::Put<store::Workspace>{other, 0});
  const std::string theo = session_of(add_person("theo", Role::owner, {}, other.id));
  hold();
  EXPECT_EQ(get("/audit", theo).at("entries").size(), 0u);
}

// --- the log -------------------------------------------------------------------------------

TEST_F(RecordTest, TheLogVerifies) {
  const std::string auditor = signed_in("ada", Role::auditor);
  for (int i = 0; i < 4; ++i) hold(hold_request(std::to_string(i)));
  audit::ChainVerifier verifier;
  for (;;) {
    const Heard page =
        get("/audit/log/entries?limit=3&from=" + std::to_string(verifier.head().size), auditor);
    ASSERT_EQ(page.status, 200);
    if (page.body.empty()) break;
    std::size_t at = 0;
    while (at < page.body.size()) {
      const std::size_t end = page.body.find('\n', at);
      ASSERT_NE(end, std::string::npos);
      const JsonDocument line = wire::parse_json(page.body.substr(at, end - at)).value();
      const std::string chain = hex_decode(Heard::text_of(line.root().find("chain"))).value();
      store::Hash hash{};
      std::copy(chain.begin(), chain.end(), hash.begin());
      const std::string leaf = base64_decode(Heard::text_of(line.root().find("leaf"))).value();
      EXPECT_EQ(Heard::text_of(line.root().find("sequence")), std::to_string(verifier.head().size));
      ASSERT_FALSE(verifier.add(leaf, hash));
      at = end + 1;
    }
  }
  const Heard head = get("/audit/log/head", auditor);
  EXPECT_EQ(head.text("size"), std::to_string(verifier.head().size));
  EXPECT_EQ(head.text("chain"), hex_encode(verifier.head().chain));
  EXPECT_GE(verifier.head().size, 4u);
}

TEST_F(RecordTest, BadRangesAreRefused) {
  const std::string auditor = signed_in("ada", Role::auditor);
  for (const char* bad :
       {"?from=-1", "?from=x", "?limit=0", "?limit=1001", "?to=5", "?from=99999999999999999999"}) {
    EXPECT_EQ(get(std::string("/audit/log/entries") + bad, auditor).refusal(),
              "400 invalid_request")
        << bad;
  }
  EXPECT_EQ(get("/audit/log/entries?from=9000", auditor).body, "");
}

}  // namespace
}  // namespace sentrail::gateway
