// Drawn from pools, or segment by segment. See random_pattern.hpp.
#include "tests/support/random_pattern.hpp"

#include <array>
#include <string_view>

#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using std::string_view_literals::operator""sv;

// Patterns that are well formed with either separator.
constexpr std::array kPatterns = {"*"sv,     "**"sv,   "a*"sv,  "*a"sv,   "?"sv,   "??"sv,
                                  "a"sv,     "m*n"sv,  "\\*"sv, "a\\*"sv, "*b*"sv, "ä"sv,
                                  "*i*a*"sv, "[a]*"sv, ""sv,    "a?b"sv};
constexpr std::array kPathPatterns = {"a/**"sv,       "/a/**"sv, "**/b"sv,    "a/*/c"sv, "a/**/c"sv,
                                      "release/**"sv, "*/*"sv,   "**/b/**"sv, "/**"sv,   "a/?"sv};
constexpr std::array kDottedPatterns = {"a.**"sv,   "**.b"sv,    "a.*.c"sv, "*.*"sv,
                                        "a.**.c"sv, "**.b.**"sv, "a.?"sv};

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

bool once_in(Random& random, std::size_t count) {
  return below(random, count) == 0;
}

template <class Pool>
std::string_view pick(Random& random, const Pool& pool) {
  return pool[below(random, pool.size())];
}

// Segments of those letters: `**` stands only as a whole segment.
std::string random_glob(Random& random, char separator) {
  constexpr std::array kParts = {"a"sv, "b"sv, "?"sv, "*"sv, "\\*"sv};
  std::string made;
  for (std::size_t i = 1 + below(random, 4); i > 0; --i) {
    if (once_in(random, 3)) {
      made += "**";
    } else {
      std::string_view before;
      for (std::size_t k = below(random, 4); k > 0; --k) {
        std::string_view part = pick(random, kParts);
        if (part == "*" && before == "*") part = "a";
        made += part;
        before = part;
      }
    }
    if (i > 1) made += separator;
  }
  return made;
}

}  // namespace

std::string random_segments(Random& random, char separator) {
  std::string made;
  for (std::size_t i = below(random, 4); i > 0; --i) {
    for (std::size_t k = 1 + below(random, 3); k > 0; --k) made += "abb*"[below(random, 4)];
    if (i > 1) made += separator;
  }
  return made;
}

ir::Operand random_pattern(Random& random, char separator) {
  if (once_in(random, 3)) return pattern(random_glob(random, separator));
  if (once_in(random, 2)) return pattern(pick(random, kPatterns));
  if (separator == '/') return pattern(pick(random, kPathPatterns));
  return pattern(pick(random, kDottedPatterns));
}

}  // namespace sentrail::support
