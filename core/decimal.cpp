// Exact decimals over a 128-bit coefficient. See decimal.hpp.
#include "core/decimal.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/json.hpp"
#include "core/limits.hpp"

namespace sentrail {
namespace {

__extension__ typedef unsigned __int128 Wide;

// 10^38 - 1 is the greatest coefficient, and the greatest that 128 bits are asked to hold.
static_assert(limits::kDecimalDigitsMax == 38);
static_assert(limits::kDecimalExponentMax <= 32767);

// Powers of ten below 2^64.
constexpr auto kTens = [] {
  std::array<std::uint64_t, 20> tens{1};
  for (std::size_t i = 1; i < tens.size(); ++i) tens[i] = tens[i - 1] * 10;
  return tens;
}();

Wide coefficient_of(const Decimal& value) noexcept {
  return (static_cast<Wide>(value.high) << 64u) | value.low;
}

int digit_count(Wide value) noexcept {
  int count = 0;
  for (; value != 0; value /= 10) ++count;
  return count;
}

// Gathers significant digits; zeros wait until a digit behind them shows that they matter.
class Digits {
 public:
  // Takes the next digit, which stands for digit × 10^exponent.
  void push(char digit, std::int64_t exponent) noexcept {
    if (digit == '0') {
      ++zeros_;
      return;
    }
    if (count_ == 0) zeros_ = 0;  // leading zeros
    if (count_ + zeros_ + 1 > limits::kDecimalDigitsMax) {
      overflow_ = true;
      return;
    }
    count_ += zeros_ + 1;
    for (; zeros_ > 0; --zeros_) coefficient_ *= 10;
    coefficient_ = coefficient_ * 10 + static_cast<unsigned>(digit - '0');
    exponent_ = exponent;
  }

  [[nodiscard]] bool overflow() const noexcept { return overflow_; }
  [[nodiscard]] Wide coefficient() const noexcept { return coefficient_; }
  // Of the last digit that is not zero.
  [[nodiscard]] std::int64_t exponent() const noexcept { return exponent_; }

 private:
  Wide coefficient_ = 0;
  std::int64_t count_ = 0;
  std::int64_t zeros_ = 0;
  std::int64_t exponent_ = 0;
  bool overflow_ = false;
};

// The integer in `text` ([+-]digits), held at ±2^40: far past any exponent that digits in memory
// could bring back into range.
std::int64_t clamped_exponent(std::string_view text) noexcept {
  constexpr std::int64_t kFar = std::int64_t{1} << 40u;
  const bool negative = !text.empty() && text.front() == '-';
  std::int64_t value = 0;
  for (const char byte : text) {
    if (byte == '+' || byte == '-') continue;
    value = std::min(kFar, value * 10 + (byte - '0'));
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) noexcept {
  if (!is_json_number(text)) return std::nullopt;
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  const std::int64_t written = e == text.npos ? 0 : clamped_exponent(text.substr(e + 1));
  const std::size_t dot = std::min(mantissa.find('.'), mantissa.size());

  Digits digits;
  auto exponent = static_cast<std::int64_t>(dot);
  for (const char byte : mantissa) {
    if (byte == '.') continue;
    --exponent;
    digits.push(byte, exponent);
  }
  if (digits.overflow()) return std::nullopt;
  if (digits.coefficient() == 0) return Decimal{};
  const std::int64_t power = digits.exponent() + written;
  if (power > limits::kDecimalExponentMax || power < -limits::kDecimalExponentMax) {
    return std::nullopt;
  }
  return Decimal{negative, static_cast<std::int16_t>(power),
                 static_cast<std::uint64_t>(digits.coefficient() >> 64u),
                 static_cast<std::uint64_t>(digits.coefficient())};
}

std::string Decimal::to_string() const {
  std::string digits;
  for (Wide rest = coefficient_of(*this); rest != 0; rest /= 10) {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  }
  if (digits.empty()) return "0";
  std::reverse(digits.begin(), digits.end());

  // Moving the dot into the digits of the scientific form costs a character and saves at most
  // one, so it is enough to choose between these two.
  std::string scientific = digits + "e" + std::to_string(exponent);
  std::string plain;
  const auto count = static_cast<std::int64_t>(digits.size());
  if (exponent >= 0) {
    if (exponent <= 8) plain = digits + std::string(static_cast<std::size_t>(exponent), '0');
  } else if (count + exponent > 0) {
    plain = digits;
    plain.insert(static_cast<std::size_t>(count + exponent), ".");
  } else if (count + exponent > -8) {
    plain = "0." + std::string(static_cast<std::size_t>(-(count + exponent)), '0') + digits;
  }
  const bool use_plain = !plain.empty() && plain.size() <= scientific.size();
  return (negative ? "-" : "") + (use_plain ? plain : scientific);
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) noexcept {
  // Most numbers have a few digits: their coefficients, brought to one power of ten, fit.
  const int apart = a.exponent - b.exponent;
  const bool small = (a.high | b.high) == 0 && a.negative == b.negative;
  if (small && std::abs(apart) < static_cast<int>(kTens.size())) {
    const Wide scaled_a = static_cast<Wide>(a.low) * kTens[apart > 0 ? apart : 0];
    const Wide scaled_b = static_cast<Wide>(b.low) * kTens[apart < 0 ? -apart : 0];
    if (scaled_a == scaled_b) return std::strong_ordering::equal;
    return (scaled_a < scaled_b) != a.negative ? std::strong_ordering::less
                                               : std::strong_ordering::greater;
  }
  const Wide coefficient_a = coefficient_of(a);
  const Wide coefficient_b = coefficient_of(b);
  const int sign_a = coefficient_a == 0 ? 0 : (a.negative ? -1 : 1);
  const int sign_b = coefficient_b == 0 ? 0 : (b.negative ? -1 : 1);
  if (sign_a != sign_b || sign_a == 0) return sign_a <=> sign_b;

  const auto magnitude = [&]() -> std::strong_ordering {
    const int top_a = digit_count(coefficient_a) + a.exponent;
    const int top_b = digit_count(coefficient_b) + b.exponent;
    if (top_a != top_b) return top_a <=> top_b;
    // The first digits stand at the same power, so scaling up to the smaller exponent makes both
    // coefficients as long as the longer one: at most 38 digits.
    Wide scaled_a = coefficient_a;
    Wide scaled_b = coefficient_b;
    for (int i = a.exponent; i > b.exponent; --i) scaled_a *= 10;
    for (int i = b.exponent; i > a.exponent; --i) scaled_b *= 10;
    if (scaled_a == scaled_b) return std::strong_ordering::equal;
    return scaled_a < scaled_b ? std::strong_ordering::less : std::strong_ordering::greater;
  }();
  return sign_a > 0 ? magnitude : 0 <=> magnitude;
}

}  // namespace sentrail
