// Ids are dense and stable, views outlive growth and moves.
#include "core/interner.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sentrail {
namespace {

TEST(Interner, NumbersByFirstArrival) {
  Interner strings;
  EXPECT_EQ(strings.intern("b").value, 0u);
  EXPECT_EQ(strings.intern("a").value, 1u);
  EXPECT_EQ(strings.intern("").value, 2u);
  EXPECT_EQ(strings.intern(std::string_view("\0", 1)).value, 3u);
  EXPECT_EQ(strings.intern("b").value, 0u);
  EXPECT_EQ(strings.size(), 4u);
  EXPECT_EQ(strings.view(StringId{1}), "a");
  EXPECT_EQ(strings.find(""), StringId{2});
  EXPECT_FALSE(strings.find("c").has_value());
}

TEST(Interner, ViewsSurviveGrowthAndMoves) {
  Interner first;
  std::vector<std::string_view> views;
  for (int i = 0; i < 20'000; ++i) {
    // Short and long ones: both sides of the small-string optimisation.
    const std::string text = std::to_string(i) + std::string(static_cast<std::size_t>(i % 40), 'x');
    views.push_back(first.view(first.intern(text)));
  }
  Interner second = std::move(first);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    ASSERT_EQ(second.view(StringId{i}).data(), views[i].data());
    ASSERT_EQ(second.intern(views[i]).value, i);
    ASSERT_EQ(views[i].substr(0, std::to_string(i).size()), std::to_string(i));
  }
}

TEST(InternerDeath, AbortsOnForeignIds) {
  Interner strings;
  strings.intern("a");
  EXPECT_DEATH((void)strings.view(StringId{1}), "check failed");
  EXPECT_DEATH((void)strings.view(StringId{}), "check failed");
}

}  // namespace
}  // namespace sentrail
