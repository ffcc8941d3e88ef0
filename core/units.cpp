// Decimals to millionths. See units.hpp.
#include "core/units.hpp"

namespace sentrail {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr int kUnitDigits = 6;

}  // namespace

std::optional<std::int64_t> units_of(const Decimal& number) noexcept {
  if (number.negative) return std::nullopt;
  const int shift = number.exponent + kUnitDigits;

  Wide units = Wide{number.high} << 64 | number.low;
  if (units == 0) return 0;
  // 38 digits fit 128 bits; what grows past the greatest is cut there.
  constexpr auto kMost = static_cast<Wide>(kUnitsMax);
  for (int i = 0; i < shift && units <= kMost; ++i) units *= 10;
  bool more = false;
  for (int i = 0; i > shift && units != 0; --i) {
    more = more || units % 10 != 0;
    units /= 10;
  }
  if (more) ++units;
  return static_cast<std::int64_t>(units > kMost ? kMost : units);
}

bool is_whole_units(const Decimal& number) noexcept {
  const std::optional<std::int64_t> units = units_of(number);
  return units && *units < kUnitsMax && number.exponent >= -kUnitDigits;
}

std::string print_units(std::int64_t units) {
  std::string out = std::to_string(units / kUnit);
  std::string rest = std::to_string(kUnit + units % kUnit).substr(1);
  while (!rest.empty() && rest.back() == '0') rest.pop_back();
  return rest.empty() ? out : out + "." + rest;
}

}  // namespace sentrail
