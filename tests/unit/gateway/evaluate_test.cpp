// `POST /evaluate-action`: what a description leaves open never opens the gate.
#include <gmock/gmock.h>

#include <set>

#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

class EvaluateTest : public AgentsTest {
 protected:
  // Puts a policy in force that blocks where `condition` holds and allows all else.
  void block_when(const std::string& condition) {
    bundle_.replace(
        tests::bundle_of("policy p\nlanguage 1\nimport sentrail.github\n"
                         "rule no: block when " +
                         condition + "\nrule yes: allow when always\n"));
  }

  std::string decision(const std::string& described) {
    const Heard heard = post("/evaluate-action", key_, described);
    EXPECT_EQ(heard.status, 200) << heard.body;
    return heard.text("decision");
  }
};

constexpr const char* kBare = R"({"tool":"github","action":"issues.create","riskLevel":"low"})";
constexpr const char* kWhole = R"({"tool":"github","action":"issues.create","riskLevel":"low",
  "resourceType":"repo","resourceId":"acme/web","payload":{"title":"x"}})";

TEST_F(EvaluateTest, ARuleAboutTheCallItselfIsNotSlippedPast) {
  for (const char* condition :
       {R"(http.method == "DELETE")", R"(http.path ~ "/repos/**")", R"(http.host == "evil.test")",
        R"(http.query.force == "true")", R"(http.headers.accept is absent)",
        R"(resource.owner == "evil")", R"(resource.repo == "secret")", R"(resource.ref == "main")",
        R"(resource.ref_type == "tag")", R"(resource.path ~ "/etc/**")",
        R"(resource.name == "prod")", R"(mcp.server == "evil")", R"(mcp.tool == "rm")",
        R"(mcp.annotations.destructiveHint == true)", R"(mcp.first_seen == true)",
        R"(mcp.drifted == true)", R"(args.path == "/etc")", R"(content.findings has "secret")",
        R"(shell.program == "rm")"}) {
    block_when(condition);
    EXPECT_EQ(decision(kWhole), "block") << condition;
  }
}

TEST_F(EvaluateTest, WhatMayBeToldIsKnownWhereItIs) {
  for (const char* condition : {R"(resource.type == "org")", R"(resource.id == "evil/x")",
                                R"(body.title == "y")", R"(body.title is absent)"}) {
    block_when(condition);
    EXPECT_EQ(decision(kBare), "block") << condition;
    EXPECT_EQ(decision(kWhole), "allow") << condition;
  }
}

TEST_F(EvaluateTest, WhoAsksAndWhatForIsKnown) {
  for (const char* condition :
       {R"(tool == "linear")", R"(action == "repos.delete")", "risk == critical",
        R"(env == "test")", R"(agent.id == "other")", R"(agent.registered == true)",
        R"(source == "gateway")", R"(user.id == "eve")"}) {
    block_when(condition);
    EXPECT_EQ(decision(kBare), "allow") << condition;
  }
}

// docs/api.md, evaluate-action: what cannot be recorded is blocked, and names no entry.
TEST_F(EvaluateTest, WhatCannotBeRecordedIsBlockedAndNamesNoEntry) {
  EXPECT_NE(post("/evaluate-action", key_, kWhole).text("auditLogId"), "null");
  {
    const std::lock_guard lock(disk_->mutex);
    disk_->next_failure = Error{Errc::io, "the disk is full"};
  }
  // The one that meets the failure, and one that is refused because the store is closed by then.
  for (int i = 0; i < 2; ++i) {
    const Heard heard = post("/evaluate-action", key_, kWhole);
    EXPECT_EQ(heard.text("decision"), "block") << heard.body;
    EXPECT_EQ(heard.text("auditLogId"), "null") << heard.body;
    EXPECT_NE(heard.text("correlationId"), "null") << heard.body;
  }
}

// --- correlation ids -----------------------------------------------------------------------

TEST_F(EvaluateTest, EveryAnswerOfADeskNamesItsCall) {
  const auto id_of = [](const Heard& heard) {
    return std::string(heard.headers.find(kCorrelationHeader).value_or("(absent)"));
  };
  const Heard one = post("/evaluate-action", key_, kBare);
  EXPECT_EQ(id_of(one), one.text("correlationId"));
  const Heard list =
      post("/evaluate-action", key_, R"({"items":[)" + std::string(kBare) + "," + kWhole + "]}");
  const JsonValue first = list.at("items").first_child();
  EXPECT_EQ(id_of(list), Heard::text_of(first.find("correlationId")));
  EXPECT_NE(id_of(list), Heard::text_of(first.next().find("correlationId")));
  const Heard simulated = post("/simulate-action", key_, kBare);
  EXPECT_EQ(id_of(simulated), simulated.text("correlationId"));
  const Heard held = post("/gateway-proxy/github/user/repos", key_, "{}");
  EXPECT_EQ(held.status, 202);
  EXPECT_EQ(id_of(held), held.text("correlationId"));
  const Heard poll = get("/gateway-proxy/status/" + held.text("correlationId"), key_);
  EXPECT_EQ(poll.status, 200);
  EXPECT_EQ(id_of(poll), held.text("correlationId"));
  const std::vector<Heard> refused = {post("/evaluate-action", key_, "[]"),
                                      post("/simulate-action", key_, "{"),
                                      post("/evaluate-action?explain=1", key_, "{}"),
                                      get("/gateway-proxy/linear/x", key_),
                                      get("/gateway-proxy/github/", key_),
                                      get("/gateway-proxy/github/a/../b", key_)};
  for (const Heard& heard : refused) {
    EXPECT_GE(heard.status, 400);
    EXPECT_TRUE(parse_uuid(id_of(heard))) << heard.body;
  }
  EXPECT_EQ(id_of(post("/evaluate-action", "agk_no", kBare)), "(absent)");
}

// docs/api.md, evaluate-action: each item of a list is a decision of its own.
TEST_F(EvaluateTest, AnItemOfAListIsDecidedAsItIsAlone) {
  const std::vector<std::string> described = {
      kWhole,
      R"({"tool":"github","action":"repos.delete","riskLevel":"low"})",
      R"({"tool":"github","action":"repos.create","riskLevel":"high"})",
      R"({"tool":"unheard_of","action":"x","riskLevel":"low"})",
  };
  std::string items;
  for (const std::string& one : described) items += (items.empty() ? "" : ",") + one;
  const Heard list = post("/evaluate-action", key_, R"({"items":[)" + items + "]}");
  ASSERT_EQ(list.status, 200) << list.body;
  JsonValue item = list.at("items").first_child();
  std::set<std::string> decisions;
  for (std::size_t i = 0; i < described.size(); ++i) {
    if (i > 0) item = item.next();
    const Heard alone = post("/evaluate-action", key_, described[i]);
    for (const char* member : {"ok", "decision", "reason", "rule", "matchedPolicyId",
                               "approvalRequestId", "risk_classification"}) {
      EXPECT_EQ(Heard::text_of(item.find(member)), alone.text(member)) << member << " of " << i;
    }
    decisions.insert(alone.text("decision"));
  }
  EXPECT_EQ(decisions.size(), 3u);
}

// --- agents by name ------------------------------------------------------------------------

// docs/api.md A2.3: as `X-Agent-Id` is refused.
TEST_F(EvaluateTest, AnAgentIdIsRefusedWithTheCodesOfTheHeader) {
  store::Agent off;
  off.workspace_id = workspace_.id;
  off.id = "off";
  off.disabled = true;
  put(store::Put<store::Agent>{off, 0});
  const std::string one = add_key({"evaluate"}, {"one"});
  const std::string of_two = add_key({"evaluate"}, {"off", "other"});
  const auto named = [](const std::string& agent) {
    return R"({"tool":"github","action":"issues.create","riskLevel":"low","agentId":")" + agent +
           "\"}";
  };
  EXPECT_EQ(post("/evaluate-action", one, named("two")).refusal(), "403 agent_not_allowed");
  EXPECT_EQ(post("/evaluate-action", one, named("one")).status, 200);
  EXPECT_EQ(post("/evaluate-action", key_, named("off")).refusal(), "403 agent_disabled");
  EXPECT_EQ(post("/evaluate-action", key_, named("a b")).refusal(), "400 invalid_request");
  // An item's is the list's.
  EXPECT_EQ(
      post("/evaluate-action", key_, R"({"items":[)" + named("one") + "," + named("off") + "]}")
          .refusal(),
      "403 agent_disabled");
  const Heard other =
      ask({"POST", "/evaluate-action", of_two, named("one"), {{"X-Agent-Id", "other"}}});
  EXPECT_EQ(other.refusal(), "403 agent_not_allowed");
  // In the header, to compare.
  EXPECT_EQ(ask({"POST", "/evaluate-action", key_, kBare, {{"X-Agent-Id", "off"}}}).refusal(),
            "403 agent_disabled");
  store::Workspace strict = store_->get_workspace(workspace_.id).value().value();
  strict.registered_agents_only = true;
  put(store::Put<store::Workspace>{strict, strict.version});
  reload();
  EXPECT_EQ(post("/evaluate-action", key_, named("one")).refusal(), "403 agent_not_registered");
}

// --- lists of simulations ------------------------------------------------------------------

TEST_F(EvaluateTest, AListOfSimulationsIsAnsweredItemByItem) {
  const std::string raw = R"({"tool":"github","method":"GET","path":"/repos/a/b"})";
  const Heard list = post("/simulate-action?explain=false", key_,
                          R"({"items":[)" + std::string(kBare) + "," + raw + "]}");
  ASSERT_EQ(list.status, 200) << list.body;
  const JsonValue first = list.at("items").first_child();
  EXPECT_EQ(list.at("items").size(), 2u);
  const Heard alone = post("/simulate-action?explain=false", key_, raw);
  for (const char* member : {"decision", "rule", "action", "resourceId", "riskLevel", "reason"}) {
    EXPECT_EQ(Heard::text_of(first.next().find(member)), alone.text(member)) << member;
  }
}

// docs/request_format.md: what the gate removes is not there in a simulation either.
TEST_F(EvaluateTest, ASimulationShowsPolicyNoHeaderThatEndsAtTheGate) {
  for (const auto& [name, answer] : std::vector<std::pair<std::string, std::string>>{
           {"x-forwarded-for", "allow"}, {"x-api-key", "allow"}, {"x-mine", "block"}}) {
    block_when("http.headers.\"" + name + "\" exists");
    const std::string raw = R"({"tool":"github","method":"GET","path":"/repos/a/b","headers":{")" +
                            name + R"(":"10.0.0.1"}})";
    EXPECT_EQ(post("/simulate-action?explain=false", key_, raw).text("decision"), answer) << name;
  }
}

TEST_F(EvaluateTest, AListOfSimulationsIsRefusedWholeForOneBadItem) {
  const std::string good(kBare);
  std::string many = good;
  for (std::size_t i = 0; i < limits::kEvaluateItemsMax; ++i) many += "," + good;
  for (const std::string& body : std::vector<std::string>{
           R"({"items":[)" + good + R"(,{"tool":"github"}]})", R"({"items":[)" + many + "]}",
           R"({"items":[)" + good + R"(],"tool":"github"})", std::string(R"({"items":{"a":1}})"),
           std::string(R"({"items":7})"), R"({"items":[)" + good + ",[]]}",
           R"({"items":[{"tool":"github","method":"GET","path":"/a/../b"}]})",
           R"({"items":[{"items":[)" + good + "]}]}",
           R"({"items":[{"tool":"github","method":"GET","path":"/a","bdy":1}]})"}) {
    const Heard heard = post("/simulate-action?explain=false", key_, body);
    EXPECT_EQ(heard.status, 400) << body << heard.body;
    EXPECT_EQ(heard.text("code"), "invalid_request");
  }
}

// A body within a described call is judged as if it were sent: repeats in another case make it
// unreadable, and so does a media type that is not JSON.
TEST_F(EvaluateTest, ABodyThatIsDescribedIsReadAsOneThatIsSent) {
  block_when(R"(body.title == "t")");
  const auto decided = [&](const std::string& rest) {
    return post("/simulate-action?explain=false", key_,
                R"({"tool":"github","method":"POST","path":"/repos/a/b/issues")" + rest + "}")
        .text("decision");
  };
  EXPECT_EQ(decided(""), "allow");
  EXPECT_EQ(decided(R"(,"body":{"title":"u"})"), "allow");
  EXPECT_EQ(decided(R"(,"body":{"title":"t"})"), "block");
  EXPECT_EQ(decided(R"(,"body":{"title":"\u0074"})"), "block");
  EXPECT_EQ(decided(R"(,"body":null)"), "block");
  EXPECT_EQ(decided(R"(,"body":"x")"), "block");
  EXPECT_EQ(decided(R"(,"body":{"title":"u","TITLE":"u"})"), "block");
  EXPECT_EQ(decided(R"(,"body":{"title":"u"},"headers":{"content-type":"text/plain"})"), "block");
  EXPECT_EQ(decided(R"(,"body":{"title":"u"},"headers":{"Content-Type":"application/json"})"),
            "allow");
}

// --- explanations --------------------------------------------------------------------------

// The rule stands in line 4, its condition from column 21 on.
TEST_F(EvaluateTest, VerdictsArePlacesOfTheTestsThatSettledIt) {
  block_when(R"(tool == "github" and (tool ~ "git*" or risk >= low))");
  const Heard heard = post("/simulate-action?explain=verdicts", key_, kWhole);
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_FALSE(heard.at("explanation").exists());
  EXPECT_NE(
      heard.body.find(R"("verdicts":[{"decision":"block","rule":"p.main.no","candidateCount":1,)"
                      R"("candidates":[{"rule":"p.main.no","truth":"true","settledBy":)"
                      R"([{"line":4,"column":21},{"line":4,"column":43}]}]}])"),
      std::string::npos)
      << heard.body;
  EXPECT_EQ(post("/simulate-action?explain=perhaps", key_, kWhole).status, 400);
}

TEST_F(EvaluateTest, AnExplanationSaysANegationOnce) {
  block_when(R"(not tool == "linear")");
  const Heard heard = post("/simulate-action", key_, kBare);
  EXPECT_EQ(heard.text("decision"), "block");
  EXPECT_THAT(heard.body, testing::HasSubstr(R"("test":"tool != \"linear\"","truth":"true")"));
}

// docs/language.md, L15.7: what is hidden is in no answer, wherever a value is shown.
TEST_F(EvaluateTest, AnExplanationHidesWhatPolicyHides) {
  bundle_.replace(
      tests::bundle_of("policy p\nlanguage 1\n"
                       "rule a: allow when body.card.number != \"x\" and body.title == \"t\"\n"
                       "  because \"{body.card.number} {body.card} {body.title}\"\n"
                       "  then redact body.card.number\n"
                       "default block\n"));
  const Heard heard = post("/simulate-action", key_,
                           R"({"tool":"github","action":"issues.create","riskLevel":"low",
      "payload":{"card":{"number":"4111111111111111"},"title":"t"}})");
  EXPECT_EQ(heard.text("reason"), "[redacted] [redacted] t") << heard.body;
  EXPECT_THAT(heard.body, testing::Not(testing::HasSubstr("4111111111111111")));
  EXPECT_THAT(heard.body, testing::HasSubstr(R"("value":"[redacted]")"));
  EXPECT_THAT(heard.body, testing::HasSubstr(R"("value":"t")"));
}

// docs/language.md, L15.8 and L15.9, of what waits for people too.
TEST_F(EvaluateTest, TheEntryOfAHoldHasWhatPolicyObligesTo) {
  bundle_.replace(
      tests::bundle_of("policy p\nlanguage 1\n"
                       "shadow rule b: block when always\n"
                       "rule a: require_approval when always then tag \"pii\", alert\n"
                       "default block\n"));
  EXPECT_EQ(decision(kWhole), "require_approval");
  EXPECT_EQ(decision(kWhole), "require_approval") << "joins the first";
  for (const store::AuditKind kind : {store::AuditKind::hold, store::AuditKind::attach}) {
    const std::vector<audit::OpenedEntry> found = entries(kind);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found.front().entry.tags, "pii");
    EXPECT_EQ(found.front().entry.obligations, "alert");
    EXPECT_EQ(found.front().entry.shadows, "p.main.b: block by p.main.b");
  }
}

// --- grants --------------------------------------------------------------------------------

class GrantTest : public AgentsTest {
 protected:
  static constexpr const char* kMerge =
      R"({"tool":"github","action":"pulls.merge","riskLevel":"high")";

  // Held, and what repeats it.
  std::string repeat_of_held() {
    const Heard held = post("/evaluate-action", key_, std::string(kMerge) + "}");
    EXPECT_EQ(held.text("decision"), "require_approval") << held.body;
    return std::string(kMerge) + R"(,"approvalRequestId":")" + held.text("approvalRequestId") +
           "\"}";
  }

  void approve(const std::string& repeat) {
    const JsonDocument document = wire::parse_json(repeat).value();
    const std::string id = Heard::text_of(document.root().find("approvalRequestId"));
    const Heard voted = post("/approval-decision", signed_in("rita", store::Role::reviewer),
                             R"({"decision":"approved","approvalRequestId":")" + id + "\"}");
    EXPECT_EQ(voted.text("status"), "approved") << voted.body;
  }
};

TEST_F(GrantTest, AGrantIsUsedOnce) {
  const std::string repeat = repeat_of_held();
  approve(repeat);
  EXPECT_EQ(post("/evaluate-action", key_, repeat).text("decision"), "allow");
  EXPECT_EQ(post("/evaluate-action", key_, repeat).text("decision"), "require_approval");
}

TEST_F(GrantTest, AGrantThatIsHeldAfterAllHasOneDeadlineForBoth) {
  const std::string repeat = repeat_of_held();  // nobody approves: it is held again
  const auto result = begin({"POST", "/evaluate-action", key_, repeat});
  ASSERT_TRUE(coordinator_->run_pending()) << "the grant was looked at";
  clock_.advance_ms(limits::kAuditWriteMsMax);
  const Heard heard = hear(result);
  EXPECT_EQ(heard.text("decision"), "block") << heard.body;
  EXPECT_EQ(heard.text("approvalRequestId"), "null");
}

TEST_F(GrantTest, AKillSwitchThatLandsBeforeTheUseWins) {
  const std::string repeat = repeat_of_held();
  approve(repeat);
  kill_unseen();
  const Heard heard = post("/evaluate-action", key_, repeat);
  EXPECT_EQ(heard.text("decision"), "block") << heard.body;
  EXPECT_EQ(heard.text("rule"), "stop.kill_switch");
}

// --- local stops -----------------------------------------------------------------------------

identity::LocalStop stop_of_everything() {
  identity::LocalStop stop;
  stop.id.bytes[0] = 7;
  stop.command.action = identity::KillAction::enable;
  stop.command.by = "local uid 1000";
  return stop;
}

TEST_F(EvaluateTest, AStopThatComesWhileTheDecisionIsRecordedWins) {
  const auto result = begin({"POST", "/evaluate-action", key_, kBare});
  known_.add_stop(stop_of_everything());
  const Heard heard = hear(result);
  EXPECT_EQ(heard.text("decision"), "block") << heard.body;
  EXPECT_EQ(heard.text("rule"), "stop.kill_switch");
}

TEST_F(GrantTest, AStopThatComesWhileAGrantIsUsedWins) {
  const std::string repeat = repeat_of_held();
  approve(repeat);
  const auto result = begin({"POST", "/evaluate-action", key_, repeat});
  ASSERT_TRUE(coordinator_->run_pending()) << "the grant was looked at";
  known_.add_stop(stop_of_everything());
  const Heard heard = hear(result);
  EXPECT_EQ(heard.text("decision"), "block") << heard.body;
}

}  // namespace
}  // namespace sentrail::gateway
