// Every kind of diagnostic is hit by a golden: what no golden shows, nobody has read.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "compiler/diag/diagnostic.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail::compiler {
namespace {

// Every `error[S0101]`, `warning[…]` and `note[…]` of the expected files, with the first file.
std::map<std::string, std::string> codes_in_goldens() {
  std::map<std::string, std::string> codes;
  for (const std::string& path : tests::golden_files("tests/golden", ".expected")) {
    const std::string text = tests::read_golden(path);
    for (std::size_t at = text.find("[S"); at != std::string::npos; at = text.find("[S", at + 1)) {
      const std::size_t end = text.find(']', at);
      if (end != std::string::npos && end - at == 6) {
        codes.emplace(text.substr(at + 1, end - at - 1), path);
      }
    }
  }
  return codes;
}

TEST(DiagnosticCoverage, EveryKindIsHitByAGolden) {
  const std::map<std::string, std::string> codes = codes_in_goldens();
  for (const KindRow& row : all_diagnostic_kinds()) {
    EXPECT_TRUE(codes.contains(std::string(row.code)))
        << row.code << " " << row.name << ": no file below tests/golden shows it";
  }
}

TEST(DiagnosticCoverage, GoldensShowNoCodeThatIsNotRegistered) {
  std::set<std::string> known;
  for (const KindRow& row : all_diagnostic_kinds()) known.emplace(row.code);
  for (const auto& [code, path] : codes_in_goldens()) {
    EXPECT_TRUE(known.contains(code)) << code << " in " << path;
  }
}

}  // namespace
}  // namespace sentrail::compiler
