// Addresses and networks that stand beside an address.
//
// Neighbours: operands.cpp asks; core/addresses.hpp reads them. Must not know: who calls from
// where. source: docs/language.md, section 18.
#pragma once

#include <optional>
#include <string>

#include "compiler/check/context.hpp"
#include "compiler/check/operands.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// What a string beside an address names; reports what is neither address nor network, a network
// with bits behind its prefix, and one where a single address stands. REQUIRES: a string.
[[nodiscard]] std::optional<ir::Operand> network_of(Context& context, const Literal& literal,
                                                    Place place);

// Reports a network without brackets beside something that is no address.
void report_misplaced_network(Context& context, const std::string& name, const Literal& literal);

}  // namespace sentrail::compiler::checking
