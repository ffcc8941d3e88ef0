// Which header fields of a call reach the upstream, and the one canonical form they are hashed in.
//
// Neighbours: core/gate_headers.hpp has what a request loses; binding.hpp hashes the canonical
// list, the gateway forwards the filtered one, the codec in runtime/http reads and writes the
// bytes. Must not know: sockets, credentials' values. The rules are written down for others to
// re-implement in docs/approval_hash.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace sentrail::approvals {

// A header field: a name and the value without surrounding blanks. Also carries other named
// values that are bound in the same form, such as preconditions.
struct HeaderField {
  std::string name;
  std::string value;

  friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

// Tells whether a field of that name never reaches an upstream: hop-by-hop fields, those the gate
// writes itself (host, content-length), the agent's own credentials, and fields meant for the gate.
// Names are compared as is_same_header() does. source: RFC 9110 §7.6.1.
[[nodiscard]] bool is_never_forwarded(std::string_view name) noexcept;

// Selects the fields to forward, in their order and spelling: all but those never forwarded, those
// that a `Connection` field names, and `injected` ones, which the gate sets from its own secrets.
[[nodiscard]] std::vector<HeaderField> forwarded_headers(
    std::span<const HeaderField> received, std::span<const std::string_view> injected);

// Brings fields into the canonical form: names in lower case, values trimmed of blanks and tabs,
// sorted by name, repeated names kept in their order.
// fails: invalid_argument if a name is no token or a value holds NUL, CR or LF.
[[nodiscard]] Result<std::vector<HeaderField>> canonical_headers(
    std::span<const HeaderField> fields);

// Tells whether a list is exactly what canonical_headers() returns.
[[nodiscard]] bool is_canonical(std::span<const HeaderField> fields) noexcept;

}  // namespace sentrail::approvals
