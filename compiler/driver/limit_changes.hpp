// Rules whose limits are not what they were.
//
// Neighbours: diff_command.cpp shows them beside the requests whose effect changes, which `diff`
// finds as if every limit had room. Must not know: requests. Rules are paired by name, limits by
// what they count.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// One limit of one rule, as policy text writes it; empty where it is not there.
struct LimitChange {
  std::string rule;
  std::string before;
  std::string after;
  bool widens = false;  // it is taken away, counts further, or answers less strictly
};

// The changes from one policy to another, by name.
[[nodiscard]] std::vector<LimitChange> limit_changes(const ir::Policy& before,
                                                     const ir::Policy& after);

}  // namespace sentrail::compiler
