// See day.hpp.
#include "compiler/driver/day.hpp"

#include <CLI/CLI.hpp>

#include "compiler/analysis/time_classes.hpp"
#include "core/time.hpp"

namespace sentrail::compiler {

void add_day(CLI::App& command, std::string& day) {
  command.add_option("--now", day, "the day from which to look, as 2027-01-31; today");
}

Status look_from(const std::string& day, LoadOptions& load) {
  if (day.empty()) return {};
  const Result<Instant> now = parse_rfc3339(day + "T00:00:00Z");
  if (!now) return fail(Errc::invalid_argument, "`" + day + "` is not a day as 2027-01-31");
  load.now = *now;
  analysis::set_horizon(*now);
  return {};
}

}  // namespace sentrail::compiler
