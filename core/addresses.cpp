// Digit by digit, and group by group. See addresses.hpp.
#include "core/addresses.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/limits.hpp"

namespace sentrail {
namespace {

constexpr std::size_t kGroups = 8;
constexpr std::uint8_t kMappedBits = 96;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// A whole number of at most `digits` digits without leading zeros, up to `most`; taken off `text`.
std::optional<std::uint32_t> take_number(std::string_view& text, std::size_t digits,
                                         std::uint32_t most) noexcept {
  std::size_t length = 0;
  std::uint32_t value = 0;
  while (length < text.size() && is_digit(text[length])) {
    if (length == digits) return std::nullopt;
    value = 10 * value + static_cast<std::uint32_t>(text[length++] - '0');
  }
  if (length == 0 || value > most || (length > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

// Four numbers joined by dots, and nothing behind them.
std::optional<std::array<std::uint8_t, 4>> read_v4(std::string_view text) noexcept {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto number = take_number(text, 3, 255);
    if (!number) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*number);
  }
  if (!text.empty()) return std::nullopt;
  return bytes;
}

std::optional<std::uint32_t> hex_of(char c) noexcept {
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A' + 10);
  return std::nullopt;
}

// One to four hexadecimal digits, taken off `text`.
std::optional<std::uint16_t> take_group(std::string_view& text) noexcept {
  std::uint32_t value = 0;
  std::size_t length = 0;
  while (length < text.size() && length < 4) {
    const auto digit = hex_of(text[length]);
    if (!digit) break;
    value = value << 4 | *digit;
    ++length;
  }
  if (length == 0) return std::nullopt;
  text.remove_prefix(length);
  return static_cast<std::uint16_t>(value);
}

// Groups as they are read, and where `::` stood.
struct Groups {
  std::array<std::uint16_t, kGroups> values{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;

  bool add(std::uint16_t value) noexcept {
    if (count == kGroups) return false;
    values[count++] = value;
    return true;
  }
};

// The last two groups may be written as an IPv4 address.
bool read_tail(std::string_view text, Groups& groups) noexcept {
  const auto v4 = read_v4(text);
  if (!v4) return false;
  const auto pair = [&](std::size_t at) {
    return static_cast<std::uint16_t>((*v4)[at] << 8 | (*v4)[at + 1]);
  };
  return groups.add(pair(0)) && groups.add(pair(2));
}

// `::` stands for one group at least. source: RFC 4291 §2.2.
bool is_whole(const Groups& groups) noexcept {
  return groups.gap ? groups.count < kGroups : groups.count == kGroups;
}

bool read_groups(std::string_view text, Groups& groups) noexcept {
  if (text.starts_with("::")) {
    groups.gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    // A dot before the next colon: what is left is an IPv4 address.
    if (text.substr(0, text.find(':')).find('.') != std::string_view::npos) {
      return read_tail(text, groups) && is_whole(groups);
    }
    const auto group = take_group(text);
    if (!group || !groups.add(*group)) return false;
    if (text.empty()) break;
    if (!text.starts_with(':')) return false;
    text.remove_prefix(1);
    if (!text.starts_with(':')) {
      if (text.empty()) return false;  // one colon ends nothing
      continue;
    }
    if (groups.gap) return false;
    groups.gap = groups.count;
    text.remove_prefix(1);
  }
  return is_whole(groups);
}

std::optional<Address> read_v6(std::string_view text) noexcept {
  Groups groups;
  if (!read_groups(text, groups)) return std::nullopt;
  Address address;
  address.family = AddressFamily::v6;
  const std::size_t before = groups.gap.value_or(groups.count);
  for (std::size_t i = 0; i < groups.count; ++i) {
    const std::size_t at = i < before ? i : kGroups - groups.count + i;
    address.bytes[2 * at] = static_cast<std::uint8_t>(groups.values[i] >> 8);
    address.bytes[2 * at + 1] = static_cast<std::uint8_t>(groups.values[i] & 0xff);
  }
  return address;
}

// An address as its family has it, mapped ones still of IPv6.
std::optional<Address> read_plain(std::string_view text) noexcept {
  if (text.size() > limits::kAddressBytesMax) return std::nullopt;
  if (text.find(':') != std::string_view::npos) return read_v6(text);
  const auto v4 = read_v4(text);
  if (!v4) return std::nullopt;
  Address address;
  std::ranges::copy(*v4, address.bytes.begin());
  return address;
}

Address unmapped(const Address& address) noexcept {
  if (!is_mapped(address)) return address;
  Address v4;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), v4.bytes.begin());
  return v4;
}

// What of the byte at `index` is in the first `prefix` bits.
std::uint8_t mask_of(std::size_t index, std::uint8_t prefix) noexcept {
  const std::size_t bits =
      std::min<std::size_t>(prefix - std::min<std::size_t>(prefix, 8 * index), std::size_t{8});
  return static_cast<std::uint8_t>(0xff00u >> bits & 0xffu);
}

// The longest run of at least two zero groups, the first of several. source: RFC 5952 §4.2.
std::pair<std::size_t, std::size_t> longest_zeros(
    const std::array<std::uint16_t, kGroups>& groups) noexcept {
  std::pair<std::size_t, std::size_t> best{kGroups, kGroups};
  std::size_t length = 1;
  for (std::size_t begin = 0; begin < kGroups; ++begin) {
    std::size_t end = begin;
    while (end < kGroups && groups[end] == 0) ++end;
    if (end - begin > length) {
      best = {begin, end};
      length = end - begin;
    }
  }
  return best;
}

}  // namespace

bool is_mapped(const Address& address) noexcept {
  if (address.family != AddressFamily::v6) return false;
  const auto zeros = address.bytes.begin() + 10;
  return std::all_of(address.bytes.begin(), zeros, [](std::uint8_t b) { return b == 0; }) &&
         address.bytes[10] == 0xff && address.bytes[11] == 0xff;
}

std::optional<Address> parse_address(std::string_view text) noexcept {
  const auto read = read_plain(text);
  if (!read) return std::nullopt;
  return unmapped(*read);
}

std::optional<Network> parse_network(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const auto read = read_plain(text.substr(0, slash));
  if (!read) return std::nullopt;
  Network network{*read, bits_of(read->family)};
  if (slash != std::string_view::npos) {
    std::string_view digits = text.substr(slash + 1);
    const auto prefix = take_number(digits, 3, network.prefix);
    if (!prefix || !digits.empty()) return std::nullopt;
    network.prefix = static_cast<std::uint8_t>(*prefix);
  }
  if (is_mapped(network.first) && network.prefix >= kMappedBits) {
    network.first = unmapped(network.first);
    network.prefix = static_cast<std::uint8_t>(network.prefix - kMappedBits);
  }
  return network;
}

std::string format_address(const Address& address) {
  std::string out;
  if (address.family == AddressFamily::v4) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) out += '.';
      out += std::to_string(address.bytes[i]);
    }
    return out;
  }
  std::array<std::uint16_t, kGroups> groups{};
  for (std::size_t i = 0; i < kGroups; ++i) {
    groups[i] = static_cast<std::uint16_t>(address.bytes[2 * i] << 8 | address.bytes[2 * i + 1]);
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto [gap, gap_end] = longest_zeros(groups);
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (i == gap) {
      out += "::";
      i = gap_end - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    bool started = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const auto digit = static_cast<std::size_t>(groups[i] >> shift & 0xf);
      started = started || digit != 0 || shift == 0;
      if (started) out += kHex[digit];
    }
  }
  return out;
}

std::string format_network(const Network& network) {
  const std::string address = format_address(network.first);
  if (network.prefix == bits_of(network.first.family)) return address;
  return address + "/" + std::to_string(network.prefix);
}

Network without_host_bits(const Network& network) noexcept {
  Network cleared = network;
  for (std::size_t i = 0; i < cleared.first.bytes.size(); ++i) {
    cleared.first.bytes[i] =
        static_cast<std::uint8_t>(cleared.first.bytes[i] & mask_of(i, network.prefix));
  }
  return cleared;
}

Address last_of(const Network& network) noexcept {
  Address last = network.first;
  const std::size_t size = bits_of(last.family) / 8u;
  for (std::size_t i = 0; i < size; ++i) {
    last.bytes[i] = static_cast<std::uint8_t>(last.bytes[i] | (0xff & ~mask_of(i, network.prefix)));
  }
  return last;
}

std::optional<Address> after(const Address& address) noexcept {
  Address next = address;
  for (std::size_t i = bits_of(address.family) / 8u; i-- > 0;) {
    if (++next.bytes[i] != 0) return next;
  }
  return std::nullopt;
}

std::optional<Address> before(const Address& address) noexcept {
  Address next = address;
  for (std::size_t i = bits_of(address.family) / 8u; i-- > 0;) {
    if (next.bytes[i]-- != 0) return next;
  }
  return std::nullopt;
}

bool holds(const Network& network, const Address& address) noexcept {
  if (network.first.family != address.family) return false;
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    const std::uint8_t mask = mask_of(i, network.prefix);
    if (((network.first.bytes[i] ^ address.bytes[i]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace sentrail
