// Regular expressions at run time: all runs of the steps side by side, one code point after the
// other. No text, whoever wrote it, makes a search take more than its length times the steps.
//
// Neighbours: program.hpp (steps, laid out by compiler/regex), bound.hpp holds one set a program,
// evaluate.cpp asks. Must not know: the text of regular expressions. Nothing here allocates once
// built, or recurses. source: docs/language.md, L7.7 to L7.14; K. Thompson, CACM 11 (1968).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/program.hpp"
#include "core/truth.hpp"

namespace sentrail::decide {

// The regular expressions of a program, made ready. threads: immutable.
class RegexSet {
 public:
  // cost: linear in the rows.
  explicit RegexSet(const Program& verified);

  // Whether it can be told of a text what matches it. source: docs/language.md, L7.13.
  [[nodiscard]] static bool is_searchable(std::string_view text) noexcept;

  // Whether a piece of the text matches; undecidable if the text is not
  // searchable.
  // cost: at most the steps for each code point, which are counted in `looks` if it is given.
  [[nodiscard]] Truth search(std::uint32_t regex, std::string_view text,
                             std::uint64_t* looks = nullptr) const noexcept;

 private:
  // ASCII is looked up, other code points are searched for.
  struct Set {
    std::array<std::uint64_t, 2> ascii{};
    std::uint32_t ranges_begin = 0;
    std::uint32_t ranges_end = 0;
  };
  struct Regex {
    std::uint32_t steps_begin = 0;
    std::uint32_t steps_count = 0;
    std::uint32_t sets_begin = 0;
  };
  class Search;

  [[nodiscard]] bool has(const Set& set, char32_t point) const noexcept;

  std::vector<Regex> regexes_;
  std::vector<RegexStepRow> steps_;
  std::vector<Set> sets_;
  std::vector<RegexRangeRow> ranges_;
};

}  // namespace sentrail::decide
