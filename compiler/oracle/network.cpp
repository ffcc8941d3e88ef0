// Cut into parts, each part written in twos. See network.hpp.
#include "compiler/oracle/network.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace sentrail::compiler::oracle {
namespace {

std::vector<std::string> parts_of(const std::string& text, char between) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == between) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// The digits of a number in some base, as so many bits; nothing if one is no digit, there is none
// or there are too many.
std::optional<std::string> bits_of_number(const std::string& digits, unsigned base,
                                          std::size_t digits_max, std::size_t bits) {
  const std::string all = "0123456789abcdefABCDEF";
  if (digits.empty() || digits.size() > digits_max) return std::nullopt;
  unsigned value = 0;
  for (const char c : digits) {
    std::size_t digit = all.find(c);
    if (digit == std::string::npos) return std::nullopt;
    if (digit >= 16) digit -= 6;
    if (digit >= base) return std::nullopt;
    value = value * base + static_cast<unsigned>(digit);
  }
  std::string out;
  for (std::size_t i = 0; i < bits; ++i) {
    out.insert(out.begin(), value % 2 == 1 ? '1' : '0');
    value /= 2;
  }
  return value == 0 ? std::optional(out) : std::nullopt;
}

// L18.2.
std::optional<std::string> bits_of_v4(const std::string& text) {
  const std::vector<std::string> parts = parts_of(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::string bits;
  for (const std::string& part : parts) {
    const auto number = bits_of_number(part, 10, 3, 8);
    if (!number || (part.size() > 1 && part[0] == '0')) return std::nullopt;
    bits += *number;
  }
  return bits;
}

// Groups joined by colons, none of an empty text; the last may be IPv4 where it ends an address.
std::optional<std::string> bits_of_groups(const std::string& text, bool ends_address) {
  if (text.empty()) return "";
  const std::vector<std::string> parts = parts_of(text, ':');
  std::string bits;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto group = bits_of_number(parts[i], 16, 4, 16);
    if (!group && ends_address && i + 1 == parts.size()) group = bits_of_v4(parts[i]);
    if (!group) return std::nullopt;
    bits += *group;
  }
  return bits;
}

// L18.3.
std::optional<std::string> bits_of_v6(const std::string& text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string::npos) {
    const auto bits = bits_of_groups(text, true);
    return bits && bits->size() == 128 ? bits : std::nullopt;
  }
  const auto before = bits_of_groups(text.substr(0, gap), false);
  const auto after = bits_of_groups(text.substr(gap + 2), true);
  if (!before || !after || before->size() + after->size() > 112) return std::nullopt;
  return *before + std::string(128 - before->size() - after->size(), '0') + *after;
}

// The 32 or 128 bits of an address. source: L18.2 to L18.4.
std::optional<std::string> bits_of_address(const std::string& text) {
  if (text.find(':') == std::string::npos) return bits_of_v4(text);
  const auto bits = bits_of_v6(text);
  const std::string mapped = std::string(80, '0') + std::string(16, '1');
  if (bits && bits->substr(0, 96) == mapped) return bits->substr(96);
  return bits;
}

}  // namespace

Truth is_in_network(const std::string& text, const std::string& network) {
  const auto bits = bits_of_address(text);
  const std::vector<std::string> parts = parts_of(network, '/');
  const auto first = bits_of_address(parts[0]);
  if (!bits || !first) return Truth::u;
  const std::size_t prefix = parts.size() > 1 ? std::stoul(parts[1]) : first->size();
  return certain(bits->size() == first->size() &&
                 bits->substr(0, prefix) == first->substr(0, prefix));
}

}  // namespace sentrail::compiler::oracle
