// Networks that lie in each other and apart, and addresses around their ends. See
// random_address.hpp.
#include "tests/support/random_address.hpp"

#include <array>
#include <cctype>

#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kNetworks = {
    "0.0.0.0/0"sv,         "10.0.0.0/8"sv,        "10.0.0.0/9"sv, "10.1.0.0/16"sv,
    "10.128.0.0/9"sv,      "192.0.2.0/24"sv,      "::/0"sv,       "::/64"sv,
    "2001:db8::/32"sv,     "2001:db8:0:1::/64"sv, "fe80::/10"sv,  "8000::/1"sv,
    "255.255.255.254/31"sv};
constexpr std::array kAddresses = {"10.0.0.0"sv,
                                   "10.0.0.7"sv,
                                   "10.1.2.3"sv,
                                   "10.127.255.255"sv,
                                   "10.128.0.0"sv,
                                   "9.255.255.255"sv,
                                   "11.0.0.0"sv,
                                   "192.0.2.1"sv,
                                   "0.0.0.0"sv,
                                   "255.255.255.255"sv,
                                   "::"sv,
                                   "::1"sv,
                                   "2001:db8::7"sv,
                                   "2001:db9::"sv,
                                   "2001:db8:0:1::1"sv,
                                   "fe80::1"sv,
                                   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"sv};
constexpr std::array kOdd = {"::ffff:10.0.0.7"sv, "2001:0DB8::0:7"sv, "10.0.0.07"sv, "10.0.0.7/8"sv,
                             "fe80::1%eth0"sv,    "1::2::3"sv,        ""sv,          "somewhere"sv};

std::size_t below(Random& random, std::size_t count) {
  return static_cast<std::size_t>(random() % count);
}

}  // namespace

compiler::ir::Operand random_network(Random& random) {
  if (below(random, 3) == 0) return random_address(random);
  return network(kNetworks[below(random, kNetworks.size())]);
}

compiler::ir::Operand random_address(Random& random) {
  return network(kAddresses[below(random, kAddresses.size())]);
}

std::string_view random_address_text(Random& random) {
  if (below(random, 12) == 0) return kOdd[below(random, kOdd.size())];
  return kAddresses[below(random, kAddresses.size())];
}

std::string written_network(Random& random, const compiler::ir::Operand& operand) {
  const std::string& text = operand.text;
  const std::size_t slash = text.find('/');
  const bool v4 = text.find(':') == std::string::npos;
  std::string out = text;
  switch (below(random, 4)) {
    case 0:  // in capitals
      for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      return out;
    case 1: {  // as a part of IPv6, and with a prefix of all bits
      const std::size_t prefix =
          slash == std::string::npos ? (v4 ? 32 : 128) : std::stoul(text.substr(slash + 1));
      return (v4 ? "::ffff:" : "") + text.substr(0, slash) + "/" +
             std::to_string(prefix + (v4 ? 96 : 0));
    }
    default:
      return out;
  }
}

}  // namespace sentrail::support
