// What every store must do, whatever it stands on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "core/limits.hpp"
#include "tests/unit/store/implementations.hpp"

namespace sentrail::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ConformanceTest : public testing::TestWithParam<Implementation> {
 protected:
  ConformanceTest() : subject_(GetParam().make()) {}

  Store& store() { return subject_->store(); }
  Outcome commit(const Transaction& one) { return apply(store(), one); }
  template <class... Operations>
  Outcome put(Operations... operations) {
    return commit(transaction(std::move(operations)...));
  }
  std::optional<ActionRecord> action(std::uint64_t number, const Uuid& workspace_id = kHome) {
    return store().get_action(workspace_id, id_of(1000 + number)).value();
  }
  // Writes a held call again in another state.
  Outcome move_to(std::uint64_t number, ActionState state) {
    ActionRecord record = action(number).value();
    record.state = state;
    record.execute_by_ms = 50'000;
    record.lease_until_ms = 40'000;
    return put(PutAction{record, record.version});
  }
  std::vector<std::uint64_t> listed(const ActionQuery& query, const Uuid& workspace_id = kHome) {
    std::vector<std::uint64_t> numbers;
    const Page<ActionRecord> page = store().list_actions(workspace_id, query).value();
    for (const ActionRecord& record : page.items) {
      numbers.push_back(static_cast<std::uint64_t>(record.created_ms / 10));
    }
    return numbers;
  }

  std::unique_ptr<Subject> subject_;
};

INSTANTIATE_TEST_SUITE_P(AllStores, ConformanceTest, testing::ValuesIn(implementations()),
                         [](const auto& test) { return test.param.name; });

TEST_P(ConformanceTest, VersionsRiseByOneAndStaleWritersLose) {
  EXPECT_TRUE(put(Put<Workspace>{workspace(kHome), 0}).status.has_value());
  EXPECT_EQ(store().get_workspace(kHome).value()->version, 1u);

  Workspace renamed = workspace(kHome);
  renamed.name = "renamed";
  EXPECT_TRUE(put(Put<Workspace>{renamed, 1}).status.has_value());
  EXPECT_EQ(put(Put<Workspace>{workspace(kHome), 1}).status.error().code, Errc::conflict);
  EXPECT_EQ(put(Put<Workspace>{workspace(kHome), 0}).status.error().code, Errc::conflict);
  const std::optional<Workspace> stored = store().get_workspace(kHome).value();
  EXPECT_EQ(stored->version, 2u);
  EXPECT_EQ(stored->name, "renamed");
}

TEST_P(ConformanceTest, TransactionIsAllOrNothing) {
  const Outcome outcome =
      put(AppendAudit{entry(1)}, Put<Workspace>{workspace(kHome), 0}, PutAction{held_action(1)},
          PutBlob{kHome, id_of(9), "bytes"}, RequireKillVersion{kHome, 7});
  EXPECT_EQ(outcome.status.error().code, Errc::conflict);
  EXPECT_EQ(outcome.operation, 4u);
  EXPECT_EQ(store().audit_head().size, 0u);
  EXPECT_FALSE(store().get_workspace(kHome).value().has_value());
  EXPECT_FALSE(action(1).has_value());
  EXPECT_FALSE(store().get_blob(kHome, id_of(9)).value().has_value());
  EXPECT_EQ(store().count_pending(kHome, "claude").value(), 0u);
}

TEST_P(ConformanceTest, OneFailureInABatchHindersNoOther) {
  const Transaction first = transaction(AppendAudit{entry(1)}, PutAction{held_action(1)});
  const Transaction rival = transaction(AppendAudit{entry(2)}, PutAction{held_action(1)});
  const Transaction third = transaction(AppendAudit{entry(3)}, PutAction{held_action(2)});
  const Transaction* const batch[] = {&first, &rival, &third};
  const std::vector<Outcome> outcomes = store().apply(batch);
  EXPECT_TRUE(outcomes[0].status.has_value());
  EXPECT_EQ(outcomes[1].status.error().code, Errc::conflict);
  EXPECT_TRUE(outcomes[2].status.has_value());
  EXPECT_EQ(outcomes[0].first_sequence, 0u);
  EXPECT_EQ(outcomes[2].first_sequence, 1u);
  EXPECT_EQ(store().audit_head().size, 2u);
}

TEST_P(ConformanceTest, OfManyClaimsInOneBatchOneWins) {
  put(PutAction{held_action(1)});
  move_to(1, ActionState::approved);
  ActionRecord claimed = action(1).value();
  claimed.state = ActionState::claimed;
  std::vector<Transaction> claims(16, transaction(PutAction{claimed, claimed.version}));
  std::vector<const Transaction*> batch;
  for (const Transaction& claim : claims) batch.push_back(&claim);
  int winners = 0;
  for (const Outcome& outcome : store().apply(batch)) winners += outcome.status.has_value();
  EXPECT_EQ(winners, 1);
  EXPECT_EQ(action(1)->version, 3u);
}

TEST_P(ConformanceTest, ActionsAreFoundByAllTheirNames) {
  put(PutAction{held_action(3)});
  const ActionRecord stored = action(3).value();
  EXPECT_EQ(store().find_action_by_correlation(kHome, id_of(2003)).value(), stored);
  EXPECT_EQ(store().find_open_action(kHome, hash_of(3)).value(), stored);
  EXPECT_FALSE(store().find_action_by_correlation(kHome, id_of(2004)).value().has_value());
  EXPECT_FALSE(store().find_open_action(kHome, hash_of(4)).value().has_value());
}

TEST_P(ConformanceTest, OpenCallsAreAttachedToClosedOnesAreNot) {
  put(PutAction{held_action(1)});
  ActionRecord again = held_action(2);
  again.attach_hash = hash_of(1);
  const Outcome outcome = put(AppendAudit{entry(1)}, PutAction{again, 0, true});
  EXPECT_EQ(outcome.status.error().code, Errc::already_exists);
  EXPECT_EQ(outcome.existing_action, id_of(1001));
  EXPECT_EQ(store().audit_head().size, 0u);

  for (const ActionState open :
       {ActionState::approved, ActionState::claimed, ActionState::sending}) {
    move_to(1, open);
    EXPECT_TRUE(store().find_open_action(kHome, hash_of(1)).value().has_value());
  }
  move_to(1, ActionState::succeeded);
  EXPECT_FALSE(store().find_open_action(kHome, hash_of(1)).value().has_value());
  EXPECT_TRUE(put(PutAction{again, 0, true}).status.has_value());
  EXPECT_EQ(store().find_open_action(kHome, hash_of(1)).value()->action_id, id_of(1002));
}

TEST_P(ConformanceTest, PendingCallsOfAnAgentAreCountedAndBounded) {
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(put(PutAction{held_action(i), 0, false, 3}).status.has_value());
  }
  EXPECT_EQ(put(PutAction{held_action(3), 0, false, 3}).status.error().code, Errc::limit_exceeded);
  ActionRecord other = held_action(4);
  other.agent_id = "cursor";
  EXPECT_TRUE(put(PutAction{other, 0, false, 3}).status.has_value());
  EXPECT_EQ(store().count_pending(kHome, "claude").value(), 3u);

  move_to(0, ActionState::denied);
  move_to(1, ActionState::approved);
  EXPECT_EQ(store().count_pending(kHome, "claude").value(), 1u);
  EXPECT_TRUE(put(PutAction{held_action(3), 0, false, 3}).status.has_value());
}

TEST_P(ConformanceTest, WhatACallIsAboutNeverChanges) {
  put(PutAction{held_action(1)});
  ActionRecord changed = action(1).value();
  changed.attach_hash = hash_of(9);
  EXPECT_EQ(put(PutAction{changed, changed.version}).status.error().code, Errc::invalid_argument);
}

TEST_P(ConformanceTest, CorrelationIdsAreUnique) {
  put(PutAction{held_action(1)});
  ActionRecord second = held_action(2);
  second.correlation_id = id_of(2001);
  EXPECT_EQ(put(PutAction{second}).status.error().code, Errc::already_exists);
}

TEST_P(ConformanceTest, ListsAreNewestFirstFilteredAndPaged) {
  for (std::uint64_t i = 1; i <= 7; ++i) {
    ActionRecord record = held_action(i);
    record.agent_id = i % 2 == 0 ? "even" : "odd";
    put(PutAction{record});
  }
  move_to(4, ActionState::approved);
  EXPECT_THAT(listed({}), ElementsAre(7, 6, 5, 4, 3, 2, 1));
  ActionQuery query;
  query.state = ActionState::held;
  EXPECT_THAT(listed(query), ElementsAre(7, 6, 5, 3, 2, 1));
  query.agent_id = "even";
  EXPECT_THAT(listed(query), ElementsAre(6, 2));
  query = {};
  query.state = ActionState::approved;
  EXPECT_THAT(listed(query), ElementsAre(4));
  query = {};
  query.tool = "linear";
  EXPECT_THAT(listed(query), IsEmpty());

  query = {};
  query.limit = 3;
  std::vector<std::size_t> sizes;
  std::vector<std::int64_t> seen;
  do {
    const Page<ActionRecord> page = store().list_actions(kHome, query).value();
    sizes.push_back(page.items.size());
    for (const ActionRecord& record : page.items) seen.push_back(record.created_ms / 10);
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  EXPECT_THAT(sizes, ElementsAre(3, 3, 1));
  EXPECT_THAT(seen, ElementsAre(7, 6, 5, 4, 3, 2, 1));
}

TEST_P(ConformanceTest, ForeignCursorsAreRefused) {
  ActionQuery query;
  query.cursor = "nonsense";
  EXPECT_EQ(store().list_actions(kHome, query).error().code, Errc::invalid_argument);
  AuditQuery search;
  search.cursor = "nonsense";
  EXPECT_EQ(store().search_audit(kHome, search).error().code, Errc::invalid_argument);
}

TEST_P(ConformanceTest, DeadlinesFollowTheState) {
  put(Put<Workspace>{workspace(kHome), 0}, PutAction{held_action(1)}, PutAction{held_action(2)});
  EXPECT_THAT(store().due_actions(100'000, 10).value(), IsEmpty());
  EXPECT_EQ(store().due_actions(100'001, 10).value().size(), 1u);
  EXPECT_EQ(store().due_actions(200'000, 10).value().size(), 2u);
  EXPECT_EQ(store().due_actions(200'000, 1).value().front().action_id, id_of(1001));

  move_to(1, ActionState::approved);
  EXPECT_EQ(store().due_actions(50'000, 10).value().front().action_id, id_of(1001));
  move_to(1, ActionState::sending);
  EXPECT_EQ(store().due_actions(40'000, 10).value().size(), 1u);
  EXPECT_EQ(store().actions_in(ActionState::sending).value().size(), 1u);
  put(PutAction{held_action(7, kElsewhere)});  // a workspace without a record of its own
  EXPECT_EQ(store().actions_in(ActionState::held).value().size(), 2u);
  EXPECT_EQ(store().actions_in(ActionState::denied).error().code, Errc::invalid_argument);
  move_to(1, ActionState::in_doubt);
  EXPECT_EQ(store().actions_in(ActionState::in_doubt).value().size(), 1u);
  EXPECT_THAT(store().due_actions(99'999, 10).value(), IsEmpty());
  EXPECT_THAT(store().actions_in(ActionState::sending).value(), IsEmpty());
}

TEST_P(ConformanceTest, WorkspacesSeeNothingOfEachOther) {
  AuditEntry private_entry = entry(1);
  private_entry.correlation_id = id_of(2001);
  put(Put<Workspace>{workspace(kHome), 0}, Put<Workspace>{workspace(kElsewhere), 0},
      PutAction{held_action(1)}, AppendAudit{private_entry}, PutBlob{kHome, id_of(9), "secret"});
  Agent agent;
  agent.id = "claude";
  agent.workspace_id = kHome;
  Connection connection;
  connection.workspace_id = kHome;
  connection.tool = "github";
  KillState kill;
  kill.workspace_id = kHome;
  kill.enabled = true;
  Setting setting;
  setting.workspace_id = kHome;
  setting.name = "theme";
  ApiKey key;
  key.id = id_of(30);
  key.workspace_id = kHome;
  put(Put<Agent>{agent}, Put<Connection>{connection}, Put<KillState>{kill}, Put<Setting>{setting},
      Put<ApiKey>{key});

  EXPECT_FALSE(action(1, kElsewhere).has_value());
  EXPECT_FALSE(store().find_action_by_correlation(kElsewhere, id_of(2001)).value().has_value());
  EXPECT_FALSE(store().find_open_action(kElsewhere, hash_of(1)).value().has_value());
  EXPECT_THAT(listed({}, kElsewhere), IsEmpty());
  EXPECT_EQ(store().count_pending(kElsewhere, "claude").value(), 0u);
  EXPECT_FALSE(store().get_blob(kElsewhere, id_of(9)).value().has_value());
  EXPECT_FALSE(store().get_agent(kElsewhere, "claude").value().has_value());
  EXPECT_THAT(store().list_agents(kElsewhere).value(), IsEmpty());
  EXPECT_FALSE(store().get_connection(kElsewhere, "github").value().has_value());
  EXPECT_THAT(store().list_connections(kElsewhere).value(), IsEmpty());
  EXPECT_FALSE(store().get_kill_state(kElsewhere).value().enabled);
  EXPECT_FALSE(store().get_setting(kElsewhere, "theme").value().has_value());
  EXPECT_FALSE(store().get_key(kElsewhere, id_of(30)).value().has_value());
  EXPECT_THAT(store().list_keys(kElsewhere).value(), IsEmpty());
  EXPECT_THAT(store().search_audit(kElsewhere, {}).value().items, IsEmpty());
  EXPECT_EQ(store().search_audit(kHome, {}).value().items.size(), 1u);
}

TEST_P(ConformanceTest, KeysAreFoundByHashAndHashesAreUnique) {
  ApiKey key;
  key.id = id_of(10);
  key.workspace_id = kHome;
  key.hash = hash_of(1);
  key.agent_ids = {"claude"};
  EXPECT_TRUE(put(Put<ApiKey>{key}).status.has_value());
  EXPECT_EQ(store().find_key(hash_of(1)).value()->id, id_of(10));
  EXPECT_FALSE(store().find_key(hash_of(2)).value().has_value());

  ApiKey thief = key;
  thief.id = id_of(11);
  thief.workspace_id = kElsewhere;
  EXPECT_EQ(put(Put<ApiKey>{thief}).status.error().code, Errc::already_exists);

  ApiKey rotated = key;
  rotated.hash = hash_of(3);
  EXPECT_TRUE(put(Put<ApiKey>{rotated, 1}).status.has_value());
  EXPECT_FALSE(store().find_key(hash_of(1)).value().has_value());
  EXPECT_EQ(store().find_key(hash_of(3)).value()->version, 2u);
}

TEST_P(ConformanceTest, LastUseOnlyMovesForwardAndNeverUndoesARevocation) {
  ApiKey key;
  key.id = id_of(10);
  key.workspace_id = kHome;
  put(Put<ApiKey>{key});
  put(TouchKey{kHome, id_of(10), 500});
  put(TouchKey{kHome, id_of(10), 400});
  key.revoked = true;
  put(Put<ApiKey>{key, 1}, TouchKey{kHome, id_of(10), 600});
  const ApiKey stored = store().get_key(kHome, id_of(10)).value().value();
  EXPECT_EQ(stored.last_used_ms, 600);
  EXPECT_TRUE(stored.revoked);
  EXPECT_EQ(store().list_keys(kHome).value().front().last_used_ms, 600);
}

TEST_P(ConformanceTest, AccountNamesAreUnique) {
  Person ada;
  ada.id = id_of(20);
  ada.name = "ada";
  put(Put<Person>{ada});
  Person other = ada;
  other.id = id_of(21);
  EXPECT_EQ(put(Put<Person>{other}).status.error().code, Errc::already_exists);
  ada.name = "ada.l";
  EXPECT_TRUE(put(Put<Person>{ada, 1}).status.has_value());
  EXPECT_FALSE(store().find_person("ada").value().has_value());
  EXPECT_EQ(store().find_person("ada.l").value()->id, id_of(20));
  EXPECT_TRUE(put(Put<Person>{other}).status.has_value());
  EXPECT_EQ(store().list_people().value().size(), 2u);
}

TEST_P(ConformanceTest, SessionsThatAreOverAreFound) {
  for (std::uint8_t i = 1; i <= 4; ++i) {
    Session session;
    session.token_hash = hash_of(i);
    session.person_id = id_of(20);
    session.expires_ms = 1'000 * i;
    put(Put<Session>{session});
  }
  EXPECT_TRUE(store().expired_sessions(999, 10).value().empty());
  EXPECT_EQ(store().expired_sessions(2'000, 10).value().size(), 2u);
  EXPECT_EQ(store().expired_sessions(9'000, 3).value().size(), 3u);
  put(RemoveSession{hash_of(1)});
  EXPECT_EQ(store().expired_sessions(2'000, 10).value(), std::vector<Hash>{hash_of(2)});
}

TEST_P(ConformanceTest, SessionsConnectionsAndSettingsCanBeRemoved) {
  Session session;
  session.token_hash = hash_of(5);
  session.person_id = id_of(20);
  Connection connection;
  connection.workspace_id = kHome;
  connection.tool = "github";
  connection.port = 443;
  Setting setting;
  setting.name = "bootstrap";
  put(Put<Session>{session}, Put<Connection>{connection}, Put<Setting>{setting});
  EXPECT_EQ(store().get_session(hash_of(5)).value()->person_id, id_of(20));
  EXPECT_EQ(store().get_connection(kHome, "github").value()->port, 443);
  EXPECT_TRUE(store().get_setting(Uuid{}, "bootstrap").value().has_value());
  put(RemoveSession{hash_of(5)}, RemoveConnection{kHome, "github"},
      RemoveSetting{Uuid{}, "bootstrap"}, RemoveSetting{Uuid{}, "never was"});
  EXPECT_FALSE(store().get_session(hash_of(5)).value().has_value());
  EXPECT_FALSE(store().get_connection(kHome, "github").value().has_value());
  EXPECT_FALSE(store().get_setting(Uuid{}, "bootstrap").value().has_value());
}

TEST_P(ConformanceTest, DecisionsRestOnTheKillStateTheySaw) {
  EXPECT_TRUE(put(RequireKillVersion{kHome, 0}, AppendAudit{entry(1)}).status.has_value());
  KillState kill;
  kill.workspace_id = kHome;
  kill.enabled = true;
  put(Put<KillState>{kill});
  EXPECT_EQ(put(RequireKillVersion{kHome, 0}).status.error().code, Errc::conflict);
  EXPECT_TRUE(put(RequireKillVersion{kHome, 1}, AppendAudit{entry(2)}).status.has_value());
  EXPECT_TRUE(store().get_kill_state(kHome).value().enabled);
}

TEST_P(ConformanceTest, WhatRestsOnAnOpenCallEndsWithIt) {
  EXPECT_EQ(put(RequireOpenAction{kHome, id_of(1001)}).status.error().code, Errc::conflict);
  put(PutAction{held_action(1)});
  EXPECT_TRUE(put(RequireOpenAction{kHome, id_of(1001)}, AppendAudit{entry(1)}).status.has_value());
  EXPECT_EQ(put(RequireOpenAction{kElsewhere, id_of(1001)}).status.error().code, Errc::conflict);
  ActionRecord over = held_action(1);
  over.state = ActionState::revoked;
  EXPECT_EQ(put(PutAction{over, 1}, RequireOpenAction{kHome, id_of(1001)}).status.error().code,
            Errc::conflict)
      << "a transaction sees its own changes";
  EXPECT_TRUE(put(RequireOpenAction{kHome, id_of(1001)}).status.has_value());
  put(PutAction{over, 1});
  EXPECT_EQ(put(RequireOpenAction{kHome, id_of(1001)}, AppendAudit{entry(2)}).status.error().code,
            Errc::conflict);
  EXPECT_EQ(store().audit_head().size, 1u);
}

TEST_P(ConformanceTest, ChangesRestOnThePersonTheySaw) {
  EXPECT_TRUE(put(RequirePersonVersion{id_of(20), 0}, AppendAudit{entry(1)}).status.has_value());
  Person person;
  person.id = id_of(20);
  person.name = "ann";
  put(Put<Person>{person});
  EXPECT_EQ(put(RequirePersonVersion{id_of(20), 0}).status.error().code, Errc::conflict);
  EXPECT_TRUE(put(RequirePersonVersion{id_of(20), 1}).status.has_value());
  person.display_name = "Ann";
  EXPECT_EQ(put(Put<Person>{person, 1}, RequirePersonVersion{id_of(20), 1}).status.error().code,
            Errc::conflict)
      << "a transaction sees its own changes";
  EXPECT_EQ(store().get_person(id_of(20)).value()->display_name, "");
}

TEST_P(ConformanceTest, OutboxGivesWhatIsDueUntilItIsRemoved) {
  OutboxItem first;
  first.id = id_of(40);
  first.workspace_id = kHome;
  first.next_attempt_ms = 100;
  OutboxItem second = first;
  second.id = id_of(41);
  second.workspace_id = kElsewhere;
  second.next_attempt_ms = 50;
  put(Put<OutboxItem>{first}, Put<OutboxItem>{second});
  EXPECT_THAT(store().due_outbox(49, 10).value(), IsEmpty());
  EXPECT_EQ(store().due_outbox(100, 10).value().front().id, id_of(41));
  EXPECT_EQ(store().due_outbox(100, 10).value().size(), 2u);

  second.next_attempt_ms = 900;
  second.attempts = 1;
  put(Put<OutboxItem>{second, 1});
  EXPECT_EQ(store().due_outbox(100, 10).value().size(), 1u);
  put(RemoveOutbox{kHome, id_of(40)});
  EXPECT_THAT(store().due_outbox(100, 10).value(), IsEmpty());
  EXPECT_EQ(store().due_outbox(900, 10).value().front().attempts, 1u);
}

TEST_P(ConformanceTest, BlobsAreWrittenOnce) {
  const std::string bytes(300'000, 'x');
  EXPECT_TRUE(put(PutBlob{kHome, id_of(1), bytes}).status.has_value());
  EXPECT_EQ(put(PutBlob{kHome, id_of(1), "other"}).status.error().code, Errc::already_exists);
  EXPECT_EQ(store().get_blob(kHome, id_of(1)).value(), bytes);
  const Transaction one = transaction(PutBlob{kHome, id_of(2), "a"});
  const Transaction two = transaction(PutBlob{kHome, id_of(2), "b"});
  const Transaction* const batch[] = {&one, &two};
  EXPECT_EQ(store().apply(batch)[1].status.error().code, Errc::already_exists);
  EXPECT_EQ(store().get_blob(kHome, id_of(2)).value(), "a");
  put(RemoveBlob{kHome, id_of(1)});
  EXPECT_FALSE(store().get_blob(kHome, id_of(1)).value().has_value());
}

TEST_P(ConformanceTest, EverythingIsThereAgainAfterReopening) {
  AuditEntry with_payload = entry(1);
  with_payload.sealed = {{Uuid{}, "sealed bytes"}};
  put(Put<Workspace>{workspace(kHome), 0}, PutAction{held_action(1)}, AppendAudit{with_payload},
      AppendAudit{entry(2)});
  const AuditHead head = store().audit_head();
  const std::vector<AuditRow> rows = store().audit_range(0, 10).value();
  const std::optional<ActionRecord> held = action(1);
  subject_->reopen();
  EXPECT_EQ(store().audit_head(), head);
  EXPECT_EQ(store().audit_range(0, 10).value(), rows);
  EXPECT_EQ(rows[0].sealed, with_payload.sealed);
  EXPECT_EQ(action(1), held);
  EXPECT_EQ(store().count_pending(kHome, "claude").value(), 1u);
  EXPECT_EQ(put(AppendAudit{entry(3)}).first_sequence, 2u);
}

}  // namespace
}  // namespace sentrail::store
