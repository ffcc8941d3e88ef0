// Which header fields of a request end at the gate: no upstream is sent them, no policy sees them.
//
// Neighbours: http/headers.hpp drops them from what is forwarded, runtime/request from what is
// decided. Must not know: messages. The lists are the documentation of what the gate takes away.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace sentrail {

// Names (lower case) of fields that are about one connection, in either direction.
[[nodiscard]] std::span<const std::string_view> hop_by_hop_names() noexcept;
// Names (lower case, sorted) that a request loses besides: the agent's own credentials, our own
// fields, and those with which a caller could change what the upstream understands.
[[nodiscard]] std::span<const std::string_view> dropped_request_names() noexcept;

// Whether a name, in any case, is one of the gate's own: `x-sentrail-…`.
[[nodiscard]] bool is_gate_header(std::string_view name) noexcept;
// Whether one of `names` is `name`, in any case.
[[nodiscard]] bool is_header_among(std::span<const std::string_view> names,
                                   std::string_view name) noexcept;
// Whether a request's field ends at the gate. in: what the request's Connection fields name; the
// name in any case. cost: linear in the lists.
[[nodiscard]] bool ends_at_gate(std::string_view name,
                                std::span<const std::string_view> connection_options) noexcept;

// Adds the names in the value of a Connection field, which it borrows. source: RFC 9110 §7.6.1
void add_connection_options(std::string_view value, std::vector<std::string_view>& names);

}  // namespace sentrail
