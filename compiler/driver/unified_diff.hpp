// The difference of two texts, as `patch` and `git apply` read it.
//
// Neighbours: `check --fix --dry-run` prints it. Must not know: policies.
#pragma once

#include <string>
#include <string_view>

namespace sentrail::compiler {

// Gives the unified diff from `before` to `after` with three lines of context, or "" if they are
// the same. `path` stands in the head as `a/path` and `b/path`. The script is the shortest there is
// up to 1,000 changed lines; past that, everything between the first and the last difference.
// source: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986).
[[nodiscard]] std::string unified_diff(std::string_view path, std::string_view before,
                                       std::string_view after);

}  // namespace sentrail::compiler
