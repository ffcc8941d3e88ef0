// Copies of a running store, a look at every row, and steps from one format to the next.
#include "runtime/store/copy_store.hpp"
#include "runtime/store/limit_rows.hpp"
#include "runtime/store/records_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "runtime/store/codec.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/scrub.hpp"
#include "runtime/store/store_rocksdb.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

using testing::HasSubstr;

class CopyTest : public testing::Test {
 protected:
  Result<OpenedStore> open(const std::string& name, std::vector<FormatStep> steps = {}) {
    OpenOptions options;
    options.directory = directory_.path() + "/" + name;
    options.create = true;
    options.codec = &codec_;
    options.steps = std::move(steps);
    return open_rocksdb_store(options);
  }
  static KvOpener opener() {
    return [](const std::string& directory, bool create) {
      return open_rocksdb_kv(directory, create, {});
    };
  }
  Result<AuditHead> copy(const OpenedStore& running, const std::string& name) {
    return copy_store(running, directory_.path() + "/" + name, codec_, opener());
  }
  static void append(Store& store, std::uint64_t from, std::uint64_t until) {
    for (std::uint64_t i = from; i < until; ++i) {
      ASSERT_TRUE(apply(store, transaction(AppendAudit{entry(i)})).status);
    }
  }

  TemporaryDirectory directory_;
  test::PlainLeafCodec codec_;
};

TEST_F(CopyTest, IsTheStoreOfOneMomentWhileTheOtherGoesOn) {
  OpenedStore running = open("data").value();
  append(*running.store, 0, 50);
  std::thread writer([&] { append(*running.store, 50, 300); });
  const Result<AuditHead> head = copy(running, "copy");
  writer.join();
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_GE(head->size, 50u);
  const OpenedStore opened = open("copy").value();
  EXPECT_EQ(opened.report.head, *head);
  EXPECT_EQ(opened.report.unconfirmed, 0u);
  const auto ours = opened.store->audit_range(head->size - 1, 1).value();
  EXPECT_EQ(ours, running.store->audit_range(head->size - 1, 1).value());
  EXPECT_EQ(copy(running, "copy").error().code, Errc::already_exists);
}

TEST_F(CopyTest, CopyOfNothingOpens) {
  const OpenedStore running = open("data").value();
  EXPECT_EQ(copy(running, "copy")->size, 0u);
  EXPECT_EQ(open("copy")->report.head.size, 0u);
}

// What limits count later is not in the copy: no mark is ever that of its lineage.
TEST_F(CopyTest, HasNoLineageOfLimits) {
  const LimitClock clock{id_of(90), 1, 60'500, 60'501, 60'502, id_of(91)};
  const OpenedStore running = open("data").value();
  ASSERT_TRUE(apply(*running.store, transaction(NoteLimitClock{clock})).status);
  ASSERT_TRUE(copy(running, "copy"));
  LimitClock copied = clock;
  copied.lineage = Uuid{};
  EXPECT_EQ(open("copy")->store->get_limit_clock().value(), copied);
  EXPECT_EQ(running.store->get_limit_clock().value(), clock);
  EXPECT_EQ(scrub(*open("copy")->engine, codec_, true)->faults, 0u);
}

TEST_F(CopyTest, ScrubCountsByKindAndWorkspaceAndFindsNothing) {
  OpenedStore running = open("data").value();
  append(*running.store, 0, 10);
  ASSERT_TRUE(apply(*running.store, transaction(Put<Workspace>{workspace(kHome), 0})).status);
  ASSERT_TRUE(apply(*running.store, transaction(PutAction{held_action(1)})).status);
  const ScrubReport report = scrub(*running.engine, codec_, true).value();
  EXPECT_EQ(report.faults, 0u) << testing::PrintToString(report.examples);
  EXPECT_EQ(report.head, running.store->audit_head());
  EXPECT_EQ(report.usage.at({"log", Uuid{}}).rows, 10u);
  EXPECT_GE(report.usage.at({"calls", kHome}).rows, 1u);
}

TEST_F(CopyTest, ScrubNamesEveryRowThatIsNotWhatItShouldBe) {
  {
    OpenedStore running = open("data").value();
    append(*running.store, 0, 10);
    ASSERT_TRUE(apply(*running.store, transaction(Put<Workspace>{workspace(kHome), 0})).status);
  }
  const auto kv = open_rocksdb_kv(directory_.path() + "/data/db", false, {}).value();
  const auto break_row = [&](Space space, const std::string& key, std::optional<std::string> value,
                             const std::string& why) {
    const auto before = kv->get(space, key).value();
    ASSERT_TRUE(kv->write(std::vector<KvWrite>{{space, key, std::move(value)}}));
    const ScrubReport report = scrub(*kv, codec_, false).value();
    EXPECT_GE(report.faults, 1u) << why;
    EXPECT_THAT(report.examples.at(0), HasSubstr(why));
    ASSERT_TRUE(kv->write(std::vector<KvWrite>{{space, key, before}}));
    EXPECT_EQ(scrub(*kv, codec_, false)->faults, 0u) << why;
  };
  const std::string home = Key(Uuid{}, RowKind::workspace).add(kHome).text();
  break_row(Space::state, home, "garbage", "not the record");
  break_row(Space::state, Key(kHome, static_cast<RowKind>('?')).text(), "x", "no kind `?`");
  const ChargedCounter counter{hash_of(1), 60'000, 120'000, 5};
  const Charges lost{kHome, id_of(77), 1, {}, {}, {counter}};
  break_row(Space::state, charges_key(kHome, id_of(77)).text(), encode_record(lost), "not there");
  break_row(Space::state, charges_key(kHome, id_of(78)).text(), encode_record(lost), "another");
  break_row(Space::state, part_key(kHome, counter).text(), "short", "16");
  break_row(Space::state, part_key(kHome, {hash_of(1), 5, 120'000, 5}).text(), part_value(5),
            "so far");
  break_row(Space::state, part_key(kHome, {hash_of(1), 60'000, 120'001, 5}).text(), part_value(5),
            "ends then");
  break_row(Space::state, limit_clock_key().text(), "garbage", "not the record");
  const LimitClock mad{{}, 0, INT64_MAX, 0, 0, {}};
  break_row(Space::state, limit_clock_key().text(), encode_record(mad), "never was");
  break_row(Space::audit, leaf_key(4), std::nullopt, "entry 4");
  std::string other = kv->get(Space::audit, leaf_key(6)).value().value();
  other.back() = static_cast<char>(other.back() ^ 1);
  break_row(Space::audit, leaf_key(6), other, "entry 6");
}

// A held call's charges are compared with what still counts, and with the call.
TEST_F(CopyTest, ScrubComparesHeldChargesWithWhatTheyAreOf) {
  const ActionRecord call = held_action(1);
  const ChargedCounter counter{hash_of(1), 60'000, 120'000, 5};
  LimitClock clock{id_of(90), 0, 60'500, 60'500, 60'500, id_of(91)};
  {
    const OpenedStore running = open("data").value();
    const Charges charged{kHome, call.correlation_id, 59'500, {}, {}, {counter}};
    ASSERT_TRUE(
        apply(*running.store, transaction(PutAction{call}, ChargeLimits{charged, clock, true}))
            .status);
  }
  const auto kv = open_rocksdb_kv(directory_.path() + "/data/db", false, {}).value();
  const auto put = [&](const std::string& key, std::string value) {
    ASSERT_TRUE(kv->write(std::vector<KvWrite>{{Space::state, key, std::move(value)}}));
  };
  const auto faults = [&] { return scrub(*kv, codec_, false).value().faults; };
  EXPECT_EQ(faults(), 0u);
  put(part_key(kHome, counter).text(), part_value(4));
  EXPECT_EQ(faults(), 1u) << "it counts, and is less";
  clock.at_ms = counter.gone_ms - 1;
  put(limit_clock_key().text(), encode_record(clock));
  EXPECT_EQ(faults(), 1u);
  clock.at_ms = counter.gone_ms;
  put(limit_clock_key().text(), encode_record(clock));
  EXPECT_EQ(faults(), 0u) << "it was removed, and what came late came again";
  ActionRecord ended = call;
  ended.version = 1;
  ended.state = ActionState::denied;
  put(Key(kHome, RowKind::action).add(call.action_id).text(), encode_record(ended));
  const ScrubReport report = scrub(*kv, codec_, false).value();
  EXPECT_EQ(report.faults, 1u);
  EXPECT_THAT(report.examples.at(0), HasSubstr("has ended"));
}

// --- formats ---------------------------------------------------------------------------------

Result<std::vector<KvWrite>> add_mark(const OrderedKv& kv) {
  SENTRAIL_ASSIGN_OR_RETURN(const auto before, kv.get(Space::state, "mark"));
  return std::vector<KvWrite>{{Space::state, "mark", before.value_or("") + "x"}};
}

Result<std::vector<KvWrite>> give_up(const OrderedKv&) {
  return fail(Errc::io, "the disk is gone");
}

TEST_F(CopyTest, AnOlderFormatIsTakenUpStepByStepAndNeverDown) {
  append(*open("data")->store, 0, 5);
  const std::vector<FormatStep> one = {{kFormatVersion, &add_mark}};
  const std::vector<FormatStep> two = {{kFormatVersion, &add_mark},
                                       {kFormatVersion + 1, &add_mark}};
  EXPECT_EQ(open("data", one)->engine->get(Space::state, "mark").value(), "x");
  EXPECT_EQ(open("data", two)->engine->get(Space::state, "mark").value(), "xx");
  EXPECT_EQ(open("data", two)->engine->get(Space::state, "mark").value(), "xx");
  EXPECT_EQ(open("data", two)->report.head.size, 5u);
  const Result<OpenedStore> down = open("data", one);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().code, Errc::unsupported);
  EXPECT_THAT(down.error().message, HasSubstr("newer release"));
}

// Format 2 had no rows of limits: nobody knows what was charged while it was in use.
TEST_F(CopyTest, FormatTwoIsTakenUpAndKnowsNoCharges) {
  append(*open("data")->store, 0, 5);
  {
    const auto kv = open_rocksdb_kv(directory_.path() + "/data/db", false, {}).value();
    const std::string two("\0\0\0\2", 4);
    ASSERT_TRUE(kv->write(std::vector<KvWrite>{{Space::state, format_key(), two}}));
  }
  const auto opened = open("data");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->report.head.size, 5u);
  EXPECT_FALSE(opened->store->get_limit_clock().value());
  EXPECT_EQ(opened->engine->get(Space::state, format_key()).value(), std::string("\0\0\0\3", 4));
}

TEST_F(CopyTest, AStepThatFailsLeavesTheFormatBefore) {
  append(*open("data")->store, 0, 5);
  EXPECT_FALSE(open("data", {{kFormatVersion, &give_up}}));
  EXPECT_EQ(open("data")->report.head.size, 5u);
  const auto two_steps =
      open("data", {{kFormatVersion, &add_mark}, {kFormatVersion + 1, &give_up}});
  EXPECT_FALSE(two_steps);
  EXPECT_TRUE(open("data", {{kFormatVersion, &add_mark}}));
}

TEST_F(CopyTest, AStoreThatLostSomethingIsNotTakenUp) {
  append(*open("data")->store, 0, 5);
  std::filesystem::remove_all(directory_.path() + "/old");
  std::filesystem::copy(directory_.path() + "/data/db", directory_.path() + "/old");
  append(*open("data")->store, 5, 9);
  std::filesystem::remove_all(directory_.path() + "/data/db");
  std::filesystem::copy(directory_.path() + "/old", directory_.path() + "/data/db");
  EXPECT_EQ(open("data", {{kFormatVersion, &add_mark}}).error().code, Errc::corrupt);
  const auto kv = open_rocksdb_kv(directory_.path() + "/data/db", false, {}).value();
  EXPECT_EQ(kv->get(Space::state, "mark").value(), std::nullopt);
}

}  // namespace
}  // namespace sentrail::store
