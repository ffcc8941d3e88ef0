// What is wrong with the author's text: kind, message, places, help, fix; many in one run.
//
// Neighbours: kinds.def (the registry), every phase reports here, driver renders, fix.hpp applies.
// Must not know: what any phase does. Wording: lower case, no final period, user text in
// back-ticks, first the situation, then the rule, then the help.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
[[nodiscard]] std::string_view name_of(Severity severity) noexcept;
[[nodiscard]] const KindRow& row_of(DiagnosticKind kind) noexcept;
[[nodiscard]] const std::vector<KindRow>& all_diagnostic_kinds();

// A second place that helps to understand the first.
struct DiagnosticNote {
  Span span;
  std::string message;
};

// Puts `text` in the place of a span; an empty span inserts.
struct Edit {
  Span span;
  std::string text;

  friend bool operator==(const Edit&, const Edit&) = default;
};

// Edits that belong together and are made all or not at all.
struct Fix {
  std::string title;  // what they do: "write `resource.ref`"
  std::vector<Edit> edits;
};

// One finding.
struct Diagnostic {
  DiagnosticKind kind;
  Span span;
  std::string message;
  std::vector<DiagnosticNote> notes;
  std::string help;                       // empty when there is nothing to advise
  std::optional<Fix> fix = std::nullopt;  // where a program can do what the help advises

  [[nodiscard]] Severity severity() const noexcept { return row_of(kind).severity; }
};

// What to do about a finding: words, and the edits that do it where a program can. A text alone is
// a Help, so that reports stay readable.
struct Help {
  Help() = default;
  Help(std::string words) : text(std::move(words)) {}  // NOLINT(google-explicit-constructor)
  Help(const char* words) : text(words) {}             // NOLINT(google-explicit-constructor)
  Help(std::string words, std::vector<Edit> by) : text(std::move(words)), edits(std::move(by)) {}

  // Advises to write `replacement` where the finding is.
  [[nodiscard]] static Help write(std::string words, std::string replacement);

  std::string text;
  std::vector<Edit> edits;
  std::optional<std::string> replacement;  // of the finding's own span
};

// Makes a finding of its parts. A replacement of a quoted string gets its quotes.
[[nodiscard]] Diagnostic diagnose(DiagnosticKind kind, Span span, std::string message, Help help,
                                  std::vector<DiagnosticNote> notes, std::string_view written);

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
// help, and `fix` where there is one: its title and edits, each a place with its new text.
[[nodiscard]] std::string render_json(const Diagnostic& diagnostic, const Sources& sources);

}  // namespace sentrail::compiler
