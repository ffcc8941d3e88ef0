// The classes of addresses: each way to be in some networks and not in others, once.
#include "compiler/analysis/address_classes.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace sentrail::compiler::analysis {
namespace {

std::string classes(const std::vector<std::string>& texts) {
  std::vector<Network> networks;
  for (const std::string& text : texts) networks.push_back(*parse_network(text));
  std::string out;
  for (const Address& one : address_classes(networks)) {
    out += (out.empty() ? "" : " ") + format_address(one);
  }
  return out;
}

TEST(AddressClasses, AreOneForEachNetworkAndOneForNone) {
  EXPECT_EQ(classes({}), "192.0.2.1");
  EXPECT_EQ(classes({"10.0.0.0/8"}), "10.0.0.0 192.0.2.1");
  EXPECT_EQ(classes({"192.0.0.0/8"}), "0.0.0.0 192.0.0.0");
  EXPECT_EQ(classes({"10.0.0.0/8", "10.0.0.0/16", "10.0.0.7"}),
            "10.0.0.0 10.0.0.7 10.1.0.0 192.0.2.1");
}

TEST(AddressClasses, LeaveOutWhatIsFullOfOthers) {
  EXPECT_EQ(classes({"10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9"}), "10.0.0.0 10.128.0.0 192.0.2.1");
  EXPECT_EQ(classes({"0.0.0.0/0"}), "0.0.0.0 ::");
  EXPECT_EQ(classes({"0.0.0.0/0", "::/0"}), "0.0.0.0 ::");
}

// L18.4: no value is of IPv4 within IPv6.
TEST(AddressClasses, KnowThatMappedAddressesAreNone) {
  EXPECT_EQ(classes({"::/96", "::fffe:0:0/95"}), "192.0.2.1 :: ::fffe:0:0");
  EXPECT_EQ(classes({"::fffe:0:0/95", "::fffe:0:0/96"}), "192.0.2.1 ::fffe:0:0");
}

TEST(AddressClasses, KnowEveryWay) {
  std::mt19937 random(20261122);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Network> networks;
    for (std::size_t i = random() % 6; i > 0; --i) {
      Network one;
      const bool v4 = random() % 2 == 0;
      one.first.family = v4 ? AddressFamily::v4 : AddressFamily::v6;
      one.first.bytes[v4 ? 2 : 15] = static_cast<std::uint8_t>(random() % 4);
      one.first.bytes[v4 ? 3 : 0] = static_cast<std::uint8_t>(random() % 4 * 64);
      one.prefix = static_cast<std::uint8_t>(random() % (bits_of(one.first.family) + 1u));
      networks.push_back(without_host_bits(one));
    }
    const auto way_of = [&](const Address& address) {
      std::string way;
      for (const Network& one : networks) way += holds(one, address) ? 't' : 'f';
      return way;
    };
    std::set<std::string> ways;
    for (const Address& one : address_classes(networks)) {
      ASSERT_FALSE(is_mapped(one));
      ASSERT_TRUE(ways.insert(way_of(one)).second) << "twice: " << format_address(one);
    }
    for (const Network& one : networks) {
      const Address last = last_of(one);
      for (const auto& at :
           {std::optional(one.first), std::optional(last), before(one.first), after(last)}) {
        if (!at || is_mapped(*at)) continue;
        ASSERT_TRUE(ways.contains(way_of(*at))) << "no class of " << format_address(*at);
      }
    }
  }
}

}  // namespace
}  // namespace sentrail::compiler::analysis
