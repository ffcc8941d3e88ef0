// Row by row. See program_verify_counts.hpp.
#include "core/program_verify_counts.hpp"

#include <vector>

#include "core/limits.hpp"
#include "core/program_verify_rows.hpp"
#include "core/schema.hpp"

namespace sentrail {
namespace {

bool is_count(const Program& p, const SlotRow& slot) {
  return slot.binder == 0 && p.view(slot.attribute) == row_of(AttributeId::session_count).name;
}

Status verify_count(const Program& p, std::size_t i) {
  const CountRow& row = p.counts[i];
  SENTRAIL_TRY(require(row.slot < p.slots.size() && is_count(p, p.slots[row.slot]), "counts", i,
                       "is no count of a session"));
  SENTRAIL_TRY(require(i == 0 || p.counts[i - 1].slot < row.slot, "counts", i, "is out of order"));
  SENTRAIL_TRY(require(row.zero == 0, "counts", i, "has odd bytes"));
  return require(row.within_ms >= limits::kLimitPerMsMin && row.within_ms <= limits::kLimitPerMsMax,
                 "counts", i, "looks back too short or too long");
}

// What a session has done and what was answered is not known of the call that is counted.
bool is_of_calls(const Program& p, std::uint32_t slot) {
  if (p.slots[slot].binder > 0) return true;  // its list is judged where it is named
  const auto id = attribute_named(p.view(p.slots[slot].attribute));
  return id && !is_of_session(*id) && !is_of_answers(*id);
}

Status verify_nodes(const Program& p, std::span<const NodeRow> nodes, const char* table) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (static_cast<NodeKind>(nodes[i].kind) != NodeKind::literal) continue;
    const AtomRow& atom = p.atoms[nodes[i].atom];
    bool sound = is_of_calls(p, atom.slot);
    if (static_cast<TestOp>(atom.op) == TestOp::same) {
      sound = sound && is_of_calls(p, p.peers[p.operands[atom.operands_begin].index].slot);
    }
    SENTRAIL_TRY(require(sound, table, i, "asks of a session or an answer what is counted"));
  }
  return {};
}

// The conditions of elements that what is counted asks; each row is looked at once.
Status verify_quantified(const Program& p) {
  std::vector<bool> asked(p.quantifiers.size(), false);
  std::vector<std::uint32_t> left;
  const auto gather = [&](std::span<const NodeRow> nodes) {
    for (const NodeRow& node : nodes) {
      if (static_cast<NodeKind>(node.kind) != NodeKind::literal) continue;
      const AtomRow& atom = p.atoms[node.atom];
      const auto op = static_cast<TestOp>(atom.op);
      if (op != TestOp::any_element && op != TestOp::every_element) continue;
      const std::uint32_t index = p.operands[atom.operands_begin].index;
      if (asked[index]) continue;
      asked[index] = true;
      left.push_back(index);
    }
  };
  gather(p.count_nodes);
  while (!left.empty()) {
    const QuantifierRow& row = p.quantifiers[left.back()];
    left.pop_back();
    const auto nodes = p.element_nodes.subspan(row.nodes_begin, row.nodes_count);
    SENTRAIL_TRY(verify_nodes(p, nodes, "element_nodes"));
    gather(nodes);
  }
  return {};
}

}  // namespace

Status verify_counts(const Program& program) {
  SENTRAIL_TRY(require(program.counts.size() <= limits::kSessionCountsMax, "counts",
                       program.counts.size(), "is more than a bundle holds"));
  for (std::size_t i = 0; i < program.counts.size(); ++i) SENTRAIL_TRY(verify_count(program, i));
  std::size_t next = 0;
  for (std::size_t i = 0; i < program.slots.size(); ++i) {
    const SlotRow& slot = program.slots[i];
    if (!is_count(program, slot)) continue;
    const bool named = slot.steps_count == 1 && program.steps[slot.steps_begin].bytes > 0 &&
                       program.steps[slot.steps_begin].bytes <= limits::kCountTextBytesMax;
    SENTRAIL_TRY(require(named, "slots", i, "does not name what is counted"));
    const bool counted = next < program.counts.size() && program.counts[next].slot == i;
    SENTRAIL_TRY(require(counted, "slots", i, "has nothing that counts it"));
    ++next;
  }
  SENTRAIL_TRY(verify_nodes(program, program.count_nodes, "count_nodes"));
  return verify_quantified(program);
}

}  // namespace sentrail
