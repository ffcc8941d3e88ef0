// Diagnostics as text and as JSON, down to the caret's column.
#include <gtest/gtest.h>

#include <string>

#include "compiler/diag/diagnostic.hpp"

namespace sentrail::compiler {
namespace {

class Render : public ::testing::Test {
 protected:
  Diagnostic at(std::string text, std::uint32_t begin, std::uint32_t end) {
    source_ = sources_.add("p.sentrail", std::move(text));
    return Diagnostic{DiagnosticKind::expected_name, Span{source_, begin, end}, "no name", {}, ""};
  }
  Sources sources_;
  SourceId source_;
};

TEST_F(Render, ShowsPlaceLineCaretNotesAndHelp) {
  Diagnostic diagnostic = at("policy a\nrule : block\n", 14, 15);
  diagnostic.notes.push_back({Span{source_, 0, 6}, "the policy"});
  diagnostic.help = "give it a name";
  EXPECT_EQ(render_text(diagnostic, sources_, false),
            "p.sentrail:2:6: error[S0121]: no name\n"
            "2 | rule : block\n"
            "  |      ^\n"
            "p.sentrail:1:1: note: the policy\n"
            "1 | policy a\n"
            "  | ^~~~~~\n"
            "help: give it a name\n");
}

TEST_F(Render, EscapesUserTextAndKeepsTheCaretUnderIt) {
  const Diagnostic diagnostic =
      at("a\xE2\x80\xAE"
         "b中cd",
         8, 9);
  EXPECT_EQ(render_text(diagnostic, sources_, false),
            "p.sentrail:1:5: error[S0121]: no name\n"
            "1 | a\\u{202e}b中cd\n"
            "  |             ^\n");
}

TEST_F(Render, CutsLongLinesAroundThePlace) {
  const Diagnostic diagnostic =
      at(std::string(5000, 'x') + "HERE" + std::string(5000, 'y'), 5000, 5004);
  const std::string text = render_text(diagnostic, sources_, false);
  EXPECT_LT(text.size(), 400u);
  EXPECT_NE(text.find("xHEREy"), std::string::npos);
  EXPECT_NE(text.find("^~~~"), std::string::npos);
}

TEST_F(Render, SurvivesEveryPlaceOfEveryPrefix) {
  const std::string text = "é\t\n\xFF\r\n中中\n";
  for (std::uint32_t begin = 0; begin <= text.size(); ++begin) {
    for (std::uint32_t end = begin; end <= text.size(); ++end) {
      const Diagnostic diagnostic = at(text, begin, end);
      const std::string rendered = render_text(diagnostic, sources_, false);
      EXPECT_NE(rendered.find("| "), std::string::npos);
      EXPECT_NE(rendered.find('^'), std::string::npos);
      EXPECT_EQ(rendered.find('\xFF'), std::string::npos);
    }
  }
}

// A cut in the middle of bytes that belong to no character must not move before the span.
TEST_F(Render, CutsLongLinesOfStrayBytes) {
  const std::string text = "colour: b" + std::string(300, '\x8B') + "lue";
  for (std::uint32_t begin = 0; begin <= text.size(); begin += 7) {
    const Diagnostic diagnostic = at(text, begin, begin + 1);
    EXPECT_NE(render_text(diagnostic, sources_, false).find('^'), std::string::npos);
  }
}

TEST_F(Render, PaintsOnlyWhenAsked) {
  const Diagnostic diagnostic = at("rule", 0, 4);
  EXPECT_EQ(render_text(diagnostic, sources_, false).find('\x1b'), std::string::npos);
  EXPECT_NE(render_text(diagnostic, sources_, true).find("\x1b[1;31m"), std::string::npos);
}

TEST_F(Render, WritesJson) {
  Diagnostic diagnostic = at("rule \"x\n", 5, 7);
  diagnostic.message = "a \"quoted\" \xE2\x80\xAE \xFF";
  diagnostic.notes.push_back({Span{source_, 0, 4}, "here"});
  EXPECT_EQ(render_json(diagnostic, sources_),
            R"({"kind":"expected_name","code":"S0121","severity":"error",)"
            R"("message":"a \"quoted\" \u202e \ufffd","file":"p.sentrail","line":1,"column":6,)"
            R"("endLine":1,"endColumn":8,"notes":[{"message":"here","file":"p.sentrail","line":1,)"
            R"("column":1,"endLine":1,"endColumn":5}],"help":""})");
}

TEST_F(Render, WritesInvisibleCharactersOfAllPlanesAsUnitsOfJson) {
  Diagnostic diagnostic = at("rule x\n", 5, 6);
  diagnostic.kind = DiagnosticKind::unused_list;
  diagnostic.message = "a\xF3\xA0\x80\xA1z";  // U+E0021, a tag character
  const std::string json = render_json(diagnostic, sources_);
  EXPECT_NE(json.find(R"("message":"a\udb40\udc21z")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("severity":"warning")"), std::string::npos) << json;
}

}  // namespace
}  // namespace sentrail::compiler
