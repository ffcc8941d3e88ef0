// The dimension of the instant: windows, and the ends of rules. See space.hpp.
#include <string>
#include <utility>
#include <vector>

#include "compiler/analysis/space.hpp"
#include "compiler/analysis/time_classes.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::analysis {

void Space::build_time(const Asked& asked, const Tests& tests) {
  std::vector<std::int64_t> ends;
  for (const auto& [end, sets] : ends_) ends.push_back(end);
  std::optional<TimeClasses> made = time_classes(tests.atoms, ends);
  if (!made) {
    const std::string why =
        "more than " + std::to_string(limits::kWindowsAnalysedMax) + " windows and ends of rules";
    for (const std::string& key : tests.keys) make_opaque(key, asked.ref, why);
    for (auto& [end, sets] : ends_) sets = add_opaque("the ends of rules: " + why);
    return;
  }
  const DimensionId id = add_value(asked, tests, std::move(made->windows));
  std::size_t next = 0;
  for (auto& [end, sets] : ends_) {
    const SetId before = intern(std::move(made->before_end[next++]));
    sets = {id, before, before};
  }
}

const AtomSets& Space::before_end(std::int64_t until_ms) const {
  return ends_.at(until_ms);
}

}  // namespace sentrail::compiler::analysis
