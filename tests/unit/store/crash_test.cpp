// kill -9: at every named place and at random moments. What was acknowledged is there afterwards.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <random>
#include <sstream>

#include "runtime/store/store_rocksdb.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

// A running crash child with the numbers that it was told are durable.
class Child {
 public:
  Child(const std::string& directory, const std::string& place, int arrivals) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      const std::string count = std::to_string(arrivals);
      ::execl(SENTRAIL_CRASH_CHILD, SENTRAIL_CRASH_CHILD, directory.c_str(), place.c_str(),
              count.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Child() { std::fclose(output_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Reads acknowledgements, kills after `kill_after` of them (never, if negative), and waits.
  void finish(std::int64_t kill_after) {
    char line[4096];
    while (std::fgets(line, sizeof(line), output_) != nullptr) {
      if (line[0] < '0' || line[0] > '9') {
        message_ = line;
        continue;
      }
      acknowledged_.push_back(std::strtoull(line, nullptr, 10));
      if (static_cast<std::int64_t>(acknowledged_.size()) == kill_after) {
        ::kill(process_, SIGKILL);
      }
    }
    int status = 0;
    ::waitpid(process_, &status, 0);
    killed_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  [[nodiscard]] bool killed() const { return killed_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const std::vector<std::uint64_t>& acknowledged() const { return acknowledged_; }

 private:
  pid_t process_ = -1;
  FILE* output_ = nullptr;
  bool killed_ = false;
  std::string message_;
  std::vector<std::uint64_t> acknowledged_;
};

// Opens what the child left: it opens, is dense, and has all that was acknowledged.
void check(const std::string& directory, const std::vector<std::uint64_t>& acknowledged) {
  const test::PlainLeafCodec codec;
  OpenOptions options;
  options.directory = directory;
  options.create = true;
  options.codec = &codec;
  const Result<OpenedStore> opened = open_rocksdb_store(options);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  const std::uint64_t size = opened->report.head.size;
  if (!acknowledged.empty()) {
    ASSERT_GT(size, *std::max_element(acknowledged.begin(), acknowledged.end()));
  }
  // Every entry has charged one, and nothing else has.
  const std::vector<WindowPart> parts = opened->store->list_window_parts({}).value().items;
  const auto counted =
      std::accumulate(parts.begin(), parts.end(), WindowPart::Sum{0},
                      [](WindowPart::Sum sum, const WindowPart& one) { return sum + one.sum; });
  ASSERT_EQ(static_cast<std::uint64_t>(counted), size);
  Hash chain{};
  const std::vector<AuditRow> rows = opened->store->audit_range(0, size).value();
  ASSERT_EQ(rows.size(), size);
  for (const AuditRow& row : rows) {
    chain = codec.extend(chain, row.leaf);
    ASSERT_EQ(row.chain, chain) << "entry " << row.sequence;
  }
}

// Every place that a store and its writer name.
constexpr const char* kPlaces[] = {
    "store.open.floor",     "store.open.database",       "store.open.checked", "store.batch.staged",
    "store.batch.written",  "store.floor.noted",         "store.floor.synced", "writer.batch.taken",
    "writer.batch.applied", "writer.completions.posted", "writer.floor.synced"};

TEST(CrashTest, KilledAtEveryNamedPlace) {
  constexpr int kRuns = 20;
  for (const char* place : kPlaces) {
    const TemporaryDirectory directory;
    int kills = 0;
    std::vector<std::uint64_t> acknowledged;
    for (int run = 0; run < kRuns; ++run) {
      // Opening happens once a run; the rest many times.
      const bool opening = std::string_view(place).starts_with("store.open");
      Child child(directory.path(), place, opening ? 1 : 1 + 7 * (run % 4));
      child.finish(-1);
      ASSERT_EQ(child.message(), "") << place;
      kills += child.killed();
      acknowledged.insert(acknowledged.end(), child.acknowledged().begin(),
                          child.acknowledged().end());
      check(directory.path(), acknowledged);
      if (testing::Test::HasFatalFailure()) return;
    }
    std::cout << place << ": " << kills << " kills\n";
    EXPECT_EQ(kills, kRuns) << place;
  }
}

TEST(CrashTest, KilledAtRandomMoments) {
  constexpr std::uint64_t kSeed = 20261121;
  std::cout << "seed " << kSeed << "\n";
  std::mt19937_64 random(kSeed);
  const TemporaryDirectory directory;
  std::vector<std::uint64_t> acknowledged;
  for (int run = 0; run < 30; ++run) {
    Child child(directory.path(), "-", 0);
    child.finish(1 + static_cast<std::int64_t>(random() % 200));
    ASSERT_TRUE(child.killed()) << child.message();
    acknowledged.insert(acknowledged.end(), child.acknowledged().begin(),
                        child.acknowledged().end());
    check(directory.path(), acknowledged);
    if (testing::Test::HasFatalFailure()) FAIL() << "run " << run;
  }
  std::cout << acknowledged.size() << " acknowledged entries, none lost\n";
}

}  // namespace
}  // namespace sentrail::store
