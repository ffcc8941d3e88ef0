// What editors are told of attributes is what docs/language.md says of them, and what they offer is
// what the checker takes.
#include "compiler/lsp/words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/check.hpp"
#include "compiler/syntax/parser.hpp"
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

// What `check` says of a test of an attribute by an operator.
bool is_taken(std::string_view attribute, std::string_view op) {
  const std::string right = op == "exists"                 ? ""
                            : op == "is"                   ? " absent"
                            : op == "in" || op == "not in" ? " [\"x\"]"
                            : op == "=~"                   ? " /x/"
                                                           : " \"x\"";
  const std::string text = "policy p\nlanguage 1\nrule r: block when " + std::string(attribute) +
                           " " + std::string(op) + right + "\n";
  Sources sources;
  DiagnosticSink sink;
  const SourceId source = sources.add("p.sentrail", text);
  const std::optional<Ast> ast = parse(source, sources, sink);
  if (ast) static_cast<void>(check(*ast, sources, nullptr, sink));
  for (const Diagnostic& one : sink.sorted()) {
    const bool syntax = !ast;
    if (syntax || one.kind == DiagnosticKind::wrong_operator) return false;
  }
  return true;
}

// What is offered is what the checker takes, of every attribute and operator there are.
TEST(Words, OperatorsAreThoseOfTheChecker) {
  constexpr auto kAll = std::to_array<std::string_view>(
      {"==", "!=", "<", "<=", ">", ">=", "in", "not in", "~", "!~", "=~", "has", "contains",
       "starts_with", "ends_with", "exists", "is"});
  const auto compare = [&](const std::string& left, const std::vector<std::string_view>& offered) {
    for (const std::string_view op : kAll) {
      EXPECT_EQ(std::ranges::find(offered, op) != offered.end(), is_taken(left, op))
          << left << " " << op;
    }
  };
  for (const Attribute& row : kAttributes) {
    const std::string left(row.name);
    const bool bare = left != "http.query" && left != "http.headers" &&
                      left != "response.headers" && left != "resource";
    const bool counts = left == "session.count";
    const std::string count = left + "(tool == t) within 1m";
    compare(counts ? count : bare ? left : left + ".x", operators_of(row.type));
  }
  compare("size(body.x)", operators_of_sizes());
  compare("size(agent.roles)", operators_of_sizes());
}

}  // namespace
}  // namespace sentrail::compiler::lsp
