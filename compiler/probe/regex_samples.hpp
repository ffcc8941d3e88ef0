// Texts in which a regular expression is found.
//
// Neighbours: domains.cpp tries them as values; compiler/regex reads the expression. Must not know:
// how expressions are matched: whoever uses a sample asks the engine whether it fits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sentrail::compiler::probe {

// A few short texts, each by other alternatives, without repeats; none if the text is no regular
// expression. Where boundaries of words or lines are demanded a sample may not fit.
[[nodiscard]] std::vector<std::string> samples_of_regex(std::string_view regex);

}  // namespace sentrail::compiler::probe
