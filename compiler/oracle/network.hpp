// Addresses and networks as strings of bits: slow, and plain to see.
//
// Neighbours: atom.cpp compares with it. Must not know: core/addresses.hpp, which it checks.
// source: docs/language.md, section 18.
#pragma once

#include <string>

#include "core/truth.hpp"

namespace sentrail::compiler::oracle {

// Whether a text is an address in a network, or is the single address that stands for one; U if it
// is no address.
[[nodiscard]] Truth is_in_network(const std::string& text, const std::string& network);

}  // namespace sentrail::compiler::oracle
