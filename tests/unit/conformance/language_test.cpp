// The conformance corpus of the language: each of its files says what the product says, each
// paragraph of docs/language.md is held by one of them or by a test elsewhere, and a file that is
// wrong is noticed.
//
// Neighbours: tests/conformance/README.md describes the corpus; case.hpp, judge.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/file_test.hpp"
#include "tests/unit/conformance/judge.hpp"

namespace sentrail::conformance {
namespace {

constexpr const char* kCorpus = "tests/conformance/language";
constexpr const char* kElsewhere = "tests/conformance/elsewhere.txt";
constexpr std::size_t kLinesMax = 40;

std::string lines(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) out += "\n  " + one;
  return out;
}

class FileTest : public ::testing::Test {
 public:
  explicit FileTest(std::string path) : path_(std::move(path)) {}

  void TestBody() override {
    const std::string text = tests::read_golden(path_);
    EXPECT_LE(std::ranges::count(text, '\n'), kLinesMax) << path_ << ": a file holds one idea";
    const Result<Case> one = read_case(text);
    ASSERT_TRUE(one.has_value()) << path_ << ": " << one.error().message;
    const std::vector<std::string> problems = problems_of(*one);
    EXPECT_TRUE(problems.empty()) << path_ << ":" << lines(problems);
    // `L05/L5.5_kinds.sentrail` is of L5.5.
    const std::string name = std::filesystem::path(path_).filename().string();
    EXPECT_EQ(name.substr(0, name.find('_')), one->paragraphs.front()) << path_;
  }

 private:
  std::string path_;
};

int register_files() {
  for (const std::string& path : tests::golden_files(kCorpus, ".sentrail")) {
    const std::string name = path.substr(std::string(kCorpus).size() + 1);
    ::testing::RegisterTest("Conformance/language", name.c_str(), nullptr, nullptr, __FILE__,
                            __LINE__, [=]() -> ::testing::Test* { return new FileTest(path); });
  }
  return 0;
}

const int kRegistered = register_files();

// The paragraphs of the page.
std::set<std::string> normative() {
  const std::string page = tests::read_golden("docs/language.md");
  std::set<std::string> paragraphs;
  for (std::size_t at = page.find("\n**L"); at != std::string::npos;
       at = page.find("\n**L", at + 1)) {
    paragraphs.insert(page.substr(at + 3, page.find("**", at + 3) - at - 3));
  }
  return paragraphs;
}

// Whether a text names a paragraph: `L8.1`, and not only `L8.11`.
bool names(const std::string& text, const std::string& paragraph) {
  for (std::size_t at = text.find(paragraph); at != std::string::npos;
       at = text.find(paragraph, at + 1)) {
    const std::size_t end = at + paragraph.size();
    if (end == text.size() || text[end] < '0' || text[end] > '9') return true;
  }
  return false;
}

TEST(Conformance, EveryParagraphIsHeldAndNoOther) {
  std::set<std::string> held;
  for (const std::string& path : tests::golden_files(kCorpus, ".sentrail")) {
    const Result<Case> one = read_case(tests::read_golden(path));
    ASSERT_TRUE(one.has_value()) << path << ": " << one.error().message;
    held.insert(one->paragraphs.begin(), one->paragraphs.end());
  }
  std::istringstream elsewhere(tests::read_golden(kElsewhere));
  for (std::string line; std::getline(elsewhere, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string paragraph;
    std::string path;
    words >> paragraph >> path;
    EXPECT_TRUE(names(tests::read_golden(path), paragraph)) << path << " does not name " << line;
    held.insert(paragraph);
  }
  const std::set<std::string> all = normative();
  EXPECT_GT(all.size(), 200u);
  for (const std::string& paragraph : all) {
    EXPECT_TRUE(held.contains(paragraph)) << paragraph << " is held by no test: see " << kCorpus;
  }
  for (const std::string& paragraph : held) {
    EXPECT_TRUE(all.contains(paragraph)) << "docs/language.md has no " << paragraph;
  }
}

// What is found otherwise in a text than it says itself.
std::size_t problems_in(const std::string& text) {
  const Result<Case> one = read_case(text);
  return one ? problems_of(*one).size() : 1;
}

constexpr const char* kRight =
    "# L8.4: the strictest decides.\n"
    "policy p\n"
    "rule a: block when env == prod # warned: S0314\n"
    "rule b: allow when tool == t\n"
    "test \"t\" { given with tool = t, env = live expect allow by b }\n"
    "#file one.request.json\n"
    "{\"attributes\": {\"tool\": \"t\"}}\n"
    "#file one.answer.json\n"
    "{\"effect\": \"allow\", \"candidates\": [\"p.main.b\"]}\n";

// The text with one thing in the place of another.
std::string with(std::string text, const std::string& what, const std::string& instead) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, text.npos) << what;
  return text.replace(at, what.size(), instead);
}

TEST(Conformance, AFileThatIsRightHasNoProblems) {
  EXPECT_EQ(problems_in(kRight), 0u);
}

TEST(Conformance, AFileThatIsWrongIsNoticed) {
  EXPECT_GT(problems_in(with(kRight, "# L8.4: ", "# ")), 0u) << "no paragraph";
  EXPECT_GT(problems_in(with(kRight, " # warned: S0314", "")), 0u) << "found, not expected";
  EXPECT_GT(problems_in(with(kRight, "S0314", "S0301")), 0u) << "another code";
  EXPECT_GT(problems_in(with(kRight, "warned", "refused")), 0u) << "another severity";
  EXPECT_GT(problems_in(with(kRight, "tool == t\n", "tool == t # warned: S0306\n")), 0u)
      << "expected, not found";
  EXPECT_GT(problems_in(with(kRight, " # warned: S0314\n", "\n# warned: S0314\n")), 0u)
      << "on another line";
  EXPECT_GT(problems_in(with(kRight, "allow by b", "block")), 0u) << "a test that fails";
  EXPECT_GT(problems_in(with(kRight, "\"allow\"", "\"block\"")), 0u) << "another answer";
  EXPECT_GT(problems_in(with(kRight, "p.main.b", "p.main.a")), 0u) << "other candidates";
  EXPECT_GT(problems_in(with(kRight, "one.answer", "two.answer")), 0u) << "no answer";
  EXPECT_GT(problems_in(with(kRight, "tool == t\n", "tool = t # refused: S0131\n")), 0u)
      << "a test of a policy that is refused";
}

TEST(Conformance, AnExpectationAloneIsOfTheNextLine) {
  EXPECT_EQ(
      problems_in(with(with(kRight, " # warned: S0314", ""), "rule a", "# warned: S0314\nrule a")),
      0u);
  EXPECT_GT(problems_in("# L8.4: of no line.\npolicy p\n# warned: S0314\n"), 0u);
}

TEST(Conformance, AClaimIsTried) {
  const std::string claim = std::string(kRight).insert(std::string(kRight).find("test \""),
                                                       "prove \"c\" never allow when tool == t\n");
  EXPECT_GT(problems_in(claim), 0u);
  EXPECT_EQ(problems_in(with(claim, "tool == t\ntest", "tool == t # refused: S0607\ntest")), 0u);
}

}  // namespace
}  // namespace sentrail::conformance
