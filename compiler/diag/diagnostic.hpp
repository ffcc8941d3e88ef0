// What is wrong with the author's text: kind, message, places, help; many in one run.
//
// Neighbours: kinds.def (the registry), every phase reports here, driver renders. Must not know:
// what any phase does. Wording: lower case, no final period, user text in back-ticks, first the
// situation, then the rule, then the help.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source.hpp"

namespace sentrail::compiler {

// Errors stop the build; warnings are findings that `check` exits 1 for; notes do not count.
enum class Severity : std::uint8_t { error, warning, note };

// Every kind of diagnostic, from kinds.def.
enum class DiagnosticKind : std::uint16_t {
#define SENTRAIL_DIAGNOSTIC(name, code, severity, summary) name,
#include "compiler/diag/kinds.def"
#undef SENTRAIL_DIAGNOSTIC
};

// The registry's row of a kind: `code` is stable for ever (docs cite it), `summary` one sentence.
struct KindRow {
  std::string_view name;
  std::string_view code;
  Severity severity;
  std::string_view summary;
};
[[nodiscard]] const KindRow& row_of(DiagnosticKind kind) noexcept;
[[nodiscard]] const std::vector<KindRow>& all_diagnostic_kinds();

// A second place that helps to understand the first.
struct DiagnosticNote {
  Span span;
  std::string message;
};

// One finding.
struct Diagnostic {
  DiagnosticKind kind;
  Span span;
  std::string message;
  std::vector<DiagnosticNote> notes;
  std::string help;  // empty when there is nothing to advise

  [[nodiscard]] Severity severity() const noexcept { return row_of(kind).severity; }
};

// Collects diagnostics up to limits::kDiagnosticsMax and counts all of them.
class DiagnosticSink {
 public:
  // Keeps or counts one.
  void report(Diagnostic diagnostic);
  [[nodiscard]] bool has_errors() const noexcept { return error_count_ > 0; }
  [[nodiscard]] std::size_t error_count() const noexcept { return error_count_; }
  [[nodiscard]] std::size_t warning_count() const noexcept { return warning_count_; }
  // How many were counted and not kept.
  [[nodiscard]] std::size_t dropped_count() const noexcept { return dropped_count_; }
  // Kept diagnostics by source, place, kind.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;

 private:
  std::vector<Diagnostic> kept_;
  std::size_t error_count_ = 0;
  std::size_t warning_count_ = 0;
  std::size_t dropped_count_ = 0;
};

// `file:line:col: error[S0101]: message`, the line, a caret line, notes and help; control, bidi and
// invisible characters of user text are escaped. `colour` adds ANSI sequences.
[[nodiscard]] std::string render_text(const Diagnostic& diagnostic, const Sources& sources,
                                      bool colour);

// One JSON object: kind, code, severity, message, file, line, column, endLine, endColumn, notes,
// help.
[[nodiscard]] std::string render_json(const Diagnostic& diagnostic, const Sources& sources);

}  // namespace sentrail::compiler
