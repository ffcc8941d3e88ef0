// When rules end.
//
// Neighbours: rules.cpp reads what is written, the driver asks what has ended. Must not know: what
// a rule says. The one place of the checker where the day matters.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/check/context.hpp"
#include "core/time.hpp"

namespace sentrail::compiler {

// Reports every rule whose end has come. out: whether there is none.
// source: docs/language.md, L10.17.
[[nodiscard]] bool check_ends(const ir::Policy& policy, Instant now, DiagnosticSink& sink);

namespace checking {

// The first millisecond after the day that `until` names, in UTC; nothing if it names none.
[[nodiscard]] std::optional<std::int64_t> check_until(Context& context, const Literal& until);

}  // namespace checking
}  // namespace sentrail::compiler
