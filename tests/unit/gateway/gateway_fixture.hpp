// The whole gate over a store in memory, with a sender that does what a test says, and people who
// are signed in.
//
// Neighbours: the tests of routes in this folder; fake_io.hpp. The writer and the work pool have
// their threads; everything else is turned by the test.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "core/json.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/gateway/gate.hpp"
#include "runtime/gateway/held_counts.hpp"
#include "runtime/identity/credential.hpp"
#include "tests/unit/execute/coordinator_fixture.hpp"
#include "tests/unit/gateway/fake_io.hpp"
#include "wire/json.hpp"

namespace sentrail::gateway {

// What a test asks.
struct Ask {
  std::string method;
  std::string target;
  std::string token = {};  // Bearer
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool whole = true;  // `body` is not just its beginning
};

// An answer, read.
struct Heard {
  int status = 0;
  http::Headers headers;
  std::string body;
  JsonDocument json;

  // A member of the answer as text; strings and numbers as they are, `null`, `true`, `false`.
  [[nodiscard]] std::string text(std::string_view name) const { return text_of(at(name)); }
  [[nodiscard]] JsonValue at(std::string_view name) const {
    return json.empty() ? JsonValue{} : json.root().find(name);
  }
  [[nodiscard]] static std::string text_of(JsonValue value) {
    if (!value.exists()) return "(absent)";
    switch (value.kind()) {
      case JsonKind::null:
        return "null";
      case JsonKind::boolean:
        return value.boolean() ? "true" : "false";
      case JsonKind::number:
      case JsonKind::string:
        return std::string(value.text());
      case JsonKind::array:
      case JsonKind::object:
        break;
    }
    return "(" + std::to_string(value.size()) + ")";
  }
  // Status and code of a refusal, in one word.
  [[nodiscard]] std::string refusal() const { return std::to_string(status) + " " + text("code"); }
};

class GatewayTest : public testing::Test {
 protected:
  static constexpr std::int64_t kStart = 1'790'000'000'000;
  static constexpr const char* kPassphrase = "correct horse battery";

  static GateSettings test_settings() {
    GateSettings settings;
    settings.public_url = "http://gate.test";
    settings.version = "test";
    return settings;
  }

  explicit GatewayTest(const GateSettings& settings = test_settings(), AdminWaits waits = {}) {
    workspace_.id = crypto::uuid_v4();
    workspace_.name = "acme";
    workspace_.environment = store::Environment::live;
    put(store::Put<store::Workspace>{workspace_, 0});
    execute::CoordinatorOptions options;
    options.executor_id.bytes[0] = 1;
    options.on_change = [this](const store::ActionRecord& record) {
      tell_counters(counters_, record);
      watch_.changed(record);
    };
    coordinator_ = std::make_unique<execute::Coordinator>(
        execute::CoordinatorParts{*store_, *writer_, recorder_, vault_, rechecker_, sender_, clock_,
                                  nullptr},
        options);
    changes_ = std::make_unique<AdminCommits>(*writer_, known_, waits);
    pool_ = std::make_unique<WorkPool>(2, queue_max_);
    gate_ = std::make_unique<Gate>(
        GateParts{*store_, *writer_, recorder_, clock_, *coordinator_, vault_, administration_,
                  bundle_, [this](std::string_view bytes) { return install_(bytes); }, known_,
                  *changes_, watch_, *pool_, throttle_, sessions_, settings, &counters_});
    gate_->start({&io_});
    reload();
  }

  ~GatewayTest() override {
    pool_.reset();
    coordinator_.reset();
    writer_.reset();
    changes_.reset();
    gate_.reset();
  }

  // --- the world ---------------------------------------------------------------------------

  void put(store::Operation operation) {
    store::Transaction transaction;
    transaction.operations.push_back(std::move(operation));
    const store::Outcome outcome = writer_->commit(std::move(transaction));
    ASSERT_TRUE(outcome.status) << outcome.status.error().message;
  }

  void reload() { ASSERT_TRUE(known_.reload()); }

  // Another workspace beside the test's own.
  store::Workspace add_workspace(const std::string& name) {
    store::Workspace added;
    added.id = crypto::uuid_v4();
    added.name = name;
    put(store::Put<store::Workspace>{added, 0});
    return added;
  }

  // An account with the test's passphrase. The slow hash is made once.
  store::Person add_person(const std::string& name, store::Role role,
                           std::vector<std::string> groups = {},
                           std::optional<Uuid> workspace = std::nullopt) {
    static const std::string kHash =
        identity::make_person({"any", "", "", kPassphrase, {}}, kStart).value().passphrase_hash;
    store::Person person;
    person.id = crypto::uuid_v4();
    person.name = name;
    person.display_name = name;
    person.passphrase_hash = kHash;
    person.memberships = {{workspace.value_or(workspace_.id), role, std::move(groups)}};
    put(store::Put<store::Person>{person, 0});
    reload();
    return store_->get_person(person.id).value().value();
  }

  // A session's token for a person.
  std::string session_of(const store::Person& person) {
    const identity::NewSecret token = identity::new_session_token();
    store::Session session;
    session.token_hash = token.hash;
    session.person_id = person.id;
    session.auth_method = std::string(identity::kPassphraseMethod);
    session.created_ms = clock_.now().unix_ms;
    session.expires_ms = clock_.now().unix_ms + limits::kSessionLifeMs;
    put(store::Put<store::Session>{session, 0});
    sessions_.begin(session, session.created_ms);
    return token.text;
  }

  // A new person with that role, signed in.
  std::string signed_in(const std::string& name, store::Role role,
                        std::vector<std::string> groups = {}) {
    return session_of(add_person(name, role, std::move(groups)));
  }

  // A key's text. in: the agents that it is bound to; none: any.
  std::string add_key(std::vector<std::string> scopes, std::vector<std::string> agents = {}) {
    identity::KeyRequest request;
    request.workspace_id = workspace_.id;
    request.name = "of a test";
    request.scopes = identity::parse_scopes(scopes).value();
    request.agent_ids = std::move(agents);
    const identity::MadeKey made = identity::make_key(request, kStart).value();
    put(store::Put<store::ApiKey>{made.record, 0});
    reload();
    return made.text;
  }

  // --- asking ------------------------------------------------------------------------------

  // Turns everything until the condition holds.
  void pump_until(const std::function<bool()>& condition) {
    for (int turns = 0; !condition(); ++turns) {
      ASSERT_LT(turns, 20'000'000) << "nothing happens any more";
      const bool coordinated = coordinator_->run_pending();
      if (!io_.run_pending() && !coordinated) std::this_thread::yield();
    }
  }

  // Begins a request; the result fills when pumped.
  std::shared_ptr<FakeResult> begin(const Ask& ask) {
    http::HttpRequest request;
    request.method = ask.method;
    request.target = ask.target;
    request.headers.add("Host", "gate.test");
    if (!ask.token.empty()) request.headers.add("Authorization", "Bearer " + ask.token);
    for (const auto& [name, value] : ask.headers) request.headers.add(name, value);
    auto result = std::make_shared<FakeResult>();
    const http::BodyPlan plan = gate_->plan(request, peer_);
    if (plan.answer) {
      result->response = *plan.answer;
      return result;
    }
    request.body = ask.body;
    gate_->handle(
        std::make_shared<FakeExchange>(std::move(request), peer_, io_, result, ask.whole));
    return result;
  }

  Heard hear(const std::shared_ptr<FakeResult>& result) {
    pump_until([&] { return result->response.has_value(); });
    if (!result->response) return {};
    Heard heard{result->response->status, result->response->headers, result->response->body, {}};
    if (auto parsed = wire::parse_json(heard.body)) heard.json = *std::move(parsed);
    return heard;
  }

  Heard ask(const Ask& what) { return hear(begin(what)); }
  Heard get(const std::string& target, const std::string& token) {
    return ask({"GET", target, token});
  }
  Heard post(const std::string& target, const std::string& token, const std::string& body) {
    return ask({"POST", target, token, body});
  }

  // --- held calls --------------------------------------------------------------------------

  execute::HoldRequest hold_request(const std::string& body = R"({"title":"x"})") const {
    execute::HoldRequest made;
    made.draft.workspace_id = workspace_.id;
    made.draft.agent_id = "release-bot";
    made.draft.agent_name = "Release bot";
    made.draft.requested_by = "release-bot";
    made.draft.source = "gateway";
    made.draft.tool = "github";
    made.draft.action = "issues.create";
    made.draft.risk = Risk::medium;
    made.draft.method = "POST";
    made.draft.target = "/repos/a/b/issues";
    made.draft.rule = "main.guard.issues";
    made.draft.reason = "Policy 'issues' matched";
    made.draft.quorum = "1 of role:reviewer";
    made.draft.execute_within_ms = 600'000;
    made.call.upstream = "github";
    made.call.scheme = "https";
    made.call.host = "api.github.com";
    made.call.port = 443;
    made.call.method = "POST";
    made.call.target = "/repos/a/b/issues";
    made.call.headers = {{"Accept", "application/json"}};
    made.call.body = body;
    return made;
  }

  store::ActionRecord hold(execute::HoldRequest request) {
    std::optional<Result<execute::Held>> held;
    coordinator_->hold(std::move(request),
                       [&](Result<execute::Held> got) { held.emplace(std::move(got)); });
    pump_until([&] { return held.has_value(); });
    EXPECT_TRUE(held && *held) << "not held";
    return (*held)->record;
  }
  store::ActionRecord hold() { return hold(hold_request()); }

  store::ActionRecord stored(const store::ActionRecord& record) {
    return store_->get_action(record.workspace_id, record.action_id).value().value();
  }

  // The actions of all audit entries, oldest first.
  std::vector<std::string> log() {
    std::vector<std::string> actions;
    const auto rows = store_->audit_range(0, 10'000);
    for (const store::AuditRow& row : rows.value()) {
      actions.push_back(audit::decode_leaf(row.leaf).value().entry.action);
    }
    return actions;
  }

  ManualClock clock_{Instant{kStart}};
  counters::Counters counters_{clock_, "key"};
  FakeIo io_{clock_};
  http::Peer peer_{"192.0.2.7", 5555, "main", false, ""};
  std::shared_ptr<test::MemoryDisk> disk_ = std::make_shared<test::MemoryDisk>();
  const audit::LeafCodec codec_;
  const crypto::SealKey master_ = crypto::SealKey::generate();
  const audit::Recorder recorder_{master_, Uuid{}};
  const execute::CallVault vault_{master_};
  const identity::Administration administration_{recorder_, clock_};
  const std::string ca_file_;
  execute::ScriptedRechecker rechecker_;
  execute::ScriptedSender sender_;
  identity::SignInThrottle throttle_;
  identity::LiveSessions sessions_;
  bundles::ActiveBundle bundle_;
  InstallBundle install_ = [](std::string_view) {
    return Result<std::shared_ptr<const bundles::LoadedBundle>>(
        fail(Errc::corrupt, "this test installs nothing"));
  };
  Watch watch_;
  store::Workspace workspace_;
  std::size_t queue_max_ = limits::kWorkQueueMax;
  std::unique_ptr<store::Store> store_ = test::open_memory_store(disk_, codec_);
  std::unique_ptr<store::Writer> writer_ = std::make_unique<store::Writer>(*store_, clock_);
  KnownHolder known_{Known::Source{*store_, master_, ca_file_}};
  std::unique_ptr<execute::Coordinator> coordinator_;
  std::unique_ptr<AdminCommits> changes_;
  std::unique_ptr<WorkPool> pool_;
  std::unique_ptr<Gate> gate_;
};

}  // namespace sentrail::gateway
