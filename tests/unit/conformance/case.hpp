// One file of tests/conformance/language: the files in it, the paragraphs that it holds, and what
// must be found in it.
//
// Neighbours: judge.hpp finds and compares; tests/conformance/README.md describes the format for
// people. Must not know: the compiler.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace sentrail::conformance {

// Findings as `policy.sentrail:3: error S0213`: what is compared.
using Findings = std::set<std::string>;

// The name of the file that is built.
inline constexpr const char* kRoot = "policy.sentrail";

// What such a file says.
struct Case {
  std::vector<std::string> paragraphs;  // `L5.5`
  std::map<std::string, std::string> files;
  Findings expected;
};

// Writes one of those findings.
[[nodiscard]] std::string finding(std::string_view file, std::size_t line,
                                  std::string_view severity, std::string_view code);

// Reads a file of the corpus. fails: invalid_argument where it does not begin with its paragraphs,
// or an expectation is of no line.
[[nodiscard]] Result<Case> read_case(const std::string& text);

// Finds the tests and claims in a file of which nothing is expected, each by its line: where the
// policy is refused, nobody ever looks at them.
[[nodiscard]] std::vector<std::size_t> idle_tests(const Case& one, const std::string& file);

}  // namespace sentrail::conformance
