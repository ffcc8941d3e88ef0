// Finds explanations in their tables. See explain.hpp.
#include "compiler/diag/explain.hpp"

#include <algorithm>
#include <array>

#include "core/check.hpp"

namespace sentrail::compiler {

const Explanation& explanation_of(DiagnosticKind kind) {
  for (const auto part : {syntax_explanations(), policy_explanations(), obligation_explanations(),
                          answer_explanations(), catalog_explanations(), command_explanations()}) {
    const auto found = std::ranges::find(part, kind, &Explanation::kind);
    if (found != part.end()) return *found;
  }
  SENTRAIL_UNREACHABLE(row_of(kind).name.data());
}

std::string whole_example(DiagnosticKind kind, std::string_view example) {
  constexpr std::array<std::string_view, 4> kWhole = {"policy", "language", "catalog", "@{"};
  const bool catalog = row_of(kind).code.starts_with("S04");
  const bool whole = catalog || std::ranges::any_of(kWhole, [&](std::string_view first) {
                       return example.starts_with(first);
                     });
  return whole ? std::string(example) : "policy acme\nlanguage 1\n" + std::string(example);
}

}  // namespace sentrail::compiler
