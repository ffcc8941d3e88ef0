// kill -9 at every named place and at random moments: no acknowledged hold is lost, nothing is sent
// twice, and what nobody can know is in doubt.
//
// Neighbours: crash_child.cpp is what gets killed. The upstream's own record (sent.log, synced
// before it answers) is the witness.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "core/time.hpp"
#include "runtime/execute/coordinator.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::execute {
namespace {

// What became of one call, by the last word of the store and of the log.
struct End {
  int number = 0;
  std::string state;
  int status = 0;
  int attempts = 0;
  std::map<std::string, int> entries;  // by kind
  std::string logged_state;            // of the newest entry
};

constexpr int kAbandoned = 999;  // as in crash_child.cpp

// One data directory through many deaths.
class Survivor {
 public:
  // Runs the child until it dies or ends; false if it ended by itself. It is killed from outside
  // after so many words; never, if negative.
  bool run(const std::string& place, int arrivals, int kill_after = -1) {
    return start(std::to_string(runs_++), place, arrivals, kill_after);
  }

  // Lets everything come to its end and compares it with what was promised.
  void verify() {
    ends_.clear();
    audit_.clear();
    limits_.clear();
    ASSERT_FALSE(start("verify", "-", 0, -1));
    EXPECT_EQ(audit_, "audit good");
    EXPECT_EQ(limits_, "limits good");
    std::map<std::string, int> sent;
    std::ifstream log(directory_.path() + "/sent.log");
    for (std::string id; std::getline(log, id);) ++sent[id];
    for (const auto& [id, count] : sent) {
      EXPECT_EQ(count, 1) << id << " was sent twice";
      EXPECT_TRUE(ends_.contains(id)) << id << " was sent and is unknown";
    }
    for (const std::string& id : held_) {
      EXPECT_TRUE(ends_.contains(id)) << "an acknowledged hold is lost: " << id;
    }
    for (const auto& [id, end] : ends_) {
      SCOPED_TRACE(id + " call " + std::to_string(end.number) + " ended as " + end.state);
      check_end(id, end, sent.contains(id));
      check_log(id, end, sent.contains(id));
    }
  }

  [[nodiscard]] const std::map<std::string, End>& ends() const { return ends_; }
  [[nodiscard]] std::size_t acknowledged() const { return held_.size(); }

 private:
  void check_end(const std::string& id, const End& end, bool sent) {
    if (end.number == kAbandoned) {
      EXPECT_TRUE(end.state == "revoked" || end.state == "expired") << "nobody waits for it";
      EXPECT_FALSE(sent);
    } else if (end.state == "succeeded") {
      EXPECT_TRUE(sent && end.status == 201);
    } else if (end.state == "failed") {
      EXPECT_TRUE(sent ? end.status == 422 : end.attempts == 5);
    } else if (end.state != "in_doubt") {
      EXPECT_TRUE(end.state == "denied" || end.state == "expired") << "still open";
      EXPECT_FALSE(sent) << "it was applied";
    }
    if (approved_.contains(id)) {
      EXPECT_TRUE(end.state == "succeeded" || end.state == "failed" || end.state == "in_doubt")
          << "an acknowledged approval is lost";
    }
    if (denied_.contains(id)) {
      EXPECT_EQ(end.state, "denied");
    }
  }

  // Every step that somebody was told of, or that the upstream saw, has its entry.
  void check_log(const std::string& id, const End& end, bool sent) {
    const auto count = [&](const char* kind) {
      const auto at = end.entries.find(kind);
      return at == end.entries.end() ? 0 : at->second;
    };
    EXPECT_EQ(count("hold"), 1);
    EXPECT_GE(count("attach"), attached_.contains(id) ? attached_[id] : 0);
    EXPECT_EQ(count("approve"), approved_.contains(id) || sent ? 1 : count("approve"));
    EXPECT_EQ(count("deny"), end.state == "denied" ? 1 : 0);
    EXPECT_GE(count("sending"), sent ? 1 : 0);
    if (end.state == "revoked") {
      EXPECT_EQ(count("withdrawn"), 1);
    } else {
      EXPECT_EQ(end.logged_state, end.state);
    }
  }

  bool start(const std::string& task, const std::string& place, int arrivals, int kill_after) {
    // A second after the last start: where its clock had run ahead, this is one that was set back.
    now_ms_ += 1'000;
    std::vector<std::string> arguments = {
        SENTRAIL_CRASH_CHILD,    directory_.path(), std::to_string(now_ms_), task, place,
        std::to_string(arrivals)};
    if (task == "verify") now_ms_ += 10 * limits::kDayMs;
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t process = ::fork();
    if (process == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      std::vector<char*> words;
      for (std::string& argument : arguments) words.push_back(argument.data());
      words.push_back(nullptr);
      ::execv(SENTRAIL_CRASH_CHILD, words.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    FILE* output = ::fdopen(ends[0], "r");
    char line[4096];
    for (int words = 0; std::fgets(line, sizeof(line), output) != nullptr;) {
      hear(line);
      if (++words == kill_after) ::kill(process, SIGKILL);
    }
    std::fclose(output);
    int status = 0;
    ::waitpid(process, &status, 0);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    EXPECT_TRUE(killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        << "the child failed: status " << status;
    return killed;
  }

  void hear(const std::string& line) {
    std::istringstream words(line);
    std::string what;
    std::string id;
    words >> what >> id;
    if (what == "held") {
      held_.insert(id);
    } else if (what == "attached") {
      ++attached_[id];
    } else if (what == "approved") {
      approved_.insert(id);
    } else if (what == "denied") {
      denied_.insert(id);
    } else if (what == "end") {
      End& end = ends_[id];
      words >> end.number >> end.state >> end.status >> end.attempts;
    } else if (what == "log") {
      std::string kind;
      words >> kind >> ends_[id].logged_state;
      ++ends_[id].entries[kind];
    } else if (what == "limits") {
      limits_ += line.substr(0, line.find('\n'));
    } else {
      audit_ += line.substr(0, line.find('\n'));
    }
  }

  const store::TemporaryDirectory directory_;
  std::int64_t now_ms_ = 1'790'000'000'000;
  int runs_ = 0;
  std::set<std::string> held_;
  std::map<std::string, int> attached_;
  std::set<std::string> approved_;
  std::set<std::string> denied_;
  std::map<std::string, End> ends_;
  std::string audit_;
  std::string limits_;
};

// The coordinator's places, the upstream's, the store's and its writer's.
std::vector<std::string> places() {
  std::vector<std::string> all(kSyncPoints.begin(), kSyncPoints.end());
  for (const char* place :
       {"sender.before_apply", "sender.after_apply", "store.open.floor", "store.open.database",
        "store.open.checked", "store.batch.staged", "store.batch.written", "store.floor.noted",
        "store.floor.synced", "writer.batch.taken", "writer.batch.applied",
        "writer.completions.posted", "writer.withdrawal.queued", "writer.floor.synced"}) {
    all.emplace_back(place);
  }
  return all;
}

std::string tell(const std::map<std::string, End>& ends) {
  std::map<std::string, int> counts;
  for (const auto& [id, end] : ends) ++counts[end.state];
  std::string text;
  for (const auto& [state, count] : counts) text += " " + state + " " + std::to_string(count);
  return text;
}

// Dies so often at one place, a little later each time, and checks what is left.
void kill_at(const std::string& place, int kills_wanted) {
  SCOPED_TRACE(place);
  Survivor survivor;
  // Openings and recoveries find something only after a death in the middle, and are reached once.
  const bool after_death = place.starts_with("execute.recover") || place.starts_with("store.open");
  const bool once = after_death || place == "writer.withdrawal.queued";
  int kills = 0;
  for (int run = 0; kills < kills_wanted && run < 2 * kills_wanted; ++run) {
    if (after_death) {
      ASSERT_TRUE(survivor.run(run % 2 == 0 ? "execute.claim.durable" : "execute.send.begin", 1));
    }
    kills += survivor.run(place, once ? 1 : 1 + run % 5) ? 1 : 0;
    if (testing::Test::HasFailure()) return;
  }
  survivor.verify();
  std::printf("%-26s %5d %5zu %s\n", place.c_str(), kills, survivor.acknowledged(),
              tell(survivor.ends()).c_str());
  EXPECT_EQ(kills, kills_wanted);
}

void kill_at_every_place(int kills) {
  std::printf("%-26s %5s %5s  ends\n", "place", "kills", "holds");
  for (const std::string& place : places()) {
    kill_at(place, kills);
    if (testing::Test::HasFailure()) return;
  }
}

void kill_at_random(int runs, std::uint64_t seed) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  Survivor survivor;
  int kills = 0;
  for (int run = 0; kills < runs && run < 2 * runs; ++run) {
    kills += survivor.run("-", 0, 1 + static_cast<int>(random() % 24)) ? 1 : 0;
    ASSERT_FALSE(testing::Test::HasFailure()) << "run " << run;
    if (run % 20 == 19) survivor.verify();
  }
  survivor.verify();
  std::printf("%d kills, %zu acknowledged holds, ends:%s\n", kills, survivor.acknowledged(),
              tell(survivor.ends()).c_str());
  EXPECT_EQ(kills, runs);
}

// In the fast suite.
TEST(ExecuteCrashSlice, KilledOnceAtEveryNamedPlace) {
  kill_at_every_place(1);
}
TEST(ExecuteCrashSlice, KilledAtRandomMoments) {
  kill_at_random(5, 20261121);
}

TEST(ExecuteCrash, KilledTwentyTimesAtEveryNamedPlace) {
  kill_at_every_place(20);
}
TEST(ExecuteCrash, KilledThreeHundredTimesAtRandomMoments) {
  kill_at_random(300, 20261122);
}

}  // namespace
}  // namespace sentrail::execute
