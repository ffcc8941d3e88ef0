// Decimals in millionths. See core/units.hpp.
#include "core/units.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sentrail {
namespace {

std::optional<std::int64_t> units(const std::string& text) {
  return units_of(Decimal::parse(text).value());
}

TEST(Units, AreMillionthsRoundedUp) {
  EXPECT_EQ(units("0"), 0);
  EXPECT_EQ(units("1"), 1'000'000);
  EXPECT_EQ(units("0.000001"), 1);
  EXPECT_EQ(units("0.0000001"), 1);
  EXPECT_EQ(units("1.0000001"), 1'000'001);
  EXPECT_EQ(units("1e-6144"), 1);
  EXPECT_EQ(units("12345678901234567890123456789012345678e-32"), 123'456'789'013);
}

TEST(Units, AreNotNegativeAndCutAtTheGreatest) {
  EXPECT_EQ(units("-1"), std::nullopt);
  EXPECT_EQ(units("-0"), 0);
  EXPECT_EQ(units("1e12"), 1'000'000'000'000'000'000);
  EXPECT_EQ(units("4e12"), kUnitsMax);
  EXPECT_EQ(units("4000000000001"), kUnitsMax);
  EXPECT_EQ(units("1e6144"), kUnitsMax);
  EXPECT_EQ(units("99999999999999999999999999999999999999"), kUnitsMax);
  EXPECT_EQ(add_units(kUnitsMax, kUnitsMax), kUnitsMax);
  EXPECT_EQ(add_units(1, 2), 3);
}

TEST(Units, AreWholeOrNot) {
  EXPECT_TRUE(is_whole_units(Decimal::parse("0.25").value()));
  EXPECT_TRUE(is_whole_units(Decimal::parse("1e3").value()));
  EXPECT_FALSE(is_whole_units(Decimal::parse("0.0000001").value()));
  EXPECT_FALSE(is_whole_units(Decimal::parse("-1").value()));
  EXPECT_FALSE(is_whole_units(Decimal::parse("1e30").value()));
}

TEST(Units, ArePrintedShort) {
  EXPECT_EQ(print_units(0), "0");
  EXPECT_EQ(print_units(20'000'000), "20");
  EXPECT_EQ(print_units(1), "0.000001");
  EXPECT_EQ(print_units(5'000'250'000), "5000.25");
}

}  // namespace
}  // namespace sentrail
