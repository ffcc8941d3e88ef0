// Reports for other programs, down to their escapes. tests/e2e/reports_test.py has their judges.
#include "compiler/diag/reports.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sentrail::compiler {
namespace {

class Reports : public ::testing::Test {
 protected:
  Diagnostic at(std::uint32_t begin, std::uint32_t end, std::string message) {
    return {DiagnosticKind::unused_list, {source_, begin, end}, std::move(message), {}, "do"};
  }
  Sources sources_;
  SourceId source_ = sources_.add("a,b:c%\nd.sentrail", "first\nsecond line\n");
};

TEST_F(Reports, AnnotationsEncodeWhatEndsThem) {
  Diagnostic one = at(6, 12, "100% of `a::b,c`\r\n");
  one.notes.push_back({{source_, 0, 5}, "here"});
  EXPECT_EQ(render_github(one, sources_),
            "::warning file=a%2Cb%3Ac%25\\nd.sentrail,line=2,endLine=2,col=1,endColumn=7,"
            "title=S0301 unused_list::100%25 of `a::b,c`\\u{d}\\n%0A"
            "a,b:c%25\\nd.sentrail:1:1: here%0Ahelp: do\n");
  EXPECT_EQ(github_annotation("notice", "a:b", "x\ny"), "::notice title=a%3Ab::x%0Ay\n");
}

TEST_F(Reports, AnnotationsOfSeveralLinesHaveNoColumns) {
  const std::string text = render_github(at(2, 9, "m"), sources_);
  EXPECT_NE(text.find(",line=1,endLine=2,title="), std::string::npos) << text;
  EXPECT_EQ(text.find("col="), std::string::npos);
}

TEST_F(Reports, XmlHoldsNoCharacterThatXmlCannotHold) {
  JunitCase one;
  one.name = "a<b>&\"'\n\t\x01";
  one.class_name = "c\xFF";
  one.text = "]]>\n\xE2\x80\xAE\xEF\xBF\xBE";
  JunitReport report;
  report.add("s", one);
  one.verdict = JunitCase::Verdict::failed;
  one.text = "";
  report.add("s", one);
  one.verdict = JunitCase::Verdict::error;
  report.add("t", one);
  const std::string xml = report.finish();
  EXPECT_NE(xml.find("<testsuites name=\"sentrailc\" tests=\"3\" failures=\"1\" errors=\"1\""),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find("name=\"a&lt;b&gt;&amp;&quot;'\\n\\t\\u{1}\" classname=\"c\\x{ff}\""),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find("<system-out>]]&gt;\n\\u{202e}\\u{fffd}</system-out>"), std::string::npos)
      << xml;
  EXPECT_NE(xml.find("<testsuite name=\"s\" tests=\"2\""), std::string::npos) << xml;
}

TEST_F(Reports, LogsSayHowTheRunEnded) {
  SarifLog log;
  EXPECT_NE(log.finish("1.0", 0).find(R"("results":[])"), std::string::npos);
  log.add_failure("no file");
  const std::string text = log.finish("1.0", 2);
  EXPECT_NE(text.find(R"("executionSuccessful":false,"exitCode":2)"), std::string::npos);
  EXPECT_NE(text.find(R"([{"level":"error","message":{"text":"no file"}}])"), std::string::npos);
}

TEST_F(Reports, LogsPlaceFixesAndNotes) {
  Diagnostic one = at(6, 12, "m\xE2\x80\xAE");
  one.notes.push_back({{source_, 0, 5}, "here"});
  one.fix = Fix{"write it", {{{source_, 6, 6}, "new\n"}}};
  SarifLog log;
  log.add(one, sources_);
  const std::string text = log.finish("1.0", 1);
  EXPECT_NE(text.find(R"("message":{"text":"m\\u{202e}; do"})"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("artifactLocation":{"uri":"a,b%3Ac%25%0Ad.sentrail"},"region":)"
                      R"({"startLine":2,"startColumn":1,"endLine":2,"endColumn":7})"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("relatedLocations":[{"id":0,)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("deletedRegion":{"startLine":2,"startColumn":1,"endLine":2,)"
                      R"("endColumn":1},"insertedContent":{"text":"new\n"})"),
            std::string::npos)
      << text;
}

TEST_F(Reports, JsonHasTheFix) {
  Diagnostic one = at(0, 5, "m");
  one.fix = Fix{"write it", {{{source_, 0, 5}, "\"x\""}}};
  EXPECT_NE(render_json(one, sources_)
                .find(R"("fix":{"title":"write it","edits":[{"file":"a,b:c%\u000ad.sentrail",)"
                      R"("line":1,"column":1,"endLine":1,"endColumn":6,"text":"\"x\""}]})"),
            std::string::npos)
      << render_json(one, sources_);
}

}  // namespace
}  // namespace sentrail::compiler
