// Spans of time in policy text. See duration.hpp.
#include "core/duration.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace sentrail {
namespace {

struct Unit {
  char letter;
  std::int64_t ms;
};
constexpr std::array<Unit, 4> kUnits = {
    {{'d', 24ll * 3600 * 1000}, {'h', 3600ll * 1000}, {'m', 60ll * 1000}, {'s', 1000}}};

}  // namespace

std::optional<std::int64_t> parse_duration_ms(std::string_view text) noexcept {
  if (text.size() < 2 || text.front() < '0' || text.front() > '9') return std::nullopt;
  const std::string_view digits = text.substr(0, text.size() - 1);
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::int64_t count = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, count);
  if (error != std::errc{} || stop != end) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.letter != text.back()) continue;
    if (count > std::numeric_limits<std::int64_t>::max() / unit.ms) return std::nullopt;
    return count * unit.ms;
  }
  return std::nullopt;
}

std::string print_duration_ms(std::int64_t ms) {
  for (const Unit& unit : kUnits) {
    if (ms > 0 && ms % unit.ms == 0) return std::to_string(ms / unit.ms) + unit.letter;
  }
  return std::to_string(ms) + "ms";
}

}  // namespace sentrail
