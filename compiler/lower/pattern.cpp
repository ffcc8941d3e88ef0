// Reads a pattern from left to right. See pattern.hpp.
#include "compiler/lower/pattern.hpp"

namespace sentrail::compiler {
namespace {

void append_literal(std::vector<PatternStep>& steps, char byte) {
  if (steps.empty() || steps.back().op != PatternOp::literal) steps.push_back({});
  steps.back().text += byte;
}

// Appends `**`, unless the segment before it is one: then it is dropped with its separator.
void append_globstar(std::vector<PatternStep>& steps) {
  const std::size_t size = steps.size();
  if (size >= 2 && steps[size - 2].op == PatternOp::globstar) {
    steps.pop_back();
    return;
  }
  steps.push_back({PatternOp::globstar, ""});
}

}  // namespace

std::vector<PatternStep> compile_pattern(std::string_view text, char separator) {
  std::vector<PatternStep> steps;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      append_literal(steps, text[++i]);
    } else if (text[i] == separator) {
      steps.push_back({PatternOp::separator, ""});
    } else if (text[i] == '*' && i + 1 < text.size() && text[i + 1] == '*') {
      append_globstar(steps);
      ++i;
    } else if (text[i] == '*') {
      steps.push_back({PatternOp::any_run, ""});
    } else if (text[i] == '?') {
      steps.push_back({PatternOp::any_one, ""});
    } else {
      append_literal(steps, text[i]);
    }
  }
  return steps;
}

}  // namespace sentrail::compiler
