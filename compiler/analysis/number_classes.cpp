// Decimal digits by hand: the numbers within the limits are no interval. See number_classes.hpp.
#include "compiler/analysis/number_classes.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::analysis {
namespace {

bool less(const Decimal& a, const Decimal& b) {
  return compare(a, b) == std::strong_ordering::less;
}

Decimal negated(Decimal value) {
  if (value.high != 0 || value.low != 0) value.negative = !value.negative;
  return value;
}

// digits × 10^exponent of a number that is not negative.
struct Digits {
  std::string digits;
  int exponent = 0;

  // The power of ten of the first digit.
  [[nodiscard]] int lead() const { return exponent + static_cast<int>(digits.size()) - 1; }
};

Digits digits_of(const Decimal& value) {
  Digits found;
  const std::string text = value.to_string();
  int fraction = 0;
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') point = true;
    if (text[i] < '0' || text[i] > '9') continue;
    found.digits += text[i];
    if (point) ++fraction;
  }
  if (i < text.size()) found.exponent = std::stoi(text.substr(i + 1));
  found.exponent -= fraction;
  const std::size_t zeros = std::min(found.digits.find_first_not_of('0'), found.digits.size() - 1);
  found.digits.erase(0, zeros);
  return found;
}

// The least multiple of 10^exponent above a number that is not negative.
std::string next_multiple(const Digits& number, int exponent) {
  if (number.digits == "0") return "1e" + std::to_string(exponent);
  std::string digits = number.digits;
  if (exponent < number.exponent) {
    digits.append(static_cast<std::size_t>(number.exponent - exponent), '0');
  } else {
    const auto cut = static_cast<std::size_t>(exponent - number.exponent);
    digits.resize(digits.size() > cut ? digits.size() - cut : 0);
  }
  std::size_t i = digits.size();
  while (i > 0 && digits[i - 1] == '9') digits[--i] = '0';
  if (i == 0) {
    digits.insert(digits.begin(), '1');
  } else {
    ++digits[i - 1];
  }
  return exponent == 0 ? digits : digits + "e" + std::to_string(exponent);
}

// As number_between, for `low` not negative.
std::optional<std::string> above(const Decimal& low, const std::optional<Decimal>& high) {
  const Digits number = digits_of(low);
  const auto fits = [&](int exponent) -> std::optional<std::string> {
    const std::optional<Decimal> found = Decimal::parse(next_multiple(number, exponent));
    if (!found || (high && !less(*found, *high))) return std::nullopt;
    return found->to_string();
  };
  // Whole numbers near by read best.
  if (number.lead() < 18) {
    if (const auto whole = fits(0)) return whole;
  }
  // A number of few digits in the gap is a multiple of some power not far below the first digit of
  // the upper end.
  const int top = high ? digits_of(*high).lead() : number.lead() + 1;
  for (int e = top; e >= top - limits::kDecimalDigitsMax - 1; --e) {
    if (e < -limits::kDecimalExponentMax) break;
    if (const auto found = fits(e)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> number_between(const std::optional<Decimal>& low,
                                          const std::optional<Decimal>& high) {
  const Decimal zero;
  if ((!low || less(*low, zero)) && (!high || less(zero, *high))) return "0";
  if (low && !less(*low, zero)) return above(*low, high);
  const auto mirrored = above(negated(*high), low ? std::optional(negated(*low)) : std::nullopt);
  if (!mirrored) return std::nullopt;
  return "-" + *mirrored;
}

NumberClasses::NumberClasses(std::vector<Decimal> bounds) : bounds_(std::move(bounds)) {
  std::sort(bounds_.begin(), bounds_.end(), less);
  bounds_.erase(std::unique(bounds_.begin(), bounds_.end()), bounds_.end());
  std::optional<Decimal> low;
  for (std::uint32_t i = 0; i <= bounds_.size(); ++i) {
    const std::optional<Decimal> high =
        i < bounds_.size() ? std::optional(bounds_[i]) : std::nullopt;
    if (auto gap = number_between(low, high)) classes_.push_back({std::move(*gap), 2 * i});
    if (high) classes_.push_back({high->to_string(), 2 * i + 1});
    low = high;
  }
}

std::uint32_t NumberClasses::place_of(const Decimal& bound) const {
  const auto found = std::lower_bound(bounds_.begin(), bounds_.end(), bound, less);
  SENTRAIL_CHECK(found != bounds_.end() && *found == bound);
  return static_cast<std::uint32_t>(found - bounds_.begin()) * 2 + 1;
}

}  // namespace sentrail::compiler::analysis
