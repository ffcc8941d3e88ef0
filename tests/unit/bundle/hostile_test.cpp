// Hostile bundles: cut at every length, every byte changed, with and without a statement that fits.
// Each is refused with a reason or is a program like any other. Run under ASan in CI.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>

#include "core/bundle.hpp"
#include "core/limits.hpp"
#include "core/program.hpp"
#include "tests/support/random_policy.hpp"
#include "tests/unit/bundle/bundle_samples.hpp"

namespace sentrail::support {
namespace {

TEST(HostileBundle, TheSampleItselfIsAccepted) {
  EXPECT_TRUE(survives(full_bundle()));
  EXPECT_TRUE(survives(with_content(content_of(full_bundle()))));
}

TEST(HostileBundle, TruncatedAtEveryLengthIsRefused) {
  const std::string bundle = full_bundle();
  for (std::size_t length = 0; length < bundle.size(); ++length) {
    ASSERT_FALSE(survives(std::string_view(bundle).substr(0, length))) << length;
  }
  EXPECT_FALSE(survives(bundle + "x"));
  EXPECT_FALSE(survives(bundle + "\n"));
}

TEST(HostileBundle, TruncatedContentWithAFittingStatementIsRefused) {
  const std::string content = content_of(full_bundle());
  for (std::size_t length = 0; length < content.size(); ++length) {
    ASSERT_FALSE(survives(with_content(std::string_view(content).substr(0, length)))) << length;
  }
}

TEST(HostileBundle, EveryByteChangedIsRefusedByTheHash) {
  const std::string bundle = full_bundle();
  for (std::size_t i = 0; i < bundle.size(); ++i) {
    std::string changed = bundle;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    ASSERT_FALSE(survives(changed)) << i;
  }
}

// What an attacker who may write unsigned bundles can do: the statement always fits.
TEST(HostileBundle, EveryByteChangedUnderAFittingStatementIsSafe) {
  const std::string content = content_of(full_bundle());
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff, 0x10}) {
      std::string changed = content;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      ++(survives(with_content(changed)) ? accepted : refused);
    }
  }
  std::printf("[  BUNDLES ] accepted %zu, refused %zu\n", accepted, refused);
  // Names, line numbers and outcomes may change; offsets and counts may not.
  EXPECT_GT(accepted, 0u);
  EXPECT_GT(refused, accepted);
}

TEST(HostileBundle, ManyBytesChangedUnderAFittingStatementAreSafe) {
  const std::uint64_t seed = 43;
  std::printf("[     SEED ] %llu\n", static_cast<unsigned long long>(seed));
  Random random(seed);
  const std::string content = content_of(full_bundle());
  for (int round = 0; round < 4'000; ++round) {
    std::string changed = content;
    for (std::uint64_t k = random() % 6 + 1; k > 0; --k) {
      // Half of the changes are 32-bit values near the edges of ranges.
      const std::size_t at = static_cast<std::size_t>(random() % (changed.size() - 4));
      if (random() % 2 == 0) {
        changed[at] = static_cast<char>(random());
        continue;
      }
      std::uint32_t value = 0;
      std::memcpy(&value, changed.data() + at / 4 * 4, sizeof(value));
      value += static_cast<std::uint32_t>(random() % 5) - 2;
      std::memcpy(changed.data() + at / 4 * 4, &value, sizeof(value));
    }
    survives(with_content(changed));
  }
}

TEST(HostileBundle, OfAnotherVersionIsRefusedAsSuch) {
  std::string content = content_of(full_bundle());
  content[8] = 2;
  const auto loaded = bundles::LoadedBundle::from_bytes(with_content(content), unsigned_allowed());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::unsupported);
  EXPECT_NE(loaded.error().message.find("version 2"), std::string::npos);
}

TEST(HostileBundle, ThatIsSomethingElseIsRefusedAsSuch) {
  const auto loaded =
      bundles::LoadedBundle::from_bytes(std::string(4'096, 'x'), unsigned_allowed());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::corrupt);
  EXPECT_EQ(bundles::LoadedBundle::from_bytes("", unsigned_allowed()).error().code, Errc::corrupt);
}

TEST(HostileBundle, ConditionsAreBoundedInDepth) {
  for (const std::uint32_t depth : {static_cast<std::uint32_t>(limits::kConditionDepthMax),
                                    static_cast<std::uint32_t>(limits::kConditionDepthMax) + 1}) {
    ProgramStorage p;
    p.text = {'x'};
    p.tiers.push_back({{0, 1}, 0, 0, 1});
    for (std::uint32_t i = 0; i < depth; ++i) {
      p.nodes.push_back({static_cast<std::uint8_t>(NodeKind::all), 0, 0, 0, depth + 1, 0, 0});
    }
    p.nodes.push_back({static_cast<std::uint8_t>(NodeKind::constant), 1, 0, 0, depth + 1, 0, 0});
    p.rules.push_back({{0, 1}, {0, 1}, {0, 0}, 0, 0, 0, depth + 1, kNoRow, 0});
    p.policy.push_back({});
    p.policy[0].cost = cost_of(p.view());
    const Status status = verify(p.view());
    EXPECT_EQ(status.has_value(), depth == limits::kConditionDepthMax);
    if (status) continue;
    EXPECT_NE(status.error().message.find("too deep"), std::string::npos);
  }
}

}  // namespace
}  // namespace sentrail::support
