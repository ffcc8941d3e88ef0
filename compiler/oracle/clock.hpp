// When a request is decided, and what the clocks of a place show then.
//
// Neighbours: atom.cpp and oracle.cpp ask; clock.cpp alone includes the time zone library. Must not
// know: how engines keep zones. source: docs/language.md, section 16.
#pragma once

#include <cstdint>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "core/truth.hpp"

namespace sentrail::compiler::oracle {

// The instant for the ends of rules, in milliseconds since 1970 UTC. source: L8.13, L16.7.
[[nodiscard]] std::int64_t instant_of(const Request& request);

// Whether the instant of a request is in a window. source: L16.3 to L16.6.
[[nodiscard]] Truth is_in_window(const Request& request, const ir::Operand& window);

// Whether the instant of a request is before or after another, as the operator says. source: L16.9.
[[nodiscard]] Truth is_ordered_to(const Request& request, ir::AtomOp op,
                                  const ir::Operand& instant);

}  // namespace sentrail::compiler::oracle
