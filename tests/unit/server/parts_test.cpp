// What sentraild is put together with: the data folder and its key, the valve before the sender,
// the watch on the clock.
//
// Neighbours: data_directory.hpp, send_valve.hpp, clock_watch.hpp in runtime/server/.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/encoding.hpp"
#include "runtime/server/clock_watch.hpp"
#include "runtime/server/data_directory.hpp"
#include "runtime/server/send_valve.hpp"

namespace sentrail::server {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A folder that goes with the test.
class Parts : public testing::Test {
 protected:
  Parts() {
    std::string name = (fs::temp_directory_path() / "sentrail-parts-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~Parts() override { fs::remove_all(root_); }

  [[nodiscard]] std::string at(const std::string& name) const { return root_ + "/" + name; }

  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static mode_t mode_of(const std::string& path) {
    struct stat found{};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return found.st_mode & 0777;
  }

  std::string root_;
};

TEST_F(Parts, AFreshDataFolderIsPrivateAndHasAKey) {
  auto data = DataDirectory::open(at("data"));
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(mode_of(at("data")), 0700u);
  EXPECT_EQ(read(at("data/sentraild.pid")), std::to_string(::getpid()));
  const auto key = data->master_key();
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(mode_of(at("data/master.key")), 0600u);
  EXPECT_EQ(read(at("data/master.key")), base64_encode(key->bytes()) + "\n");
  const auto again = data->master_key();
  ASSERT_TRUE(again);
  EXPECT_EQ(as_chars(again->bytes()), as_chars(key->bytes()));
}

TEST_F(Parts, ASecondProcessIsToldWhoHasTheFolder) {
  {
    const auto first = DataDirectory::open(at("data"));
    ASSERT_TRUE(first);
    const auto second = DataDirectory::open(at("data"));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::unavailable);
    EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
  }
  EXPECT_EQ(read(at("data/sentraild.pid")), "");
  EXPECT_TRUE(DataDirectory::open(at("data")));
}

TEST_F(Parts, WhatOthersMayReadIsRefusedWithTheRemedy) {
  ASSERT_EQ(::mkdir(at("open").c_str(), 0755), 0);
  const auto open = DataDirectory::open(at("open"));
  ASSERT_FALSE(open);
  EXPECT_THAT(open.error().message, HasSubstr("chmod 700"));

  const auto data = DataDirectory::open(at("data"));
  ASSERT_TRUE(data->master_key());
  ASSERT_EQ(::chmod(at("data/master.key").c_str(), 0640), 0);
  const auto key = data->master_key();
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, Errc::permission_denied);
  EXPECT_THAT(key.error().message, HasSubstr("chmod 600"));
}

TEST_F(Parts, AKeyIsNeverReplacedBesideAStore) {
  const auto data = DataDirectory::open(at("data"));
  ASSERT_TRUE(data);
  ASSERT_EQ(::mkdir(data->store_path().c_str(), 0700), 0);
  const auto missing = data->master_key();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::not_found);
  EXPECT_FALSE(fs::exists(at("data/master.key")));

  for (const std::string_view text :
       {"", "short", "not base64, by its length and its letters", "AAAA", "\n\n\n"}) {
    ASSERT_TRUE(replace_file(at("data/master.key"), text));
    const auto damaged = data->master_key();
    ASSERT_FALSE(damaged) << text;
    EXPECT_EQ(damaged.error().code, Errc::corrupt) << text;
  }
  // A link could lead to a file of somebody else's choice.
  fs::remove(at("data/master.key"));
  fs::create_symlink("/etc/hostname", at("data/master.key"));
  EXPECT_FALSE(data->master_key());
}

TEST_F(Parts, FilesAreReplacedWhole) {
  ASSERT_TRUE(replace_file(at("x"), "one"));
  ASSERT_TRUE(replace_file(at("x"), "two"));
  EXPECT_EQ(read(at("x")), "two");
  EXPECT_EQ(mode_of(at("x")), 0600u);
  EXPECT_FALSE(fs::exists(at("x.new")));
  EXPECT_FALSE(replace_file(at("no/such/folder"), "x"));
}

// --- the valve -------------------------------------------------------------------------------

struct Recorded final : execute::SendObserver {
  void first_byte_sent(const execute::ActionRef&, std::uint64_t) noexcept override { ++first; }
  void finished(const execute::ActionRef&, std::uint64_t,
                execute::SendReport report) noexcept override {
    ends.push_back(report.end);
    stopping = report.stopping;
  }
  int first = 0;
  bool stopping = false;  // of the last report
  std::vector<execute::SendReport::End> ends;
};

// Keeps its jobs, or ends each at once.
struct Kept final : execute::Sender {
  void send(execute::SendJob job, execute::SendObserver& observer) noexcept override {
    jobs.push_back(std::move(job));
    told = &observer;
    if (at_once) observer.finished({}, 1, {execute::SendReport::End::answered, "", {}});
  }
  bool at_once = false;
  std::vector<execute::SendJob> jobs;
  execute::SendObserver* told = nullptr;
};

TEST(SendValve, OpenItHandsBothWaysOn) {
  Kept sender;
  Recorded observer;
  SendValve valve(sender);
  valve.send({}, observer);
  ASSERT_EQ(sender.jobs.size(), 1u);
  sender.told->first_byte_sent({}, 1);
  sender.told->finished({}, 1, {execute::SendReport::End::no_answer, "", {}});
  EXPECT_EQ(observer.first, 1);
  EXPECT_THAT(observer.ends, testing::ElementsAre(execute::SendReport::End::no_answer));
}

TEST(SendValve, ASenderMayReportAtOnce) {
  Kept sender;
  sender.at_once = true;
  Recorded observer;
  SendValve valve(sender);
  valve.send({}, observer);
  EXPECT_THAT(observer.ends, testing::ElementsAre(execute::SendReport::End::answered));
}

TEST(SendValve, ClosedItSendsNothingAndSaysSo) {
  Kept sender;
  Recorded observer;
  SendValve valve(sender);
  valve.send({}, observer);
  valve.close();
  valve.send({}, observer);
  EXPECT_EQ(sender.jobs.size(), 1u);
  EXPECT_THAT(observer.ends, testing::ElementsAre(execute::SendReport::End::nothing_sent));
  EXPECT_TRUE(observer.stopping) << "which uses up no try";
  // What left before is still told of.
  sender.told->finished({}, 1, {execute::SendReport::End::answered, "", {}});
  EXPECT_EQ(observer.ends.size(), 2u);
}

TEST(SendValve, DetachedItTellsNobody) {
  Kept sender;
  SendValve valve(sender);
  {
    Recorded observer;
    valve.send({}, observer);
    valve.detach();
    sender.told->finished({}, 1, {execute::SendReport::End::answered, "", {}});
    EXPECT_TRUE(observer.ends.empty());
  }
  sender.told->first_byte_sent({}, 1);
}

// --- the clock -------------------------------------------------------------------------------

TEST(ClockWatch, TellsJumpsAndNothingElse) {
  ManualClock clock(Instant{1'000'000});
  std::vector<std::int64_t> jumps;
  ClockWatch watch(clock, [&](std::int64_t jump_ms) { jumps.push_back(jump_ms); });
  clock.advance_ms(3'600'000);
  watch.look();
  clock.jump_to(plus_ms(clock.now(), 1'999));
  watch.look();
  EXPECT_TRUE(jumps.empty());
  clock.jump_to(plus_ms(clock.now(), 5'000));
  watch.look();
  watch.look();
  clock.jump_to(plus_ms(clock.now(), -7'000));
  watch.look();
  EXPECT_THAT(jumps, testing::ElementsAre(5'000, -7'000));
}

}  // namespace
}  // namespace sentrail::server
