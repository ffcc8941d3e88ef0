// A policy with the fixes made that its findings carry.
//
// Neighbours: load.hpp checks, diag/fix.hpp edits, `check --fix` writes and tells. Must not know:
// formats, command lines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/driver/load.hpp"

namespace sentrail::compiler {

// One fix that was made, at its place in the text of its round.
struct MadeFix {
  LineColumn place;
  std::string code;
  std::string title;
};

// A policy's text before and after, what was done, and what the check says of the text after.
struct FixedPolicy {
  std::string before;
  std::string after;
  std::vector<MadeFix> made;
  std::unique_ptr<Loaded> last;
};

// Checks a policy and makes its fixes, again and again until none is left, none makes progress or
// kFixRoundsMax is met. Only this file's text is changed, and only in memory.
// fails: io, limit_exceeded.
[[nodiscard]] Result<FixedPolicy> fix_policy(const std::string& file, const LoadOptions& options);

// The same for a text that is not in its file yet.
[[nodiscard]] Result<FixedPolicy> fix_text(const std::string& file, std::string text,
                                           const LoadFrom& from);

// Rounds of fixing, after which a text that keeps changing is left as it is: a fix may bring the
// next error to light, and a file has at most limits::kDiagnosticsMax of them a round.
inline constexpr int kFixRoundsMax = 32;

}  // namespace sentrail::compiler
