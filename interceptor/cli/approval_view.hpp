// A held call as a person sees it: complete, never cut.
//
// Neighbours: approval_commands.cpp, approval_decisions.cpp. Must not know: what is decided.
#pragma once

#include "core/json.hpp"
#include "interceptor/cli/context.hpp"

namespace sentrail::cli {

// The call in an answer about one.
[[nodiscard]] JsonValue approval_of(const Answer& answer);

// Prints a call, with what would be sent if the answer has it.
void print_approval(JsonValue approval);

}  // namespace sentrail::cli
