// Damaged networks, instants and tests of them. See core/program_verify_networks.hpp.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "core/program.hpp"
#include "tests/unit/bundle/bundle_samples.hpp"

namespace sentrail::support {
namespace {

using P = ProgramStorage;

struct Case {
  const char* name;
  const char* message;  // a part of it
  std::function<void(P&)> damage;
};

// The first row of a kind.
OperandRow& operand_with(P& p, OperandKind kind) {
  for (OperandRow& operand : p.operands) {
    if (static_cast<OperandKind>(operand.kind) == kind) return operand;
  }
  throw std::logic_error("no such operand");
}

// The sample's networks: 10.0.0.0/8, 10.0.0.7, ::1, 2001:db8::/32; its instants: two.
const Case kAddresses[] = {
    {"network_family", "no such family", [](P& p) { p.networks[0].family = 5; }},
    {"network_prefix", "too long a prefix", [](P& p) { p.networks[0].prefix = 33; }},
    {"network_prefix_v6", "too long a prefix", [](P& p) { p.networks[3].prefix = 129; }},
    {"network_odd_bytes", "odd bytes", [](P& p) { p.networks[0].address[4] = 1; }},
    {"network_host_bits", "bits behind its prefix", [](P& p) { p.networks[0].address[1] = 1; }},
    {"network_host_bits_v6", "bits behind", [](P& p) { p.networks[3].address[15] = 1; }},
    {"network_mapped", "is one of IPv4",
     [](P& p) { p.networks[2].address[10] = p.networks[2].address[11] = 0xff; }},
    {"network_order", "networks[1] is out of order", [](P& p) { p.networks[1] = p.networks[0]; }},
    {"network_index", "names nothing",
     [](P& p) { operand_with(p, OperandKind::network).index = 4; }},
    {"network_as_address", "that `==` compares with",
     [](P& p) {
       for (const AtomRow& atom : p.atoms) {
         if (static_cast<TestOp>(atom.op) != TestOp::equal) continue;
         OperandRow& operand = p.operands[atom.operands_begin];
         if (static_cast<OperandKind>(operand.kind) == OperandKind::network) operand.index = 0;
       }
     }},
    {"network_beside_text", "compares what is no address",
     [](P& p) {
       operand_with(p, OperandKind::network) = {static_cast<std::uint32_t>(OperandKind::string), 0,
                                                0};
     }},
    {"address_pattern", "is no test of an address",
     [](P& p) {
       for (AtomRow& atom : p.atoms) {
         if (static_cast<TestOp>(atom.op) != TestOp::matches) continue;
         for (std::uint32_t i = 0; i < p.slots.size(); ++i) {
           if (p.view().view(p.slots[i].attribute) == "agent.ip") atom.slot = i;
         }
         p.slots[atom.slot].separator = '.';
       }
     }},
    {"instant_zero", "is no instant", [](P& p) { p.instants[0].unix_ms = 0; }},
    {"instant_far", "is no instant", [](P& p) { p.instants[1].unix_ms = 253'402'300'800'000; }},
    {"instant_order", "instants[1] is out of order", [](P& p) { p.instants[1] = p.instants[0]; }},
    {"instant_index", "names nothing",
     [](P& p) { operand_with(p, OperandKind::instant).index = 2; }},
    {"instant_of_another", "no test of time by",
     [](P& p) {
       operand_with(p, OperandKind::instant) = {static_cast<std::uint32_t>(OperandKind::number), 0,
                                                0};
     }},
};

TEST(VerifyRefusesAddresses, DamagedTables) {
  for (const Case& one : kAddresses) {
    P program = full_program();
    one.damage(program);
    const Status status = verify(program.view());
    ASSERT_FALSE(status) << one.name;
    EXPECT_EQ(status.error().code, Errc::corrupt) << one.name;
    EXPECT_NE(status.error().message.find(one.message), std::string::npos)
        << one.name << ": " << status.error().message;
  }
}

}  // namespace
}  // namespace sentrail::support
