// Loading from files, swapping under decisions, surviving restarts. See runtime/bundles/.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/limits.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/bundles/last_good.hpp"
#include "runtime/bundles/sealed_bytes.hpp"
#include "tests/unit/bundle/bundle_samples.hpp"

namespace sentrail::support {
namespace {

using bundles::ActiveBundle;
using bundles::ActiveBundleView;
using bundles::LoadedBundle;
using bundles::SealedBytes;

class Files : public testing::Test {
 protected:
  Files() {
    std::string made = testing::TempDir() + "sentrail-bundle-XXXXXX";
    EXPECT_NE(mkdtemp(made.data()), nullptr);
    directory_ = made;
  }
  ~Files() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, std::string_view bytes) const {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  std::string directory_;
};

std::shared_ptr<const LoadedBundle> loaded_sample() {
  auto loaded = LoadedBundle::from_bytes(full_bundle(), unsigned_allowed());
  EXPECT_TRUE(loaded);
  return *loaded;
}

TEST_F(Files, LoadFromAFile) {
  const auto loaded = LoadedBundle::from_file(write("x.bundle", full_bundle()), unsigned_allowed());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ((*loaded)->program().name(), "acme.agents");
}

TEST_F(Files, ThatCannotBeReadAreRefused) {
  const auto code = [](const std::string& path) {
    return LoadedBundle::from_file(path, unsigned_allowed()).error().code;
  };
  EXPECT_EQ(code(directory_ + "/none"), Errc::not_found);
  EXPECT_EQ(code(directory_), Errc::invalid_argument);
  EXPECT_EQ(code(write("empty", "")), Errc::corrupt);
}

TEST_F(Files, LargerThanABundleMayBeAreRefusedUnread) {
  const std::string path = write("huge", "");
  ASSERT_EQ(truncate(path.c_str(), limits::kBundleBytesMax + 1), 0);  // sparse
  const auto refused = LoadedBundle::from_file(path, unsigned_allowed());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
  EXPECT_EQ(LoadedBundle::from_bytes({path.data(), limits::kBundleBytesMax + 1}, {}).error().code,
            Errc::limit_exceeded);
}

TEST_F(Files, ChangedUnderALoadedBundleChangeNothing) {
  const std::string path = write("x.bundle", full_bundle());
  const auto loaded = LoadedBundle::from_file(path, unsigned_allowed());
  ASSERT_TRUE(loaded);
  const std::string before = dump((*loaded)->program());
  ASSERT_EQ(truncate(path.c_str(), 10), 0);
  EXPECT_EQ(dump((*loaded)->program()), before);
}

TEST_F(Files, KeepTheLastGoodBundle) {
  EXPECT_EQ(bundles::load_last_good(directory_, unsigned_allowed()).error().code, Errc::not_found);
  ASSERT_TRUE(bundles::keep_last_good(directory_, *loaded_sample()));
  const auto restored = bundles::load_last_good(directory_, unsigned_allowed());
  ASSERT_TRUE(restored);
  EXPECT_EQ((*restored)->bytes(), full_bundle());
  // Checked like any other: what was allowed then may be refused now.
  EXPECT_EQ(bundles::load_last_good(directory_, {}).error().code, Errc::permission_denied);
}

TEST_F(Files, InstallReplacesOnlyByWhatIsGoodAndKept) {
  ActiveBundle active;
  const std::string good = write("good.bundle", full_bundle());
  const auto installed = bundles::install(good, unsigned_allowed(), directory_, active);
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(active.current(), *installed);

  std::string damaged = full_bundle();
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  EXPECT_FALSE(
      bundles::install(write("bad.bundle", damaged), unsigned_allowed(), directory_, active));
  EXPECT_EQ(active.current(), *installed);
  EXPECT_TRUE(bundles::load_last_good(directory_, unsigned_allowed()));

  const auto unkept = bundles::install(good, unsigned_allowed(), directory_ + "/none", active);
  ASSERT_FALSE(unkept);
  EXPECT_EQ(unkept.error().code, Errc::io);
  EXPECT_EQ(active.current(), *installed);
}

TEST(SealedBytesDeathTest, CannotBeWritten) {
  const auto sealed = SealedBytes::copy_of("abc");
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->view(), "abc");
  EXPECT_DEATH(const_cast<char*>(sealed->view().data())[0] = 'x', "");
}

TEST(SealedBytes, KeepTheirPlaceWhenMoved) {
  auto sealed = SealedBytes::copy_of("abc");
  ASSERT_TRUE(sealed);
  const char* const at = sealed->view().data();
  const SealedBytes moved = std::move(*sealed);
  EXPECT_EQ(moved.view().data(), at);
  EXPECT_EQ(SealedBytes::copy_of("")->view(), "");
}

TEST(ActiveBundle, ShowsNothingBeforeTheFirst) {
  const ActiveBundle active;
  ActiveBundleView view(active);
  EXPECT_EQ(active.current(), nullptr);
  EXPECT_EQ(view.current(), nullptr);
}

TEST(ActiveBundle, ShowsTheNewestAndKeepsTheOldForItsHolders) {
  ActiveBundle active;
  ActiveBundleView view(active);
  active.replace(loaded_sample());
  const std::shared_ptr<const LoadedBundle> held = view.current();
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(view.current(), held);
  active.replace(loaded_sample());
  EXPECT_NE(view.current(), held);
  EXPECT_EQ(view.current(), active.current());
  EXPECT_EQ(held->program().name(), "acme.agents");
}

// A busy start: what one thread looks at must not make another see no policy at all.
TEST(ActiveBundle, AThreadsFirstLookSeesTheBundleThoughOthersLook) {
  ActiveBundle active;
  active.replace(loaded_sample());
  std::atomic<bool> done{false};
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] {
      while (!done.load()) static_cast<void>(active.current());
    });
  }
  int blind = 0;
  for (int look = 0; look < 200'000; ++look) {
    ActiveBundleView view(active);
    if (view.current() == nullptr) ++blind;
  }
  done.store(true);
  for (std::thread& other : others) other.join();
  EXPECT_EQ(blind, 0);
}

TEST(ActiveBundle, IsSwappedUnderThreadsThatDecide) {
  ActiveBundle active;
  active.replace(loaded_sample());
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> decisions{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      ActiveBundleView view(active);
      decide::Scratch scratch;
      const Facts facts;
      while (!stop) {
        const std::shared_ptr<const LoadedBundle> bundle = view.current();
        if (bundle == nullptr) continue;
        scratch.fit(bundle->engine().bound());
        decisions += bundle->engine().decide(facts, scratch).candidate_count + 1;
      }
    });
  }
  const auto other = loaded_sample();
  const auto third = loaded_sample();
  for (int i = 0; i < 2'000 || decisions < 1'000; ++i) active.replace(i % 2 == 0 ? other : third);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  ActiveBundleView view(active);
  EXPECT_EQ(view.current(), active.current());
}

}  // namespace
}  // namespace sentrail::support
