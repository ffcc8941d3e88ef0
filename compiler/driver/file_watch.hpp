// Does something whenever a policy, one of its modules, a catalog or a lock is saved.
//
// Neighbours: watch_command.cpp and test_command.cpp say what. Must not know: what is done.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/driver/output.hpp"

namespace sentrail::compiler {

// What is done at first and after every save. out: the files of policy text that it read.
using OnSave = std::function<std::vector<std::string>()>;

// Watches the folder of a policy, or a folder of policies, until it is gone. Prints text, and
// refuses another format. out: an exit code.
[[nodiscard]] int watch_policy(const std::string& path, const OutputOptions& output,
                               const OnSave& on_save);

}  // namespace sentrail::compiler
