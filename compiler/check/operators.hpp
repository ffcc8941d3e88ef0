// Which operators go with which types.
//
// Neighbours: conditions.cpp refuses the others, compiler/lsp offers these and no others. Must not
// know: texts, operands. source: docs/language.md, L10.5 and L10.6.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/ir/ir.hpp"
#include "compiler/syntax/ast.hpp"
#include "core/schema.hpp"

namespace sentrail::compiler::checking {

// What an operator of the text is in the IR.
struct Meaning {
  ir::AtomOp op;
  bool negated;
};
[[nodiscard]] Meaning meaning_of(TestOp op);

// `<`, `<=`, `>`, `>=`.
[[nodiscard]] bool is_order(ir::AtomOp op);
// Those that look for a part of a string.
[[nodiscard]] bool is_partial(ir::AtomOp op);

// L10.5: whether an operator goes with values of a type, and with sizes.
[[nodiscard]] bool applies(ir::AtomOp op, Type type);
[[nodiscard]] bool applies_to_size(ir::AtomOp op);

// The types that `is` names; nothing for `absent`.
[[nodiscard]] std::optional<ir::TestedType> tested_type(std::string_view name);
// L10.6: whether values of a fixed type can be of the tested one.
[[nodiscard]] bool can_be(Type type, ir::TestedType tested);

}  // namespace sentrail::compiler::checking
