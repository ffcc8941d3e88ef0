// The table of special networks, and the addresses inside addresses.
//
// Neighbours: address.hpp. Must not know: names, sockets.
#include "runtime/http/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/check.hpp"

namespace sentrail::http {
namespace {

struct Row4 {
  std::uint32_t first;
  unsigned prefix_bits;
  AddressClass address_class;
};

[[nodiscard]] constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Row4 kV4[] = {
    {v4(0, 0, 0, 0), 8, AddressClass::unspecified},
    {v4(10, 0, 0, 0), 8, AddressClass::private_use},
    {v4(100, 64, 0, 0), 10, AddressClass::shared},
    {v4(127, 0, 0, 0), 8, AddressClass::loopback},
    {v4(169, 254, 0, 0), 16, AddressClass::link_local},
    {v4(172, 16, 0, 0), 12, AddressClass::private_use},
    {v4(192, 0, 0, 0), 24, AddressClass::reserved},  // protocol assignments
    {v4(192, 0, 2, 0), 24, AddressClass::documentation},
    {v4(192, 31, 196, 0), 24, AddressClass::reserved},  // AS112
    {v4(192, 52, 193, 0), 24, AddressClass::reserved},  // AMT
    {v4(192, 88, 99, 0), 24, AddressClass::tunnel},     // 6to4 relays
    {v4(192, 168, 0, 0), 16, AddressClass::private_use},
    {v4(192, 175, 48, 0), 24, AddressClass::reserved},  // AS112
    {v4(198, 18, 0, 0), 15, AddressClass::benchmarking},
    {v4(198, 51, 100, 0), 24, AddressClass::documentation},
    {v4(203, 0, 113, 0), 24, AddressClass::documentation},
    {v4(224, 0, 0, 0), 4, AddressClass::multicast},
    {v4(240, 0, 0, 0), 4, AddressClass::reserved},
};

struct Row6 {
  std::array<std::uint8_t, 16> first;
  unsigned prefix_bits;
  AddressClass address_class;
};

constexpr Row6 kV6[] = {
    {{}, 128, AddressClass::unspecified},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, AddressClass::loopback},
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, AddressClass::private_use},  // local NAT64
    {{0x01, 0x00}, 64, AddressClass::reserved},                             // discard
    {{0x20, 0x01, 0x00, 0x00}, 32, AddressClass::tunnel},                   // Teredo
    {{0x20, 0x01, 0x00, 0x02, 0x00, 0x00}, 48, AddressClass::benchmarking},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, AddressClass::documentation},
    {{0x20, 0x01, 0x00, 0x00}, 23, AddressClass::reserved},              // protocol assignments
    {{0x20, 0x02}, 16, AddressClass::tunnel},                            // 6to4
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48, AddressClass::reserved},  // AS112
    {{0x3f, 0xff, 0x00}, 20, AddressClass::documentation},
    {{0x5f, 0x00}, 16, AddressClass::reserved},  // segment routing
    {{0xfc, 0x00}, 7, AddressClass::private_use},
    {{0xfe, 0x80}, 10, AddressClass::link_local},
    {{0xfe, 0xc0}, 10, AddressClass::private_use},  // site-local
    {{0xff, 0x00}, 8, AddressClass::multicast},
    {{0x20, 0x00}, 3, AddressClass::global},
    {{}, 0, AddressClass::reserved},
};

[[nodiscard]] bool same_prefix(const std::uint8_t* a, const std::uint8_t* b,
                               std::size_t bits) noexcept {
  const std::size_t whole = bits / 8;
  if (std::memcmp(a, b, whole) != 0) return false;
  const std::size_t rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xffu << (8 - rest) & 0xffu;
  return (a[whole] & mask) == (b[whole] & mask);
}

[[nodiscard]] AddressClass classify_v4(const std::uint8_t* bytes) noexcept {
  const std::uint32_t address = v4(bytes[0], bytes[1], bytes[2], bytes[3]);
  for (const Row4& row : kV4) {
    if ((address ^ row.first) >> (32 - row.prefix_bits) == 0) return row.address_class;
  }
  return AddressClass::global;
}

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 12> kNat64 = {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

[[nodiscard]] bool begins_with(const IpAddress& address,
                               const std::array<std::uint8_t, 12>& prefix) noexcept {
  return address.is_v6 && std::equal(prefix.begin(), prefix.end(), address.bytes.begin());
}

// `::ffff:a.b.c.d` as a.b.c.d: the kernel connects to the same place.
[[nodiscard]] IpAddress unmapped(const IpAddress& address) noexcept {
  if (!begins_with(address, kMapped)) return address;
  IpAddress inner;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), inner.bytes.begin());
  return inner;
}

}  // namespace

Result<IpAddress> parse_address(std::string_view text) {
  IpAddress address;
  address.is_v6 = text.find(':') != std::string_view::npos;
  const std::string copy(text);
  const bool has_nul = text.find('\0') != std::string_view::npos;
  if (has_nul ||
      inet_pton(address.is_v6 ? AF_INET6 : AF_INET, copy.c_str(), address.bytes.data()) != 1) {
    return fail(Errc::invalid_argument, "not an IP address; write 192.0.2.1 or 2001:db8::1");
  }
  return address;
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* done =
      inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  SENTRAIL_CHECK(done != nullptr);
  return text.data();
}

std::string_view name_of(AddressClass address_class) noexcept {
  switch (address_class) {
    case AddressClass::global:
      return "global";
    case AddressClass::unspecified:
      return "unspecified";
    case AddressClass::loopback:
      return "loopback";
    case AddressClass::private_use:
      return "private";
    case AddressClass::shared:
      return "shared";
    case AddressClass::link_local:
      return "link-local";
    case AddressClass::multicast:
      return "multicast";
    case AddressClass::documentation:
      return "documentation";
    case AddressClass::benchmarking:
      return "benchmarking";
    case AddressClass::tunnel:
      return "tunnel";
    case AddressClass::reserved:
      return "reserved";
  }
  SENTRAIL_UNREACHABLE("AddressClass");
}

AddressClass classify_address(const IpAddress& address) noexcept {
  if (!address.is_v6) return classify_v4(address.bytes.data());
  // NAT64 leads to an IPv4 address, as mapped ones do: that one is what counts.
  if (begins_with(address, kMapped) || begins_with(address, kNat64)) {
    return classify_v4(address.bytes.data() + 12);
  }
  for (const Row6& row : kV6) {
    if (same_prefix(address.bytes.data(), row.first.data(), row.prefix_bits)) {
      return row.address_class;
    }
  }
  SENTRAIL_UNREACHABLE("the last row holds every address");
}

const std::vector<std::string>& private_blocks() {
  static const std::vector<std::string> kBlocks = {"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12",
                                                   "192.168.0.0/16", "::1/128",    "fc00::/7"};
  return kBlocks;
}

Result<AddressBlock> parse_block(std::string_view text) {
  const std::size_t slash = text.find('/');
  AddressBlock block;
  SENTRAIL_ASSIGN_OR_RETURN(block.first, parse_address(text.substr(0, slash)));
  const std::size_t bits_max = block.first.is_v6 ? 128 : 32;
  block.prefix_bits = bits_max;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), block.prefix_bits);
    if (digits.empty() || read.ec != std::errc{} || read.ptr != digits.data() + digits.size() ||
        block.prefix_bits > bits_max) {
      return fail(Errc::invalid_argument, "a block ends with `/` and its number of prefix bits");
    }
  }
  for (std::size_t bit = block.prefix_bits; bit < bits_max; ++bit) {
    if ((block.first.bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
      return fail(Errc::invalid_argument, "a block's bits after its prefix must be zero");
    }
  }
  return block;
}

bool contains(const AddressBlock& block, const IpAddress& address) noexcept {
  const IpAddress plain = unmapped(address);
  return plain.is_v6 == block.first.is_v6 &&
         same_prefix(plain.bytes.data(), block.first.bytes.data(), block.prefix_bits);
}

bool may_connect(const IpAddress& address, std::span<const AddressBlock> declared) noexcept {
  const AddressClass address_class = classify_address(address);
  if (address_class == AddressClass::global) return true;
  if (address_class == AddressClass::unspecified || address_class == AddressClass::multicast) {
    return false;
  }
  return std::any_of(declared.begin(), declared.end(),
                     [&address](const AddressBlock& block) { return contains(block, address); });
}

}  // namespace sentrail::http
