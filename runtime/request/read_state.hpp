// The state that a request for `sentrailc eval` brings with it: what limits already hold.
//
// Neighbours: read_requests.hpp reads the request itself. Must not know: policy: limits are named
// as they are written. source: docs/request_format.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace sentrail::request {

// What one limit holds.
struct GivenCount {
  std::string rule;         // as written: `RULE`, `TIER.RULE` or `MODULE.TIER.RULE`
  std::uint32_t limit = 1;  // from 1, in the order of the text
  std::int64_t units = 0;   // millionths
};

// What a request brings with it beside itself.
struct GivenState {
  std::vector<GivenCount> used;
};

// Reads `state` of a request, as `{"state": {"used": {"rule#1": 3}}}`.
// fails: invalid_argument for what the format does not allow.
[[nodiscard]] Result<GivenState> read_state(std::string_view json);

}  // namespace sentrail::request
