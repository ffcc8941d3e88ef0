// The grammar cannot loop, and its descriptions for people and editors know the same words.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/keywords.hpp"
#include "grammar/policy.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail {
namespace {

TEST(Grammar, AnalysisFindsNoRuleThatCouldLoop) {
  EXPECT_EQ(tao::pegtl::analyze<grammar::file>(), 0u);
}

// All words of a text that could be keywords: letters and `_`.
std::set<std::string> words_of(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if ((c >= 'a' && c <= 'z') || c == '_') {
      word.push_back(c);
    } else if (!word.empty()) {
      words.insert(std::move(word));
      word.clear();
    }
  }
  return words;
}

TEST(Grammar, EbnfListsEveryReservedWord) {
  const std::string ebnf = tests::read_golden("grammar/policy.ebnf");
  for (const auto& table :
       {std::vector<std::string_view>(grammar::kKeywords.begin(), grammar::kKeywords.end()),
        std::vector<std::string_view>(grammar::kLaterKeywords.begin(),
                                      grammar::kLaterKeywords.end())}) {
    for (const std::string_view word : table) {
      EXPECT_NE(ebnf.find("\"" + std::string(word) + "\""), std::string::npos) << word;
    }
  }
}

TEST(Grammar, EditorSyntaxKnowsEveryReservedWord) {
  const std::set<std::string> words =
      words_of(tests::read_golden("grammar/sentrail.tmLanguage.json"));
  for (const std::string_view word : grammar::kKeywords) {
    EXPECT_TRUE(words.contains(std::string(word))) << word;
  }
  for (const std::string_view word : grammar::kLaterKeywords) {
    EXPECT_TRUE(words.contains(std::string(word))) << word;
  }
}

TEST(Grammar, LanguagePageListsEveryReservedWord) {
  const std::set<std::string> words = words_of(tests::read_golden("docs/language.md"));
  for (const std::string_view word : grammar::kKeywords) {
    EXPECT_TRUE(words.contains(std::string(word))) << word;
  }
  for (const std::string_view word : grammar::kLaterKeywords) {
    EXPECT_TRUE(words.contains(std::string(word))) << word;
  }
}

TEST(Keywords, AreWholeWords) {
  EXPECT_TRUE(grammar::is_reserved("rule"));
  EXPECT_TRUE(grammar::is_reserved("limit"));
  EXPECT_FALSE(grammar::is_reserved("rules"));
  EXPECT_FALSE(grammar::is_reserved("with"));
  EXPECT_EQ(grammar::leading_word("rule.x-y*: z"), "rule.x-y*");
  EXPECT_EQ(grammar::leading_word(""), "");
}

}  // namespace
}  // namespace sentrail
