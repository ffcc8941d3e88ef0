// JUnit's XML. See reports.hpp.
//
// The structure is what Jenkins and its successors read: testsuites, testsuite, testcase with at
// most one failure or error. Characters that XML 1.0 cannot hold do not leave this file.
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "compiler/code_points.hpp"
#include "compiler/diag/reports.hpp"

namespace sentrail::compiler {
namespace {

// A character of XML that stands for itself; what XML or a reader cannot hold becomes `\u{…}`.
std::string escaped(std::string_view text, bool attribute) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode_utf8(text, i);
    const std::string_view raw = text.substr(i, point.length);
    i += point.length;
    const bool line = point.value == U'\n' && !attribute;
    const bool unseen = !point.valid || is_control(point.value) || is_invisible(point.value) ||
                        point.value == 0xFFFE || point.value == 0xFFFF;
    if (unseen && !line) {
      out += point.value == 0xFFFE || point.value == 0xFFFF ? "\\u{fffd}" : escape_unseen(raw);
    } else if (raw == "&") {
      out += "&amp;";
    } else if (raw == "<") {
      out += "&lt;";
    } else if (raw == ">") {
      out += "&gt;";
    } else if (raw == "\"" && attribute) {
      out += "&quot;";
    } else {
      out += raw;
    }
  }
  return out;
}

void add_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += " " + std::string(name) + "=\"" + escaped(value, true) + "\"";
}

std::string seconds_text(double seconds) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.6f", seconds);
  return buffer.data();
}

void add_case(std::string& out, const JunitCase& one) {
  out += "    <testcase";
  add_attribute(out, "name", one.name);
  add_attribute(out, "classname", one.class_name);
  if (!one.file.empty()) add_attribute(out, "file", one.file);
  if (one.line > 0) add_attribute(out, "line", std::to_string(one.line));
  add_attribute(out, "time", seconds_text(one.seconds));
  if (one.verdict == JunitCase::Verdict::passed) {
    if (one.text.empty()) {
      out += "/>\n";
    } else {
      out +=
          ">\n      <system-out>" + escaped(one.text, false) + "</system-out>\n    </testcase>\n";
    }
    return;
  }
  const std::string element = one.verdict == JunitCase::Verdict::error ? "error" : "failure";
  out += ">\n      <" + element;
  add_attribute(out, "type", one.type);
  add_attribute(out, "message", one.message);
  out += ">" + escaped(one.text, false) + "</" + element + ">\n    </testcase>\n";
}

// The counts that suites and the whole report carry.
struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  double seconds = 0;

  void add(const JunitCase& one) {
    ++tests;
    failures += one.verdict == JunitCase::Verdict::failed ? 1 : 0;
    errors += one.verdict == JunitCase::Verdict::error ? 1 : 0;
    seconds += one.seconds;
  }
  void write(std::string& out) const {
    add_attribute(out, "tests", std::to_string(tests));
    add_attribute(out, "failures", std::to_string(failures));
    add_attribute(out, "errors", std::to_string(errors));
    add_attribute(out, "time", seconds_text(seconds));
  }
};

}  // namespace

JunitCase junit_case(const Diagnostic& diagnostic, const Sources& sources) {
  const KindRow& row = row_of(diagnostic.kind);
  const Source& source = sources[diagnostic.span.source];
  const LineColumn at = source.locate(diagnostic.span.begin);
  JunitCase result;
  result.name = std::string(row.code) + " " + std::string(row.name) + " at " +
                std::to_string(at.line) + ":" + std::to_string(at.column);
  result.class_name = source.name();
  result.file = source.name();
  result.line = at.line;
  // A note fails nothing, and is read in what the case put out.
  const bool note = row.severity == Severity::note;
  result.verdict = note ? JunitCase::Verdict::passed : JunitCase::Verdict::failed;
  result.type = std::string(name_of(row.severity)) + " " + std::string(row.code);
  result.message = diagnostic.message;
  result.text = render_text(diagnostic, sources, false);
  return result;
}

void JunitReport::add(std::string_view suite, JunitCase test_case) {
  auto found = std::find_if(suites_.begin(), suites_.end(),
                            [&](const Suite& one) { return one.name == suite; });
  if (found == suites_.end()) {
    found = suites_.insert(suites_.end(), Suite{std::string(suite), {}});
  }
  found->cases.push_back(std::move(test_case));
}

std::string JunitReport::finish() const {
  Counts all;
  std::string body;
  for (const Suite& suite : suites_) {
    Counts counts;
    std::string cases;
    for (const JunitCase& one : suite.cases) {
      counts.add(one);
      all.add(one);
      add_case(cases, one);
    }
    body += "  <testsuite";
    add_attribute(body, "name", suite.name);
    counts.write(body);
    body += ">\n" + cases + "  </testsuite>\n";
  }
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sentrailc\"";
  all.write(out);
  return out + ">\n" + body + "</testsuites>\n";
}

}  // namespace sentrail::compiler
