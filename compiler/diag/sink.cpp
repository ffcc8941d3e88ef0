// The bounded collection of diagnostics of one run.
//
// Neighbours: diagnostic.hpp. Must not know: rendering, phases.
#include <algorithm>
#include <tuple>
#include <utility>

#include "compiler/diag/diagnostic.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {

void DiagnosticSink::report(Diagnostic diagnostic) {
  // The entries of a list are looked at wherever it is used: what is wrong with one is said once.
  const auto is_said = [&](const Diagnostic& kept) {
    return kept.span == diagnostic.span && kept.kind == diagnostic.kind &&
           kept.message == diagnostic.message;
  };
  if (std::any_of(kept_.rbegin(), kept_.rend(), is_said)) return;
  switch (diagnostic.severity()) {
    case Severity::error:
      ++error_count_;
      break;
    case Severity::warning:
      ++warning_count_;
      break;
    case Severity::note:
      break;
  }
  if (kept_.size() < limits::kDiagnosticsMax) {
    kept_.push_back(std::move(diagnostic));
    return;
  }
  ++dropped_count_;
  if (diagnostic.severity() != Severity::error) return;
  // An error is never dropped for the sake of a warning: it takes the last warning's place.
  const auto loose = std::find_if(kept_.rbegin(), kept_.rend(), [](const Diagnostic& kept) {
    return kept.severity() != Severity::error;
  });
  if (loose != kept_.rend()) *loose = std::move(diagnostic);
}

std::vector<Diagnostic> DiagnosticSink::sorted() const {
  std::vector<Diagnostic> result = kept_;
  const auto key = [](const Diagnostic& d) {
    return std::tuple(d.span.source, d.span.begin, d.span.end, d.kind);
  };
  std::stable_sort(result.begin(), result.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  return result;
}

}  // namespace sentrail::compiler
