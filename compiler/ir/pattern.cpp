// Reads the escapes and wildcards of patterns. See pattern.hpp.
//
// Neighbours: verify.cpp and check/ ask it. Must not know: how a pattern is matched.
#include "compiler/ir/pattern.hpp"

#include "core/limits.hpp"

namespace sentrail::compiler::ir {

bool has_wildcard(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '*' || text[i] == '?') {
      return true;
    }
  }
  return false;
}

std::string unescape_literal(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

std::optional<PatternProblem> pattern_problem(std::string_view pattern, char separator) {
  if (pattern.size() > limits::kPatternBytesMax) {
    return PatternProblem{"is longer than " + std::to_string(limits::kPatternBytesMax) + " bytes",
                          "split it into several patterns of a list"};
  }
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
      const bool special =
          i < pattern.size() && (pattern[i] == '*' || pattern[i] == '?' || pattern[i] == '\\');
      if (!special) {
        return PatternProblem{
            "has a backslash before what is not special",
            "a backslash makes `*`, `?` and itself literal: write it twice, which "
            "in a string is `\\\\\\\\`"};
      }
    } else if (pattern[i] == '*' && i + 1 < pattern.size() && pattern[i + 1] == '*') {
      const bool begins = i == 0 || pattern[i - 1] == separator;
      const bool ends = i + 2 == pattern.size() || pattern[i + 2] == separator;
      if (!begins || !ends) {
        return PatternProblem{"has `**` beside other characters of its segment",
                              std::string("segments are divided by `") + separator +
                                  "` here; `**` stands for whole ones, `*` for a part of one"};
      }
      ++i;
    }
  }
  return std::nullopt;
}

}  // namespace sentrail::compiler::ir
