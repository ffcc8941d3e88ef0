// Patterns as steps: from text with `*`, `**`, `?` and `\` to what engines run.
//
// Neighbours: compiler/ir/pattern.hpp (which texts are patterns), core/program.hpp (the steps).
// Must not know: values. source: docs/language.md, section 7.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/program.hpp"

namespace sentrail::compiler {

// One step with a text of its own.
struct PatternStep {
  PatternOp op = PatternOp::literal;
  std::string text;  // literal

  friend bool operator==(const PatternStep&, const PatternStep&) = default;
};

// The steps of a pattern: neighbouring literals joined, `**/**` made `**`.
// REQUIRES: ir::pattern_problem(text, separator) is nothing.
[[nodiscard]] std::vector<PatternStep> compile_pattern(std::string_view text, char separator);

}  // namespace sentrail::compiler
