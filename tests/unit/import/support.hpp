// What the tests of importers share: an import as text, and parts of it.
//
// Neighbours: the tests of this folder. Must not know: any format.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "compiler/import/import.hpp"

namespace sentrail::compiler::import_::tests {

// A file of `tests/unit/import/samples`.
std::string sample(const std::string& name);

// An import that must work.
inline ImportResult imported(ImportFormat format, std::string_view text, std::string_view map = {},
                             std::optional<Effect> default_effect = std::nullopt) {
  ImportRequest request{format, text, "p", std::nullopt, default_effect};
  if (!map.empty()) request.map = map;
  Result<ImportResult> result = import_policy(request);
  EXPECT_TRUE(result) << result.error().message << "\n" << text;
  return result ? std::move(*result) : ImportResult{};
}

// The message of an import that must fail.
inline std::string refused(ImportFormat format, std::string_view text, std::string_view map = {}) {
  ImportRequest request{format, text, "p", std::nullopt, std::nullopt};
  if (!map.empty()) request.map = map;
  const Result<ImportResult> result = import_policy(request);
  EXPECT_FALSE(result) << result->policy;
  return result ? std::string() : result.error().message;
}

// The `when` of the first rule with that name, on one line; `none` if there is no such rule.
inline std::string when_of(const ImportResult& result, const std::string& rule) {
  const std::size_t at = result.policy.find("rule " + rule + ":");
  if (at == std::string::npos) return "none";
  const std::size_t when = result.policy.find("when ", at) + 5;
  std::size_t end = result.policy.find("\n    because", when);
  std::string text = result.policy.substr(when, end - when);
  std::string line;
  for (const char c : text) {
    if (c != '\n' && !(c == ' ' && !line.empty() && line.back() == ' ')) line += c;
    if (c == '\n') line += ' ';
    if (line.ends_with("  ")) line.pop_back();
  }
  return line;
}

}  // namespace sentrail::compiler::import_::tests
