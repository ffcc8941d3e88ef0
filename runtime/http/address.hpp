// Which network an IP address belongs to, so that a gate is no way into the house (SSRF).
//
// Neighbours: server/upstream.cpp asks before it connects, configuration declares exceptions. Must
// not know: names, sockets. Only addresses that are globally reachable pass without being declared;
// what hides another address inside (mapped, NAT64, tunnels) is judged by what it hides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace sentrail::http {

// An IPv4 or IPv6 address in network order; IPv4 lies in the first four bytes.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v6 = false;

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// Reads `192.0.2.1` or `2001:db8::1`; no zones, no octal, no shortened IPv4.
// fails  invalid_argument
[[nodiscard]] Result<IpAddress> parse_address(std::string_view text);
// The canonical spelling.
[[nodiscard]] std::string to_string(const IpAddress& address);

// What kind of network an address is in. Only `global` is public.
enum class AddressClass : std::uint8_t {
  global,
  unspecified,    // 0.0.0.0/8, ::
  loopback,       // 127.0.0.0/8, ::1
  private_use,    // RFC 1918, fc00::/7, fec0::/10, 64:ff9b:1::/48
  shared,         // 100.64.0.0/10, behind a carrier's NAT
  link_local,     // 169.254.0.0/16 (cloud metadata), fe80::/10
  multicast,      // 224.0.0.0/4, ff00::/8
  documentation,  // 192.0.2.0/24 and its like
  benchmarking,   // 198.18.0.0/15, 2001:2::/48
  tunnel,         // 6to4, Teredo: the packet goes where we cannot see
  reserved,       // everything else that is not assigned for use
};

// Stable lower-case name, for messages.
[[nodiscard]] std::string_view name_of(AddressClass address_class) noexcept;

// Classifies an address. source: IANA's special-purpose registries, RFC 6890 and RFC 4291
[[nodiscard]] AddressClass classify_address(const IpAddress& address) noexcept;

// A block of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
struct AddressBlock {
  IpAddress first;
  std::size_t prefix_bits = 0;
};

// The blocks, as text, that an upstream declared to be at a private address may be in: one's own
// machine and networks. Link-local addresses, where clouds serve credentials, stay refused.
// source: RFC 6890.
[[nodiscard]] const std::vector<std::string>& private_blocks();

// Reads a block; bits after the prefix must be zero. fails  invalid_argument
[[nodiscard]] Result<AddressBlock> parse_block(std::string_view text);
// Whether the block holds the address; `::ffff:a.b.c.d` counts as a.b.c.d.
[[nodiscard]] bool contains(const AddressBlock& block, const IpAddress& address) noexcept;

// Whether a connection to the address is allowed: it is global, or a declared block holds it.
// Unspecified and multicast addresses never are.
[[nodiscard]] bool may_connect(const IpAddress& address,
                               std::span<const AddressBlock> declared) noexcept;

}  // namespace sentrail::http
