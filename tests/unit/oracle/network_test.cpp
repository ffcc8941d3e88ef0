// Addresses in networks, and another reading of the same texts. Paragraphs L18 of docs/language.md.
#include "compiler/oracle/network.hpp"

#include <gtest/gtest.h>

#include <string>

#include "compiler/oracle/atom.hpp"
#include "core/addresses.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {
namespace {

using oracle::is_in_network;

TEST(OracleNetwork, L18_6_FirstBitsDecide) {
  EXPECT_EQ(is_in_network("10.1.2.3", "10.0.0.0/8"), Truth::t);
  EXPECT_EQ(is_in_network("11.0.0.0", "10.0.0.0/8"), Truth::f);
  EXPECT_EQ(is_in_network("10.127.0.1", "10.0.0.0/9"), Truth::t);
  EXPECT_EQ(is_in_network("10.128.0.1", "10.0.0.0/9"), Truth::f);
  EXPECT_EQ(is_in_network("10.0.0.7", "10.0.0.7"), Truth::t);
  EXPECT_EQ(is_in_network("2001:db8::7", "2001:db8::/32"), Truth::t);
  EXPECT_EQ(is_in_network("2001:db9::7", "2001:db8::/32"), Truth::f);
}

TEST(OracleNetwork, L18_1_FamiliesLieApart) {
  EXPECT_EQ(is_in_network("10.0.0.7", "::/0"), Truth::f);
  EXPECT_EQ(is_in_network("::1", "0.0.0.0/0"), Truth::f);
}

TEST(OracleNetwork, L18_4_MappedAddressesAreOnesOfIPv4) {
  EXPECT_EQ(is_in_network("::ffff:10.0.0.7", "10.0.0.0/8"), Truth::t);
  EXPECT_EQ(is_in_network("::FFFF:a00:7", "::/0"), Truth::f);
}

TEST(OracleNetwork, L18_6_WhatIsNoAddressIsUndecidable) {
  for (const char* text : {"", "10.0.0", "10.0.0.07", "1::2::3", "fe80::1%eth0", "10.0.0.7/8"}) {
    EXPECT_EQ(is_in_network(text, "0.0.0.0/0"), Truth::u) << text;
  }
}

TEST(OracleNetwork, TestsOfAnAttribute) {
  oracle::Request request;
  const ir::Atom inside = test("agent.ip", ir::AtomOp::in, {network("10.0.0.0/8"), network("::1")});
  EXPECT_EQ(oracle::evaluate(inside, request), Truth::f);  // absent
  request.values["agent.ip"] = unreadable();
  EXPECT_EQ(oracle::evaluate(inside, request), Truth::u);
  request.values["agent.ip"] = string_value("::1");
  EXPECT_EQ(oracle::evaluate(inside, request), Truth::t);
  EXPECT_EQ(oracle::evaluate(test("agent.ip", ir::AtomOp::equal, {network("10.0.0.7")}), request),
            Truth::f);
}

// Two readers of one page: texts by chance, most of them nearly addresses.
TEST(OracleNetwork, ReadsWhatTheEnginesRead) {
  constexpr std::string_view kLetters = "0125a:f.:.::9f";
  Random random(20261122);
  std::size_t addresses = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (std::size_t k = random() % 16; k > 0; --k) text += kLetters[random() % kLetters.size()];
    const auto read = parse_address(text);
    addresses += read ? 1 : 0;
    ASSERT_EQ(is_in_network(text, "::/0") != Truth::u, read.has_value()) << text;
    if (!read) continue;
    const auto prefix = static_cast<std::uint8_t>(random() % (bits_of(read->family) + 1u));
    ASSERT_EQ(is_in_network(text, format_network(without_host_bits({*read, prefix}))), Truth::t)
        << text;
  }
  EXPECT_GT(addresses, 1'000u);
}

}  // namespace
}  // namespace sentrail::support
