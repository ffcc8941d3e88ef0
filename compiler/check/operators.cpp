// Tables of operators and types. See operators.hpp.
#include "compiler/check/operators.hpp"

#include <array>
#include <utility>

namespace sentrail::compiler::checking {

Meaning meaning_of(TestOp op) {
  switch (op) {
    case TestOp::equal:
      return {ir::AtomOp::equal, false};
    case TestOp::not_equal:
      return {ir::AtomOp::equal, true};
    case TestOp::less:
      return {ir::AtomOp::less, false};
    case TestOp::less_equal:
      return {ir::AtomOp::less_equal, false};
    case TestOp::greater:
      return {ir::AtomOp::greater, false};
    case TestOp::greater_equal:
      return {ir::AtomOp::greater_equal, false};
    case TestOp::in:
      return {ir::AtomOp::in, false};
    case TestOp::not_in:
      return {ir::AtomOp::in, true};
    case TestOp::matches:
      return {ir::AtomOp::matches, false};
    case TestOp::not_matches:
      return {ir::AtomOp::matches, true};
    case TestOp::has:
      return {ir::AtomOp::has, false};
    case TestOp::contains:
      return {ir::AtomOp::contains, false};
    case TestOp::starts_with:
      return {ir::AtomOp::starts_with, false};
    case TestOp::ends_with:
      return {ir::AtomOp::ends_with, false};
    case TestOp::search:
      return {ir::AtomOp::search, false};
    case TestOp::exists:
      return {ir::AtomOp::exists, false};
    case TestOp::is:
      return {ir::AtomOp::is_type, false};
  }
  return {ir::AtomOp::exists, false};
}

bool is_order(ir::AtomOp op) {
  return op == ir::AtomOp::less || op == ir::AtomOp::less_equal || op == ir::AtomOp::greater ||
         op == ir::AtomOp::greater_equal;
}

bool is_partial(ir::AtomOp op) {
  return op == ir::AtomOp::search || op == ir::AtomOp::contains || op == ir::AtomOp::starts_with ||
         op == ir::AtomOp::ends_with;
}

bool applies(ir::AtomOp op, Type type) {
  if (type == Type::time) return op == ir::AtomOp::in || is_order(op);
  if (op == ir::AtomOp::exists || op == ir::AtomOp::is_type) return true;
  switch (type) {
    case Type::boolean:
      return op == ir::AtomOp::equal || op == ir::AtomOp::in;
    case Type::string:
      return op == ir::AtomOp::equal || op == ir::AtomOp::in || op == ir::AtomOp::matches ||
             is_partial(op);
    case Type::number:
    case Type::risk:
      return op == ir::AtomOp::equal || op == ir::AtomOp::in || is_order(op);
    case Type::string_set:
      return op == ir::AtomOp::has;
    case Type::json:
      return true;
    case Type::ip:
      return op == ir::AtomOp::equal || op == ir::AtomOp::in;
    case Type::time:
      break;
  }
  return false;
}

bool applies_to_size(ir::AtomOp op) {
  return op == ir::AtomOp::equal || op == ir::AtomOp::in || is_order(op);
}

std::optional<ir::TestedType> tested_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, ir::TestedType>, 6> kTypes = {
      {{"string", ir::TestedType::string},
       {"number", ir::TestedType::number},
       {"bool", ir::TestedType::boolean},
       {"list", ir::TestedType::list},
       {"object", ir::TestedType::object},
       {"null", ir::TestedType::null}}};
  for (const auto& [text, type] : kTypes) {
    if (text == name) return type;
  }
  return std::nullopt;
}

bool can_be(Type type, ir::TestedType tested) {
  switch (type) {
    case Type::boolean:
      return tested == ir::TestedType::boolean;
    case Type::number:
      return tested == ir::TestedType::number;
    case Type::string:
    case Type::risk:
    case Type::ip:
      return tested == ir::TestedType::string;
    case Type::string_set:
      return tested == ir::TestedType::list;
    case Type::time:
      return false;
    case Type::json:
      return true;
  }
  return false;
}

}  // namespace sentrail::compiler::checking
