// Rounds of checking and fixing. See fix_policy.hpp.
#include "compiler/driver/fix_policy.hpp"

#include <set>
#include <utility>

#include "compiler/diag/fix.hpp"

namespace sentrail::compiler {

Result<FixedPolicy> fix_policy(const std::string& file, const LoadOptions& options) {
  Sources sources;
  SENTRAIL_ASSIGN_OR_RETURN(const SourceId source, sources.add_file(file));
  return fix_text(file, std::string(sources[source].text()), from_disk(options));
}

Result<FixedPolicy> fix_text(const std::string& file, std::string text, const LoadFrom& from) {
  FixedPolicy result;
  result.before = std::move(text);
  result.after = result.before;
  std::set<std::string> seen = {result.after};
  for (int round = 0;; ++round) {
    result.last = std::make_unique<Loaded>();
    Loaded& loaded = *result.last;
    const SourceId source = loaded.sources.add(file, result.after);
    SENTRAIL_TRY(load_policy(source, from, loaded));
    if (round == kFixRoundsMax) break;
    const std::vector<Diagnostic> diagnostics = loaded.sink.sorted();
    FixedText fixed = apply_fixes(loaded.sources, source, diagnostics);
    if (fixed.applied.empty() || !seen.insert(fixed.text).second) break;
    for (const std::size_t index : fixed.applied) {
      const Diagnostic& one = diagnostics[index];
      result.made.push_back({loaded.sources[source].locate(one.span.begin),
                             std::string(row_of(one.kind).code), one.fix->title});
    }
    result.after = std::move(fixed.text);
  }
  return result;
}

}  // namespace sentrail::compiler
