// Fixes made on a text: whole, apart, in order.
#include "compiler/diag/fix.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sentrail::compiler {
namespace {

class Fixes : public ::testing::Test {
 protected:
  // A finding whose fix replaces [begin, end) of the source by a text, and maybe more.
  Diagnostic replacing(std::uint32_t begin, std::uint32_t end, std::string text,
                       std::vector<Edit> more = {}) {
    more.insert(more.begin(), Edit{{source_, begin, end}, std::move(text)});
    return diagnose(DiagnosticKind::expected_name, {source_, begin, end}, "m",
                    Help("do it", std::move(more)), {}, "");
  }
  std::string fixed(const std::vector<Diagnostic>& diagnostics) {
    const FixedText result = apply_fixes(sources_, source_, diagnostics);
    applied_ = result.applied;
    return result.text;
  }

  Sources sources_;
  SourceId source_ = sources_.add("p", "0123456789");
  std::vector<std::size_t> applied_;
};

TEST_F(Fixes, AreMadeInAnyOrderAndAdjacently) {
  EXPECT_EQ(fixed({replacing(8, 9, "x"), replacing(0, 2, ""), replacing(2, 4, "long text")}),
            "long text4567x9");
  EXPECT_EQ(applied_, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(fixed({}), "0123456789");
}

TEST_F(Fixes, ThatOverlapAreLeft) {
  EXPECT_EQ(fixed({replacing(2, 5, "x"), replacing(4, 6, "y"), replacing(1, 3, "z")}), "01x56789");
  EXPECT_EQ(applied_, (std::vector<std::size_t>{0}));
  EXPECT_EQ(fixed({replacing(3, 4, "x"), replacing(2, 6, "y")}), "012x456789");
  EXPECT_EQ(fixed({replacing(2, 6, "y"), replacing(3, 4, "x")}), "01y6789");
}

TEST_F(Fixes, ThatInsertAtOnePlaceAreMadeOneAtATime) {
  EXPECT_EQ(fixed({replacing(3, 3, "a"), replacing(3, 3, "b")}), "012a3456789");
  EXPECT_EQ(fixed({replacing(3, 3, "a"), replacing(3, 4, "b")}), "012a3456789");
  EXPECT_EQ(fixed({replacing(2, 3, "b"), replacing(3, 3, "a")}), "01b3456789");
  EXPECT_EQ(fixed({replacing(10, 10, "end"), replacing(0, 0, "begin")}), "begin0123456789end");
}

TEST_F(Fixes, AreMadeWholeOrNot) {
  const Diagnostic both = replacing(1, 1, "(", {{{source_, 5, 5}, ")"}});
  EXPECT_EQ(fixed({both}), "0(1234)56789");
  EXPECT_EQ(fixed({replacing(4, 6, "x"), both}), "0123x6789");
  const SourceId other = sources_.add("q", "other");
  EXPECT_EQ(fixed({replacing(1, 1, "(", {{{other, 0, 0}, ")"}})}), "0123456789");
  EXPECT_TRUE(applied_.empty());
}

TEST(Diagnose, ReplacesInTheQuotesThatWereThere) {
  const Span span{SourceId{0}, 0, 3};
  const auto text = [&](std::string_view written) {
    return diagnose(DiagnosticKind::unknown_action, span, "m", Help::write("h", "a.b"), {}, written)
        .fix->edits.at(0)
        .text;
  };
  EXPECT_EQ(text("\"a.c\""), "\"a.b\"");
  EXPECT_EQ(text("a.c"), "a.b");
  EXPECT_FALSE(diagnose(DiagnosticKind::unknown_action, span, "m", "only words", {}, "").fix);
}

}  // namespace
}  // namespace sentrail::compiler
