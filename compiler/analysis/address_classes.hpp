// The finite partition of all addresses by the networks that they are compared with.
//
// Neighbours: core/addresses.hpp (the arithmetic), scalar_classes.cpp. Must not know: attributes.
// source: docs/language.md, section 18.
#pragma once

#include <vector>

#include "core/addresses.hpp"

namespace sentrail::compiler::analysis {

// One address for each way in which an address can be in some networks and not in the others,
// ascending; for being in none one of a documentation network where that is in none. Networks lie
// apart or one in another, so what an address is in follows from the smallest.
// REQUIRES: no bit is set behind a prefix. cost: n log n.
[[nodiscard]] std::vector<Address> address_classes(std::vector<Network> networks);

}  // namespace sentrail::compiler::analysis
