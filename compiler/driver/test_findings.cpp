// Tests as findings and cases. See test_findings.hpp.
#include "compiler/driver/test_findings.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace sentrail::compiler {

Diagnostic finding_of(const TestOutcome& outcome) {
  return diagnose(DiagnosticKind::test_failed, outcome.test->expect_span,
                  "test `" + outcome.test->name + "` expected " + outcome.expected + ", but got " +
                      outcome.actual,
                  "`sentrailc explain` says which rule decided, and by which of its tests",
                  {{outcome.test->span, "this test"}}, "");
}

JunitCase case_of(const TestOutcome& outcome, const ir::Policy& policy, const Sources& sources) {
  const Source& source = sources[outcome.test->span.source];
  JunitCase result;
  result.name = outcome.test->name;
  result.class_name = policy.name;
  result.file = source.name();
  result.line = source.locate(outcome.test->span.begin).line;
  result.seconds = outcome.seconds;
  if (outcome.passed) return result;
  result.verdict = JunitCase::Verdict::failed;
  result.type = row_of(DiagnosticKind::test_failed).code;
  result.message = "expected " + outcome.expected + ", but got " + outcome.actual;
  result.text = render_text(finding_of(outcome), sources, false);
  return result;
}

Diagnostic layout_finding(const Source& source, SourceId id, const std::string& formatted) {
  const std::string_view text = source.text();
  const auto inside = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; };
  auto begin = static_cast<std::size_t>(
      std::mismatch(text.begin(), text.end(), formatted.begin(), formatted.end()).first -
      text.begin());
  while (begin > 0 && begin < text.size() && inside(text[begin])) --begin;
  const std::size_t rest = std::min(text.size(), formatted.size()) - begin;
  std::size_t same = 0;
  while (same < rest && text[text.size() - 1 - same] == formatted[formatted.size() - 1 - same]) {
    ++same;
  }
  while (same > 0 && inside(text[text.size() - same])) --same;
  const Span span{id, static_cast<std::uint32_t>(begin),
                  static_cast<std::uint32_t>(text.size() - same)};
  Edit edit{span, formatted.substr(begin, formatted.size() - same - begin)};
  return diagnose(DiagnosticKind::not_canonical, span, "not in canonical layout",
                  Help("run `sentrailc fmt " + std::string(source.name()) + "`", {std::move(edit)}),
                  {}, "");
}

}  // namespace sentrail::compiler
