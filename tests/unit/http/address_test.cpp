// Vectors of special networks, and the addresses hidden in addresses.
//
// Neighbours: runtime/http/address.hpp.
#include "runtime/http/address.hpp"

#include <gtest/gtest.h>

namespace sentrail::http {
namespace {

struct Vector {
  const char* address;
  AddressClass expected;
};

constexpr Vector kVectors[] = {
    {"8.8.8.8", AddressClass::global},
    {"140.82.121.6", AddressClass::global},
    {"9.255.255.255", AddressClass::global},
    {"10.0.0.0", AddressClass::private_use},
    {"10.255.255.255", AddressClass::private_use},
    {"11.0.0.0", AddressClass::global},
    {"0.0.0.0", AddressClass::unspecified},
    {"0.1.2.3", AddressClass::unspecified},
    {"100.63.255.255", AddressClass::global},
    {"100.64.0.0", AddressClass::shared},
    {"100.127.255.255", AddressClass::shared},
    {"100.128.0.0", AddressClass::global},
    {"127.0.0.1", AddressClass::loopback},
    {"127.255.255.255", AddressClass::loopback},
    {"169.254.169.254", AddressClass::link_local},
    {"172.15.255.255", AddressClass::global},
    {"172.16.0.1", AddressClass::private_use},
    {"172.31.255.255", AddressClass::private_use},
    {"172.32.0.0", AddressClass::global},
    {"192.0.0.8", AddressClass::reserved},
    {"192.0.2.1", AddressClass::documentation},
    {"192.88.99.1", AddressClass::tunnel},
    {"192.168.1.1", AddressClass::private_use},
    {"198.17.255.255", AddressClass::global},
    {"198.18.0.1", AddressClass::benchmarking},
    {"198.19.255.255", AddressClass::benchmarking},
    {"198.51.100.7", AddressClass::documentation},
    {"203.0.113.7", AddressClass::documentation},
    {"224.0.0.1", AddressClass::multicast},
    {"239.255.255.255", AddressClass::multicast},
    {"240.0.0.1", AddressClass::reserved},
    {"255.255.255.255", AddressClass::reserved},
    {"::", AddressClass::unspecified},
    {"::1", AddressClass::loopback},
    {"::127.0.0.1", AddressClass::reserved},
    {"::ffff:127.0.0.1", AddressClass::loopback},
    {"::ffff:10.1.2.3", AddressClass::private_use},
    {"::ffff:169.254.169.254", AddressClass::link_local},
    {"::ffff:8.8.8.8", AddressClass::global},
    {"64:ff9b::7f00:1", AddressClass::loopback},
    {"64:ff9b::a9fe:a9fe", AddressClass::link_local},
    {"64:ff9b::808:808", AddressClass::global},
    {"64:ff9b:1::1", AddressClass::private_use},
    {"100::1", AddressClass::reserved},
    {"2001::1", AddressClass::tunnel},
    {"2001:2::1", AddressClass::benchmarking},
    {"2001:20::1", AddressClass::reserved},
    {"2001:db8::1", AddressClass::documentation},
    {"2002:7f00:1::", AddressClass::tunnel},
    {"2002:808:808::", AddressClass::tunnel},
    {"2606:50c0:8000::153", AddressClass::global},
    {"2a00:1450:4001::200e", AddressClass::global},
    {"3fff::1", AddressClass::documentation},
    {"4000::1", AddressClass::reserved},
    {"5f00::1", AddressClass::reserved},
    {"fc00::1", AddressClass::private_use},
    {"fdff:ffff::1", AddressClass::private_use},
    {"fe80::1", AddressClass::link_local},
    {"febf::1", AddressClass::link_local},
    {"fec0::1", AddressClass::private_use},
    {"ff02::1", AddressClass::multicast},
};

TEST(Address, Vectors) {
  for (const Vector& vector : kVectors) {
    const auto address = parse_address(vector.address);
    ASSERT_TRUE(address) << vector.address;
    EXPECT_EQ(name_of(classify_address(*address)), name_of(vector.expected)) << vector.address;
    EXPECT_EQ(may_connect(*address, {}), vector.expected == AddressClass::global);
  }
}

TEST(Address, SpellingsThatReadersTakeDifferentlyAreRefused) {
  for (const char* text :
       {"", "1", "127.1", "0177.0.0.1", "0x7f.0.0.1", "1.2.3.4.5", "1.2.3.4 ", " 1.2.3.4",
        "01.2.3.4", "256.1.1.1", "fe80::1%eth0", "[::1]", ":::", "1.2.3.4/8", "localhost"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0", 8)));
  EXPECT_EQ(to_string(*parse_address("2001:DB8:0::1")), "2001:db8::1");
  EXPECT_EQ(to_string(*parse_address("10.0.0.7")), "10.0.0.7");
}

// Who declares a private upstream does not declare the cloud's metadata.
TEST(Address, PrivateBlocksAreOnesOwnMachineAndNetworksAlone) {
  std::vector<AddressBlock> blocks;
  for (const std::string& text : private_blocks()) blocks.push_back(*parse_block(text));
  for (const char* text :
       {"127.0.0.1", "10.2.3.4", "172.31.0.1", "192.168.1.1", "::1", "fd00::1"}) {
    EXPECT_TRUE(may_connect(*parse_address(text), blocks)) << text;
  }
  for (const char* text : {"169.254.169.254", "fe80::1", "100.64.0.1", "0.0.0.0"}) {
    EXPECT_FALSE(may_connect(*parse_address(text), blocks)) << text;
  }
}

TEST(Address, Blocks) {
  const AddressBlock ten = *parse_block("10.0.0.0/8");
  EXPECT_TRUE(contains(ten, *parse_address("10.9.8.7")));
  EXPECT_TRUE(contains(ten, *parse_address("::ffff:10.9.8.7")));
  EXPECT_FALSE(contains(ten, *parse_address("11.0.0.0")));
  EXPECT_FALSE(contains(ten, *parse_address("::1")));
  EXPECT_TRUE(contains(*parse_block("fd00::/9"), *parse_address("fd7f::1")));
  EXPECT_FALSE(contains(*parse_block("fd00::/9"), *parse_address("fd80::1")));
  EXPECT_TRUE(contains(*parse_block("127.0.0.1"), *parse_address("127.0.0.1")));
  EXPECT_FALSE(contains(*parse_block("127.0.0.1"), *parse_address("127.0.0.2")));
  EXPECT_TRUE(contains(*parse_block("0.0.0.0/0"), *parse_address("1.2.3.4")));
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x",
                           "10.0.0.0/8x", "/8", "10.0.0.0/-1"}) {
    EXPECT_FALSE(parse_block(text)) << text;
  }
}

TEST(Address, DeclaredBlocksOpenOnlyThemselves) {
  const std::vector<AddressBlock> declared = {*parse_block("127.0.0.0/8"),
                                              *parse_block("0.0.0.0/0"), *parse_block("::/0")};
  const std::vector<AddressBlock> one = {*parse_block("10.1.0.0/16")};
  EXPECT_TRUE(may_connect(*parse_address("127.0.0.1"), declared));
  EXPECT_TRUE(may_connect(*parse_address("10.1.2.3"), one));
  EXPECT_FALSE(may_connect(*parse_address("10.2.0.1"), one));
  EXPECT_FALSE(may_connect(*parse_address("0.0.0.0"), declared));
  EXPECT_FALSE(may_connect(*parse_address("::"), declared));
  EXPECT_FALSE(may_connect(*parse_address("224.0.0.1"), declared));
}

}  // namespace
}  // namespace sentrail::http
