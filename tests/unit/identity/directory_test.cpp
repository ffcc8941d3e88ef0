// Tests authenticating keys, identifying agents, and administration over a store in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/encoding.hpp"
#include "core/limits.hpp"
#include "crypto/seal.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/identity/administration.hpp"
#include "runtime/identity/directory.hpp"
#include "tests/support/memory_kv.hpp"

namespace sentrail::identity {
namespace {

using store::Role;
using store::Scope;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kPassphrase = "correct horse battery";

class IdentityTest : public testing::Test {
 protected:
  IdentityTest() {
    workspace_.id.bytes[0] = 0x33;
    workspace_.name = "acme";
    elsewhere_.id.bytes[0] = 0x44;
    elsewhere_.name = "other";
    const Changed<std::string> opened = admin_.open_bootstrap();
    apply(opened.transaction);
    token_ = opened.value;
  }

  store::Outcome try_apply(const store::Transaction& transaction) {
    const store::Transaction* const one[] = {&transaction};
    return store_->apply(one).front();
  }
  void apply(const store::Transaction& transaction) {
    const store::Outcome outcome = try_apply(transaction);
    ASSERT_TRUE(outcome.status) << outcome.status.error().message;
  }
  template <class T>
  T apply(const Result<Changed<T>>& changed) {
    EXPECT_TRUE(changed) << (changed ? "" : changed.error().message);
    apply(changed->transaction);
    return changed->value;
  }

  std::optional<store::Setting> bootstrap_setting() {
    return store_->get_setting(Uuid{}, kBootstrapSetting).value();
  }
  Result<Changed<store::Person>> bootstrap(const std::string& token, const std::string& name) {
    return admin_.bootstrap(bootstrap_setting(), token, {name, "", "", kPassphrase, {}},
                            workspace_);
  }
  // The first owner, made once.
  Actor owner() {
    if (!owner_) owner_ = actor_of(apply(bootstrap(token_, "olga")), workspace_.id).value();
    return *owner_;
  }
  Actor with(Role role) const {
    Uuid id;
    id.bytes[1] = 0x99;
    return {id, "someone", role, workspace_.id};
  }

  MadeKey key(std::vector<std::string> agents = {}, Scope scope = Scope::gateway) {
    KeyRequest request;
    request.name = "ci";
    request.scopes.add(scope);
    request.agent_ids = std::move(agents);
    return apply(admin_.create_key(owner(), request));
  }
  Directory directory() const { return Directory::load(*store_).value(); }

  Result<store::ApiKey> authenticate(const std::string& header, Scope needed = Scope::gateway) {
    return directory().authenticate(header, needed, clock_.now().unix_ms);
  }

  std::vector<std::string> log() {
    std::vector<std::string> actions;
    const auto rows = store_->audit_range(0, store_->audit_head().size);
    for (const store::AuditRow& row : rows.value()) {
      actions.push_back(audit::decode_leaf(row.leaf).value().entry.action);
    }
    return actions;
  }

  ManualClock clock_{Instant{1'790'000'000'000}};
  const audit::LeafCodec codec_;
  const crypto::SealKey master_ = crypto::SealKey::generate();
  const audit::Recorder recorder_{master_, Uuid{}};
  const Administration admin_{recorder_, clock_};
  std::unique_ptr<store::Store> store_ =
      test::open_memory_store(std::make_shared<test::MemoryDisk>(), codec_);
  store::Workspace workspace_;
  store::Workspace elsewhere_;
  std::string token_;
  std::optional<Actor> owner_;
};

// --- keys ----------------------------------------------------------------------------------

TEST_F(IdentityTest, AKeyOpensWhatItIsFor) {
  const MadeKey made = key();
  EXPECT_EQ(authenticate("Bearer " + made.text)->id, made.record.id);
  EXPECT_EQ(authenticate("token " + made.text)->id, made.record.id);
  EXPECT_EQ(authenticate("basic " + base64_encode("x:" + made.text))->id, made.record.id);
}

TEST_F(IdentityTest, EveryRefusalIsTheSame) {
  const MadeKey good = key();
  const MadeKey evaluate = key({}, Scope::evaluate);
  const MadeKey revoked = key();
  apply(admin_.revoke_key(owner(), *store_->get_key(workspace_.id, revoked.record.id).value()));
  std::string flipped = good.text;
  flipped.back() = flipped.back() == 'x' ? 'y' : 'x';
  std::set<std::string> messages;
  for (const std::string& header :
       {std::string(), std::string("Bearer"), std::string("Bearer agk_short"), "Bearer " + flipped,
        "Bearer " + evaluate.text, "Bearer " + revoked.text, good.text, "Digest " + good.text,
        "Basic " + base64_encode(good.text + ":"), "Bearer " + token_, "Bearer " + good.text + "x",
        std::string("Bearer \0", 8)}) {
    const auto refused = authenticate(header);
    ASSERT_FALSE(refused) << header;
    EXPECT_EQ(refused.error().code, Errc::permission_denied);
    messages.insert(refused.error().message);
  }
  clock_.advance_ms(limits::kKeyLifeMsDefault);
  messages.insert(authenticate("Bearer " + good.text).error().message);
  EXPECT_THAT(messages, ElementsAre(std::string(kUnauthenticated)));
}

TEST_F(IdentityTest, TheMcpGateAlsoTakesEvaluate) {
  const MadeKey made = key({}, Scope::evaluate);
  EXPECT_TRUE(authenticate("Bearer " + made.text, Scope::mcp));
  EXPECT_FALSE(authenticate("Bearer " + made.text, Scope::admin_read));
}

TEST_F(IdentityTest, RotationKeepsBothForAWhile) {
  const MadeKey made = key();
  const store::ApiKey stored = *store_->get_key(workspace_.id, made.record.id).value();
  const Rotation rotation = apply(admin_.rotate_key(owner(), stored, 60'000));
  EXPECT_TRUE(authenticate("Bearer " + made.text));
  EXPECT_TRUE(authenticate("Bearer " + rotation.fresh.text));
  clock_.advance_ms(60'000);
  EXPECT_FALSE(authenticate("Bearer " + made.text));
  EXPECT_TRUE(authenticate("Bearer " + rotation.fresh.text));
}

TEST_F(IdentityTest, ExecutionLooksAtTheKeyAgain) {
  const MadeKey made = key();
  const std::int64_t now = clock_.now().unix_ms;
  EXPECT_TRUE(
      directory().usable_key(workspace_.id, made.record.id, Scope::gateway, now).has_value());
  EXPECT_FALSE(
      directory().usable_key(elsewhere_.id, made.record.id, Scope::gateway, now).has_value());
  apply(admin_.revoke_key(owner(), *store_->get_key(workspace_.id, made.record.id).value()));
  EXPECT_FALSE(
      directory().usable_key(workspace_.id, made.record.id, Scope::gateway, now).has_value());
}

// --- agents --------------------------------------------------------------------------------

TEST_F(IdentityTest, AKeyIsTheAgentsItIsBoundTo) {
  const store::ApiKey one = key({"claude"}).record;
  EXPECT_EQ(directory().identify(one, "")->agent_id, "claude");
  EXPECT_EQ(directory().identify(one, "claude")->agent_id, "claude");
  EXPECT_EQ(directory().identify(one, "cursor").error().code, Errc::permission_denied);
  const store::ApiKey two = key({"claude", "cursor"}).record;
  EXPECT_EQ(directory().identify(two, "").error().code, Errc::permission_denied);
  EXPECT_EQ(directory().identify(two, "cursor")->agent_id, "cursor");
  const store::ApiKey any = key().record;
  EXPECT_EQ(directory().identify(any, "")->agent_id, "");
  EXPECT_EQ(directory().identify(any, "anyone")->agent_registered, false);
  EXPECT_EQ(directory().identify(any, "a b").error().code, Errc::invalid_argument);
}

TEST_F(IdentityTest, RegisteredAgentsCarryTheirRecord) {
  store::Agent agent;
  agent.id = "claude";
  agent.name = "Claude";
  agent.roles = {"release"};
  agent.owner = owner().person_id;
  agent = apply(admin_.put_agent(owner(), agent));
  const store::ApiKey made = key({"claude"}).record;
  const Caller caller = directory().identify(made, "").value();
  EXPECT_TRUE(caller.agent_registered);
  EXPECT_EQ(caller.agent_name, "Claude");
  EXPECT_THAT(caller.agent_roles, ElementsAre("release"));
  EXPECT_EQ(caller.agent_owner, owner().person_id);
  EXPECT_EQ(caller.requested_by(), "claude");
  EXPECT_THAT(caller.delegation_chain(), IsEmpty());

  store::Agent disabled = *directory().find_agent(workspace_.id, "claude");
  disabled.disabled = true;
  apply(admin_.put_agent(owner(), disabled));
  EXPECT_THAT(directory().identify(made, "").error().message, HasSubstr("disabled"));
  EXPECT_TRUE(directory().agent_is_disabled(workspace_.id, "claude"));
  EXPECT_FALSE(directory().agent_is_disabled(elsewhere_.id, "claude"));
}

TEST_F(IdentityTest, UnregisteredAgentsCanBeRefused) {
  workspace_.registered_agents_only = true;
  const store::ApiKey made = key().record;
  EXPECT_THAT(directory().identify(made, "claude").error().message, HasSubstr("not registered"));
  EXPECT_EQ(directory().identify(made, "").error().code, Errc::permission_denied);
}

// Who made a key for themselves is behind what it asks.
TEST_F(IdentityTest, AnUnboundKeyStandsForItsMaker) {
  const store::ApiKey unbound = key().record;
  const Caller caller = directory().identify(unbound, "").value();
  EXPECT_THAT(caller.delegation_chain(), ElementsAre(format_uuid(owner().person_id)));
  EXPECT_THAT(caller.requested_by(), testing::StartsWith("key:"));
}

// --- people --------------------------------------------------------------------------------

TEST_F(IdentityTest, TheBootstrapTokenMakesOneOwnerOnce) {
  EXPECT_EQ(bootstrap("sbt_wrong", "eve").error().code, Errc::permission_denied);
  EXPECT_EQ(bootstrap("", "eve").error().code, Errc::permission_denied);
  // Two use it at once: both were prepared, one is stored.
  const auto first = bootstrap(token_, "olga");
  const auto second = bootstrap(token_, "eve");
  ASSERT_TRUE(first && second);
  apply(first->transaction);
  EXPECT_EQ(try_apply(second->transaction).status.error().code, Errc::conflict);
  EXPECT_EQ(bootstrap(token_, "eve").error().code, Errc::permission_denied);
  EXPECT_EQ(bootstrap("", "eve").error().code, Errc::permission_denied) << "used is not empty";
  EXPECT_EQ(directory().find_person("eve"), nullptr);
  EXPECT_EQ(membership_of(*directory().find_person("olga"), workspace_.id)->role, Role::owner);
}

TEST_F(IdentityTest, RolesAreGivenFromAbove) {
  AccountRequest request{"rita", "", "", kPassphrase, {Uuid{}, Role::reviewer, {"sre"}}};
  EXPECT_EQ(admin_.add_person(with(Role::reviewer), request).error().code, Errc::permission_denied);
  const store::Person rita = apply(admin_.add_person(with(Role::admin), request));
  EXPECT_EQ(membership_of(rita, workspace_.id)->role, Role::reviewer);
  request.name = "evil";
  request.membership.role = Role::owner;
  EXPECT_EQ(admin_.add_person(with(Role::admin), request).error().code, Errc::permission_denied);
  request.membership = {Uuid{}, Role::reviewer, {"role:owner"}};
  EXPECT_EQ(admin_.add_person(owner(), request).error().code, Errc::invalid_argument);
}

TEST_F(IdentityTest, NobodyRaisesThemselvesAndTheLastOwnerStays) {
  const Actor olga = owner();
  const store::Person self = *directory().find_person("olga");
  EXPECT_EQ(admin_.set_membership(olga, directory(), self, Role::admin, {}).error().code,
            Errc::permission_denied);
  // Another owner, who is no longer in the store, tries to remove the last one.
  EXPECT_EQ(
      admin_.set_membership(with(Role::owner), directory(), self, std::nullopt, {}).error().code,
      Errc::conflict);
  EXPECT_EQ(
      admin_.set_membership(with(Role::admin), directory(), self, Role::member, {}).error().code,
      Errc::permission_denied);
  const store::Person rita =
      apply(admin_.add_person(olga, {"rita", "", "", kPassphrase, {Uuid{}, Role::owner, {}}}));
  const store::Person stored = *directory().find_person(rita.id);
  const store::Person lowered =
      apply(admin_.set_membership(olga, directory(), stored, Role::reviewer, {"sre"}));
  EXPECT_THAT(membership_of(lowered, workspace_.id)->groups, ElementsAre("sre"));
  const store::Person again = *directory().find_person(rita.id);
  EXPECT_EQ(
      membership_of(apply(admin_.set_membership(olga, directory(), again, {}, {})), workspace_.id),
      std::nullopt);
}

// Both changes are prepared while both are owners; whichever is stored first, one owner remains.
TEST_F(IdentityTest, OwnersWhoDemoteEachOtherAtOnceLeaveOne) {
  const Actor olga = owner();
  const Uuid rita =
      apply(admin_.add_person(olga, {"rita", "", "", kPassphrase, {Uuid{}, Role::owner, {}}})).id;
  const auto owners = [&] {
    const Directory now = directory();
    return std::count_if(now.people().begin(), now.people().end(), [&](const auto& row) {
      const auto membership = membership_of(row.second, workspace_.id);
      return membership && membership->role == Role::owner;
    });
  };
  const Directory before = directory();
  const store::Person first = *before.find_person(olga.person_id);
  const store::Person second = *before.find_person(rita);
  const auto lowers_rita = admin_.set_membership(olga, before, second, Role::member, {});
  const auto removes_olga = admin_.set_membership(actor_of(second, workspace_.id).value(), before,
                                                  first, std::nullopt, {});
  ASSERT_TRUE(lowers_rita && removes_olga);
  ASSERT_EQ(owners(), 2);
  apply(lowers_rita->transaction);
  EXPECT_EQ(try_apply(removes_olga->transaction).status.error().code, Errc::conflict);
  EXPECT_EQ(owners(), 1);
  EXPECT_EQ(log().back(), "person.role") << "what did not happen is not in the log";
}

TEST_F(IdentityTest, SessionsAreStoredAndEnded) {
  (void)owner();
  const store::Person person = *directory().find_person("olga");
  const SignedIn in = sign_in(&person, kPassphrase, clock_.now().unix_ms).value();
  apply(admin_.begin_session(person, in.session));
  const auto session = store_->get_session(hash_secret(in.token)).value();
  ASSERT_TRUE(session);
  EXPECT_TRUE(check_session(*session, person, clock_.now().unix_ms));
  apply(admin_.end_session(person, *session));
  EXPECT_EQ(store_->get_session(hash_secret(in.token)).value(), std::nullopt);
  apply(admin_.note_failed_sign_in("olga", &person));
  EXPECT_THAT(log(), ElementsAre("workspace.create", "person.bootstrap", "session.passphrase",
                                 "session.end", "session.refused"));
}

// --- kill switch ---------------------------------------------------------------------------

TEST_F(IdentityTest, TheKillSwitchIsForAdminsAndIsLogged) {
  KillCommand enable;
  enable.reason = "drill";
  for (const Role role : {Role::reviewer, Role::auditor, Role::member}) {
    EXPECT_EQ(admin_.command_kill(with(role), {}, enable).error().code, Errc::permission_denied);
  }
  (void)owner();
  apply(admin_.command_kill(with(Role::admin), directory().stops_of(workspace_.id), enable));
  EXPECT_EQ(directory().find_stop(workspace_.id, {"github", "x", false})->reason,
            "Kill switch is active");
  EXPECT_EQ(directory().find_stop(elsewhere_.id, {"github", "x", false}), std::nullopt);
  KillCommand pause;
  pause.action = KillAction::pause_tool;
  pause.target = "github";
  apply(admin_.command_kill(with(Role::admin), directory().stops_of(workspace_.id), pause));
  pause.action = KillAction::pause_agent;
  pause.target = "claude";
  apply(admin_.command_kill(with(Role::admin), directory().stops_of(workspace_.id), pause));
  const std::vector<std::string> actions = log();
  EXPECT_THAT(std::vector(actions.end() - 3, actions.end()),
              ElementsAre("kill_switch.enable", "github.pause_tool", "agent.pause_agent"));
}

// --- isolation -----------------------------------------------------------------------------

TEST_F(IdentityTest, OtherWorkspacesAreOutOfReach) {
  const MadeKey made = key();
  Actor stranger = with(Role::owner);
  stranger.workspace_id = elsewhere_.id;
  EXPECT_EQ(admin_.revoke_key(stranger, made.record).error().code, Errc::not_found);
  EXPECT_EQ(admin_.rotate_key(stranger, made.record, 0).error().code, Errc::not_found);
  EXPECT_EQ(actor_of(*directory().find_person("olga"), elsewhere_.id).error().code,
            Errc::permission_denied);
}

}  // namespace
}  // namespace sentrail::identity
