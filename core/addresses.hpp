// Internet addresses and networks: how they are read, written, ordered, and which holds which.
//
// Neighbours: compiler/check reads literals with it, runtime/request and runtime/decide what agents
// call from, program_rows.hpp keeps networks. The oracle has its own. Must not know: sockets, names
// of hosts, zones of interfaces. All of it is total: any text is an address, a network or neither.
// source: RFC 4291 §2.2 and §2.5.5.2, RFC 5952, RFC 4632 §3.1.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sentrail {

// The two kinds of addresses; no address of one is in a network of the other.
enum class AddressFamily : std::uint8_t { v4 = 4, v6 = 6 };

// An address, its bytes as they go over a wire; of v4 the first four, and the others are 0. An IPv6
// address that stands for one of IPv4 (`::ffff:10.0.0.7`) is that one.
struct Address {
  AddressFamily family = AddressFamily::v4;
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Address&, const Address&) = default;
};

// All addresses that begin with the first `prefix` bits of one; a single address has all its bits.
struct Network {
  Address first;
  std::uint8_t prefix = 0;

  friend auto operator<=>(const Network&, const Network&) = default;
};

// How many bits addresses of a family have.
[[nodiscard]] constexpr std::uint8_t bits_of(AddressFamily family) noexcept {
  return family == AddressFamily::v4 ? 32 : 128;
}

// Reads `10.0.0.7` or `2001:db8::7`: four decimal numbers without leading zeros, or RFC 4291 §2.2
// in any spelling, without a zone. Nothing for anything else. cost: constant; never allocates.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text) noexcept;

// Reads an address, or one and behind a `/` the number of its first bits that count, as written:
// bits behind them may be set. Networks of IPv4 addresses in IPv6 are those of IPv4.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text) noexcept;

// The one way to write an address or a network: lower case, the longest run of zeros as `::`.
// source: RFC 5952 §4.
[[nodiscard]] std::string format_address(const Address& address);
// A network of one address is written as the address.
[[nodiscard]] std::string format_network(const Network& network);

// The network of the same prefix with no bit set behind it.
[[nodiscard]] Network without_host_bits(const Network& network) noexcept;

// The last address of a network. REQUIRES: no bit is set behind the prefix.
[[nodiscard]] Address last_of(const Network& network) noexcept;

// The address one above or below; nothing at the ends of a family. Of IPv6 it may be a mapped one.
[[nodiscard]] std::optional<Address> after(const Address& address) noexcept;
[[nodiscard]] std::optional<Address> before(const Address& address) noexcept;

// Whether an address is in a network, bits behind its prefix left out.
[[nodiscard]] bool holds(const Network& network, const Address& address) noexcept;

// Whether an address is one of IPv4 within IPv6, as no Address is that was read.
[[nodiscard]] bool is_mapped(const Address& address) noexcept;

}  // namespace sentrail
