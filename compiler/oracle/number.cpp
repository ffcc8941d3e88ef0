// Reads and compares numbers digit by digit. See number.hpp.
#include "compiler/oracle/number.hpp"

#include <algorithm>
#include <cstddef>

#include "core/limits.hpp"

namespace sentrail::compiler::oracle {
namespace {

// The digits at the beginning of `text`, which loses them.
std::string take_digits(std::string_view& text) {
  std::string digits;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    digits += text[0];
    text.remove_prefix(1);
  }
  return digits;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text[0] != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// Past any exponent that counts; larger ones stop growing here instead of overflowing.
constexpr long long kFarAway = 1'000'000'000'000;

long long value_of(const std::string& digits) {
  long long value = 0;
  for (const char digit : digits) {
    if (value < kFarAway) value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

std::optional<Number> number_of(std::string_view text) {
  Number number;
  number.negative = take(text, '-');
  const std::string whole = take_digits(text);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  std::string fraction;
  if (take(text, '.')) {
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  if (take(text, 'e') || take(text, 'E')) {
    const bool down = take(text, '-');
    if (!down) take(text, '+');
    const std::string power = take_digits(text);
    if (power.empty()) return std::nullopt;
    number.exponent = down ? -value_of(power) : value_of(power);
  }
  if (!text.empty()) return std::nullopt;

  number.digits = whole + fraction;
  number.exponent -= static_cast<long long>(fraction.size());
  while (!number.digits.empty() && number.digits.back() == '0') {
    number.digits.pop_back();
    ++number.exponent;
  }
  number.digits.erase(0, std::min(number.digits.find_first_not_of('0'), number.digits.size()));
  if (number.digits.empty()) return Number{};  // zero has neither sign nor exponent
  if (number.digits.size() > static_cast<std::size_t>(limits::kDecimalDigitsMax) ||
      number.exponent > limits::kDecimalExponentMax ||
      number.exponent < -limits::kDecimalExponentMax) {
    return std::nullopt;
  }
  return number;
}

int compare(const Number& a, const Number& b) {
  const int sign_a = a.digits.empty() ? 0 : a.negative ? -1 : 1;
  const int sign_b = b.digits.empty() ? 0 : b.negative ? -1 : 1;
  if (sign_a != sign_b) return sign_a < sign_b ? -1 : 1;
  if (sign_a == 0) return 0;
  // Where the first digit stands decides; then the digits, the shorter filled up with zeros.
  const long long top_a = a.exponent + static_cast<long long>(a.digits.size());
  const long long top_b = b.exponent + static_cast<long long>(b.digits.size());
  if (top_a != top_b) return (top_a < top_b ? -1 : 1) * sign_a;
  std::string left = a.digits;
  std::string right = b.digits;
  const std::size_t width = std::max(left.size(), right.size());
  left.resize(width, '0');
  right.resize(width, '0');
  if (left == right) return 0;
  return (left < right ? -1 : 1) * sign_a;
}

}  // namespace sentrail::compiler::oracle
