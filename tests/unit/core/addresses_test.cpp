// Addresses and networks: all ways to write them, and all that is none. L18 of docs/language.md.
#include "core/addresses.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <utility>

namespace sentrail {
namespace {

std::string canonical(std::string_view text) {
  const auto address = parse_address(text);
  return address ? format_address(*address) : "none";
}

std::string network(std::string_view text) {
  const auto read = parse_network(text);
  return read ? format_network(*read) : "none";
}

// source: RFC 5952 §1, §2 and §4; RFC 4291 §2.2.
TEST(Addresses, HaveOneForm) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kForms = {{
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8::1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"},
      {"2001:db8:0:0:1::1", "2001:db8::1:0:0:1"},
      {"2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"},
      {"2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
      {"2001:db8:aaaa:bbbb:cccc:dddd::1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"ff01:0:0:0:0:0:0:101", "ff01::101"},
      {"0:0:0:0:0:0:0:1", "::1"},
      {"::", "::"},
      {"1::", "1::"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"::13.1.68.3", "::d01:4403"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"::ffff:192.0.2.128", "192.0.2.128"},
      {"0000:0:0:0:0:FFFF:c000:280", "192.0.2.128"},
  }};
  for (const auto& [text, form] : kForms) EXPECT_EQ(canonical(text), form) << text;
}

TEST(Addresses, AreReadStrictly) {
  for (const std::string_view text : {"",
                                      "1",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "01.2.3.4",
                                      "00.0.0.0",
                                      "1.2.3.256",
                                      "1.2.3.1000",
                                      "1..2.3",
                                      "1.2.3.",
                                      ".1.2.3",
                                      "1.2.3.4 ",
                                      " 1.2.3.4",
                                      "+1.2.3.4",
                                      "-1.2.3.4",
                                      "0x1.2.3.4",
                                      "a.b.c.d",
                                      "1.2.3.4/8",
                                      ":",
                                      ":::",
                                      "1:",
                                      "::1:",
                                      ":1",
                                      ":1::",
                                      "1:::2",
                                      "1::2::3",
                                      "1:2:3:4:5:6:7",
                                      "1:2:3:4:5:6:7:8:9",
                                      "1:2:3:4:5:6:7:8::",
                                      "::1:2:3:4:5:6:7:8",
                                      "12345::",
                                      "::g",
                                      "1.2.3.4::",
                                      "::1.2.3",
                                      "::1.2.3.4:5",
                                      "2:5.0.0.0",
                                      "1:2:3:4:5:6:7:1.2.3.4",
                                      "::01.2.3.4",
                                      "fe80::1%eth0",
                                      "[::1]",
                                      "::1/128",
                                      "localhost",
                                      "1.2.3.4\n"}) {
    EXPECT_EQ(canonical(text), "none") << text;
  }
  EXPECT_EQ(canonical(std::string(100'000, ':')), "none");
}

TEST(Networks, HaveOneForm) {
  EXPECT_EQ(network("10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(network("10.0.0.7/32"), "10.0.0.7");
  EXPECT_EQ(network("10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(network("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(network("2001:DB8:0::/32"), "2001:db8::/32");
  EXPECT_EQ(network("::1/128"), "::1");
  EXPECT_EQ(network("::ffff:10.0.0.0/104"), "10.0.0.0/8");
  EXPECT_EQ(network("::ffff:0:0/96"), "0.0.0.0/0");
  EXPECT_EQ(network("::/95"), "::/95");
  for (const std::string_view text :
       {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/ 8",
        "/8", "::/129", "::/0128", "10.0.0/8", "10/8", "*"}) {
    EXPECT_EQ(network(text), "none") << text;
  }
}

TEST(Networks, BitsBehindThePrefixAreCleared) {
  const auto cleared = [](std::string_view text) {
    return format_network(without_host_bits(*parse_network(text)));
  };
  EXPECT_EQ(cleared("10.1.2.3/8"), "10.0.0.0/8");
  EXPECT_EQ(cleared("10.255.2.3/9"), "10.128.0.0/9");
  EXPECT_EQ(cleared("10.1.2.3/0"), "0.0.0.0/0");
  EXPECT_EQ(cleared("10.1.2.3/32"), "10.1.2.3");
  EXPECT_EQ(cleared("2001:db8:ffff::1/33"), "2001:db8:8000::/33");
}

TEST(Networks, HoldWhatBeginsAsTheyDo) {
  const auto in = [](std::string_view address, std::string_view text) {
    return holds(*parse_network(text), *parse_address(address));
  };
  EXPECT_TRUE(in("10.0.0.0", "10.0.0.0/8"));
  EXPECT_TRUE(in("10.255.255.255", "10.0.0.0/8"));
  EXPECT_FALSE(in("9.255.255.255", "10.0.0.0/8"));
  EXPECT_FALSE(in("11.0.0.0", "10.0.0.0/8"));
  EXPECT_TRUE(in("10.127.255.255", "10.0.0.0/9"));
  EXPECT_FALSE(in("10.128.0.0", "10.0.0.0/9"));
  EXPECT_TRUE(in("2001:db8:ffff::", "2001:db8::/32"));
  EXPECT_FALSE(in("2001:db9::", "2001:db8::/32"));
  EXPECT_TRUE(in("::ffff:10.0.0.7", "10.0.0.0/8"));
  EXPECT_FALSE(in("10.0.0.7", "::/0"));  // L18.1
  EXPECT_FALSE(in("::1", "0.0.0.0/0"));
}

TEST(Networks, EndWhereTheNextBegins) {
  const auto last = [](std::string_view text) {
    return format_address(last_of(*parse_network(text)));
  };
  EXPECT_EQ(last("10.0.0.0/9"), "10.127.255.255");
  EXPECT_EQ(last("10.0.0.7"), "10.0.0.7");
  EXPECT_EQ(last("fe80::/10"), "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(format_address(*after(*parse_address("10.0.255.255"))), "10.1.0.0");
  EXPECT_EQ(format_address(*before(*parse_address("2001:db8::"))),
            "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_FALSE(after(*parse_address("255.255.255.255")));
  EXPECT_FALSE(before(*parse_address("::")));
}

// Law PrintParseIdentity.
TEST(Addresses, PrintParseIdentity) {
  std::mt19937 random(20261122);
  for (int i = 0; i < 20'000; ++i) {
    Address address;
    address.family = random() % 2 == 0 ? AddressFamily::v4 : AddressFamily::v6;
    const std::size_t size = bits_of(address.family) / 8u;
    for (std::size_t k = 0; k < size; ++k) {
      address.bytes[k] = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0);
    }
    if (is_mapped(address)) continue;
    ASSERT_EQ(parse_address(format_address(address)), address) << format_address(address);
    const auto prefix = static_cast<std::uint8_t>(random() % (bits_of(address.family) + 1u));
    const Network whole = without_host_bits({address, prefix});
    if (is_mapped(whole.first)) continue;
    ASSERT_EQ(parse_network(format_network(whole)), whole) << format_network(whole);
    ASSERT_TRUE(holds(whole, address));
    ASSERT_LE(whole.first, address);
    ASSERT_LE(address, last_of(whole));
  }
}

}  // namespace
}  // namespace sentrail
