// Spans of time as policies write them: `90s`, `30m`, `24h`, `7d`.
//
// Neighbours: compiler/check reads them, dumps and explanations write them. Must not know: clocks,
// time zones, what the span is for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sentrail {

// Reads a whole number without leading zeros and one of the units s, m, h and d (24 hours).
// out: milliseconds; nothing if the text is no such span or longer than 64 bits of them.
[[nodiscard]] std::optional<std::int64_t> parse_duration_ms(std::string_view text) noexcept;

// Writes a span in the longest unit that says it exactly, below a second in `ms`.
// REQUIRES: ms >= 0.
[[nodiscard]] std::string print_duration_ms(std::int64_t ms);

}  // namespace sentrail
