// Joining the decisions of several actions. See runtime/decide/joined.hpp.
#include "runtime/decide/joined.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sentrail::decide {
namespace {

std::size_t strictest_of(const std::vector<Effect>& effects) {
  std::vector<Decision> decisions;
  for (const Effect effect : effects) decisions.emplace_back().effect = effect;
  return strictest(decisions);
}

TEST(Strictest, TheStrictestEffectWinsWhereverItStands) {
  EXPECT_EQ(strictest_of({Effect::block, Effect::allow}), 0u);
  EXPECT_EQ(strictest_of({Effect::allow, Effect::block, Effect::require_approval}), 1u);
  EXPECT_EQ(strictest_of({Effect::allow, Effect::require_approval}), 1u);
}

TEST(Strictest, TheFirstOfEqualsIsNamed) {
  EXPECT_EQ(strictest_of({Effect::allow, Effect::allow}), 0u);
  EXPECT_EQ(strictest_of({Effect::allow, Effect::block, Effect::block}), 1u);
}

}  // namespace
}  // namespace sentrail::decide
