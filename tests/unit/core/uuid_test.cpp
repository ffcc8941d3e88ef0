// UUIDs are read in one layout only.
#include "core/uuid.hpp"

#include <gtest/gtest.h>

namespace sentrail {
namespace {

TEST(Uuid, FormatsAndParses) {
  const std::string text = "123e4567-e89b-42d3-a456-426614174000";
  const auto uuid = parse_uuid(text);
  ASSERT_TRUE(uuid);
  EXPECT_EQ(uuid->bytes[0], 0x12);
  EXPECT_EQ(uuid->bytes[6], 0x42);
  EXPECT_EQ(uuid->bytes[15], 0x00);
  EXPECT_EQ(format_uuid(*uuid), text);
  EXPECT_EQ(parse_uuid("123E4567-E89B-42D3-A456-426614174000"), uuid);
  EXPECT_EQ(format_uuid(Uuid{}), "00000000-0000-0000-0000-000000000000");
  EXPECT_LT(Uuid{}, *uuid);
}

TEST(Uuid, RefusesEveryOtherLayout) {
  const std::string text = "123e4567-e89b-42d3-a456-426614174000";
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_FALSE(parse_uuid(text.substr(0, cut)));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char wrong : {'g', ' ', '-', '\0', '\xe9', '_'}) {
      if (text[i] == wrong) continue;
      std::string other = text;
      other[i] = wrong;
      EXPECT_FALSE(parse_uuid(other)) << other;
    }
  }
  for (const char* other :
       {"{123e4567-e89b-42d3-a456-426614174000}", "123e4567e89b42d3a456426614174000",
        "urn:uuid:123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-42d3-a456-4266141740000",
        "123e456-7e89b-42d3-a456-426614174000"}) {
    EXPECT_FALSE(parse_uuid(other)) << other;
  }
}

}  // namespace
}  // namespace sentrail
