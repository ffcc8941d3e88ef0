// Tags differ where texts or their borders do, and from one tagger to another.
#include "crypto/tag.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sentrail::crypto {
namespace {

TEST(Tagger, EqualTextsHaveEqualTags) {
  const Tagger tagger;
  EXPECT_EQ(tagger.tag({"a", "b"}), tagger.tag({"a", "b"}));
  const std::string long_text(4'000, 'x');
  EXPECT_EQ(tagger.tag({long_text}), tagger.tag({long_text}));
}

TEST(Tagger, TextsBordersAndOrderCount) {
  const Tagger tagger;
  EXPECT_NE(tagger.tag({"ab", ""}), tagger.tag({"a", "b"}));
  EXPECT_NE(tagger.tag({"a", "b"}), tagger.tag({"b", "a"}));
  EXPECT_NE(tagger.tag({"a"}), tagger.tag({"a", ""}));
  EXPECT_NE(tagger.tag({}), tagger.tag({""}));
  EXPECT_NE(tagger.tag({std::string(505, 'x')}), tagger.tag({std::string(504, 'x') + "y"}));
}

TEST(Tagger, EachHasItsOwnKey) {
  EXPECT_NE(Tagger().tag({"a"}), Tagger().tag({"a"}));
}

}  // namespace
}  // namespace sentrail::crypto
