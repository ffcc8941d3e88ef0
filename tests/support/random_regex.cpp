// Parts, groups and repetitions by chance. See random_regex.hpp.
#include "tests/support/random_regex.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace sentrail::support {
namespace {

using std::string_view_literals::operator""sv;

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

// Over the letters of the values, with everything that repeats, joins and asserts.
std::string nested_regex(Random& random, std::size_t depth) {
  constexpr std::array kParts = {"a"sv,     "b"sv,      "."sv,   "[^a]"sv,   "[a-c/]"sv,
                                 "\\w"sv,   "\\."sv,    "\\b"sv, "^"sv,      "$"sv,
                                 "\\B"sv,   "main"sv,   "\\W"sv, "é"sv,      "/"sv,
                                 "(?i)A"sv, "(?m:^)"sv, "\\d"sv, "[\\s-]"sv, "1"sv};
  constexpr std::array kTimes = {"*"sv, "+"sv, "?"sv, "{2}"sv, "{0,2}"sv, "{1,}"sv, "*?"sv};
  std::string made;
  for (std::size_t i = 1 + below(random, 3); i > 0; --i) {
    if (depth == 0 || below(random, 2) == 0) {
      made += kParts[below(random, kParts.size())];
    } else {
      made += (below(random, 2) == 0 ? "(" : "(?:") + nested_regex(random, depth - 1);
      if (below(random, 2) == 0) made += "|" + nested_regex(random, depth - 1);
      made += ")";
      if (below(random, 2) == 0) made += kTimes[below(random, kTimes.size())];
    }
  }
  return made;
}

}  // namespace

// Short, so that with its repetitions written out it stays within limits::kRegexStepsMax.
std::string random_regex(Random& random) {
  constexpr std::size_t kBytesMax = 48;
  std::string made = nested_regex(random, 3);
  if (made.size() > kBytesMax) made = "(a|b)*c?";
  return made;
}

}  // namespace sentrail::support
