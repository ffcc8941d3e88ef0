// Random networks, the addresses to try them with, and how they are written.
//
// Neighbours: random_policy.cpp and written_policy.cpp put them into policies and requests. Must
// not know: the arithmetic of addresses.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// A network, or one address of those that networks hold and that stand at their ends.
[[nodiscard]] compiler::ir::Operand random_network(Random& random);
[[nodiscard]] compiler::ir::Operand random_address(Random& random);

// What a request may have in the place of an address; now and then it is none, or is written in
// another way than the one.
[[nodiscard]] std::string_view random_address_text(Random& random);

// One of the ways to write an address or network.
[[nodiscard]] std::string written_network(Random& random, const compiler::ir::Operand& operand);

}  // namespace sentrail::support
