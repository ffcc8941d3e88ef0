// The cost certificate: what one decision of the linear engine takes at worst. See program.hpp.
//
// Neighbours: compiler/lower stores it, program_verify.cpp recomputes it, docs/bundle_format.md
// defines it. Must not know: nanoseconds. A step is one node visited, one operand or list element
// compared, one member looked at or one byte read. Sums saturate: a certificate too large to write
// down is still no promise broken.
#include <algorithm>
#include <bit>
#include <limits>

#include "core/limits.hpp"
#include "core/program.hpp"

namespace sentrail {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept {
  return b > kAll - a ? kAll : a + b;
}

std::uint64_t product(std::uint64_t a, std::uint64_t b) noexcept {
  return b != 0 && a > kAll / b ? kAll : a * b;
}

// A pattern restarts at each place of the value: the product of both lengths bounds its compares.
std::uint64_t pattern_steps(const Program& p, std::uint32_t index) noexcept {
  const PatternRow& pattern = p.patterns[index];
  std::uint64_t cells = 1;
  for (std::uint32_t i = 0; i < pattern.ops_count; ++i) {
    cells += std::max(p.pattern_ops[pattern.ops_begin + i].text.bytes, 1u);
  }
  return cells * (limits::kMatchedBytesMax + 1);
}

// One evaluation of a test whose slot is already classified.
std::uint64_t atom_steps(const Program& p, const AtomRow& atom) noexcept {
  if (static_cast<TestOp>(atom.op) == TestOp::has) {
    const OperandRow& operand = p.operands[atom.operands_begin];
    const bool text = static_cast<OperandKind>(operand.kind) == OperandKind::string;
    const std::uint64_t bytes = text ? p.symbols[operand.index].bytes : limits::kDecimalDigitsMax;
    return product(limits::kListElementsMax, bytes + 1);
  }
  std::uint64_t steps = 1;
  std::uint64_t searched = 0;
  for (std::uint32_t i = 0; i < atom.operands_count; ++i) {
    const OperandRow& operand = p.operands[atom.operands_begin + i];
    switch (static_cast<OperandKind>(operand.kind)) {
      case OperandKind::pattern:
        steps = sum(steps, pattern_steps(p, operand.index));
        break;
      case OperandKind::number_range:
        steps = sum(steps, 2);
        break;
      default:
        ++searched;
    }
  }
  return sum(steps, static_cast<std::uint64_t>(std::bit_width(searched)));
}

// Finding and classifying one attribute: members walked, the value hashed, checked for patterns,
// read as a number.
std::uint64_t slot_steps(const Program& p, const SlotRow& slot) noexcept {
  std::uint64_t longest = 0;
  for (const TextRef& symbol : p.symbols) longest = std::max<std::uint64_t>(longest, symbol.bytes);
  const std::uint64_t members = slot.steps_count == 0 ? 0 : limits::kJsonNodesMax;
  return members + 2 * longest + limits::kMatchedBytesMax + limits::kBodyVisibleBytesMax;
}

}  // namespace

CostRow cost_of(const Program& program) noexcept {
  CostRow cost;
  for_each_table(program, [&cost](TableId, const auto& table) {
    cost.bytes = sum(cost.bytes, table.size_bytes());
  });
  if (!program.slots.empty()) {
    SlotRow member;
    member.steps_count = 1;
    const std::uint64_t direct = slot_steps(program, SlotRow{});
    const std::uint64_t stepped = slot_steps(program, member);
    for (const SlotRow& slot : program.slots) {
      const std::uint64_t steps = slot.steps_count == 0 ? direct : stepped;
      cost.steps = sum(cost.steps, steps);
      cost.bytes = sum(cost.bytes, product(steps, sizeof(std::uint64_t) * 2));
    }
  }
  // Costly tests are remembered within a decision; visiting their literal again is one step. A
  // rule whose first reading meets something undecidable is read once more.
  for (const AtomRow& atom : program.atoms) {
    cost.steps = sum(cost.steps, atom_steps(program, atom));
  }
  for (const NodeRow& node : program.nodes) {
    const bool literal = static_cast<NodeKind>(node.kind) == NodeKind::literal;
    const std::uint64_t again =
        literal ? std::bit_width(program.atoms[node.atom].operands_count) + 2u : 1u;
    cost.steps = sum(cost.steps, product(2, again));
  }
  return cost;
}

}  // namespace sentrail
