// Walks the literals of rules and of quantifiers. See program_verify_scopes.hpp.
#include "core/program_verify_scopes.hpp"

#include "core/program_verify_rows.hpp"

namespace sentrail {
namespace {

Status verify_node(const Program& p, std::span<const NodeRow> nodes, std::size_t row,
                   std::uint32_t depth, const char* table) {
  const NodeRow& node = nodes[row];
  if (static_cast<NodeKind>(node.kind) != NodeKind::literal) return {};
  const AtomRow& atom = p.atoms[node.atom];
  const auto op = static_cast<TestOp>(atom.op);
  if (p.slots[atom.slot].binder > depth) {
    return broken(table, row, "names an element that is not there");
  }
  if (op != TestOp::any_element && op != TestOp::every_element) return {};
  if (p.quantifiers[p.operands[atom.operands_begin].index].depth == depth + 1) return {};
  return broken(table, row, "holds a quantifier of another depth");
}

}  // namespace

Status verify_scopes(const Program& program) {
  for (std::size_t i = 0; i < program.nodes.size(); ++i) {
    SENTRAIL_TRY(verify_node(program, program.nodes, i, 0, "nodes"));
  }
  for (std::size_t i = 0; i < program.aside_nodes.size(); ++i) {
    SENTRAIL_TRY(verify_node(program, program.aside_nodes, i, 0, "aside_nodes"));
  }
  for (std::size_t i = 0; i < program.count_nodes.size(); ++i) {
    SENTRAIL_TRY(verify_node(program, program.count_nodes, i, 0, "count_nodes"));
  }
  for (const QuantifierRow& row : program.quantifiers) {
    for (std::uint32_t i = row.nodes_begin; i < row.nodes_begin + row.nodes_count; ++i) {
      SENTRAIL_TRY(verify_node(program, program.element_nodes, i, row.depth, "element_nodes"));
    }
  }
  return {};
}

}  // namespace sentrail
