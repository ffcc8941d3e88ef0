// Tests who may use the routes of people, queries, and that every request is answered once.
#include <gmock/gmock.h>

#include <array>
#include <stdexcept>

#include "runtime/gateway/housekeeping.hpp"
#include "runtime/gateway/people.hpp"
#include "tests/unit/gateway/gateway_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::Role;
using testing::ElementsAre;
using testing::Pair;

using PeopleTest = GatewayTest;

constexpr std::array<std::string_view, 2> kNames = {"since", "limit"};

TEST(ParseQuery, DecodesEachNameOnce) {
  EXPECT_THAT(parse_query("since=2026-03-01T09%3A00%3A00+02:00&limit=5", kNames).value(),
              ElementsAre(Pair("since", "2026-03-01T09:00:00+02:00"), Pair("limit", "5")));
  EXPECT_THAT(parse_query("limit", kNames).value(), ElementsAre(Pair("limit", "")));
  EXPECT_TRUE(parse_query("", kNames).value().empty());
}

TEST(ParseQuery, RefusesWhatHasTwoReadings) {
  for (const char* bad : {"limit=1&limit=2", "limit=%4", "limit=%zz", "limit=%ff", "&", "limit=1&&",
                          "l%69mit=1&limit=2", "other=1", "=1"}) {
    const auto parsed = parse_query(bad, kNames);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
  }
  EXPECT_NE(parse_query("limitt=1", kNames).error().message.find("did you mean `limit`"),
            std::string::npos);
}

TEST_F(PeopleTest, NobodyComesInWithoutASession) {
  for (const std::string& token :
       {std::string(), std::string("sps_") + std::string(40, 'a'), std::string("nonsense"),
        std::string("sbt_") + std::string(40, 'a')}) {
    const Heard heard = get("/approvals", token);
    EXPECT_EQ(heard.refusal(), "401 sign_in_required") << token;
    EXPECT_EQ(heard.headers.find("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(heard.headers.find("Cache-Control"), "no-store");
  }
}

TEST_F(PeopleTest, TwoAuthorizationFieldsAreNone) {
  const std::string token = signed_in("olga", Role::owner);
  EXPECT_EQ(get("/approvals", token).status, 200);
  const Heard heard = ask({"GET", "/approvals", token, "", {{"authorization", "Bearer " + token}}});
  EXPECT_EQ(heard.refusal(), "401 sign_in_required");
}

TEST_F(PeopleTest, SessionsEnd) {
  const std::string token = signed_in("olga", Role::owner);
  clock_.advance_ms(limits::kSessionLifeMs - 1);
  EXPECT_EQ(get("/approvals", token).status, 200);
  clock_.advance_ms(1);
  EXPECT_EQ(get("/approvals", token).refusal(), "401 sign_in_required");
}

TEST_F(PeopleTest, SessionsThatAreOverLeaveTheStore) {
  const auto over = [this] { return store_->expired_sessions(kStart * 2, 10).value().size(); };
  Housekeeping housekeeping(*store_, *writer_, throttle_, *pool_, clock_, counters_);
  static_cast<void>(signed_in("olga", Role::owner));
  throttle_.failed("olga", "192.0.2.7", kStart);
  clock_.advance_ms(limits::kSessionLifeMs - limits::kHousekeepingMs);
  const std::string later = signed_in("oda", Role::owner);
  EXPECT_EQ(over(), 2u);
  EXPECT_EQ(throttle_.size(), 2u);
  housekeeping.run_on(io_);
  while (io_.run_pending()) continue;
  clock_.advance_ms(limits::kHousekeepingMs);
  pump_until([&] { return over() == 1; });
  EXPECT_EQ(throttle_.size(), 0u);
  EXPECT_EQ(get("/approvals", later).status, 200) << "this one is not over";
  // Again and again.
  clock_.advance_ms(limits::kSessionLifeMs);
  pump_until([&] { return over() == 0; });
  pool_.reset();  // it may still be cleaning
}

TEST_F(PeopleTest, ALostRoleIsLostAtOnce) {
  store::Person person = add_person("olga", Role::owner);
  const std::string token = session_of(person);
  EXPECT_EQ(get("/manage-api-keys", token).status, 200);
  person.memberships.front().role = Role::member;
  put(store::Put<store::Person>{person, person.version});
  reload();
  EXPECT_EQ(get("/manage-api-keys", token).refusal(), "403 role_required");
  person.version += 1;
  person.disabled = true;
  put(store::Put<store::Person>{person, person.version});
  reload();
  EXPECT_EQ(get("/kill-switch", token).refusal(), "401 sign_in_required");
}

// Each route of administration with the lowest role that it admits.
struct Needs {
  const char* method;
  const char* target;
  Role lowest;
};

constexpr std::array<Needs, 21> kNeeds = {
    {{"GET", "/approvals", Role::auditor},
     {"GET", "/approvals/x", Role::auditor},
     {"POST", "/approval-decision", Role::reviewer},
     {"POST", "/approvals/00000000-0000-4000-8000-000000000000/resolve", Role::admin},
     {"GET", "/kill-switch", Role::member},
     {"GET", "/audit", Role::auditor},
     {"GET", "/audit/log/entries", Role::auditor},
     {"GET", "/audit/log/head", Role::auditor},
     {"GET", "/manage-api-keys", Role::auditor},
     {"POST", "/manage-api-keys", Role::admin},
     {"POST", "/manage-api-keys/x/revoke", Role::admin},
     {"POST", "/manage-api-keys/x/rotate", Role::admin},
     {"GET", "/agents", Role::auditor},
     {"POST", "/agents", Role::admin},
     {"POST", "/agents/x/disable", Role::admin},
     {"GET", "/reviewers", Role::auditor},
     {"POST", "/reviewers", Role::admin},
     {"GET", "/connections", Role::auditor},
     {"PUT", "/connections/github", Role::admin},
     {"DELETE", "/connections/github", Role::admin},
     {"PUT", "/policy", Role::admin}}};

TEST_F(PeopleTest, EachRouteAsksForItsRole) {
  std::array<std::string, 5> tokens;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = signed_in("person" + std::to_string(i), static_cast<Role>(i));
  }
  for (const Needs& needs : kNeeds) {
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Heard heard = ask({needs.method, needs.target, tokens[i]});
      const bool may = static_cast<Role>(i) <= needs.lowest;
      EXPECT_EQ(heard.refusal() != "403 role_required", may)
          << needs.method << " " << needs.target << " as " << name_of(static_cast<Role>(i)) << ": "
          << heard.body;
    }
  }
}

TEST_F(PeopleTest, KeysMayOnlyLook) {
  const std::string reads = add_key({"admin-read"});
  const std::string acts = add_key({"gateway", "evaluate", "mcp"});
  for (const Needs& needs : kNeeds) {
    const bool look = std::string_view(needs.method) == "GET";
    const Heard with_read = ask({needs.method, needs.target, reads});
    const Heard without = ask({needs.method, needs.target, acts});
    if (look) {
      EXPECT_TRUE(with_read.status == 200 || with_read.status == 404) << needs.target;
      EXPECT_EQ(without.status, 401) << needs.target;
      EXPECT_EQ(without.body, R"({"ok":false,"error":"Invalid or expired API key"})");
    } else {
      EXPECT_EQ(with_read.refusal(), "401 sign_in_required") << needs.target;
      EXPECT_EQ(without.refusal(), "401 sign_in_required") << needs.target;
    }
  }
}

TEST_F(PeopleTest, AWorkspaceIsForItsMembers) {
  const store::Workspace other = add_workspace("other");
  const std::string here = signed_in("olga", Role::owner);
  const std::string there = session_of(add_person("theo", Role::owner, {}, other.id));
  const auto in = [&](const std::string& token, const std::string& workspace) {
    return ask({"GET", "/agents", token, "", {{"X-Sentrail-Workspace", workspace}}}).refusal();
  };
  EXPECT_EQ(in(here, format_uuid(workspace_.id)), "200 (absent)");
  EXPECT_EQ(in(there, format_uuid(other.id)), "200 (absent)");
  EXPECT_EQ(in(here, format_uuid(other.id)), "403 role_required");
  EXPECT_EQ(in(there, format_uuid(workspace_.id)), "403 role_required");
  EXPECT_EQ(in(here, format_uuid(crypto::uuid_v4())), "403 role_required");
  EXPECT_EQ(in(here, "acme"), "400 invalid_request");
  EXPECT_EQ(in(add_key({"admin-read"}), format_uuid(other.id)), "403 role_required");
}

TEST_F(PeopleTest, WhoHasNoWorkspaceHasNoRole) {
  store::Person person = add_person("olga", Role::owner);
  const std::string token = session_of(person);
  person.memberships.clear();
  put(store::Put<store::Person>{person, person.version});
  reload();
  EXPECT_EQ(get("/kill-switch", token).refusal(), "403 role_required");
}

TEST_F(PeopleTest, PathsAreDecodedOnceOrRefused) {
  const std::string token = signed_in("olga", Role::owner);
  EXPECT_EQ(post("/agents", token, R"({"id":"ci/bot@1"})").status, 200);
  EXPECT_EQ(post("/agents/ci%2Fbot%401/disable", token, "").status, 200);
  EXPECT_EQ(post("/agents/ci%252Fbot%25401/disable", token, "").status, 404);
  EXPECT_EQ(post("/agents/%zz/disable", token, "").refusal(), "404 not_found");
}

TEST_F(PeopleTest, AFullQueueIsToldAtOnce) {
  // Both work threads wait for the mutex; everything behind them fills the queue.
  std::mutex mutex;
  std::atomic<int> waiting{0};
  std::unique_lock lock(mutex);
  const auto wait = [&] {
    ++waiting;
    const std::lock_guard blocked(mutex);
  };
  ASSERT_TRUE(pool_->run(wait));
  ASSERT_TRUE(pool_->run(wait));
  pump_until([&] { return waiting == 2; });
  while (pool_->run([] {})) {
  }
  const Heard heard = get("/approvals", "sps_x");
  EXPECT_EQ(heard.refusal(), "503 overloaded");
  EXPECT_EQ(heard.headers.find("Retry-After"), "1");
  lock.unlock();
  pool_.reset();  // before the mutex goes
}

void throws(GateParts&, std::shared_ptr<PeopleCall>, Reply) {
  throw std::runtime_error("broken");
}
void forgets(GateParts&, std::shared_ptr<PeopleCall>, Reply) {}
void answers_twice(GateParts&, std::shared_ptr<PeopleCall>, Reply reply) {
  reply(http::make_response(200, "text/plain", "first"));
  reply(http::make_response(200, "text/plain", "second"));
}

class ServePeopleTest : public GatewayTest {
 protected:
  Heard serve(PeopleRoute route) {
    GateParts parts{*store_,         *writer_,  recorder_, clock_, *coordinator_, vault_,
                    administration_, bundle_,   install_,  known_, *changes_,     watch_,
                    *pool_,          throttle_, sessions_, {}};
    result_ = std::make_shared<FakeResult>();
    http::HttpRequest request;
    request.method = "GET";
    request.target = "/somewhere";
    serve_people(parts, {PeopleAccess::Kind::anyone, identity::Permission::see_state}, route, {},
                 std::make_shared<FakeExchange>(std::move(request), peer_, io_, result_));
    Heard heard = hear(result_);
    pool_.reset();  // all work is done
    while (io_.run_pending()) {
    }
    return heard;
  }

  std::shared_ptr<FakeResult> result_;
};

TEST_F(ServePeopleTest, WhatIsThrownIsLoggedAndAnswered) {
  const Heard heard = serve(throws);
  EXPECT_EQ(heard.refusal(), "500 internal");
  EXPECT_EQ(heard.body.find("broken"), std::string::npos);
  EXPECT_THAT(io_.logged(), ElementsAre("people.failed"));
  EXPECT_EQ(result_->answers, 1);
}

TEST_F(ServePeopleTest, AForgottenRequestIsAnswered) {
  EXPECT_EQ(serve(forgets).refusal(), "500 internal");
  EXPECT_EQ(result_->answers, 1);
}

TEST_F(ServePeopleTest, TheFirstAnswerCounts) {
  EXPECT_EQ(serve(answers_twice).body, "first");
  EXPECT_EQ(result_->answers, 1);
}

}  // namespace
}  // namespace sentrail::gateway
