// Rounds of checking and fixing. See fix_policy.hpp.
#include "compiler/driver/fix_policy.hpp"

#include <set>
#include <utility>

#include "compiler/diag/fix.hpp"
#include "compiler/driver/output.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler {

Result<FixedPolicy> fix_policy(const std::string& file) {
  FixedPolicy result;
  SENTRAIL_ASSIGN_OR_RETURN(result.before, read_bytes(file, limits::kSourceBytesMax));
  result.after = result.before;
  std::set<std::string> seen = {result.after};
  for (int round = 0;; ++round) {
    result.last = std::make_unique<Loaded>();
    Loaded& loaded = *result.last;
    const SourceId source = loaded.sources.add(file, result.after);
    SENTRAIL_TRY(load_policy(source, loaded));
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
