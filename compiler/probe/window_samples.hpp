// Instants worth trying with a window of time, or with another instant.
//
// Neighbours: domains.cpp draws from here; wire/zones.hpp knows the clocks. Must not know: rules.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::probe {

// Instants at which the window begins, and the last ones before and the first ones after it, within
// a week in winter and one in summer; as requests say them. None if nobody knows the zone.
[[nodiscard]] std::vector<std::string> samples_of_window(const ir::Operand& window);

// The instant, and the ones just before and just after it.
[[nodiscard]] std::vector<std::string> samples_of_instant(const ir::Operand& instant);

}  // namespace sentrail::compiler::probe
