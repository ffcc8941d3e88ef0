// Stops thrown on the machine: at once, past a dead store, and on record later.
#include "runtime/gateway/local_stops.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "runtime/gateway/stop_permit.hpp"
#include "tests/unit/gateway/agents_fixture.hpp"

namespace sentrail::gateway {
namespace {

using identity::KillAction;
using identity::KillCommand;
using ::testing::HasSubstr;
using ::testing::Not;

class LocalStopsTest : public AgentsTest {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "stops-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static KillCommand command(KillAction action, const std::string& target = {},
                             store::KillMode mode = store::KillMode::normal) {
    KillCommand out;
    out.action = action;
    out.target = target;
    out.mode = mode;
    out.by = "local uid 1000";
    out.reason = "it burns";
    return out;
  }

  bool may_send(bool declared_read = false, const std::string& tool = "github") {
    const StopPermit permit(known_, {workspace_.id, tool, "octo", declared_read, true});
    return !permit.refuse_to_send();
  }
  bool may_go_on() {
    const StopPermit permit(known_, {workspace_.id, "github", "octo", true, true});
    return !permit.refuse_to_go_on();
  }

  Result<Lifted> lift(const Uuid& workspace_id, KillAction action, const std::string& target = {}) {
    return stops_.lift(workspace_id, command(action, target), *store_, *changes_, administration_);
  }
  Status record() { return stops_.record(*store_, *changes_, administration_); }

  std::string folder_;
  LocalStops stops_{known_, clock_};
};

TEST_F(LocalStopsTest, IsInForceWhenItReturnsEvenWithoutAFile) {
  EXPECT_TRUE(may_send());
  const Result<Thrown> thrown = stops_.throw_stop(Uuid{}, command(KillAction::enable));
  ASSERT_TRUE(thrown) << thrown.error().message;
  EXPECT_THAT(thrown->not_kept, HasSubstr("not opened"));
  EXPECT_FALSE(may_send());
  EXPECT_TRUE(may_send(true));
  EXPECT_TRUE(may_go_on());
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable, {}, store::KillMode::hard)));
  EXPECT_FALSE(may_send(true));
  EXPECT_FALSE(may_go_on());
  reload();
  EXPECT_FALSE(may_send());
}

TEST_F(LocalStopsTest, StopsOneToolOneAgentOneWorkspace) {
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::pause_tool, "linear")));
  EXPECT_TRUE(may_send());
  EXPECT_FALSE(may_send(false, "linear"));
  const store::Workspace other = add_workspace("other");
  reload();
  ASSERT_TRUE(stops_.throw_stop(other.id, command(KillAction::enable)));
  EXPECT_TRUE(may_send());
  ASSERT_TRUE(stops_.throw_stop(workspace_.id, command(KillAction::pause_agent, "octo")));
  EXPECT_FALSE(may_send());
}

TEST_F(LocalStopsTest, WhatStopsNothingIsRefused) {
  Uuid nobody;
  nobody.bytes[0] = 9;
  EXPECT_EQ(stops_.throw_stop(nobody, command(KillAction::enable)).error().code, Errc::not_found);
  EXPECT_EQ(stops_.throw_stop(Uuid{}, command(KillAction::pause_tool)).error().code,
            Errc::invalid_argument);
  EXPECT_EQ(stops_.throw_stop(Uuid{}, command(KillAction::disable)).error().code,
            Errc::invalid_argument);
  EXPECT_EQ(stops_.waiting(), 0u);
}

TEST_F(LocalStopsTest, TheWholeServerCanBeStoppedHoweverManyWait) {
  std::size_t thrown = 0;
  while (stops_.throw_stop(Uuid{}, command(KillAction::pause_tool, "t" + std::to_string(thrown)))) {
    ++thrown;
  }
  EXPECT_EQ(thrown, limits::kLocalStopsMax - 2);
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::pause_tool, "t0")));  // is there
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable, {}, store::KillMode::hard)));
  EXPECT_EQ(stops_.waiting(), limits::kLocalStopsMax);
}

TEST_F(LocalStopsTest, TheNextProcessFindsItAndTheStoreTakesItOnce) {
  ASSERT_TRUE(stops_.restore(folder_ + "/stops"));
  const Result<Thrown> thrown = stops_.throw_stop(workspace_.id, command(KillAction::enable));
  ASSERT_TRUE(thrown);
  EXPECT_EQ(thrown->not_kept, "");
  known_.drop_stop(thrown->stop.id);  // as if the process had ended
  EXPECT_TRUE(may_send());

  LocalStops next(known_, clock_);
  ASSERT_TRUE(next.restore(folder_ + "/stops"));
  EXPECT_FALSE(may_send());
  const std::uint64_t entries = store_->audit_head().size;
  ASSERT_TRUE(next.record(*store_, *changes_, administration_));
  EXPECT_EQ(next.waiting(), 0u);
  EXPECT_FALSE(may_send());
  EXPECT_EQ(store_->audit_head().size, entries + 1);
  const auto row = store_->audit_range(entries, 1).value().front();
  const audit::OpenedEntry told = recorder_.open(row).value();
  EXPECT_EQ(told.entry.kind, store::AuditKind::kill);
  EXPECT_EQ(told.personal.person_name, "local uid 1000");
  EXPECT_EQ(told.personal.reason, "it burns");
  EXPECT_TRUE(store_->get_kill_state(workspace_.id)->enabled);
  ASSERT_TRUE(next.record(*store_, *changes_, administration_));
  EXPECT_EQ(store_->audit_head().size, entries + 1);

  LocalStops last(known_, clock_);
  ASSERT_TRUE(last.restore(folder_ + "/stops"));
  EXPECT_EQ(last.waiting(), 0u);
}

// No file of this process grows or changes while this lives.
class NoWrites {
 public:
  NoWrites() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoWrites() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  NoWrites(const NoWrites&) = delete;
  NoWrites& operator=(const NoWrites&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST_F(LocalStopsTest, ARecordedStopLeavesTheFileAsSoonAsItCanBeWritten) {
  ASSERT_TRUE(stops_.restore(folder_ + "/stops"));
  ASSERT_TRUE(stops_.throw_stop(workspace_.id, command(KillAction::enable)));
  {
    const NoWrites full_disk;
    EXPECT_FALSE(record());
  }
  EXPECT_EQ(stops_.waiting(), 0u);
  EXPECT_TRUE(stops_.has_to_record());
  ASSERT_TRUE(record());
  EXPECT_FALSE(stops_.has_to_record());

  LocalStops next(known_, clock_);
  ASSERT_TRUE(next.restore(folder_ + "/stops"));
  EXPECT_EQ(next.waiting(), 0u);
}

TEST_F(LocalStopsTest, LiftingLeavesNoPlaceThatStillStops) {
  ASSERT_TRUE(stops_.restore(folder_ + "/stops"));
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
  const std::uint64_t entries = store_->audit_head().size;
  ASSERT_TRUE(lift(Uuid{}, KillAction::disable));  // before anything recorded the stop
  EXPECT_TRUE(may_send());
  EXPECT_EQ(stops_.waiting(), 0u);
  EXPECT_FALSE(store_->get_kill_state(Uuid{})->enabled);
  const auto rows = store_->audit_range(entries, 10).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(recorder_.open(rows[0]).value().entry.action, "kill_switch.enable");
  const audit::OpenedEntry told = recorder_.open(rows[1]).value();
  EXPECT_EQ(told.entry.action, "kill_switch.disable");
  EXPECT_EQ(told.personal.person_name, "local uid 1000");
  EXPECT_EQ(told.personal.reason, "it burns");

  LocalStops next(known_, clock_);
  ASSERT_TRUE(next.restore(folder_ + "/stops"));
  EXPECT_EQ(next.waiting(), 0u);
  EXPECT_EQ(lift(Uuid{}, KillAction::disable).error().code, Errc::not_found);
}

TEST_F(LocalStopsTest, LiftingOneStopLeavesTheOthers) {
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::pause_tool, "github")));
  ASSERT_TRUE(stops_.throw_stop(workspace_.id, command(KillAction::pause_agent, "octo")));
  EXPECT_EQ(lift(workspace_.id, KillAction::resume_tool, "github").error().code, Errc::not_found);
  EXPECT_EQ(lift(Uuid{}, KillAction::enable).error().code, Errc::invalid_argument);
  ASSERT_TRUE(lift(Uuid{}, KillAction::resume_tool, "github"));
  EXPECT_FALSE(may_send());
  ASSERT_TRUE(lift(workspace_.id, KillAction::resume_agent, "octo"));
  EXPECT_TRUE(may_send());
}

TEST_F(LocalStopsTest, WhatCannotBeRecordedIsNotLifted) {
  ASSERT_TRUE(stops_.restore(folder_ + "/stops"));
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
  {
    const NoWrites full_disk;  // the store here is in memory: the file alone cannot be written
    const Result<Lifted> lifted = lift(Uuid{}, KillAction::disable);
    ASSERT_FALSE(lifted);
    EXPECT_THAT(lifted.error().message, HasSubstr("it is still stopped"));
  }
  EXPECT_FALSE(may_send());
  EXPECT_TRUE(store_->get_kill_state(Uuid{})->enabled);
  ASSERT_TRUE(lift(Uuid{}, KillAction::disable));
  EXPECT_TRUE(may_send());

  LocalStops next(known_, clock_);
  ASSERT_TRUE(next.restore(folder_ + "/stops"));
  EXPECT_EQ(next.waiting(), 0u);
}

// A clock that does something when it is asked for the n-th time: what happens in the midst of a
// change.
class EventfulClock final : public Clock {
 public:
  EventfulClock(const Clock& clock, int when, std::function<void()> event)
      : clock_(clock), left_(when), event_(std::move(event)) {}

  [[nodiscard]] Instant now() const noexcept override {
    if (--left_ == 0) event_();
    return clock_.now();
  }
  [[nodiscard]] std::int64_t monotonic_ms() const noexcept override {
    return clock_.monotonic_ms();
  }
  [[nodiscard]] bool has_happened() const { return left_ <= 0; }

 private:
  const Clock& clock_;
  mutable int left_;
  const std::function<void()> event_;
};

TEST_F(LocalStopsTest, AStopThatIsThrownWhileItIsLiftedStays) {
  ASSERT_TRUE(stops_.restore(folder_ + "/stops"));
  for (int when = 1;; ++when) {
    ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
    const EventfulClock clock(clock_, when, [&] {
      for (int twice = 0; twice < 2; ++twice) {
        ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
        ASSERT_TRUE(stops_.has_to_record());
      }
    });
    const identity::Administration administration(recorder_, clock);
    const Result<Lifted> lifted =
        stops_.lift(Uuid{}, command(KillAction::disable), *store_, *changes_, administration);
    ASSERT_TRUE(lifted) << lifted.error().message;
    if (!clock.has_happened()) {
      EXPECT_GT(when, 2) << "it recorded, and lifted";
      EXPECT_TRUE(may_send());
      return;
    }
    EXPECT_FALSE(may_send()) << when;
    EXPECT_EQ(stops_.waiting(), 1u) << when;
    LocalStops next(known_, clock_);
    ASSERT_TRUE(next.restore(folder_ + "/stops"));
    EXPECT_EQ(next.waiting(), 2u) << "it is in the file, and was here already";
    for (const identity::LocalStop& stop : known_.local_stops()) known_.drop_stop(stop.id);
    ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
    ASSERT_TRUE(record());
    EXPECT_TRUE(store_->get_kill_state(Uuid{})->enabled);
    ASSERT_TRUE(lift(Uuid{}, KillAction::disable));
    EXPECT_TRUE(may_send());
  }
}

TEST_F(LocalStopsTest, ALateLiftSaysThatItMayLandYet) {
  AdminCommits hasty(*writer_, known_, AdminWaits{.write_ms = 50, .retry_ms = 50});
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
  ASSERT_TRUE(record());
  disk_->stall(true);
  const Result<Lifted> lifted =
      stops_.lift(Uuid{}, command(KillAction::disable), *store_, hasty, administration_);
  EXPECT_FALSE(may_send());
  disk_->stall(false);
  ASSERT_FALSE(lifted);
  EXPECT_EQ(lifted.error().code, Errc::timed_out);
  EXPECT_THAT(lifted.error().message, HasSubstr("nobody can tell yet"));
  EXPECT_THAT(lifted.error().message, HasSubstr("sentrail kill status"));
  EXPECT_THAT(lifted.error().message, Not(HasSubstr("still stopped")));
  pump_until([&] { return may_send(); });
}

TEST_F(LocalStopsTest, AStopThatIsThrownAfterALateLiftOutlastsIt) {
  AdminCommits hasty(*writer_, known_, AdminWaits{.write_ms = 50, .retry_ms = 50});
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
  ASSERT_TRUE(record());
  disk_->stall(true);
  EXPECT_FALSE(stops_.lift(Uuid{}, command(KillAction::disable), *store_, hasty, administration_));
  EXPECT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_FALSE(stops_.record(*store_, hasty, administration_)) << "the store has not taken it";
  }
  EXPECT_EQ(stops_.waiting(), 1u);
  disk_->stall(false);
  ASSERT_TRUE(writer_->commit({}).status);  // comes after what waits
  EXPECT_FALSE(may_send());
  ASSERT_TRUE(record());
  EXPECT_TRUE(store_->get_kill_state(Uuid{})->enabled);
  EXPECT_EQ(stops_.waiting(), 0u);
  EXPECT_FALSE(may_send());
}

TEST_F(LocalStopsTest, WhatIsLiftedOnDiskIsLiftedAlsoIfItCannotBeReadYet) {
  ASSERT_TRUE(stops_.throw_stop(Uuid{}, command(KillAction::enable)));
  ASSERT_TRUE(record());
  store::Connection broken = connection();
  broken.tool = "linear";
  broken.sealed_credential = "not sealed with this key";
  put(store::Put<store::Connection>{broken, 0});
  const Result<Lifted> lifted = lift(Uuid{}, KillAction::disable);
  ASSERT_TRUE(lifted) << lifted.error().message;
  EXPECT_THAT(lifted->not_in_force, HasSubstr("master key"));
  EXPECT_FALSE(store_->get_kill_state(Uuid{})->enabled);
  EXPECT_FALSE(may_send());
  broken = store_->get_connection(workspace_.id, "linear").value().value();
  broken.sealed_credential.clear();
  put(store::Put<store::Connection>{broken, broken.version});
  pump_until([&] { return may_send(); });
}

TEST_F(LocalStopsTest, ADamagedFileIsNoReasonToForgetAStop) {
  const std::string path = folder_ + "/stops";
  {
    auto file = store::SlotFile::open(path, limits::kLocalStopsSlotBytes);
    ASSERT_TRUE(file && file->replace("\1\0\0"));
  }
  EXPECT_EQ(stops_.restore(path).error().code, Errc::corrupt);
}

}  // namespace
}  // namespace sentrail::gateway
