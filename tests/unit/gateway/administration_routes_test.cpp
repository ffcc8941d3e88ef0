// Tests keys, agents, connections and the policy's bundle.
#include <gmock/gmock.h>

#include "core/bundle_levels.hpp"
#include "tests/support/policy_bundle.hpp"
#include "tests/unit/gateway/gateway_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::Role;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::StartsWith;

class AdministrationTest : public GatewayTest {
 protected:
  explicit AdministrationTest(AdminWaits waits = {}) : GatewayTest(test_settings(), waits) {}

  const std::string adam_ = signed_in("adam", Role::admin);

  Heard connect(const std::string& body, const std::string& tool = "github") {
    return ask({"PUT", "/connections/" + tool, adam_, body});
  }

  void expect_refused(const std::string& target, const std::vector<std::string>& bodies,
                      const char* method = "POST") {
    for (const std::string& body : bodies) {
      EXPECT_EQ(ask({method, target, adam_, body}).refusal(), "400 invalid_request") << body;
    }
  }
};

// --- keys ----------------------------------------------------------------------------------

TEST_F(AdministrationTest, AKeyIsShownOnceAndOpensTheGate) {
  const Heard made =
      post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["admin-read"],"expiresInDays":7})");
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string key = made.text("key");
  EXPECT_THAT(key, StartsWith("agk_"));
  EXPECT_EQ(made.text("expiresAt"), format_rfc3339_ms(kStart + 7 * limits::kDayMs));
  const Heard list = get("/manage-api-keys", key);
  EXPECT_EQ(list.at("keys").size(), 1u);
  EXPECT_EQ(list.body.find(key), std::string::npos);
  EXPECT_THAT(list.body, HasSubstr(R"("scopes":["admin-read"])"));
  clock_.advance_ms(7 * limits::kDayMs);
  EXPECT_EQ(get("/manage-api-keys", key).status, 401);
}

TEST_F(AdministrationTest, ARevokedKeyOpensNothingAtOnce) {
  const Heard made = post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["admin-read"]})");
  const std::string target = "/manage-api-keys/" + made.text("id");
  EXPECT_EQ(get("/agents", made.text("key")).status, 200);
  EXPECT_EQ(post(target + "/revoke", adam_, "{}").status, 200);
  EXPECT_EQ(get("/agents", made.text("key")).status, 401);
  EXPECT_EQ(post(target + "/revoke", adam_, "").status, 200);
  EXPECT_EQ(post(target + "/rotate", adam_, "{}").refusal(), "409 conflict");
  EXPECT_THAT(log(), Contains("key.revoke").Times(1));
}

// The disk stands still for longer than an administrator waits, which is not long here; then what
// they asked for happens.
class LateChangeTest : public AdministrationTest {
 protected:
  LateChangeTest() : AdministrationTest(AdminWaits{.write_ms = 300, .retry_ms = 100}) {}
  ~LateChangeTest() override { disk_->stall(false); }

  void ask_while_stalled(const Ask& ask) {
    disk_->stall(true);
    EXPECT_EQ(this->ask(ask).refusal(), "503 timed_out");
    disk_->stall(false);
  }
  // Turns until an answer is as it should be; ends in a failure if it never is.
  void hear_at_last(const Ask& ask, int status) {
    pump_until([&] { return this->ask(ask).status == status; });
  }
};

TEST_F(LateChangeTest, ALateRevocationTakesEffectByItself) {
  const Heard made = post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["admin-read"]})");
  const Ask use{"GET", "/agents", made.text("key")};
  EXPECT_EQ(ask(use).status, 200);
  ask_while_stalled({"POST", "/manage-api-keys/" + made.text("id") + "/revoke", adam_, "{}"});
  hear_at_last(use, 401);
  EXPECT_THAT(log(), Contains("key.revoke").Times(1)) << "it is not withdrawn";
}

TEST_F(LateChangeTest, ARevocationThatIsSaidToBeDoneIsInForce) {
  const Heard made = post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["admin-read"]})");
  const Uuid id = parse_uuid(made.text("id")).value();
  // On disk, and not in memory: as after a reload that failed.
  store::ApiKey key = store_->get_key(workspace_.id, id).value().value();
  key.revoked = true;
  put(store::Put<store::ApiKey>{key, key.version});
  EXPECT_EQ(get("/agents", made.text("key")).status, 200);
  EXPECT_EQ(post("/manage-api-keys/" + made.text("id") + "/revoke", adam_, "{}").status, 200);
  EXPECT_EQ(get("/agents", made.text("key")).status, 401);
}

TEST_F(LateChangeTest, ASnapshotThatCannotBeReadIsReadAgainUntilItCan) {
  const Heard made = post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["admin-read"]})");
  store::Connection broken;
  broken.workspace_id = workspace_.id;
  broken.tool = "github";
  broken.sealed_credential = "not sealed with this key";
  put(store::Put<store::Connection>{broken, 0});
  EXPECT_EQ(post("/manage-api-keys/" + made.text("id") + "/revoke", adam_, "{}").status, 500);
  broken = store_->get_connection(workspace_.id, "github").value().value();
  broken.sealed_credential.clear();
  put(store::Put<store::Connection>{broken, broken.version});
  hear_at_last({"GET", "/agents", made.text("key")}, 401);
}

TEST_F(LateChangeTest, ALateStopOfAnAgentTakesEffectByItself) {
  ASSERT_EQ(post("/agents", adam_, R"({"id":"ci"})").status, 200);
  ask_while_stalled({"POST", "/agents/ci/disable", adam_, "{}"});
  pump_until([&] { return known_.get()->directory().agent_is_disabled(workspace_.id, "ci"); });
}

TEST_F(LateChangeTest, AStopOfAnAgentThatIsSaidToBeDoneIsInForce) {
  ASSERT_EQ(post("/agents", adam_, R"({"id":"ci"})").status, 200);
  store::Agent agent = store_->get_agent(workspace_.id, "ci").value().value();
  agent.disabled = true;
  put(store::Put<store::Agent>{agent, agent.version});
  EXPECT_FALSE(known_.get()->directory().agent_is_disabled(workspace_.id, "ci"));
  EXPECT_EQ(post("/agents/ci/disable", adam_, "{}").status, 200);
  EXPECT_TRUE(known_.get()->directory().agent_is_disabled(workspace_.id, "ci"));
}

TEST_F(LateChangeTest, ALateKillSwitchTakesEffectByItself) {
  ask_while_stalled({"POST", "/kill-switch", adam_, R"({"action":"enable"})"});
  pump_until([&] { return known_.get()->directory().stops_of(workspace_.id).enabled; });
}

TEST_F(AdministrationTest, RotationLetsBothKeysWorkForAWhile) {
  const Heard made = post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["admin-read"]})");
  const Heard fresh =
      post("/manage-api-keys/" + made.text("id") + "/rotate", adam_, R"({"overlapMinutes":10})");
  ASSERT_EQ(fresh.status, 200) << fresh.body;
  EXPECT_NE(fresh.text("key"), made.text("key"));
  EXPECT_EQ(get("/agents", made.text("key")).status, 200);
  clock_.advance_ms(10 * 60'000);
  EXPECT_EQ(get("/agents", made.text("key")).status, 401);
  EXPECT_EQ(get("/agents", fresh.text("key")).status, 200);
}

TEST_F(AdministrationTest, BadKeysAreRefused) {
  expect_refused(
      "/manage-api-keys",
      {"", R"({"name":"ci"})", R"({"name":"ci","scopes":[]})", R"({"name":"ci","scopes":["root"]})",
       R"({"name":"ci","scopes":"gateway"})", R"({"name":"","scopes":["gateway"]})",
       R"({"name":"ci","scopes":["gateway"],"agentIds":["a b"]})",
       R"({"name":"ci","scopes":["gateway"],"expiresInDays":0})",
       R"({"name":"ci","scopes":["gateway"],"expiresInDays":1.5})",
       R"({"name":"ci","scopes":["gateway"],"expiresInDays":99999999999})",
       R"({"name":"ci","scopes":["gateway"],"workspaceId":"x"})"});
  const std::string id =
      post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["gateway"]})").text("id");
  expect_refused("/manage-api-keys/" + id + "/rotate",
                 {R"({"overlapMinutes":-1})", R"({"overlapMinutes":"10"})", R"({"x":1})"});
  expect_refused("/manage-api-keys/" + id + "/revoke", {R"({"now":true})"});
}

TEST_F(AdministrationTest, KeysOfOtherWorkspacesDoNotExist) {
  store::Workspace other;
  other.id = crypto::uuid_v4();
  put(store::Put<store::Workspace>{other, 0});
  const std::string theo = session_of(add_person("theo", Role::owner, {}, other.id));
  const std::string id =
      post("/manage-api-keys", adam_, R"({"name":"ci","scopes":["gateway"]})").text("id");
  for (const char* verb : {"/revoke", "/rotate"}) {
    EXPECT_EQ(post("/manage-api-keys/" + id + verb, theo, "{}").refusal(), "404 not_found");
  }
  EXPECT_EQ(get("/manage-api-keys", theo).at("keys").size(), 0u);
  EXPECT_EQ(post("/manage-api-keys/nonsense/revoke", adam_, "{}").refusal(), "404 not_found");
}

// A key whose life is over is told what every other is that does not open, and nothing else.
TEST_F(AdministrationTest, AnExpiredKeyIsRefusedLikeAnyOther) {
  const auto create = [&](const char* body) {
    const Heard made = post("/manage-api-keys", adam_, body);
    EXPECT_EQ(made.status, 200) << made.body;
    return made;
  };
  const char* all_scopes =
      R"({"name":"day","scopes":["gateway","evaluate","mcp","admin-read"],"expiresInDays":1})";
  const std::string expired = create(all_scopes).text("key");
  const std::string scopeless = create(R"({"name":"m","scopes":["mcp"]})").text("key");
  const Heard taken_back = create(all_scopes);
  EXPECT_EQ(post("/manage-api-keys/" + taken_back.text("id") + "/revoke", adam_, "{}").status, 200);
  const std::string status_route = "/gateway-proxy/status/" + format_uuid(workspace_.id);
  const std::vector<Ask> routes = {{"GET", "/gateway-proxy/github/user"},
                                   {"GET", status_route},
                                   {"POST", "/evaluate-action", "", "{}"},
                                   {"POST", "/simulate-action", "", "{}"},
                                   {"GET", "/audit"}};
  // Everything that is sent, but for what tells one request from another.
  const auto answer_to = [&](Ask ask, const std::string& key) {
    ask.token = key;
    const Heard heard = this->ask(ask);
    std::string whole = std::to_string(heard.status) + "\n";
    for (const http::HeaderField field : heard.headers) {
      if (field.name == "X-Sentrail-CorrelationId" || field.name == "Date") continue;
      whole.append(field.name).append(": ").append(field.value).append("\n");
    }
    return whole + "\n" + heard.body;
  };
  for (const Ask& route : routes) {
    EXPECT_THAT(answer_to(route, expired), testing::Not(StartsWith("401"))) << "not yet";
  }
  clock_.advance_ms(limits::kDayMs - 1);
  EXPECT_THAT(answer_to(routes.back(), expired), StartsWith("200"));
  clock_.advance_ms(1);
  for (const Ask& route : routes) {
    const std::string told = answer_to(route, expired);
    EXPECT_THAT(told, StartsWith("401\n"));
    EXPECT_THAT(told, testing::EndsWith(R"({"ok":false,"error":"Invalid or expired API key"})"));
    EXPECT_EQ(told, answer_to(route, "agk_" + std::string(40, 'A'))) << "wrong";
    EXPECT_EQ(told, answer_to(route, "agk_short")) << "malformed";
    EXPECT_EQ(told, answer_to(route, taken_back.text("key"))) << "revoked";
    EXPECT_EQ(told, answer_to(route, scopeless)) << "of another scope";
  }
}

// --- agents --------------------------------------------------------------------------------

TEST_F(AdministrationTest, AgentsAreRegisteredChangedAndDisabled) {
  const std::string owner = format_uuid(add_person("olga", Role::owner).id);
  const Heard made = post(
      "/agents", adam_, R"({"id":"ci","name":"CI","roles":["build"],"ownerId":")" + owner + "\"}");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(post("/agents", adam_, R"({"id":"ci","name":"CI two"})").status, 200);
  const Heard list = get("/agents", adam_);
  ASSERT_EQ(list.at("agents").size(), 1u);
  EXPECT_THAT(list.body, HasSubstr(R"("id":"ci","name":"CI two","roles":["build"],"ownerId":")" +
                                   owner + R"(","owner":"olga","disabled":false)"));
  EXPECT_EQ(post("/agents/ci/disable", adam_, "{}").status, 200);
  EXPECT_TRUE(known_.get()->directory().agent_is_disabled(workspace_.id, "ci"));
  EXPECT_EQ(post("/agents/ci/enable", adam_, "{}").status, 200);
  EXPECT_FALSE(known_.get()->directory().agent_is_disabled(workspace_.id, "ci"));
  EXPECT_THAT(log(), IsSupersetOf({"agent.register", "agent.change", "agent.disable"}));
}

TEST_F(AdministrationTest, BadAgentsAreRefused) {
  const std::string stranger =
      format_uuid(add_person("theo", Role::owner, {}, crypto::uuid_v4()).id);
  expect_refused("/agents",
                 {"", R"({"id":""})", R"({"id":"a b"})", R"({"id":1})", R"({"name":"x"})",
                  R"({"id":"ci","roles":"x"})", R"({"id":"ci","roles":[""]})",
                  R"({"id":"ci","ownerId":"olga"})", R"({"id":"ci","ownerId":")" + stranger + "\"}",
                  R"({"id":"ci","disabled":true})", R"({"id":"ci","id":"cj"})"});
  EXPECT_EQ(post("/agents/nobody/disable", adam_, "{}").refusal(), "404 not_found");
}

// --- connections ---------------------------------------------------------------------------

constexpr const char* kGithub =
    R"({"scheme":"https","host":"API.github.com","port":443,"authScheme":"token",)"
    R"("credential":"ghp_secret"})";

TEST_F(AdministrationTest, AConnectionWorksAndHidesItsCredential) {
  ASSERT_EQ(connect(kGithub).status, 200);
  const Upstream* upstream = known_.get()->upstream(workspace_.id, "github");
  ASSERT_NE(upstream, nullptr);
  EXPECT_EQ(upstream->authorization, "token ghp_secret");
  EXPECT_EQ(upstream->connection.host, "api.github.com");
  const Heard list = get("/connections", adam_);
  EXPECT_THAT(list.body, HasSubstr(R"("host":"api.github.com","port":443)"));
  EXPECT_THAT(list.body, HasSubstr(R"("hasCredential":true)"));
  for (const auto& space : disk_->spaces) {
    for (const auto& [key, value] : space) EXPECT_EQ(value.find("ghp_secret"), std::string::npos);
  }
  EXPECT_EQ(ask({"DELETE", "/connections/github", adam_}).status, 200);
  EXPECT_EQ(known_.get()->upstream(workspace_.id, "github"), nullptr);
  EXPECT_EQ(ask({"DELETE", "/connections/github", adam_}).refusal(), "404 not_found");
  EXPECT_THAT(log(), IsSupersetOf({"connection.add", "connection.remove"}));
}

TEST_F(AdministrationTest, ACredentialStaysWithItsHost) {
  ASSERT_EQ(connect(kGithub).status, 200);
  // The same place: only the path changes, and the credential stays.
  ASSERT_EQ(connect(R"({"scheme":"https","host":"api.github.com","port":443,)"
                    R"("authScheme":"token","basePath":"/api/v3"})")
                .status,
            200);
  EXPECT_EQ(known_.get()->upstream(workspace_.id, "github")->authorization, "token ghp_secret");
  for (const char* elsewhere :
       {R"({"scheme":"https","host":"evil.example","port":443,"authScheme":"token"})",
        R"({"scheme":"https","host":"api.github.com","port":8443,"authScheme":"token"})",
        R"({"scheme":"https","host":"api.github.com","port":443,"authScheme":"basic"})",
        R"({"scheme":"http","host":"api.github.com","port":443,"authScheme":"token",)"
        R"("privateAddress":true})"}) {
    EXPECT_EQ(connect(elsewhere).refusal(), "400 invalid_request") << elsewhere;
  }
  EXPECT_EQ(known_.get()->upstream(workspace_.id, "github")->connection.host, "api.github.com");
  EXPECT_EQ(
      connect(R"({"scheme":"https","host":"evil.example","port":443,"authScheme":"none"})").status,
      200);
  EXPECT_EQ(known_.get()->upstream(workspace_.id, "github")->authorization, "");
}

TEST_F(AdministrationTest, PrivateAddressesAreDeclared) {
  for (const char* host : {"127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"}) {
    const std::string rest =
        std::string(R"("host":")") + host + R"(","port":8080,"scheme":"http","authScheme":"none")";
    EXPECT_EQ(connect("{" + rest + "}").refusal(), "400 invalid_request") << host;
    EXPECT_EQ(connect("{" + rest + R"(,"privateAddress":true})").status, 200) << host;
  }
}

TEST_F(AdministrationTest, BadConnectionsAreRefused) {
  const auto with = [](const std::string& change) {
    std::string body = R"({"scheme":"https","host":"a.example","port":443,"authScheme":"none")";
    return body + "," + change + "}";
  };
  expect_refused(
      "/connections/github",
      {"",
       "{}",
       with(R"("basePath":"/")"),
       with(R"("basePath":"/a/")"),
       with(R"("basePath":"a")"),
       with(R"("basePath":"/a/../b")"),
       with(R"("basePath":"/a//b")"),
       with(R"("basePath":"/a?b")"),
       with(R"("basePath":"/a%2fb")"),
       with(R"("basePath":"/a b")"),
       with(R"("credential":"x")"),
       with(R"("host":"b.example")"),
       with(R"("proxy":"x")"),
       with(R"("privateAddress":"yes")"),
       R"({"scheme":"ftp","host":"a.example","port":21,"authScheme":"none"})",
       R"({"scheme":"https","host":"a.example","port":0,"authScheme":"none"})",
       R"({"scheme":"https","host":"a.example","port":65536,"authScheme":"none"})",
       R"({"scheme":"https","host":"https://a.example","port":443,"authScheme":"none"})",
       R"({"scheme":"https","host":"a.example:443","port":443,"authScheme":"none"})",
       R"({"scheme":"https","host":"","port":443,"authScheme":"none"})",
       R"({"scheme":"https","host":"a.example","port":443,"authScheme":"digest"})",
       R"({"scheme":"https","host":"a.example","port":443,"authScheme":"token"})",
       R"({"scheme":"https","host":"a.example","port":443,"authScheme":"token","credential":""})",
       R"({"scheme":"https","host":"a.example","port":443,"authScheme":"token",)"
       R"("credential":"a\r\nX: y"})",
       R"({"scheme":"http","host":"a.example","port":80,"authScheme":"token","credential":"x"})"},
      "PUT");
  for (const char* tool : {"status", "GitHub", "a%2Fb", "-x"}) {
    EXPECT_EQ(connect(kGithub, tool).refusal(), "400 invalid_request") << tool;
  }
  EXPECT_EQ(get("/connections", adam_).at("connections").size(), 0u);
}

TEST_F(AdministrationTest, PausedToolsAreListedSo) {
  ASSERT_EQ(connect(kGithub).status, 200);
  EXPECT_THAT(get("/connections", adam_).body, HasSubstr(R"("paused":false)"));
  EXPECT_EQ(post("/kill-switch", adam_, R"({"action":"pause_tool","tool":"github"})").status, 200);
  EXPECT_THAT(get("/connections", adam_).body, HasSubstr(R"("paused":true)"));
}

// --- policy --------------------------------------------------------------------------------

constexpr const char* kPolicy = R"(policy main
language 1
tier everyday {
  rule stop: block when agent.id == "eve"
}
)";

TEST_F(AdministrationTest, NobodyUnknownMakesTheGateReadABundle) {
  http::HttpRequest head;
  head.method = "PUT";
  head.target = "/policy";
  head.headers.add("Host", "gate.test");
  const http::BodyPlan unknown = gate_->plan(head, peer_);
  ASSERT_TRUE(unknown.answer.has_value());
  EXPECT_EQ(unknown.answer->status, 401);
  head.headers.set("Authorization", "Bearer sps_" + std::string(40, 'x'));
  EXPECT_TRUE(gate_->plan(head, peer_).answer.has_value());
  head.headers.set("Authorization", "Bearer " + adam_);
  EXPECT_FALSE(gate_->plan(head, peer_).answer.has_value());
  EXPECT_EQ(ask({"DELETE", "/session", adam_}).status, 200);
  EXPECT_TRUE(gate_->plan(head, peer_).answer.has_value());
}

TEST_F(AdministrationTest, WithoutABundleThereIsNothingToShow) {
  const Heard heard = get("/policy", adam_);
  EXPECT_EQ(heard.status, 200);
  EXPECT_EQ(heard.text("bundle"), "null");
}

TEST_F(AdministrationTest, ABundleIsInstalledAndTold) {
  const std::string bytes = tests::bundle_bytes_of(kPolicy);
  install_ = [&](std::string_view got) {
    EXPECT_EQ(got, bytes);
    auto loaded = bundles::LoadedBundle::from_bytes(got, {{}, true});
    bundle_.replace(loaded.value());
    return loaded;
  };
  const Heard put =
      ask({"PUT", "/policy", adam_, bytes, {{"Content-Type", "application/octet-stream"}}});
  ASSERT_EQ(put.status, 200) << put.body;
  const Heard shown = get("/policy", adam_);
  EXPECT_EQ(shown.body, put.body);
  EXPECT_EQ(shown.text("bundle"), bundle_.current()->digest_hex());
  EXPECT_EQ(shown.text("rules"), "1");
  EXPECT_EQ(shown.text("level"), "1");
  EXPECT_EQ(shown.text("readsLevel"), std::to_string(kBundleLevel));
  EXPECT_EQ(shown.at("signedBy").size(), 0u);
  EXPECT_THAT(log(), IsSupersetOf({"policy.push", "policy.load"}));
}

TEST_F(AdministrationTest, ARefusedBundleIsToldToo) {
  const Heard put = ask(
      {"PUT", "/policy", adam_, "not a bundle", {{"Content-Type", "application/octet-stream"}}});
  EXPECT_EQ(put.refusal(), "400 bundle_refused");
  EXPECT_EQ(put.text("error"), "this test installs nothing");
  EXPECT_THAT(log(), IsSupersetOf({"policy.push", "policy.refuse"}));
  EXPECT_EQ(ask({"PUT", "/policy", adam_, "x", {{"Content-Type", "text/plain"}}}).refusal(),
            "415 unsupported_media_type");
}

TEST_F(AdministrationTest, NothingIsInstalledThatTheLogDoesNotHold) {
  bool installed = false;
  install_ = [&](std::string_view) {
    installed = true;
    return Result<std::shared_ptr<const bundles::LoadedBundle>>(fail(Errc::io, "x"));
  };
  {
    const std::lock_guard lock(disk_->mutex);
    disk_->next_failure = Error{Errc::io, "the disk is full"};
  }
  const Heard put =
      ask({"PUT", "/policy", adam_, "x", {{"Content-Type", "application/octet-stream"}}});
  EXPECT_GE(put.status, 500);
  EXPECT_FALSE(installed);
}

}  // namespace
}  // namespace sentrail::gateway
