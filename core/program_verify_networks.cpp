// Row by row. See program_verify_networks.hpp.
#include "core/program_verify_networks.hpp"

#include <string>

#include "core/schema.hpp"

namespace sentrail {
namespace {

Status require(bool holds, const char* table, std::size_t row, const char* problem) {
  if (holds) return {};
  return fail(Errc::corrupt, std::string(table) + "[" + std::to_string(row) + "] " + problem);
}

Status verify_network(const Program& p, std::size_t i) {
  const NetworkRow& row = p.networks[i];
  const bool v4 = row.family == static_cast<std::uint32_t>(AddressFamily::v4);
  const bool v6 = row.family == static_cast<std::uint32_t>(AddressFamily::v6);
  SENTRAIL_TRY(require(v4 || v6, "networks", i, "is of no such family"));
  const std::uint8_t bits = bits_of(v4 ? AddressFamily::v4 : AddressFamily::v6);
  SENTRAIL_TRY(require(row.prefix <= bits, "networks", i, "has too long a prefix"));
  for (std::size_t k = bits / 8u; k < row.address.size(); ++k) {
    SENTRAIL_TRY(require(row.address[k] == 0, "networks", i, "has odd bytes"));
  }
  const Network network = row.network();
  SENTRAIL_TRY(
      require(without_host_bits(network) == network, "networks", i, "has bits behind its prefix"));
  // Such addresses are those of IPv4: no request has one.
  constexpr std::uint32_t kMappedBits = 96;
  SENTRAIL_TRY(require(!is_mapped(network.first) || row.prefix < kMappedBits, "networks", i,
                       "is one of IPv4"));
  return require(i == 0 || p.networks[i - 1].network() < network, "networks", i, "is out of order");
}

Status verify_test(const Program& p, std::size_t row) {
  const AtomRow& atom = p.atoms[row];
  const SlotRow& slot = p.slots[atom.slot];
  const auto attribute = attribute_named(p.view(slot.attribute));
  const bool address = slot.binder == 0 && attribute && row_of(*attribute).type == Type::ip;
  const auto op = static_cast<TestOp>(atom.op);
  const bool fitting =
      op == TestOp::exists || op == TestOp::is_type || op == TestOp::equal || op == TestOp::in;
  SENTRAIL_TRY(
      require(!address || (fitting && atom.sized == 0), "atoms", row, "is no test of an address"));
  for (std::uint32_t i = atom.operands_begin; i < atom.operands_begin + atom.operands_count; ++i) {
    const OperandRow& operand = p.operands[i];
    const bool network = operand.kind == static_cast<std::uint32_t>(OperandKind::network);
    SENTRAIL_TRY(require(network == address, "operands", i,
                         "compares what is no address with one, or one with something else"));
    if (!network || op != TestOp::equal) continue;
    const Network other = p.networks[operand.index].network();
    SENTRAIL_TRY(require(other.prefix == bits_of(other.first.family), "operands", i,
                         "is a network that `==` compares with"));
  }
  return {};
}

}  // namespace

Status verify_networks(const Program& program) {
  for (std::size_t i = 0; i < program.networks.size(); ++i) {
    SENTRAIL_TRY(verify_network(program, i));
  }
  for (std::size_t i = 0; i < program.atoms.size(); ++i) SENTRAIL_TRY(verify_test(program, i));
  return {};
}

}  // namespace sentrail
