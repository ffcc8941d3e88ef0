// The goldens of tests/golden/analysis: what the whole analysis of a policy says.
#include <optional>
#include <string>
#include <vector>

#include "compiler/analysis/diagnose.hpp"
#include "compiler/analysis/prove.hpp"
#include "compiler/analysis/time_classes.hpp"
#include "compiler/check/check.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/time.hpp"
#include "tests/support/file_test.hpp"

namespace sentrail::compiler {
namespace {

// The goldens of commands show whole findings; here one line each is enough.
std::string line_of(Span span, const Sources& sources) {
  return std::to_string(sources[span.source].locate(span.begin).line) + ": ";
}

tests::StageResult run(const std::string& name, const std::string& text) {
  analysis::set_horizon(parse_rfc3339("2026-11-20T00:00:00Z").value());
  Sources sources;
  const SourceId id = sources.add(name, text);
  DiagnosticSink sink;
  const std::optional<Ast> ast = parse(id, sources, sink);
  const auto policy = ast ? check(*ast, sources, nullptr, sink) : std::nullopt;
  tests::StageResult result;
  result.failed = sink.has_errors();
  if (policy) (void)analysis::diagnose(*policy, analysis::Depth::full, sink);
  std::string diagnostics;
  for (const Diagnostic& diagnostic : sink.sorted()) {
    diagnostics += line_of(diagnostic.span, sources) + std::string(name_of(diagnostic.severity())) +
                   "[" + std::string(row_of(diagnostic.kind).code) + "] " + diagnostic.message +
                   "\n";
    for (const DiagnosticNote& note : diagnostic.notes) {
      diagnostics += "  " + line_of(note.span, sources) + note.message + "\n";
    }
  }
  result.sections.push_back({"diagnostics", diagnostics});
  if (!policy || policy->proofs.empty()) return result;
  std::string proofs;
  for (const analysis::ProofOutcome& outcome : analysis::prove(*policy)) {
    proofs += outcome.proof->name;
    proofs += outcome.existence.verdict == analysis::Verdict::proved ? ": proved\n" : ": ";
    if (outcome.existence.witness) {
      proofs += "refuted\n  " + analysis::request_json(outcome.existence.witness->request) + "\n";
    } else if (outcome.existence.verdict == analysis::Verdict::unknown) {
      proofs += "unknown, " + outcome.existence.why + "\n";
    }
  }
  result.sections.push_back({"proofs", proofs});
  return result;
}

const int kRegistered = tests::register_goldens("tests/golden/analysis", ".sentrail", run);

}  // namespace
}  // namespace sentrail::compiler
