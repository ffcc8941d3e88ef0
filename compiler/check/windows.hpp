// Windows of local time, and the instants that `time` is compared with and that tests give.
//
// Neighbours: conditions.cpp and tests.cpp ask; wire/zones.hpp knows the zones. Must not know: what
// a clock shows. source: docs/language.md, section 16.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/check/context.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// The window that stands right of `in`; reports what is wrong with it.
[[nodiscard]] std::optional<ir::Operand> window_of(Context& context, const Operand& operand);

// Reports a window beside something that is not `time`.
void report_misplaced_window(Context& context, const std::string& name, Span window);

// The instant since 1970 that a text names, as IR has it: RFC 3339, or a day, which begins at 00:00
// UTC. Nothing if it names none.
[[nodiscard]] std::optional<std::string> instant_named(std::string_view text);

// The first instant that there is, before which no decision is made.
[[nodiscard]] std::string first_instant();

// Whether a range is one of instants. Elsewhere it is one of numbers.
[[nodiscard]] bool holds_instants(const Literal& literal);

// An entry that `time` may be in: a range of instants, its first in `text` and the first behind it
// in `upper`. Policies have no such operand: who asks writes two comparisons. Reports what is none.
[[nodiscard]] std::optional<ir::Operand> range_of_instants(Context& context,
                                                           const Literal& literal);

// What `time` is compared with; reports what is no instant.
[[nodiscard]] std::optional<ir::Operand> instant_operand(Context& context, const Literal& literal);

// The JSON text of an instant that a test gives; reports what is none.
[[nodiscard]] std::optional<std::string> instant_of(Context& context, const Literal& literal);

}  // namespace sentrail::compiler::checking
