// Tests the first owner, invitations, signing in and out.
#include <gmock/gmock.h>

#include "core/json_writer.hpp"
#include "runtime/identity/device.hpp"
#include "runtime/identity/invitations.hpp"
#include "tests/unit/gateway/gateway_fixture.hpp"

namespace sentrail::gateway {
namespace {

using store::Role;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

class AccountsTest : public GatewayTest {
 protected:
  std::string open_bootstrap() {
    auto opened = administration_.open_bootstrap();
    EXPECT_TRUE(writer_->commit(std::move(opened.transaction)).status);
    return opened.value;
  }

  static std::string use(const std::string& token, const std::string& name,
                         const std::string& passphrase = kPassphrase) {
    std::string body;
    JsonWriter json(&body);
    json.begin_object().key("token").string(token).key("name").string(name);
    json.key("passphrase").string(passphrase).end_object();
    return body;
  }

  static std::string credentials(const std::string& name,
                                 const std::string& passphrase = kPassphrase) {
    std::string body;
    JsonWriter json(&body);
    json.begin_object().key("name").string(name).key("passphrase").string(passphrase);
    json.end_object();
    return body;
  }

  Heard sign_in(const std::string& name, const std::string& passphrase = kPassphrase) {
    return post("/session", "", credentials(name, passphrase));
  }

  Heard accept(const std::string& token, const std::string& name) {
    return post("/bootstrap", "", use(token, name));
  }

  std::string invite(const std::string& by, const std::string& body) {
    const Heard heard = post("/reviewers", by, body);
    EXPECT_EQ(heard.status, 200) << heard.body;
    return heard.text("token");
  }
};

TEST_F(AccountsTest, TheFirstOwnerHasAWorkspaceAndComesIn) {
  const std::string token = open_bootstrap();
  const Heard made = accept(token, "olga");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(Heard::text_of(made.at("person").find("role")), "owner");
  const Heard in = sign_in("olga");
  ASSERT_EQ(in.status, 200) << in.body;
  EXPECT_THAT(in.text("token"), StartsWith("sps_"));
  EXPECT_EQ(in.text("expiresAt"), format_rfc3339_ms(kStart + limits::kSessionLifeMs));
  EXPECT_EQ(in.text("workspaceId"), made.text("workspaceId"));
  EXPECT_NE(in.text("workspaceId"), format_uuid(workspace_.id));
  EXPECT_EQ(get("/reviewers", in.text("token")).at("reviewers").size(), 1u);
  EXPECT_THAT(log(), Contains("person.bootstrap"));
}

TEST_F(AccountsTest, ABootstrapTokenWorksOnce) {
  const std::string token = open_bootstrap();
  EXPECT_EQ(accept("sbt_" + std::string(40, 'x'), "eve").refusal(), "403 invalid_token");
  EXPECT_EQ(post("/bootstrap", "", use(token, "olga", "short")).refusal(), "400 invalid_request");
  EXPECT_EQ(accept(token, "olga").status, 200);
  EXPECT_EQ(accept(token, "eve").refusal(), "403 invalid_token");
  EXPECT_EQ(sign_in("eve").refusal(), "401 sign_in_failed");
}

TEST_F(AccountsTest, WithoutABootstrapNoTokenWorks) {
  EXPECT_EQ(accept("", "olga").refusal(), "403 invalid_token");
  EXPECT_EQ(accept("sbt_x", "olga").refusal(), "403 invalid_token");
}

TEST_F(AccountsTest, AnInvitationMakesTheNamedAccountOnce) {
  const std::string owner = signed_in("olga", Role::owner);
  const Heard heard =
      post("/reviewers", owner, R"({"name":"rita","role":"reviewer","groups":["sre"]})");
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.text("expiresAt"), format_rfc3339_ms(kStart + limits::kInvitationLifeMs));
  const std::string token = heard.text("token");
  EXPECT_EQ(accept(token, "ruth").refusal(), "403 invalid_token");
  const Heard made = accept(token, "rita");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.text("workspaceId"), format_uuid(workspace_.id));
  EXPECT_EQ(Heard::text_of(made.at("person").find("role")), "reviewer");
  EXPECT_EQ(accept(token, "rita").refusal(), "403 invalid_token");
  const store::Person rita = store_->find_person("rita").value().value();
  EXPECT_EQ(rita.memberships.front().groups, std::vector<std::string>{"sre"});
  EXPECT_EQ(sign_in("rita").status, 200);
  EXPECT_THAT(log(), testing::IsSupersetOf({"person.invite", "person.add", "person.accept"}));
}

// One account, two workspaces: the second has its own role, groups and administrators.
TEST_F(AccountsTest, AnInvitationLetsAnExistingAccountIntoAnotherWorkspace) {
  const store::Workspace second = add_workspace("second");
  const store::Person rita = add_person("rita", Role::member);
  const std::string owner = session_of(add_person("theo", Role::owner, {}, second.id));
  const std::string token = invite(owner, R"({"name":"rita","role":"reviewer","groups":["sre"]})");
  const Heard wrong = post("/bootstrap", "", use(token, "rita", "somebody elses words"));
  EXPECT_EQ(wrong.refusal(), "403 invalid_token");
  EXPECT_THAT(wrong.text("error"), HasSubstr("its own passphrase"));
  const Heard joined = accept(token, "rita");
  ASSERT_EQ(joined.status, 200) << joined.body;
  EXPECT_EQ(joined.text("workspaceId"), format_uuid(second.id));
  EXPECT_EQ(Heard::text_of(joined.at("person").find("role")), "reviewer");
  EXPECT_EQ(Heard::text_of(joined.at("person").find("id")), format_uuid(rita.id));
  EXPECT_EQ(accept(token, "rita").refusal(), "403 invalid_token") << "used up";

  const store::Person now = store_->get_person(rita.id).value().value();
  EXPECT_EQ(now.passphrase_hash, rita.passphrase_hash);
  EXPECT_EQ(identity::membership_of(now, workspace_.id)->role, Role::member);
  EXPECT_EQ(identity::membership_of(now, second.id)->groups, std::vector<std::string>{"sre"});
  const std::string session = session_of(now);
  const auto may_look = [&](const Uuid& workspace) {
    return ask({"GET",
                "/approvals",
                session,
                "",
                {{"X-Sentrail-Workspace", format_uuid(workspace)}}})
        .refusal();
  };
  EXPECT_EQ(may_look(second.id), "200 (absent)");
  EXPECT_EQ(may_look(workspace_.id), "403 role_required") << "a member there, as before";
  EXPECT_THAT(log(), testing::IsSupersetOf({"person.invite", "person.role", "person.accept"}));
  EXPECT_EQ(post("/reviewers", owner, R"({"name":"rita","role":"admin"})").refusal(),
            "409 already_exists");
}

TEST_F(AccountsTest, AnInvitationIsNoWayAroundTheBrakeOnGuessing) {
  const store::Workspace second = add_workspace("second");
  add_person("rita", Role::owner);
  const std::string token = invite(session_of(add_person("theo", Role::owner, {}, second.id)),
                                   R"({"name":"rita","role":"member"})");
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    EXPECT_EQ(post("/bootstrap", "", use(token, "rita", "wrong horse battery")).refusal(),
              "403 invalid_token");
  }
  EXPECT_EQ(accept(token, "rita").refusal(), "429 too_many_attempts");
  EXPECT_EQ(sign_in("rita").refusal(), "429 too_many_attempts");
  clock_.advance_ms(limits::kSignInWindowMs);
  EXPECT_EQ(accept(token, "rita").status, 200);
}

TEST_F(AccountsTest, OfTwoWhoAcceptAtOnceOneFails) {
  const std::string owner = signed_in("olga", Role::owner);
  const std::string token = invite(owner, R"({"name":"rita","role":"reviewer"})");
  const auto first = begin({"POST", "/bootstrap", "", use(token, "rita")});
  const auto second = begin({"POST", "/bootstrap", "", use(token, "rita")});
  const std::vector<std::string> answers = {hear(first).refusal(), hear(second).refusal()};
  EXPECT_THAT(answers, Contains("200 (absent)").Times(1));
}

TEST_F(AccountsTest, AnInvitationEnds) {
  const std::string owner = signed_in("olga", Role::owner);
  const std::string token = invite(owner, R"({"name":"rita","role":"reviewer"})");
  clock_.advance_ms(limits::kInvitationLifeMs);
  EXPECT_EQ(accept(token, "rita").refusal(), "403 invalid_token");
}

TEST_F(AccountsTest, AnInvitationEndsWithItsInviter) {
  store::Person admin = add_person("adam", Role::admin);
  const std::string token = invite(session_of(admin), R"({"name":"rita","role":"admin"})");
  admin.memberships.front().role = Role::reviewer;
  put(store::Put<store::Person>{admin, admin.version});
  reload();
  EXPECT_EQ(accept(token, "rita").refusal(), "403 invalid_token");
}

TEST_F(AccountsTest, OnlyOwnersInviteOwners) {
  const std::string admin = signed_in("adam", Role::admin);
  EXPECT_EQ(post("/reviewers", admin, R"({"name":"rita","role":"owner"})").refusal(),
            "403 role_required");
  EXPECT_EQ(post("/reviewers", admin, R"({"name":"rita","role":"admin"})").status, 200);
}

TEST_F(AccountsTest, BadInvitationsAreRefused) {
  const std::string owner = signed_in("olga", Role::owner);
  for (const char* bad :
       {"", "[]", "{}", R"({"name":"rita"})", R"({"name":"Rita","role":"member"})",
        R"({"name":"rita","role":"king"})", R"({"name":"rita","role":"member","groups":"sre"})",
        R"({"name":"rita","role":"member","groups":["SRE"]})",
        R"({"name":"rita","role":"member","groups":["and"]})",
        R"({"name":"rita","role":"member","groups":[1]})",
        R"({"name":"rita","role":"member","admin":true})",
        R"({"name":"rita","role":"member","role":"owner"})", R"({"name":"rita","role":"member"} x)",
        "{\"name\":\"rita\",\"role\":\"memb\xff\"}"}) {
    EXPECT_EQ(post("/reviewers", owner, bad).refusal(), "400 invalid_request") << bad;
  }
  EXPECT_EQ(post("/reviewers", owner, R"({"name":"olga","role":"member"})").refusal(),
            "409 already_exists");
}

TEST_F(AccountsTest, WrongNamesAndWrongPassphrasesLookAlike) {
  add_person("olga", Role::owner);
  const Heard nobody = sign_in("nora");
  const Heard wrong = sign_in("olga", "wrong horse battery");
  EXPECT_EQ(nobody.refusal(), "401 sign_in_failed");
  EXPECT_EQ(nobody.body, wrong.body);
  EXPECT_THAT(log(), Contains("session.refused").Times(2));
}

TEST_F(AccountsTest, GuessingIsSlowedDown) {
  add_person("olga", Role::owner);
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    EXPECT_EQ(sign_in("olga", "wrong horse battery").refusal(), "401 sign_in_failed");
  }
  const Heard late = sign_in("olga");
  EXPECT_EQ(late.refusal(), "429 too_many_attempts");
  EXPECT_THAT(late.text("error"), HasSubstr("try again in"));
  EXPECT_EQ(sign_in("other").refusal(), "401 sign_in_failed");
  clock_.advance_ms(limits::kSignInWindowMs);
  EXPECT_EQ(sign_in("olga").status, 200);
}

// What an agent on the same machine can do to its person: the same address, and the name is no
// secret.
TEST_F(AccountsTest, OthersGuessesDoNotKeepAPersonFromTheKillSwitch) {
  add_person("olga", Role::owner);
  const std::string device = sign_in("olga").text("device");
  const auto from_device = [&](const std::string& name, const std::string& passphrase) {
    std::string body = credentials(name, passphrase);
    body.pop_back();
    return post("/session", "", body + R"(,"device":")" + device + "\"}");
  };
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    EXPECT_EQ(sign_in("olga", "wrong horse battery").refusal(), "401 sign_in_failed");
  }
  // The other guesses of that address, without the slow hash that each would cost.
  for (std::uint32_t i = limits::kSignInFailuresMax; i < limits::kSignInFailuresPerAddressMax;
       ++i) {
    throttle_.failed("n" + std::to_string(i), peer_.address, clock_.now().unix_ms);
  }
  EXPECT_EQ(sign_in("olga").refusal(), "429 too_many_attempts");
  const Heard in = from_device("olga", kPassphrase);
  ASSERT_EQ(in.status, 200) << in.body;
  EXPECT_EQ(in.text("device"), device);
  EXPECT_EQ(post("/kill-switch", in.text("token"), R"({"action":"enable"})").status, 200);
  // It helps nobody else, and it does not make guessing free.
  EXPECT_EQ(from_device("eve", kPassphrase).refusal(), "429 too_many_attempts");
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    EXPECT_EQ(from_device("olga", "wrong horse battery").refusal(), "401 sign_in_failed");
  }
  EXPECT_EQ(from_device("olga", kPassphrase).refusal(), "429 too_many_attempts");
}

TEST_F(AccountsTest, ANewOwnerHasADeviceAtOnce) {
  const std::string device = accept(open_bootstrap(), "olga").text("device");
  EXPECT_NE(identity::device_of(master_, device, "olga"), "");
}

TEST_F(AccountsTest, NamesThatNobodyCanHaveAreCountedAsOne) {
  for (std::uint32_t i = 0; i < limits::kSignInFailuresMax; ++i) {
    EXPECT_EQ(sign_in(std::string(1000, 'A') + std::to_string(i)).refusal(), "401 sign_in_failed");
  }
  EXPECT_EQ(sign_in(std::string(1000, 'B')).refusal(), "429 too_many_attempts");
}

TEST_F(AccountsTest, SigningOutEndsTheSession) {
  const std::string token = signed_in("olga", Role::owner);
  EXPECT_EQ(ask({"DELETE", "/session", token}).status, 200);
  EXPECT_EQ(get("/kill-switch", token).refusal(), "401 sign_in_required");
  EXPECT_EQ(ask({"DELETE", "/session", token}).refusal(), "401 sign_in_required");
  EXPECT_EQ(ask({"DELETE", "/session", ""}).refusal(), "401 sign_in_required");
}

TEST_F(AccountsTest, BadSignInsAreRefused) {
  for (const char* bad : {"", "null", R"({"name":"olga"})", R"({"name":1,"passphrase":"x"})",
                          R"({"name":"olga","passphrase":"x","passphrase":"y"})",
                          R"({"name":"olga","passphrase":"x","remember":true})"}) {
    EXPECT_EQ(post("/session", "", bad).refusal(), "400 invalid_request") << bad;
  }
}

TEST_F(AccountsTest, PeopleOfOtherWorkspacesAreNotListed) {
  const std::string owner = signed_in("olga", Role::owner);
  add_person("theo", Role::owner, {}, crypto::uuid_v4());
  const Heard heard = get("/reviewers", owner);
  EXPECT_EQ(heard.at("reviewers").size(), 1u);
  EXPECT_EQ(heard.body.find("argon2"), std::string::npos);
}

}  // namespace
}  // namespace sentrail::gateway
