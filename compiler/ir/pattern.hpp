// The shape of a pattern: which characters are special, and what makes a pattern malformed.
//
// Neighbours: ir.hpp holds patterns as text, check/ reports malformed ones, lower/ compiles them.
// The oracle matches with code of its own and must not include this. Must not know: values.
// source: docs/language.md, section 7.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sentrail::compiler::ir {

// Tells whether an entry of a list is a pattern: it has a `*` or `?` that no `\` escapes.
[[nodiscard]] bool has_wildcard(std::string_view text) noexcept;

// Removes the escapes of a text without wildcard. REQUIRES: pattern_problem found nothing.
[[nodiscard]] std::string unescape_literal(std::string_view text);

// What is wrong with a pattern, in words that continue "the pattern …", and what to write.
struct PatternProblem {
  std::string what;
  std::string help;

  friend bool operator==(const PatternProblem&, const PatternProblem&) = default;
};

// Finds what is wrong with a pattern whose segments `separator` divides; nothing if it is well
// formed.
[[nodiscard]] std::optional<PatternProblem> pattern_problem(std::string_view pattern,
                                                            char separator);

}  // namespace sentrail::compiler::ir
