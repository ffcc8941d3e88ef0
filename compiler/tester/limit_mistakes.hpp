// What could be wrong about limits, windows of time and the ends of rules.
//
// Neighbours: mistakes.hpp makes mistakes of these; it finds all others. Must not know: where in a
// policy they stand. How far a limit looks back is left as it is: a test is one instant, so none
// can tell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// One limit of a rule that is another, or is not there.
struct LimitMistake {
  std::size_t at = 0;
  std::optional<ir::Limit> limit;  // nothing: left out
  std::string what;                // goes on from the rule
};

// The limits left out one by one, counting to one unit more and less, without one of their keys,
// and with an `else` that is one step looser.
[[nodiscard]] std::vector<LimitMistake> limit_mistakes(const ir::Rule& rule);

// A window with one end a minute earlier or later, as there may be one.
[[nodiscard]] std::vector<Window> moved_windows(const Window& window);

// A window as policy text has it: `mon..fri 09:00..18:00 "Europe/Berlin"`.
[[nodiscard]] std::string window_shown(const Window& window, const std::string& zone);

// The end of a rule as policy text has it: `until 2027-01-31`. units: as Rule::until_ms.
[[nodiscard]] std::string until_shown(std::int64_t until_ms);

// Whether some test of a policy says its instant.
[[nodiscard]] bool tests_say_time(const ir::Policy& policy);

}  // namespace sentrail::compiler
