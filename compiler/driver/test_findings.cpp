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

std::string said_of(const Mistake& mistake, const ir::Policy& policy, const Sources& sources) {
  const std::string rule =
      mistake.rule ? "rule `" + rule_at(policy, *mistake.rule).name + "`" : "the default";
  if (!mistake.of_test) return rule + " " + mistake.what;
  return "`" + text_of(mistake.span, sources) + "` of " + rule + " " + mistake.what;
}

std::string hint_of(const Survivor& survivor) {
  if (!survivor.noticing.empty()) return "the test \"" + survivor.noticing + "\" would notice";
  const auto json = survivor.shown ? json_of(*survivor.shown) : std::nullopt;
  if (json) return "a test would with " + *json;
  if (survivor.shown) return "a test would with a request that has a repeated parameter";
  return "not known whether a test could" + (survivor.why.empty() ? "" : ": " + survivor.why);
}

namespace {

// A help has no lines, and the language does not need them.
std::string on_one_line(const std::string& test) {
  std::string out;
  bool indent = false;
  for (const char c : test) {
    if (c == '\n') out += ' ';
    indent = c == '\n' || (indent && c == ' ');
    if (!indent) out += c;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

Diagnostic finding_of(const Survivor& survivor, const ir::Policy& policy, const Sources& sources) {
  std::string help = hint_of(survivor);
  if (!survivor.test.empty()) help = "add " + on_one_line(survivor.test);
  return diagnose(DiagnosticKind::mistake_unnoticed, survivor.mistake.span,
                  "no test notices if " + said_of(survivor.mistake, policy, sources),
                  std::move(help), {}, "");
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
