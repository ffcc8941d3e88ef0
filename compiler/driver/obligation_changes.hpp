// Rules that oblige to something else than before.
//
// Neighbours: diff_command.cpp shows them beside the requests whose effect changes. Must not know:
// requests. Rules are paired by name: what is proved of effects is not proved of obligations.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// One rule, `also` rules included, with what it obliges to as policy text writes it; `nothing`
// where it does not, and where there is no such rule.
struct ObligationChange {
  std::string rule;
  std::string before;
  std::string after;
  bool widens = false;  // some obligation is there no more
};

// The changes from one policy to another, by name. cost: linear, but for sorting names.
[[nodiscard]] std::vector<ObligationChange> obligation_changes(const ir::Policy& before,
                                                               const ir::Policy& after);

}  // namespace sentrail::compiler
