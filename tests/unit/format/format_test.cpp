// The laws of formatting on all goldens, on random texts, and at the limits.
#include "compiler/format/format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "compiler/syntax/parser.hpp"
#include "core/limits.hpp"
#include "tests/support/file_test.hpp"
#include "tests/support/policy_text.hpp"

namespace sentrail::compiler {
namespace {

// A text with its tree, dump, comments and layout.
struct Parsed {
  bool ok = false;
  std::string errors;
  std::string dump;
  std::string formatted;
  std::vector<std::string> comments;
};

Parsed parse_text(const std::string& text) {
  Sources sources;
  const SourceId id = sources.add("p.sentrail", text);
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  Parsed parsed;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    parsed.errors += render_text(diagnostic, sources, false);
  }
  if (!ast) return parsed;
  parsed.ok = ast->verify().has_value();
  parsed.dump = ast->dump();
  parsed.formatted = format(*ast, sources);
  for (const Comment& comment : ast->comments) {
    parsed.comments.emplace_back(sources.slice(comment.span));
  }
  std::sort(parsed.comments.begin(), parsed.comments.end());
  return parsed;
}

// All laws on one well-formed text.
void expect_laws(const std::string& text) {
  const Parsed once = parse_text(text);
  ASSERT_TRUE(once.ok) << once.errors << "\n" << text;
  const Parsed twice = parse_text(once.formatted);
  ASSERT_TRUE(twice.ok) << twice.errors << "\n--- of\n"
                        << text << "\n--- formatted\n"
                        << once.formatted;
  EXPECT_EQ(once.dump, twice.dump) << text;
  EXPECT_EQ(once.formatted, twice.formatted) << "--- not idempotent on\n" << text;
  EXPECT_EQ(once.comments, twice.comments) << "--- a comment was lost in\n" << text;
  EXPECT_EQ(once.formatted.find(" \n"), std::string::npos) << once.formatted;
  EXPECT_EQ(once.formatted.find("\n\n\n"), std::string::npos) << once.formatted;
  EXPECT_TRUE(once.formatted.empty() || once.formatted.ends_with('\n'));
}

TEST(Format, PrintParseIdentityOnAllGoldens) {
  int seen = 0;
  for (const std::string& path : tests::golden_files("tests/golden", ".sentrail")) {
    const std::string text = tests::expand_golden(tests::read_golden(path));
    if (!parse_text(text).ok) continue;
    ++seen;
    SCOPED_TRACE(path);
    expect_laws(text);
  }
  EXPECT_GE(seen, 10);
}

TEST(Format, PrintParseIdentityOnRandomTexts) {
  constexpr std::uint64_t kFirstSeed = 20'260'101;
  constexpr std::uint64_t kTexts = 4000;
  std::size_t comments = 0;
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kTexts; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::string text = tests::random_policy_text(seed);
    comments += static_cast<std::size_t>(std::count(text.begin(), text.end(), '#'));
    expect_laws(text);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(comments, 10 * kTexts);
}

TEST(Format, EveryPrefixThatParsesKeepsTheLaws) {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u}) {
    const std::string text = tests::random_policy_text(seed);
    for (std::size_t length = 0; length <= text.size(); ++length) {
      const std::string prefix = text.substr(0, length);
      if (!parse_text(prefix).ok) continue;
      SCOPED_TRACE("seed " + std::to_string(seed) + ", length " + std::to_string(length));
      expect_laws(prefix);
    }
  }
}

TEST(Format, EmptyAndBlankTextsAreEmpty) {
  EXPECT_EQ(parse_text("").formatted, "");
  EXPECT_EQ(parse_text("\n\n \t\n").formatted, "");
  EXPECT_EQ(parse_text("\n\n# only this").formatted, "# only this\n");
}

TEST(Format, GivesBackWhatWouldPassALimit) {
  const std::string half(limits::kSourceLineBytesMax - 100, 'x');
  const std::string text = "rule r: allow when body.\"" + half + "\"\n== \"" + half + "\"\n";
  const Parsed parsed = parse_text(text);
  ASSERT_TRUE(parsed.ok) << parsed.errors;
  EXPECT_EQ(parsed.formatted, text);
}

}  // namespace
}  // namespace sentrail::compiler
