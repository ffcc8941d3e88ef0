// Decimals against 128-bit integers and against long division by hand, exhaustively while small.
#include "core/decimal.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <vector>

#include "core/json.hpp"

namespace sentrail {
namespace {

__extension__ typedef __int128 Wide;

Decimal decimal(std::string_view text) {
  const auto value = Decimal::parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(Decimal{});
}

Wide power_of_ten(int exponent) {
  Wide value = 1;
  for (; exponent > 0; --exponent) value *= 10;
  return value;
}

TEST(Decimal, NormalisesEverySpellingOfAValue) {
  for (const char* text : {"1200", "12e2", "12E+02", "1.2e3", "1200.000", "0.0012e6", "120e1",
                           "12000000000000000000000000000000000000000000e-40"}) {
    EXPECT_EQ(decimal(text), (Decimal{false, 2, 0, 12})) << text;
  }
  for (const char* text :
       {"0", "-0", "0.000", "0e999999999999999999999", "-0e-99999999999999999", "0.0e7000"}) {
    EXPECT_EQ(decimal(text), Decimal{}) << text;
  }
  EXPECT_EQ(decimal("-0.5"), (Decimal{true, -1, 0, 5}));
  EXPECT_EQ(decimal("18446744073709551616"), (Decimal{false, 0, 1, 0}));
}

TEST(Decimal, HoldsExactly38Digits) {
  const std::string nines(38, '9');
  EXPECT_EQ(decimal(nines).to_string(), nines);
  EXPECT_EQ(decimal("-" + nines + "000").to_string(), "-" + nines + "e3");
  EXPECT_EQ(decimal("0.000" + nines).exponent, -41);
  EXPECT_FALSE(Decimal::parse(nines + "9"));
  EXPECT_FALSE(Decimal::parse(nines + ".1"));
  EXPECT_FALSE(Decimal::parse("1" + std::string(37, '0') + ".1"));
  EXPECT_TRUE(Decimal::parse("1" + std::string(36, '0') + ".1"));
  EXPECT_TRUE(Decimal::parse(std::string("1.") + std::string(100'000, '0')));
}

TEST(Decimal, BoundsTheNormalisedExponent) {
  EXPECT_EQ(decimal("1e6144").exponent, 6144);
  EXPECT_EQ(decimal("1e-6144").exponent, -6144);
  EXPECT_EQ(decimal("0.001e6147").exponent, 6144);
  EXPECT_EQ(decimal("1000e-6147").exponent, -6144);
  EXPECT_EQ(decimal("1" + std::string(6144, '0')), decimal("1e6144"));
  for (const char* text : {"1e6145", "10e6144", "1e-6145", "0.1e-6144", "1e99999999999999999999999",
                           "1e-99999999999999999999999", "1e2147483648", "1e9223372036854775808"}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
}

TEST(Decimal, RefusesWhatIsNotANumber) {
  for (const char* text : {"", "-", "+1", "01", "1.", ".1", "1e", "NaN", "Infinity", " 1", "1 ",
                           "0x10", "1,0", "1e1.5", "--1", "٣"}) {
    EXPECT_FALSE(Decimal::parse(text)) << text;
  }
}

// Every pair of numbers c·10^e with |c| ≤ 112 (around 0, 10 and 100), -3 ≤ e ≤ 3, each in two
// spellings, compared as integers scaled by 10^3.
TEST(Decimal, ComparesByValueOnAllSmallPairs) {
  struct Sample {
    Wide scaled;
    Decimal value;
  };
  std::vector<Sample> samples;
  for (int c = -112; c <= 112; ++c) {
    if (c % 10 > 2 || c % 10 < -2) continue;
    for (int e = -3; e <= 3; ++e) {
      const Wide scaled = c * power_of_ten(e + 3);
      const std::string digits = std::to_string(c);
      samples.push_back({scaled, decimal(digits + "e" + std::to_string(e))});
      if (e == 0) samples.push_back({scaled, decimal(digits + ".00")});
    }
  }
  ASSERT_GT(samples.size(), 500u);
  for (const Sample& a : samples) {
    for (const Sample& b : samples) {
      const std::strong_ordering expected = a.scaled < b.scaled   ? std::strong_ordering::less
                                            : a.scaled > b.scaled ? std::strong_ordering::greater
                                                                  : std::strong_ordering::equal;
      ASSERT_EQ(compare(a.value, b.value), expected)
          << a.value.to_string() << " ? " << b.value.to_string();
      ASSERT_EQ(a.value == b.value, expected == std::strong_ordering::equal);
    }
  }
}

TEST(Decimal, ComparesAtTheEnds) {
  const std::string nines(38, '9');
  const std::vector<std::string> ascending = {"-" + nines + "e6144",
                                              "-1e6144",
                                              "-" + nines,
                                              "-1" + std::string(37, '0'),
                                              "-1",
                                              "-1e-6144",
                                              "0",
                                              "1e-6144",
                                              "1.1e-6143",
                                              "1" + std::string(36, '0') + ".1",
                                              "1" + std::string(36, '0') + ".2",
                                              "1" + std::string(37, '0'),
                                              nines,
                                              "1e38",
                                              "1e6144",
                                              nines + "e6144"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(compare(decimal(ascending[i]), decimal(ascending[j])), i <=> j)
          << ascending[i] << " ? " << ascending[j];
    }
  }
}

// Random 19-digit coefficients and exponents against products in 128 bits.
TEST(Decimal, AgreesWithWideIntegers) {
  constexpr unsigned kSeed = 20260301;
  std::printf("seed %u\n", kSeed);
  std::mt19937_64 random(kSeed);  // NOLINT(cert-msc51-cpp): reproducible on purpose
  for (int round = 0; round < 200'000; ++round) {
    std::int64_t c[2];
    int e[2];
    for (int i = 0; i < 2; ++i) {
      c[i] = static_cast<std::int64_t>(random()) >> (random() % 60);
      e[i] = static_cast<int>(random() % 18);
    }
    if (random() % 4 == 0) {  // near each other
      const int shift = static_cast<int>(random() % 4);
      c[0] = c[0] % 1'000'000'000;
      c[1] = c[0] * static_cast<std::int64_t>(power_of_ten(shift)) +
             static_cast<std::int64_t>(random() % 3) - 1;
      e[0] = e[1] + shift;
    }
    const Wide value_a = c[0] * power_of_ten(e[0]);
    const Wide value_b = c[1] * power_of_ten(e[1]);
    const Decimal a = decimal(std::to_string(c[0]) + "e" + std::to_string(e[0] - 9));
    const Decimal b = decimal(std::to_string(c[1]) + "e" + std::to_string(e[1] - 9));
    const int expected = value_a < value_b ? -1 : (value_a > value_b ? 1 : 0);
    ASSERT_EQ(compare(a, b), expected <=> 0) << c[0] << 'e' << e[0] << ' ' << c[1] << 'e' << e[1];
  }
}

TEST(Decimal, PrintParseIdentityAndShortest) {
  for (int digits = 1; digits <= 38; ++digits) {
    const std::string coefficient(static_cast<std::size_t>(digits), '7');
    for (int exponent = -60; exponent <= 60; ++exponent) {
      const std::string scientific = coefficient + "e" + std::to_string(exponent);
      const Decimal value = decimal(scientific);
      const std::string text = value.to_string();
      ASSERT_TRUE(is_json_number(text)) << text;
      ASSERT_EQ(decimal(text), value);
      ASSERT_LE(text.size(), scientific.size());
      if (exponent >= 0) {
        ASSERT_LE(text.size(), coefficient.size() + static_cast<std::size_t>(exponent));
      } else {
        const int before = digits + exponent;  // digits before the dot, if positive
        ASSERT_LE(text.size(),
                  coefficient.size() + 1 + static_cast<std::size_t>(before > 0 ? 0 : 1 - before));
      }
    }
  }
  EXPECT_EQ(decimal("0.50").to_string(), "0.5");
  EXPECT_EQ(decimal("-1500").to_string(), "-1500");
  EXPECT_EQ(decimal("10000").to_string(), "1e4");
  EXPECT_EQ(decimal("0.0001").to_string(), "1e-4");
  EXPECT_EQ(decimal("0.01").to_string(), "0.01");
}

}  // namespace
}  // namespace sentrail
