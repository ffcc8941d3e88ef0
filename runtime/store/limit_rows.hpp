// The rows of limits: parts of windows by the instant when they are gone, and the charges of held
// calls.
//
// Neighbours: staging_limits.cpp writes them, kv_store_limits.cpp reads them, scrub.cpp looks at
// them. Must not know: transactions, who charges. source: docs/store_format.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/limit_records.hpp"

namespace sentrail::store {

// Bytes of a part's key, and of its value.
inline constexpr std::size_t kPartKeyBytes = kKeyHeadBytes + 8 + 8 + 16 + 32;
inline constexpr std::size_t kPartBytes = 16;

// Parts that a window has.
inline constexpr std::int64_t kWindowParts = 60;
// Times of limits, and of the clocks beside them, lie within this on both sides of 0: no machine
// comes there, and sums of a few of them do not overflow.
inline constexpr std::int64_t kLimitTimeMsMax = std::int64_t{1} << 53;

// Why no limit charges so; nothing if one may. What says so on disk is corrupt.
[[nodiscard]] std::optional<std::string_view> fault_of(const ChargedCounter& charged) noexcept;

// The key of a part, and where the parts begin that are gone at an instant or later.
[[nodiscard]] Key part_key(const Uuid& workspace_id, const ChargedCounter& charged);
[[nodiscard]] Key part_key(const WindowPart& part);
[[nodiscard]] std::string parts_from(std::int64_t gone_ms);
// A sum and an amount, no further than a part's value is wide. REQUIRES: amount >= 0.
[[nodiscard]] WindowPart::Sum add_amount(WindowPart::Sum sum, std::int64_t amount) noexcept;
// Its value, and back. fails: corrupt.
[[nodiscard]] std::string part_value(WindowPart::Sum sum);
[[nodiscard]] Result<WindowPart::Sum> part_sum(std::string_view value);
// Key and value as what they say. fails: corrupt, also where no limit could have written them;
// records also as decode_record().
[[nodiscard]] Result<WindowPart> read_part(std::string_view key, std::string_view value);
[[nodiscard]] Result<Charges> read_held(std::string_view key, std::string_view value);
[[nodiscard]] Result<LimitClock> read_limit_clock(std::string_view value);

// The row of a held call's charges, and that of the clock.
[[nodiscard]] Key charges_key(const Uuid& workspace_id, const Uuid& correlation_id);
[[nodiscard]] Key limit_clock_key();

}  // namespace sentrail::store
