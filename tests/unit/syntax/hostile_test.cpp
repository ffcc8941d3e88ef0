// Bad input: every truncation and mutation, and texts made to exhaust. Each parses or gets a
// diagnostic with a place inside the text; nothing crashes, nothing takes long.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "compiler/format/format.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/limits.hpp"
#include "tests/support/file_test.hpp"
#include "tests/support/policy_text.hpp"

namespace sentrail::compiler {
namespace {

struct Outcome {
  bool parsed = false;
  std::vector<Diagnostic> diagnostics;
  std::size_t errors = 0;
};

// Parses, and holds the promises that hold for any text.
Outcome parse_any(const std::string& text) {
  Sources sources;
  const SourceId id = sources.add("p.sentrail", text);
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  EXPECT_NE(ast.has_value(), sink.has_errors());
  Outcome outcome{ast.has_value(), sink.sorted(), sink.error_count()};
  for (const Diagnostic& diagnostic : outcome.diagnostics) {
    EXPECT_LE(diagnostic.span.begin, diagnostic.span.end);
    EXPECT_LE(diagnostic.span.end, text.size());
    EXPECT_FALSE(diagnostic.message.empty());
    EXPECT_FALSE(render_text(diagnostic, sources, false).empty());
    EXPECT_FALSE(render_json(diagnostic, sources).empty());
  }
  if (ast) {
    EXPECT_LE(format(*ast, sources).size(), 4 * text.size() + 1000);
  }
  return outcome;
}

std::string example() {
  return tests::read_golden("tests/golden/syntax/example.sentrail");
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Hostile, EveryTruncationOfTheExample) {
  const std::string text = example();
  std::size_t parsed = 0;
  for (std::size_t length = 0; length <= text.size(); ++length) {
    parsed += parse_any(text.substr(0, length)).parsed ? 1 : 0;
  }
  EXPECT_GT(parsed, 10u);
  EXPECT_LT(parsed, text.size() / 2);
}

TEST(Hostile, EverySingleByteMutationOfTheExample) {
  const std::string text = example();
  // One byte of each role the grammar knows, and three it refuses.
  const std::string bytes = std::string("a0\"[](){}#:=.,-\\\n ~!") + '\0' + '\x80' + '\xff';
  std::size_t failed = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char byte : bytes) {
      std::string mutant = text;
      mutant[at] = byte;
      failed += parse_any(mutant).parsed ? 0 : 1;
    }
  }
  EXPECT_GT(failed, text.size());
}

TEST(Hostile, EveryByteTakenAwayOrDoubled) {
  const std::string text = example();
  for (std::size_t at = 0; at < text.size(); ++at) {
    parse_any(text.substr(0, at) + text.substr(at + 1));
    parse_any(text.substr(0, at) + text[at] + text.substr(at));
  }
}

TEST(Hostile, TokensInAnyOrder) {
  constexpr std::uint64_t kSeed = 20'260'102;
  std::mt19937_64 random(kSeed);
  const std::vector<std::string> tokens = {
      "policy", "language", "import",  "list",     "guard",   "tier",  "rule",  "on",
      "when",   "unless",   "because", "priority", "default", "test",  "table", "for",
      "given",  "with",     "body",    "expect",   "by",      "and",   "or",    "not",
      "in",     "has",      "is",      "exists",   "always",  "allow", "pass",  "x",
      "a.b",    "\"s\"",    "1",       "0..5",     "{",       "}",     "[",     "]",
      "(",      ")",        "=",       "==",       ":",       ",",     "~",     "#",
      "\n",     "\n",       "limit",   "=~",       "{\"a\":", "\"",    "-",     "null"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t left = random() % 30; left > 0; --left) {
      text += tokens[random() % tokens.size()] + " ";
    }
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ": " + text);
    parse_any(text);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Hostile, DeepAndLongTexts) {
  EXPECT_EQ(parse_any(repeat("(", 100'000)).diagnostics.at(0).kind, DiagnosticKind::line_too_long);
  const auto nested = parse_any("rule a: block when " + repeat("(\n", 100'000));
  EXPECT_EQ(nested.diagnostics.at(0).kind, DiagnosticKind::nested_too_deep);
  const auto json = parse_any("test \"t\" { given g POST \"/\" body " + repeat("[\n", 100'000));
  EXPECT_EQ(json.diagnostics.at(0).kind, DiagnosticKind::nested_too_deep);
  const auto objects =
      parse_any("test \"t\" { given g POST \"/\" body " + repeat("{\"a\":\n", 100'000));
  EXPECT_EQ(objects.diagnostics.at(0).kind, DiagnosticKind::nested_too_deep);
  const auto line = parse_any("# " + std::string(10'000'000, 'x'));
  EXPECT_EQ(line.diagnostics.at(0).kind, DiagnosticKind::line_too_long);
  const auto nots = parse_any("rule a: block when " + repeat("not\n", 100'000));
  EXPECT_EQ(nots.diagnostics.at(0).kind, DiagnosticKind::expected_condition);
  EXPECT_FALSE(parse_any(repeat("tier a {\n", 100'000)).parsed);
  EXPECT_FALSE(parse_any(std::string(limits::kSourceBytesMax + 1, ' ')).parsed);
  EXPECT_TRUE(parse_any(repeat("\n", 1'000'000)).parsed);
}

TEST(Hostile, AMillionErrorsAreCountedUpToTheLimitAndReadingStops) {
  const auto outcome = parse_any(repeat("rule x\n", 1'000'000));
  EXPECT_EQ(outcome.errors, limits::kDiagnosticsMax);
  const auto gate = parse_any(repeat("\x01\n", 1'000'000));
  EXPECT_EQ(gate.errors, limits::kDiagnosticsMax);
}

TEST(Hostile, ManyTestsInOneCondition) {
  std::string text = "rule a: block when x == 0";
  for (int i = 1; i < 100'000; ++i) text += "\n and x == " + std::to_string(i);
  EXPECT_TRUE(parse_any(text).parsed);
}

TEST(Hostile, RandomTextsDamagedOnce) {
  constexpr std::uint64_t kSeed = 20'260'103;
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 3000; ++i) {
    std::string text = tests::random_policy_text(kSeed + static_cast<std::uint64_t>(i));
    if (text.empty()) continue;
    const std::size_t at = random() % text.size();
    if (random() % 2 == 0) {
      text.erase(at, 1 + random() % 5);
    } else {
      text[at] = static_cast<char>(random() % 256);
    }
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", text " + std::to_string(i));
    parse_any(text);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace sentrail::compiler
