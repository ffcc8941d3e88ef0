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

// Whether two names are one to some upstream: in any case, and with `_` for `-`, because CGI, WSGI
// and Rack hand `X_Forwarded_For` and `X-Forwarded-For` on by the same name.
// source: RFC 3875 §4.1.18
[[nodiscard]] bool is_same_header(std::string_view a, std::string_view b) noexcept;
// Whether a name is one of the gate's own: `x-sentrail-…`, compared as above.
[[nodiscard]] bool is_gate_header(std::string_view name) noexcept;
// Whether one of `names` is `name`, compared as above.
[[nodiscard]] bool is_header_among(std::span<const std::string_view> names,
                                   std::string_view name) noexcept;
// Whether a request's field ends at the gate, names compared as above. in: what the request's
// Connection fields name. cost: linear in the lists.
[[nodiscard]] bool ends_at_gate(std::string_view name,
                                std::span<const std::string_view> connection_options) noexcept;

// Adds the names in the value of a Connection field, which it borrows. source: RFC 9110 §7.6.1
void add_connection_options(std::string_view value, std::vector<std::string_view>& names);

}  // namespace sentrail
