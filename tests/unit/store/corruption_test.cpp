// Damage at rest: whatever was promised and is gone or changed, the store refuses to open, and says
// what. The rows of the table are those measured with RocksDB's defaults, most of which open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "runtime/store/codec.hpp"
#include "runtime/store/files.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/store_rocksdb.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CorruptionTest : public testing::Test {
 protected:
  Result<OpenedStore> open(bool create = false) {
    OpenOptions options;
    options.directory = directory_.path() + "/data";
    options.create = create;
    options.codec = &codec_;
    RocksDbOptions engine;
    engine.write_buffer_bytes = write_buffer_bytes_;
    return open_rocksdb_store(options, engine);
  }
  // Writes a log of one entry a batch; each entry's sealed part makes it some 300 bytes.
  void fill(std::uint64_t entries) {
    OpenedStore opened = open(true).value();
    for (std::uint64_t i = 0; i < entries; ++i) {
      AuditEntry one = entry(i);
      one.sealed = {{Uuid{}, std::string(200, 'x')}};
      ASSERT_TRUE(apply(*opened.store, transaction(AppendAudit{one})).status.has_value());
    }
  }
  [[nodiscard]] std::string data() const { return directory_.path() + "/data"; }
  // The database's files with that ending, oldest first.
  [[nodiscard]] std::vector<fs::path> files(const std::string& extension) const {
    std::vector<fs::path> found;
    for (const auto& item : fs::directory_iterator(data() + "/db")) {
      if (item.path().extension() == extension) found.push_back(item.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  // The newest log that holds anything.
  [[nodiscard]] fs::path newest_log() const {
    std::vector<fs::path> logs = files(".log");
    while (logs.size() > 1 && fs::file_size(logs.back()) == 0) logs.pop_back();
    return logs.back();
  }
  static std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static void write(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  static void flip(const fs::path& path, std::size_t at, int bit) {
    std::string bytes = read(path);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
    write(path, bytes);
  }
  void expect_refused(const std::string& why) {
    const Result<OpenedStore> opened = open();
    ASSERT_FALSE(opened.has_value()) << "opened, though " << why;
    EXPECT_EQ(opened.error().code, Errc::corrupt) << why << ": " << opened.error().message;
    EXPECT_THAT(opened.error().message, HasSubstr("doctor")) << why;
  }
  void save() {
    fs::remove_all(directory_.path() + "/saved");
    fs::copy(data(), directory_.path() + "/saved", fs::copy_options::recursive);
  }
  void restore() {
    fs::remove_all(data());
    fs::copy(directory_.path() + "/saved", data(), fs::copy_options::recursive);
  }

  TemporaryDirectory directory_;
  test::PlainLeafCodec codec_;
  std::size_t write_buffer_bytes_ = 64u << 20;
};

TEST_F(CorruptionTest, UndamagedStoreOpens) {
  fill(50);
  const OpenedStore opened = open().value();
  EXPECT_EQ(opened.report.head.size, 50u);
  EXPECT_EQ(opened.report.unconfirmed, 0u);
  EXPECT_FALSE(opened.report.created);
}

TEST_F(CorruptionTest, FlippedBitAnywhereInTheLogRefuses) {
  fill(300);
  save();
  const std::size_t size = fs::file_size(newest_log());
  std::mt19937_64 random(4);
  for (int round = 0; round < 60; ++round) {
    restore();
    const std::size_t at = round == 0 ? 0 : round == 1 ? size - 1 : random() % size;
    flip(newest_log(), at, static_cast<int>(random() % 8));
    expect_refused("byte " + std::to_string(at) + " of " + std::to_string(size));
  }
}

// Several logs: the spaces fill at different speeds, and a log lives as long as any has rows in it.
class ManyLogsTest : public CorruptionTest {
 protected:
  void SetUp() override {
    write_buffer_bytes_ = 64u << 10;
    fill(1500);
    ASSERT_GE(files(".log").size(), 3u);
    save();
  }
};

TEST_F(ManyLogsTest, FlippedBitInTheOldestLogRefuses) {
  flip(files(".log").front(), fs::file_size(files(".log").front()) / 2, 3);
  expect_refused("the oldest log is damaged");
}

TEST_F(ManyLogsTest, AnyMissingLogRefuses) {
  const std::size_t count = files(".log").size();
  for (std::size_t i = 0; i < count; ++i) {
    restore();
    const fs::path log = files(".log")[i];
    if (fs::file_size(log) == 0) continue;
    fs::remove(log);
    expect_refused("log " + std::to_string(i) + " of " + std::to_string(count) + " is missing");
  }
}

TEST_F(ManyLogsTest, AnyMissingTableRefuses) {
  for (std::size_t i = 0; i < files(".sst").size(); ++i) {
    restore();
    fs::remove(files(".sst")[i]);
    expect_refused("table " + std::to_string(i) + " is missing");
  }
}

TEST_F(CorruptionTest, MissingNewestLogIsSeenByTheFloor) {
  fill(100);
  fs::remove(newest_log());
  const Result<OpenedStore> opened = open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("entries 0 to 99"));
}

TEST_F(CorruptionTest, TailCutBelowThePromiseRefuses) {
  fill(100);
  save();
  const std::size_t size = fs::file_size(newest_log());
  for (const std::size_t cut : {std::size_t{1}, std::size_t{10}, std::size_t{1000}, size}) {
    restore();
    fs::resize_file(newest_log(), size - cut);
    const Result<OpenedStore> opened = open();
    ASSERT_FALSE(opened.has_value()) << cut;
    EXPECT_THAT(opened.error().message, HasSubstr("to 99 of the log were acknowledged"));
  }
}

// As a crash leaves it: the last batch was never promised.
TEST_F(CorruptionTest, TornTailBehindThePromiseOpens) {
  fill(99);
  const std::string floor = read(data() + "/floor");
  fill(1);  // entry 99
  write(data() + "/floor", floor);
  fs::resize_file(newest_log(), fs::file_size(newest_log()) - 5);
  const Result<OpenedStore> opened = open();
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(opened->report.head.size, 99u);
}

TEST_F(CorruptionTest, EntriesBehindThePromiseAreReported) {
  fill(90);
  const std::string floor = read(data() + "/floor");
  fill(10);
  write(data() + "/floor", floor);
  EXPECT_EQ(open().value().report.unconfirmed, 10u);
}

TEST_F(CorruptionTest, ZeroedTailRefusesAndNamesTheRemedy) {
  fill(100);
  const fs::path log = newest_log();
  std::string bytes = read(log);
  std::fill(bytes.end() - 500, bytes.end(), '\0');
  write(log, bytes);
  const Result<OpenedStore> opened = open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Errc::corrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("doctor` (`--repair-tail`"));
}

// A half-written batch of any bytes: it was never promised, and nothing before it is lost.
TEST_F(CorruptionTest, GarbageBehindTheTailCostsNothing) {
  fill(100);
  std::ofstream(newest_log(), std::ios::binary | std::ios::app) << std::string(500, '\x5a');
  EXPECT_EQ(open().value().report.head.size, 100u);
  fill(1);
  EXPECT_EQ(open().value().report.head.size, 101u);
}

TEST_F(CorruptionTest, RestoredOldBackupRefuses) {
  fill(60);
  fs::copy(data() + "/db", directory_.path() + "/old", fs::copy_options::recursive);
  fill(40);
  fs::remove_all(data() + "/db");
  fs::copy(directory_.path() + "/old", data() + "/db", fs::copy_options::recursive);
  const Result<OpenedStore> opened = open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("entries 60 to 99"));
}

// Batches without entries count too: a lost revocation of a key is a loss.
TEST_F(CorruptionTest, LostBatchesWithoutEntriesRefuse) {
  fill(10);
  fs::copy(data() + "/db", directory_.path() + "/old", fs::copy_options::recursive);
  {
    OpenedStore opened = open().value();
    ASSERT_TRUE(apply(*opened.store, transaction(Put<Workspace>{workspace(kHome)})).status);
  }
  fs::remove_all(data() + "/db");
  fs::copy(directory_.path() + "/old", data() + "/db", fs::copy_options::recursive);
  const Result<OpenedStore> opened = open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("1 acknowledged batches"));
}

TEST_F(CorruptionTest, AnotherLogOfTheSameLengthRefuses) {
  fill(20);
  fs::rename(data(), directory_.path() + "/first");
  {
    OpenedStore opened = open(true).value();
    for (std::uint64_t i = 0; i < 20; ++i) {
      AuditEntry other = entry(i);
      other.tool = "linear";
      ASSERT_TRUE(apply(*opened.store, transaction(AppendAudit{other})).status);
    }
  }
  fs::remove_all(data() + "/db");
  fs::copy(directory_.path() + "/first/db", data() + "/db", fs::copy_options::recursive);
  const Result<OpenedStore> opened = open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("not the one that was acknowledged"));
}

TEST_F(CorruptionTest, MissingPartsAreNamed) {
  EXPECT_EQ(open().error().code, Errc::not_found);
  fill(10);
  save();
  fs::remove(data() + "/floor");
  expect_refused("the floor is missing");
  // Nor is one made that promises nothing, where the database has lost its beginning, too.
  fs::remove(data() + "/db/CURRENT");
  EXPECT_EQ(open(true).error().code, Errc::corrupt);
  EXPECT_FALSE(fs::exists(data() + "/floor"));
  restore();
  fs::remove_all(data() + "/db");
  expect_refused("the database is missing");
  EXPECT_THAT(open(true).error().message, HasSubstr("10 entries"));
  restore();
  fs::remove(data() + "/db/CURRENT");
  expect_refused("CURRENT is missing");
  restore();
  for (const auto& item : fs::directory_iterator(data() + "/db")) {
    if (item.path().filename().string().starts_with("MANIFEST")) fs::remove(item.path());
  }
  expect_refused("the manifest is missing");
  fs::remove_all(data());
  fs::create_directory(data());
  EXPECT_EQ(open().error().code, Errc::not_found);
}

TEST_F(CorruptionTest, StartThatEndedBeforeTheDatabaseIsTakenUp) {
  fs::create_directory(data());
  ASSERT_TRUE(Floor::create(data() + "/floor").has_value());
  EXPECT_TRUE(open(true).value().report.created);
}

// The floor is synced a while behind the first batches: it may know of none after a power loss.
TEST_F(CorruptionTest, WithAFloorThatKnowsOfNothingRowsAreNotMadeAnew) {
  fill(10);
  fs::remove(data() + "/floor");
  ASSERT_TRUE(Floor::create(data() + "/floor").has_value());
  save();
  EXPECT_EQ(open(true).value().report.head.size, 10u);
  EXPECT_FALSE(open(true).value().report.created);
  restore();
  fs::remove(data() + "/db/CURRENT");
  EXPECT_EQ(open(true).error().code, Errc::corrupt);
  EXPECT_EQ(open(true).error().code, Errc::corrupt) << "the first try left it as it was";
  restore();
  for (const auto& item : fs::directory_iterator(data() + "/db")) {
    if (item.path().filename().string().starts_with("MANIFEST")) fs::remove(item.path());
  }
  EXPECT_FALSE(open(true)) << "the manifest is missing";
}

TEST_F(CorruptionTest, HeldByAnotherIsNamed) {
  const OpenedStore holder = open(true).value();
  const Result<OpenedStore> second = open();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("in use"));
}

// A second process, as an operator meets it; its death lets the store go, whatever it left.
TEST_F(CorruptionTest, HeldByAnotherProcessIsNamedWithTheRemedy) {
  fill(3);
  int ready[2] = {-1, -1};
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t other = ::fork();
  if (other == 0) {
    const Result<FileHandle> lock = lock_file(data() + "/lock");
    const char word = lock ? 'y' : 'n';
    static_cast<void>(::write(ready[1], &word, 1));
    for (;;) ::pause();
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  ASSERT_EQ(word, 'y');
  const Result<OpenedStore> second = open();
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(other)));
  EXPECT_THAT(second.error().message, HasSubstr("stop it, or use another data directory"));
  EXPECT_EQ(open().value().report.head.size, 3u);
}

TEST_F(CorruptionTest, MissingDirectoryIsNamedAndNeverMadeUnasked) {
  const Result<OpenedStore> opened = open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Errc::not_found);
  EXPECT_THAT(opened.error().message, HasSubstr(data()));
  EXPECT_FALSE(fs::exists(data()));
  OpenOptions below;
  below.directory = data() + "/below/it";
  below.create = true;
  below.codec = &codec_;
  EXPECT_EQ(open_rocksdb_store(below).error().code, Errc::io) << "only its own directory is made";
  std::ofstream(data()) << "a file";
  EXPECT_THAT(open(true).error().message, HasSubstr("is not a directory"));
}

TEST_F(CorruptionTest, OtherFormatsAreRefusedByName) {
  const auto state = [this](std::uint32_t format) {
    auto kv = open_rocksdb_kv(data() + "/db", false, {}).value();
    std::string version;
    append_big_endian(version, format);
    ASSERT_TRUE(kv->write(std::vector<KvWrite>{{Space::state, format_key(), version}}));
  };
  fill(3);
  state(kFormatVersion + 1);
  const Result<OpenedStore> newer = open();
  ASSERT_FALSE(newer.has_value());
  EXPECT_EQ(newer.error().code, Errc::unsupported);
  EXPECT_THAT(newer.error().message, HasSubstr("newer release"));
  state(1);  // was never released
  const Result<OpenedStore> older = open();
  ASSERT_FALSE(older.has_value());
  EXPECT_EQ(older.error().code, Errc::unsupported);
  EXPECT_THAT(older.error().message, HasSubstr("sentrail audit export"));
}

// Damage in tables, which RocksDB only reads when asked: every flip is found at the start (the
// frontier is hashed) or by reading, never answered with other bytes.
TEST_F(ManyLogsTest, FlippedBitsInTablesAreNeverServed) {
  std::vector<AuditRow> good;
  {
    const OpenedStore opened = open().value();
    good = opened.store->audit_range(0, 2000).value();
  }
  save();  // everything is in tables now, or in the newest log
  std::mt19937_64 random(5);
  for (int round = 0; round < 25; ++round) {
    restore();
    const std::vector<fs::path> tables = files(".sst");
    const fs::path& table = tables[random() % tables.size()];
    const std::size_t at = random() % fs::file_size(table);
    flip(table, at, static_cast<int>(random() % 8));
    const Result<OpenedStore> opened = open();
    if (!opened) {
      ASSERT_EQ(opened.error().code, Errc::corrupt) << opened.error().message;
      continue;
    }
    const Result<std::vector<AuditRow>> rows = opened->store->audit_range(0, 2000);
    if (rows) {
      ASSERT_EQ(*rows, good) << table << " byte " << at;
    } else {
      ASSERT_EQ(rows.error().code, Errc::corrupt);
    }
  }
}

}  // namespace
}  // namespace sentrail::store
