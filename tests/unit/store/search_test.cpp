// The audit log in the store: dense numbers, links between events, search by columns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>

#include "core/limits.hpp"
#include "runtime/store/keys.hpp"
#include "tests/unit/store/implementations.hpp"

namespace sentrail::store {
namespace {

using testing::ElementsAre;

class AuditStoreTest : public testing::TestWithParam<Implementation> {
 protected:
  AuditStoreTest() : subject_(GetParam().make()) {}

  Store& store() { return subject_->store(); }
  Outcome append(const AuditEntry& one) { return apply(store(), transaction(AppendAudit{one})); }
  // Sequence numbers of all pages.
  std::vector<std::uint64_t> search(AuditQuery query, const Uuid& workspace_id = kHome) {
    std::vector<std::uint64_t> found;
    do {
      const Result<Page<AuditRow>> page = store().search_audit(workspace_id, query);
      EXPECT_TRUE(page.has_value()) << page.error().message;
      for (const AuditRow& row : page->items) found.push_back(row.sequence);
      query.cursor = page->cursor;
    } while (!query.cursor.empty());
    return found;
  }

  std::unique_ptr<Subject> subject_;
};

INSTANTIATE_TEST_SUITE_P(AllStores, AuditStoreTest, testing::ValuesIn(implementations()),
                         [](const auto& test) { return test.param.name; });

TEST_P(AuditStoreTest, NumbersAreDenseAndTheChainCoversEveryLeaf) {
  const test::PlainLeafCodec codec;
  const Transaction three =
      transaction(AppendAudit{entry(0)}, AppendAudit{entry(1)}, AppendAudit{entry(2)});
  const Outcome outcome = apply(store(), three);
  EXPECT_EQ(outcome.first_sequence, 0u);
  EXPECT_EQ(outcome.audit_count, 3u);
  append(entry(3));
  Hash chain{};
  std::uint64_t next = 0;
  const std::vector<AuditRow> rows = store().audit_range(0, 100).value();
  for (const AuditRow& row : rows) {
    EXPECT_EQ(row.sequence, next++);
    chain = codec.extend(chain, row.leaf);
    EXPECT_EQ(row.chain, chain);
  }
  EXPECT_EQ(next, 4u);
  EXPECT_EQ(store().audit_head(), (AuditHead{4, chain}));
  EXPECT_EQ(store().audit_range(2, 1).value().front().sequence, 2u);
  EXPECT_TRUE(store().audit_range(4, 10).value().empty());
}

TEST_P(AuditStoreTest, EntryThatDoesNotFitTakesNoNumber) {
  AuditEntry large = entry(1);
  large.rule = "too large";
  EXPECT_EQ(append(large).status.error().code, Errc::limit_exceeded);
  EXPECT_EQ(append(entry(2)).first_sequence, 0u);
  EXPECT_TRUE(store().health().has_value());
}

TEST_P(AuditStoreTest, EventsOfOneActionAreLinked) {
  AuditEntry hold = entry(1);
  hold.action_id = id_of(7);
  AuditEntry approve = hold;
  approve.kind = AuditKind::approve;
  append(hold);
  append(entry(2));
  apply(store(), transaction(AppendAudit{approve}, AppendAudit{approve}));
  const std::vector<AuditRow> rows = store().audit_range(0, 10).value();
  EXPECT_EQ(rows[0].leaf, "decision 0 github");
  EXPECT_EQ(rows[1].leaf, "decision 1 github");
  EXPECT_EQ(rows[2].leaf, "approve 2 github after 0");
  EXPECT_EQ(rows[3].leaf, "approve 3 github after 2");
}

TEST_P(AuditStoreTest, SearchByEveryColumn) {
  AuditEntry one = entry(1);
  one.correlation_id = id_of(71);
  one.action_id = id_of(72);
  one.rule = "starter.main.issues";
  one.risk = Risk::medium;
  one.terms = {{AuditColumn::agent, "token"}, {AuditColumn::tool, "forged"}};
  AuditEntry two = entry(2);
  two.kind = AuditKind::kill;
  two.tool = "system";
  two.action = "kill_switch.enable";
  two.decision = AuditDecision::block;
  append(one);
  append(two);
  const auto by = [this](AuditColumn column, std::string value) {
    AuditQuery query;
    query.terms = {{column, std::move(value)}};
    return search(query);
  };
  const auto bytes = [](const Uuid& id) {
    return std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
  };
  EXPECT_THAT(by(AuditColumn::id, bytes(id_of(5001))), ElementsAre(0));
  EXPECT_THAT(by(AuditColumn::correlation, bytes(id_of(71))), ElementsAre(0));
  EXPECT_THAT(by(AuditColumn::held_action, bytes(id_of(72))), ElementsAre(0));
  EXPECT_THAT(by(AuditColumn::tool, "system"), ElementsAre(1));
  EXPECT_THAT(by(AuditColumn::tool, "forged"), ElementsAre());
  EXPECT_THAT(by(AuditColumn::action, "issues.create"), ElementsAre(0));
  EXPECT_THAT(by(AuditColumn::decision, "block"), ElementsAre(1));
  EXPECT_THAT(by(AuditColumn::risk, "medium"), ElementsAre(0));
  EXPECT_THAT(by(AuditColumn::rule, "starter.main.issues"), ElementsAre(0));
  EXPECT_THAT(by(AuditColumn::kind, "kill"), ElementsAre(1));
  EXPECT_THAT(by(AuditColumn::agent, "token"), ElementsAre(0));
  EXPECT_THAT(by(AuditColumn::all, ""), ElementsAre(1, 0));
}

TEST_P(AuditStoreTest, LongValuesAreFoundExactly) {
  const std::string long_name(limits::kAuditTermBytesMax, 'x');
  AuditEntry exact = entry(1);
  exact.action = long_name + "a";
  AuditEntry near = entry(2);
  near.action = long_name + "b";
  AuditEntry edge = entry(3);
  edge.action = long_name;
  append(exact);
  append(near);
  append(edge);
  AuditQuery query;
  query.terms = {{AuditColumn::action, long_name + "a"}};
  EXPECT_THAT(search(query), ElementsAre(0));
  query.terms = {{AuditColumn::action, long_name}};
  EXPECT_THAT(search(query), ElementsAre(2));
}

TEST_P(AuditStoreTest, TimesBeforeTheEpochAndAtTheEndsSortRight) {
  for (const std::int64_t time : {std::int64_t{5}, std::int64_t{-5}, INT64_MIN, INT64_MAX - 1}) {
    AuditEntry one = entry(1);
    one.time_ms = time;
    append(one);
  }
  EXPECT_THAT(search({}), ElementsAre(3, 0, 1, 2));
  AuditQuery query;
  query.from_ms = -5;
  query.until_ms = 5;
  EXPECT_THAT(search(query), ElementsAre(1));
  query.until_ms = 6;
  EXPECT_THAT(search(query), ElementsAre(0, 1));
  query.from_ms = 6;
  EXPECT_THAT(search(query), ElementsAre());
}

// Against the obvious: walk over everything and compare.
TEST_P(AuditStoreTest, SearchAgreesWithAWalkOverEverything) {
  constexpr std::uint64_t kSeed = 20261121;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937_64 random(kSeed);
  std::vector<AuditEntry> all;
  Transaction many;
  for (std::uint64_t i = 0; i < 600; ++i) {
    AuditEntry one = entry(i, random() % 4 == 0 ? kElsewhere : kHome);
    one.time_ms = static_cast<std::int64_t>(random() % 50);
    one.tool = random() % 3 == 0 ? "linear" : "github";
    one.action = "action" + std::to_string(random() % 5);
    one.decision = random() % 10 == 0 ? AuditDecision::block : AuditDecision::allow;
    all.push_back(one);
    many.operations.push_back(AppendAudit{one});
  }
  ASSERT_TRUE(apply(store(), many).status.has_value());
  for (int round = 0; round < 60; ++round) {
    AuditQuery query;
    query.limit = 1 + random() % 40;
    const std::string tool = random() % 2 == 0 ? "linear" : "";
    const std::string action = random() % 2 == 0 ? "action" + std::to_string(random() % 6) : "";
    const bool blocks = random() % 2 == 0;
    if (!tool.empty()) query.terms.push_back({AuditColumn::tool, tool});
    if (!action.empty()) query.terms.push_back({AuditColumn::action, action});
    if (blocks) query.terms.push_back({AuditColumn::decision, "block"});
    query.from_ms = static_cast<std::int64_t>(random() % 50);
    query.until_ms = query.from_ms + static_cast<std::int64_t>(random() % 60);
    std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
    for (std::uint64_t i = 0; i < all.size(); ++i) {
      const AuditEntry& one = all[i];
      if (one.workspace_id == kHome && (tool.empty() || one.tool == tool) &&
          (action.empty() || one.action == action) &&
          (!blocks || one.decision == AuditDecision::block) && one.time_ms >= query.from_ms &&
          one.time_ms < query.until_ms) {
        expected.emplace_back(-one.time_ms, ~i);
      }
    }
    std::sort(expected.begin(), expected.end());
    std::vector<std::uint64_t> sequences;
    for (const auto& [time, inverted] : expected) sequences.push_back(~inverted);
    ASSERT_EQ(search(query), sequences) << "round " << round;
  }
}

// What a random entry can be found by.
struct Findable {
  std::uint64_t sequence = 0;
  AuditEntry entry;
};

std::string bytes_of(const Uuid& id) {
  return std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

bool has(const AuditEntry& entry, const AuditTerm& term) {
  switch (term.column) {
    case AuditColumn::id:
      return bytes_of(entry.id) == term.value;
    case AuditColumn::correlation:
      return bytes_of(entry.correlation_id) == term.value;
    case AuditColumn::tool:
      return entry.tool == term.value;
    case AuditColumn::decision:
      return name_of(entry.decision) == term.value;
    case AuditColumn::tag:
      return ("\n" + entry.tags + "\n").find("\n" + term.value + "\n") != std::string::npos;
    default:
      return std::find(entry.terms.begin(), entry.terms.end(), term) != entry.terms.end();
  }
}

// Entries as a gate makes them, only odder: ids of one millisecond that differ in one bit, clocks
// that jump back, workspaces side by side.
AuditEntry odd_entry(std::mt19937_64& random, std::int64_t& now_ms) {
  const std::uint64_t luck = random() % 100;
  now_ms += luck < 2 ? -5'000 : luck < 60 ? 0 : luck < 97 ? 3 : 70'000;
  AuditEntry one = entry(1, random() % 5 == 0 ? kElsewhere : kHome);
  one.time_ms = now_ms - static_cast<std::int64_t>(random() % 40);
  const auto id = [&random, &one] {
    Uuid out;
    for (std::size_t i = 0; i < 6; ++i) {
      out.bytes[i] = static_cast<std::uint8_t>(one.time_ms >> (8 * (5 - i)));
    }
    out.bytes[6] = 0x70;
    out.bytes[random() % 16] ^= static_cast<std::uint8_t>(1u << (random() % 8));
    out.bytes[15] ^= static_cast<std::uint8_t>(random() % 4);
    return out;
  };
  one.id = id();
  one.correlation_id = random() % 3 == 0 ? Uuid{} : id();
  one.tool = random() % 3 == 0 ? "linear" : "github";
  one.decision = random() % 20 == 0 ? AuditDecision::block : AuditDecision::allow;
  one.tags = random() % 2 == 0 ? "paid\npaid" : "free";
  one.terms = {{AuditColumn::resource, "resource" + std::to_string(random() % 60)},
               {AuditColumn::agent, "agent" + std::to_string(random() % 3)}};
  return one;
}

std::vector<AuditTerm> odd_terms(std::mt19937_64& random, const std::vector<Findable>& all) {
  const AuditEntry& like = all[random() % all.size()].entry;
  std::vector<AuditTerm> terms;
  const auto maybe = [&](std::uint64_t chance, AuditTerm term) {
    if (random() % chance == 0) terms.push_back(std::move(term));
  };
  maybe(6, {AuditColumn::id, bytes_of(like.id)});
  const bool correlated = like.correlation_id != Uuid{};
  if (correlated) maybe(6, {AuditColumn::correlation, bytes_of(like.correlation_id)});
  maybe(4, {AuditColumn::tool, like.tool});
  maybe(4, {AuditColumn::decision, std::string(name_of(like.decision))});
  maybe(4, {AuditColumn::tag, "paid"});
  maybe(5, like.terms.front());
  maybe(5, {AuditColumn::agent, "agent1"});
  return terms;
}

// Batches of many sizes become rows of many sizes; a search must not see the difference.
TEST_P(AuditStoreTest, SearchOverBatchesOfManySizesAgreesWithAWalk) {
  constexpr std::uint64_t kSeed = 20261123;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937_64 random(kSeed);
  std::vector<Findable> all;
  std::int64_t now_ms = 1'800'000'000'000;
  for (int batch = 0; batch < 60; ++batch) {
    std::vector<Transaction> transactions;
    for (std::size_t i = random() % 2 == 0 ? 1 : 1 + random() % 40; i > 0; --i) {
      Transaction one = transaction(AppendAudit{odd_entry(random, now_ms)});
      // Some fail after their entry was staged: it must not be found.
      const bool fails = random() % 8 == 0;
      if (fails) one.operations.emplace_back(RequireKillVersion{kHome, 77});
      if (!fails) all.push_back({all.size(), std::get<AppendAudit>(one.operations.front()).entry});
      transactions.push_back(std::move(one));
    }
    std::vector<const Transaction*> pointers;
    for (const Transaction& one : transactions) pointers.push_back(&one);
    static_cast<void>(store().apply(pointers));
  }
  ASSERT_EQ(store().audit_head().size, all.size());
  for (int round = 0; round < 300; ++round) {
    AuditQuery query;
    query.limit = 1 + random() % 30;
    query.terms = odd_terms(random, all);
    const std::int64_t around_ms = all[random() % all.size()].entry.time_ms;
    if (random() % 3 == 0) query.from_ms = around_ms - static_cast<std::int64_t>(random() % 200);
    if (random() % 3 == 0) query.until_ms = around_ms + static_cast<std::int64_t>(random() % 200);
    std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
    for (const Findable& one : all) {
      if (one.entry.workspace_id == kHome && one.entry.time_ms >= query.from_ms &&
          one.entry.time_ms < query.until_ms &&
          std::all_of(
              query.terms.begin(), query.terms.end(),
              [&one](const AuditTerm& term) { return has(one.entry, term); })) {
        expected.emplace_back(-one.entry.time_ms, ~one.sequence);
      }
    }
    std::sort(expected.begin(), expected.end());
    std::vector<std::uint64_t> sequences;
    for (const auto& [time, inverted] : expected) sequences.push_back(~inverted);
    ASSERT_EQ(search(query), sequences) << "round " << round;
  }
}

TEST_P(AuditStoreTest, IdThatIsNoneIsNotFound) {
  append(entry(1));
  AuditQuery query;
  query.terms = {{AuditColumn::id, "short"}};
  EXPECT_THAT(search(query), ElementsAre());
  query.terms = {{AuditColumn::correlation, std::string(17, '\0')}};
  EXPECT_THAT(search(query), ElementsAre());
}

// Two terms that never meet: each page ends after a bounded number of rows, and says where.
TEST_P(AuditStoreTest, SearchThatFindsNothingEndsItsPages) {
  std::vector<Transaction> transactions;
  for (std::uint64_t i = 0; i < limits::kPageScanMax; ++i) {
    AuditEntry one = entry(i);
    one.time_ms = static_cast<std::int64_t>(i * (kIndexRowSpanMs + 1));
    one.tool = i % 2 == 0 ? "github" : "linear";
    one.decision = i % 2 == 0 ? AuditDecision::allow : AuditDecision::block;
    transactions.push_back(transaction(AppendAudit{one}));
  }
  std::vector<const Transaction*> pointers;
  for (const Transaction& one : transactions) pointers.push_back(&one);
  static_cast<void>(store().apply(pointers));
  AuditQuery query;
  query.terms = {{AuditColumn::tool, "github"}, {AuditColumn::decision, "block"}};
  const Page<AuditRow> page = store().search_audit(kHome, query).value();
  EXPECT_TRUE(page.items.empty());
  EXPECT_FALSE(page.cursor.empty());
  EXPECT_THAT(search(query), ElementsAre());
}

}  // namespace
}  // namespace sentrail::store
