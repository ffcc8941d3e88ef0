// The table of diagnostic kinds, from kinds.def.
//
// Neighbours: kinds.def, diagnostic.hpp. Must not know: any phase.
#include <iterator>

#include "compiler/diag/diagnostic.hpp"
#include "core/check.hpp"

namespace sentrail::compiler {
namespace {

constexpr KindRow kRows[] = {
#define SENTRAIL_DIAGNOSTIC(name, code, severity, summary) \
  {#name, code, Severity::severity, summary},
#include "compiler/diag/kinds.def"
#undef SENTRAIL_DIAGNOSTIC
};

}  // namespace

std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "error";
}

const KindRow& row_of(DiagnosticKind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  SENTRAIL_CHECK(index < std::size(kRows));
  return kRows[index];
}

const std::vector<KindRow>& all_diagnostic_kinds() {
  static const std::vector<KindRow> rows(std::begin(kRows), std::end(kRows));
  return rows;
}

}  // namespace sentrail::compiler
