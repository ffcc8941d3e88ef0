// Addresses worth trying with a network.
//
// Neighbours: domains.cpp draws from here; core/addresses.hpp does the arithmetic. Must not know:
// rules.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sentrail::compiler::probe {

// The first and the last address of a network, and those beside it that are there.
[[nodiscard]] std::vector<std::string> samples_of_network(std::string_view network);

}  // namespace sentrail::compiler::probe
