// docs/language.md and the code name the same attributes and the same limits.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "compiler/diag/diagnostic.hpp"
#include "core/limits.hpp"
#include "core/schema.hpp"

namespace sentrail {
namespace {

std::string language_page() {
  std::ifstream file(SENTRAIL_SOURCE_DIR "/docs/language.md");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string_view name_of(Trust trust) {
  switch (trust) {
    case Trust::authenticated:
      return "authenticated";
    case Trust::derived:
      return "derived";
    case Trust::asserted:
      return "asserted";
  }
  return "";
}

TEST(LanguagePage, HasTheRowOfEveryAttributeInOrder) {
  const std::string page = language_page();
  std::size_t at = 0;
  for (const Attribute& row : kAttributes) {
    std::string line = "\n| `" + std::string(row.name) + "` | ";
    line += sentrail::name_of(row.type);
    line += " | ";
    line += name_of(row.trust);
    line += std::string(" | `") + row.separator + "` | " + (row.has_members ? "yes" : "no") + " | ";
    const std::size_t found = page.find(line, at);
    ASSERT_NE(found, std::string::npos) << "missing, or out of order:" << line;
    at = found + 1;
  }
  // No row more than these: the table ends after the last one.
  const std::size_t next_line = page.find('\n', at);
  EXPECT_EQ(page.substr(next_line, 2), "\n\n");
}

TEST(LanguagePage, StatesTheLimitsOfMeaning) {
  const std::string page = language_page();
  for (const std::string& sentence :
       {"steps up to " + std::to_string(limits::kPathStepsMax),
        "more than " + std::to_string(limits::kListElementsMax) + " elements",
        "longer than " + std::to_string(limits::kMatchedBytesMax) + " bytes",
        "at most " + std::to_string(limits::kPatternBytesMax) + " bytes",
        "more than " + std::to_string(limits::kDecimalDigitsMax) + "\ndigits",
        "e below -" + std::to_string(limits::kDecimalExponentMax) + " or above " +
            std::to_string(limits::kDecimalExponentMax),
        "cut after " + std::to_string(limits::kReasonCharactersMax)}) {
    EXPECT_NE(page.find(sentence), std::string::npos) << sentence;
  }
}

TEST(LanguagePage, GivesEachParagraphANumberOfItsOwn) {
  const std::string page = language_page();
  std::set<std::string> seen;
  for (std::size_t at = page.find("\n**L"); at != std::string::npos;
       at = page.find("\n**L", at + 1)) {
    const std::size_t begin = at + 3;
    const std::string number = page.substr(begin, page.find("**", begin) - begin);
    EXPECT_TRUE(seen.insert(number).second) << number << " stands twice";
  }
  EXPECT_GT(seen.size(), 150u);
}

TEST(LanguagePage, CitesExactlyTheDiagnosticsOfTheCheck) {
  const std::string page = language_page();
  std::set<std::string> cited;
  for (std::size_t at = page.find("S0"); at != std::string::npos; at = page.find("S0", at + 1)) {
    const std::string code = page.substr(at, 5);
    if (code[2] == '2' || code[2] == '3') cited.insert(code);
  }
  // `S0202 to S0204`, and likewise nowhere else.
  EXPECT_NE(page.find("S0202 to S0204"), std::string::npos);
  cited.insert("S0203");
  std::set<std::string> known;
  for (const compiler::KindRow& row : compiler::all_diagnostic_kinds()) {
    if (row.code[2] == '2' || row.code[2] == '3') known.emplace(row.code);
  }
  EXPECT_EQ(cited, known);
}

}  // namespace
}  // namespace sentrail
