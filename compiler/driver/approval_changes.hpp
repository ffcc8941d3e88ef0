// Rules that ask other people than before, or give them another time.
//
// Neighbours: diff_command.cpp shows them beside the requests whose effect changes. Must not know:
// requests. Rules are paired by name: what is proved of effects is not proved of approvals.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// One rule, or `default`, as policy text writes what it asks for; `as usual` for one reviewer in
// the server's time, and where there is no such rule.
struct ApprovalChange {
  std::string rule;
  std::string before;
  std::string after;
};

// The changes from one policy to another, by name. Empty means that no rule asks for anything but
// what the rule of its name asked for. cost: linear, but for sorting names.
[[nodiscard]] std::vector<ApprovalChange> approval_changes(const ir::Policy& before,
                                                           const ir::Policy& after);

}  // namespace sentrail::compiler
