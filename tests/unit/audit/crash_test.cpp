// kill -9 at every named place of the published log, also while years end: nothing acknowledged is
// lost, no checkpoint is of another history, and all of it verifies.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "core/encoding.hpp"
#include "runtime/audit/log_verify.hpp"
#include "tests/unit/audit/crash_log.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::audit {
namespace {

// A checkpoint that somebody has seen.
struct Seen {
  int year = 0;
  std::uint64_t size = 0;
  std::string root;
};

// What all children of one folder said.
struct Told {
  std::uint64_t acknowledged = 0;  // entries, the newest included
  std::vector<Seen> checkpoints;
};

// Runs a child until it is killed. out: whether it was.
bool run_child(const std::string& folder, const std::string& place, int arrivals, Told& told) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t process = ::fork();
  if (process == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(SENTRAIL_CRASH_CHILD, SENTRAIL_CRASH_CHILD, folder.c_str(), place.c_str(),
            std::to_string(arrivals).c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  FILE* const output = ::fdopen(ends[0], "r");
  char line[4096];
  while (std::fgets(line, sizeof(line), output) != nullptr) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    Seen seen;
    std::uint64_t number = 0;
    if (kind == "a" && words >> number) {
      told.acknowledged = std::max(told.acknowledged, number + 1);
    } else if (kind == "p" && words >> seen.year >> seen.size >> seen.root) {
      told.checkpoints.push_back(seen);
    } else {
      ADD_FAILURE() << place << ": " << line;
    }
  }
  std::fclose(output);
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

// Opens what the child left, and looks at everything that was told.
void check(const std::string& folder, const Told& told) {
  test::CrashLog log;
  ASSERT_EQ(test::open_crash_log(log, folder, nullptr), "");
  const std::uint64_t entries = log.store.store->audit_head().size;
  ASSERT_GE(entries, told.acknowledged);
  const Status done = log.keeper->step();
  ASSERT_TRUE(done.has_value()) << done.error().message;
  TileFolder all(folder + "/log");
  const LogReport report = verify_log(all, log.keeper->key()).value();
  ASSERT_FALSE(report.fault.has_value()) << describe(*report.fault);
  ASSERT_EQ(report.entries, entries);
  for (const Seen& seen : told.checkpoints) {
    TileFolder shard(folder + "/log/" + shard_folder(seen.year));
    const Result<std::string> note = shard.read("checkpoint");
    ASSERT_TRUE(note.has_value()) << seen.year;
    const std::uint64_t size = unverified_checkpoint(*note)->size;
    ASSERT_LE(seen.size, size);
    TileNodes nodes(shard, size);
    const crypto::Digest root = frontier_of(nodes, seen.size)->root();
    ASSERT_EQ(base64_encode(as_chars(root)), seen.root) << "a fork at " << seen.size;
  }
}

// Every place that the log names.
constexpr const char* kPlaces[] = {"audit.signer.memory",   "audit.tiles.written",
                                   "audit.tiles.committed", "audit.signer.noted",
                                   "audit.signer.synced",   "audit.checkpoint.published",
                                   "audit.shard.ended",     "audit.shard.begun"};

void kill_at_each_place(int runs) {
  for (const char* place : kPlaces) {
    const store::TemporaryDirectory directory;
    Told told;
    int kills = 0;
    for (int run = 0; run < runs; ++run) {
      // The memory is opened once a run, and the first run leaves something to open.
      const bool opens = std::string_view(place) == "audit.signer.memory";
      const std::string at = opens && run == 0 ? "audit.checkpoint.published" : place;
      const int arrivals = at != place ? 5 : opens ? 1 : 2 + 3 * (run % 5);
      kills += run_child(directory.path(), at, arrivals, told) ? 1 : 0;
      check(directory.path(), told);
      if (testing::Test::HasFatalFailure()) return;
    }
    std::cout << place << ": " << kills << " kills, " << told.acknowledged << " entries, "
              << told.checkpoints.size() << " checkpoints\n";
    EXPECT_EQ(kills, runs) << place;
    EXPECT_GT(told.acknowledged, 0u);
  }
}

TEST(LogCrashSlice, KilledAtEveryNamedPlace) {
  kill_at_each_place(2);
}

TEST(LogCrash, KilledAtEveryNamedPlaceTwentyTimes) {
  kill_at_each_place(20);
}

}  // namespace
}  // namespace sentrail::audit
