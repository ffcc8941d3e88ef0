// What editors are told of attributes is what docs/language.md says of them.
#include "compiler/lsp/words.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "grammar/keywords.hpp"

namespace sentrail::compiler::lsp {
namespace {

TEST(Words, AttributesAsTheLanguagePageHasThem) {
  std::ifstream page("docs/language.md");
  std::size_t found = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const std::size_t end = line.find('`', 3);
    const auto id = attribute_named(line.substr(3, end - 3));
    if (!id || !line.ends_with(" |")) continue;
    const Attribute& row = row_of(*id);
    const std::string wanted = "| " + std::string(name_of(row.type)) + " | " +
                               std::string(name_of(row.trust)) + " | `" + row.separator + "` | " +
                               (row.has_members ? "yes" : "no") + " | " +
                               std::string(help_of(*id)) + " |";
    EXPECT_EQ(line.substr(end + 2), wanted);
    ++found;
  }
  EXPECT_EQ(found, kAttributeCount);
}

TEST(Words, EveryKeywordIsExplained) {
  for (const std::string_view word : grammar::kKeywords) {
    EXPECT_FALSE(help_of_word(word).empty()) << word;
  }
  EXPECT_TRUE(help_of_word("nothing").empty());
}

}  // namespace
}  // namespace sentrail::compiler::lsp
