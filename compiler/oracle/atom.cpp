// Looks values up and tests them, one paragraph of docs/language.md after the other. See atom.hpp.
#include "compiler/oracle/atom.hpp"

#include <optional>

#include "compiler/oracle/clock.hpp"
#include "compiler/oracle/code_points.hpp"
#include "compiler/oracle/glob.hpp"
#include "compiler/oracle/network.hpp"
#include "compiler/oracle/number.hpp"
#include "compiler/oracle/regex.hpp"
#include "core/limits.hpp"

namespace sentrail::compiler::oracle {
namespace {

Value of_kind(ValueKind kind) {
  Value value;
  value.kind = kind;
  return value;
}

Value look_up(const NameList& list, const std::string& name) {
  if (list.unreadable) return of_kind(ValueKind::unreadable);
  Value found;
  for (const auto& [entry_name, text] : list.entries) {
    if (entry_name != name) continue;
    if (found.kind != ValueKind::absent) return of_kind(ValueKind::unreadable);
    found.kind = ValueKind::string;
    found.text = text;
  }
  return found;
}

// Values that stand nowhere in a request.
const Value kAbsent;
const Value kUnreadable = of_kind(ValueKind::unreadable);

const Value& step_into(const Value& value, const std::string& name) {
  if (value.kind == ValueKind::absent || value.kind == ValueKind::unreadable) return value;
  if (value.kind != ValueKind::object) return kUnreadable;
  const Value* found = nullptr;
  for (std::size_t i = 0; i < value.names.size(); ++i) {
    if (value.names[i] != name) continue;
    if (found != nullptr) return kUnreadable;
    found = &value.elements[i];
  }
  return found == nullptr ? kAbsent : *found;
}

// L5.5: the kind of value that a literal can be compared with.
ValueKind kind_for(ir::OperandKind kind) {
  switch (kind) {
    case ir::OperandKind::string:
    case ir::OperandKind::risk:
    case ir::OperandKind::pattern:
    case ir::OperandKind::regex:
    case ir::OperandKind::network:
      return ValueKind::string;
    case ir::OperandKind::number:
    case ir::OperandKind::number_range:
      return ValueKind::number;
    case ir::OperandKind::boolean:
      return ValueKind::boolean;
    case ir::OperandKind::window:
    case ir::OperandKind::instant:
      break;
  }
  return ValueKind::unreadable;
}

// How a value stands to a number or risk literal: below, at or above it; nothing if undecidable.
std::optional<int> order(const Value& value, ir::OperandKind kind, const std::string& literal) {
  if (kind == ir::OperandKind::risk) {
    const std::optional<Risk> left = risk_named(value.text);
    const std::optional<Risk> right = risk_named(literal);
    if (value.kind != ValueKind::string || !left || !right) return std::nullopt;
    return static_cast<int>(*left) - static_cast<int>(*right);
  }
  if (value.kind != ValueKind::number) return std::nullopt;
  const std::optional<Number> left = number_of(value.text);
  const std::optional<Number> right = number_of(literal);
  if (!left || !right) return std::nullopt;
  return compare(*left, *right);
}

// Whether a value is the literal, matches the pattern or lies in the range.
// source: L5.5, L5.6, L5.11, L18.6.
Truth fits(const Value& value, const ir::Operand& operand, char separator) {
  if (value.kind != kind_for(operand.kind)) return Truth::u;
  switch (operand.kind) {
    case ir::OperandKind::string:
      return certain(value.text == operand.text);
    case ir::OperandKind::boolean:
      return certain(value.boolean == operand.boolean);
    case ir::OperandKind::pattern:
      return matches(operand.text, value.text, separator);
    case ir::OperandKind::regex:
      return search(operand.text, value.text);
    case ir::OperandKind::number:
    case ir::OperandKind::risk: {
      const std::optional<int> order_found = order(value, operand.kind, operand.text);
      return order_found ? certain(*order_found == 0) : Truth::u;
    }
    case ir::OperandKind::number_range: {
      const std::optional<int> low = order(value, ir::OperandKind::number, operand.text);
      const std::optional<int> high = order(value, ir::OperandKind::number, operand.upper);
      return low && high ? certain(*low >= 0 && *high <= 0) : Truth::u;
    }
    case ir::OperandKind::network:
      return is_in_network(value.text, operand.text);
    case ir::OperandKind::window:
    case ir::OperandKind::instant:
      break;
  }
  return Truth::u;
}

Truth is_ordered(const Value& value, ir::AtomOp op, const ir::Operand& operand) {
  const std::optional<int> found = order(value, operand.kind, operand.text);
  if (!found) return Truth::u;
  switch (op) {
    case ir::AtomOp::less:
      return certain(*found < 0);
    case ir::AtomOp::less_equal:
      return certain(*found <= 0);
    case ir::AtomOp::greater:
      return certain(*found > 0);
    default:
      return certain(*found >= 0);
  }
}

// L5.16: two values of one kind that a literal can be compared with.
Truth is_same(const Value& a, const Value& b, bool risks) {
  if (a.kind == ValueKind::absent || b.kind == ValueKind::absent) return Truth::f;
  if (a.kind != b.kind) return Truth::u;
  ir::Operand literal{ir::OperandKind::string, b.text, {}, b.boolean};
  if (risks) literal.kind = ir::OperandKind::risk;
  if (b.kind == ValueKind::number) literal.kind = ir::OperandKind::number;
  if (b.kind == ValueKind::boolean) literal.kind = ir::OperandKind::boolean;
  return fits(a, literal, '/');
}

// L5.8: entries of another type than the value's do not count, unless there are no others.
Truth is_in(const Value& value, const std::vector<ir::Operand>& entries, char separator) {
  if (entries.empty()) return Truth::f;
  bool comparable = false;
  Truth answer = Truth::f;
  for (const ir::Operand& entry : entries) {
    if (value.kind != kind_for(entry.kind)) continue;
    comparable = true;
    answer = either(answer, fits(value, entry, separator));
  }
  return comparable ? answer : Truth::u;
}

Truth has_element(const Value& value, const ir::Operand& operand, char separator) {
  if (value.kind != ValueKind::list) return Truth::u;
  if (value.elements.size() > limits::kListElementsMax) return Truth::u;
  Truth answer = Truth::f;
  for (const Value& element : value.elements) {
    answer = either(answer, fits(element, operand, separator));
  }
  return answer;
}

// L5.12: bytes, and nothing but bytes.
Truth has_part(const Value& value, ir::AtomOp op, const std::string& part) {
  if (value.kind != ValueKind::string) return Truth::u;
  const std::string& text = value.text;
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at) {
    const bool begins = at == 0;
    const bool ends = at + part.size() == text.size();
    if (op == ir::AtomOp::starts_with && !begins) continue;
    if (op == ir::AtomOp::ends_with && !ends) continue;
    if (text.compare(at, part.size(), part) == 0) return Truth::t;
  }
  return Truth::f;
}

// L5.13: how many characters, elements or members there are, as a number; unreadable if none can
// be counted.
Value size_of(const Value& value) {
  std::size_t size = value.elements.size();
  if (value.kind == ValueKind::string) {
    const std::optional<CodePoints> characters = code_points_of(value.text);
    if (!characters) return of_kind(ValueKind::unreadable);
    size = characters->size();
  } else if (value.kind != ValueKind::list && value.kind != ValueKind::object) {
    return of_kind(ValueKind::unreadable);
  }
  Value number = of_kind(ValueKind::number);
  number.text = std::to_string(size);
  return number;
}

Truth has_type(const Value& value, ir::TestedType type) {
  switch (type) {
    case ir::TestedType::string:
      return certain(value.kind == ValueKind::string);
    case ir::TestedType::number:
      return certain(value.kind == ValueKind::number);
    case ir::TestedType::boolean:
      return certain(value.kind == ValueKind::boolean);
    case ir::TestedType::list:
      return certain(value.kind == ValueKind::list);
    case ir::TestedType::object:
      return certain(value.kind == ValueKind::object);
    case ir::TestedType::null:
      return certain(value.kind == ValueKind::null);
  }
  return Truth::u;
}

// What is not mentioned is absent; a session that nobody knows cannot be read (L20.2).
const Value& root_value(const Request& request, AttributeId id) {
  const auto found = request.values.find(std::string(row_of(id).name));
  if (found != request.values.end()) return found->second;
  return is_of_session(id) ? kUnreadable : kAbsent;
}

}  // namespace

Truth same(const Value& a, const Value& b, Type type) {
  return is_same(a, b, type == Type::risk);
}

Value look_up(const Request& request, const ir::AttributeRef& ref, const Elements& elements) {
  Value made;
  return look_up(request, ref, elements, made);
}

const Value& look_up(const Request& request, const ir::AttributeRef& ref, const Elements& elements,
                     Value& made) {
  const bool of_query = ref.attribute == AttributeId::http_query;
  if (ref.binder == 0 && (of_query || ref.attribute == AttributeId::http_headers)) {
    return made = look_up(of_query ? request.query : request.headers, ref.steps.at(0));
  }
  const Value* value =
      ref.binder > 0 ? elements.at(ref.binder - 1u) : &root_value(request, ref.attribute);
  for (const std::string& name : ref.steps) value = &step_into(*value, name);
  // L20.2: what nobody has counted nobody knows.
  const bool unknown = ref.binder == 0 && ref.attribute == AttributeId::session_count &&
                       value->kind != ValueKind::number;
  return unknown ? kUnreadable : *value;
}

Truth evaluate(const ir::Atom& atom, const Request& request, const Elements& elements) {
  if (row_of(atom.attribute.attribute).type == Type::time) {
    const ir::Operand& operand = atom.operands.at(0);
    return operand.kind == ir::OperandKind::window ? is_in_window(request, operand)
                                                   : is_ordered_to(request, atom.op, operand);
  }
  if (atom.op == ir::AtomOp::same) {
    return same(look_up(request, atom.attribute, elements), look_up(request, *atom.other, elements),
                type_of(atom.attribute));
  }
  Value made;
  const Value& found = look_up(request, atom.attribute, elements, made);
  const char separator = row_of(atom.attribute.attribute).separator;
  if (found.kind == ValueKind::unreadable) return Truth::u;
  if (atom.op == ir::AtomOp::exists) return certain(found.kind != ValueKind::absent);
  if (found.kind == ValueKind::absent) return Truth::f;
  if (atom.sized) made = size_of(found);
  const Value& value = atom.sized ? made : found;
  if (value.kind == ValueKind::unreadable) return Truth::u;
  switch (atom.op) {
    case ir::AtomOp::equal:
    case ir::AtomOp::matches:
    case ir::AtomOp::search:
      return fits(value, atom.operands.at(0), separator);
    case ir::AtomOp::less:
    case ir::AtomOp::less_equal:
    case ir::AtomOp::greater:
    case ir::AtomOp::greater_equal:
      return is_ordered(value, atom.op, atom.operands.at(0));
    case ir::AtomOp::in:
      return is_in(value, atom.operands, separator);
    case ir::AtomOp::has:
      return has_element(value, atom.operands.at(0), separator);
    case ir::AtomOp::is_type:
      return has_type(value, atom.tested_type);
    case ir::AtomOp::contains:
    case ir::AtomOp::starts_with:
    case ir::AtomOp::ends_with:
      return has_part(value, atom.op, atom.operands.at(0).text);
    case ir::AtomOp::exists:
    case ir::AtomOp::same:
      break;
  }
  return Truth::u;
}

}  // namespace sentrail::compiler::oracle
