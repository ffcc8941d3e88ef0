// Which policies a path names, for every command alike.
//
// Neighbours: load.hpp finds modules; the commands begin here, diff_side.hpp with the files of a
// git revision. Must not know: what a command does with a policy, types.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/load.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// The files of policy text that a path names: itself, or all `.sentrail` files of a folder and of
// the folders below it, sorted; names that begin with a dot are left out. For commands that look at
// each file by itself. fails: not_found if there is none, io.
[[nodiscard]] Result<std::vector<std::string>> policy_files(const std::string& path);

// The policies that a path names: itself, or of the files of a folder those that no other one of
// them imports. A module is looked at with the policy that imports it; of modules that import each
// other in a circle and that nothing else imports, the first is one. fails: as policy_files().
[[nodiscard]] Result<std::vector<std::string>> roots_of(const std::string& path,
                                                        const LoadOptions& options);

// The same for sorted files that are somewhere else. cost: parses each.
[[nodiscard]] std::vector<std::string> roots_among(const std::vector<std::string>& files,
                                                   const LoadFrom& from);

// The one policy that a path names. fails: also invalid_argument if there are several.
[[nodiscard]] Result<std::string> root_of(const std::string& path, const LoadOptions& options);

}  // namespace sentrail::compiler
