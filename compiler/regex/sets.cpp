// Unions, complements and case of ranges. See sets.hpp.
#include "compiler/regex/sets.hpp"

#include <algorithm>

namespace sentrail::compiler::regex {
namespace {

// Adds the part of `range` within [first, first + 25], moved by `distance`.
void add_moved(std::vector<Range>& out, Range range, char32_t first, std::int32_t distance) {
  const char32_t low = std::max(range.low, first);
  const char32_t high = std::min(range.high, static_cast<char32_t>(first + 25));
  if (low > high) return;
  const auto moved = [distance](char32_t point) {
    return static_cast<char32_t>(static_cast<std::int32_t>(point) + distance);
  };
  out.push_back({moved(low), moved(high)});
}

}  // namespace

std::vector<Range> normalised(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end());
  std::vector<Range> out;
  for (const Range range : ranges) {
    if (!out.empty() && range.low <= out.back().high + 1) {
      out.back().high = std::max(out.back().high, range.high);
    } else {
      out.push_back(range);
    }
  }
  return out;
}

std::vector<Range> complement(const std::vector<Range>& ranges) {
  std::vector<Range> out;
  char32_t next = 0;
  for (const Range range : ranges) {
    if (range.low > next) out.push_back({next, static_cast<char32_t>(range.low - 1)});
    next = range.high + 1;
  }
  if (next <= kLastCodePoint) out.push_back({next, kLastCodePoint});
  return out;
}

std::vector<Range> folded(std::vector<Range> ranges) {
  const std::size_t count = ranges.size();
  for (std::size_t i = 0; i < count; ++i) {
    add_moved(ranges, ranges[i], U'a', -32);
    add_moved(ranges, ranges[i], U'A', 32);
  }
  return normalised(std::move(ranges));
}

std::vector<Range> shorthand(char letter) {
  switch (letter) {
    case 'd':
      return {{U'0', U'9'}};
    case 'w':
      return {{U'0', U'9'}, {U'A', U'Z'}, {U'_', U'_'}, {U'a', U'z'}};
    case 's':
      return {{U'\t', U'\r'}, {U' ', U' '}};
    case 'D':
    case 'W':
    case 'S':
      return complement(shorthand(static_cast<char>(letter - 'A' + 'a')));
    default:
      return {};
  }
}

}  // namespace sentrail::compiler::regex
