// Row by row. See program_verify_peers.hpp.
#include "core/program_verify_peers.hpp"

#include <tuple>

#include "core/program_verify_rows.hpp"
#include "core/schema.hpp"

namespace sentrail {
namespace {

bool is_time(const Program& p, const SlotRow& slot) {
  return slot.binder == 0 && p.view(slot.attribute) == row_of(AttributeId::time).name;
}

// The slot of a test is the deeper one, or the earlier of two that are as deep: two slots have one
// test, and whoever sees its slot sees the other.
Status verify_test(const Program& p, std::size_t row) {
  const AtomRow& atom = p.atoms[row];
  if (static_cast<TestOp>(atom.op) != TestOp::same) return {};
  const std::uint32_t other = p.peers[p.operands[atom.operands_begin].index].slot;
  const auto place = [&p](std::uint32_t slot) { return std::tuple(-p.slots[slot].binder, slot); };
  return require(place(atom.slot) <= place(other), "atoms", row,
                 "compares a slot with one that lies deeper or comes before it");
}

}  // namespace

Status verify_peers(const Program& program) {
  for (std::size_t i = 0; i < program.peers.size(); ++i) {
    const std::uint32_t slot = program.peers[i].slot;
    SENTRAIL_TRY(require(slot < program.slots.size(), "peers", i, "names no slot"));
    SENTRAIL_TRY(
        require(i == 0 || program.peers[i - 1].slot < slot, "peers", i, "is out of order"));
    SENTRAIL_TRY(require(!is_time(program, program.slots[slot]), "peers", i, "is the time"));
  }
  for (std::size_t i = 0; i < program.atoms.size(); ++i) SENTRAIL_TRY(verify_test(program, i));
  return {};
}

}  // namespace sentrail
