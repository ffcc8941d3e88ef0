// Builders of conditions and values. See build_ir.hpp.
#include "tests/support/build_ir.hpp"

#include <utility>

#include "core/check.hpp"

namespace sentrail::support {
namespace {

ir::Operand operand(ir::OperandKind kind, std::string_view value) {
  ir::Operand made;
  made.kind = kind;
  made.text = value;
  return made;
}

oracle::Value value_of(oracle::ValueKind kind, std::string_view text = {}) {
  oracle::Value value;
  value.kind = kind;
  value.text = text;
  return value;
}

ir::ConditionId parent(ir::Policy& policy, ir::ConditionKind kind,
                       std::vector<ir::ConditionId> children) {
  ir::Condition condition;
  condition.kind = kind;
  condition.children = std::move(children);
  return policy.conditions.push_back(std::move(condition));
}

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (text.size() > 80) {
    return quoted(text.substr(0, 20)) + "… of " + std::to_string(text.size()) + " bytes";
  }
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out += '"';
}

std::string describe(const oracle::NameList& list) {
  if (list.unreadable) return "unreadable";
  std::string out = "{";
  for (const auto& [name, value] : list.entries) out += " " + name + ": " + quoted(value);
  return out += " }";
}

}  // namespace

ir::Operand text(std::string_view value) {
  return operand(ir::OperandKind::string, value);
}
ir::Operand number(std::string_view value) {
  return operand(ir::OperandKind::number, value);
}
ir::Operand risk(std::string_view name) {
  return operand(ir::OperandKind::risk, name);
}
ir::Operand pattern(std::string_view value) {
  return operand(ir::OperandKind::pattern, value);
}

ir::Operand regex(std::string_view value) {
  return operand(ir::OperandKind::regex, value);
}

ir::Operand boolean(bool value) {
  ir::Operand made = operand(ir::OperandKind::boolean, {});
  made.boolean = value;
  return made;
}

ir::Operand range(std::string_view lower, std::string_view upper) {
  ir::Operand made = operand(ir::OperandKind::number_range, lower);
  made.upper = std::string(upper);
  return made;
}

ir::Operand network(std::string_view value) {
  ir::Operand made;
  made.kind = ir::OperandKind::network;
  made.text = value;
  return made;
}

ir::Operand instant(std::string_view value) {
  ir::Operand made;
  made.kind = ir::OperandKind::instant;
  made.text = value;
  return made;
}

ir::Operand window(std::uint8_t days, std::uint16_t from, std::uint16_t until,
                   std::string_view zone) {
  ir::Operand made;
  made.kind = ir::OperandKind::window;
  made.text = zone;
  made.window = {days, from, until};
  return made;
}

ir::AttributeRef ref(std::string_view dotted) {
  for (std::size_t end = dotted.size(); end != std::string_view::npos;
       end = dotted.rfind('.', end - 1)) {
    const auto id = attribute_named(dotted.substr(0, end));
    if (!id) continue;
    ir::AttributeRef made{*id, {}};
    std::string_view rest = dotted.substr(end);
    while (!rest.empty()) {
      rest.remove_prefix(1);
      const std::size_t dot = std::min(rest.find('.'), rest.size());
      made.steps.emplace_back(rest.substr(0, dot));
      rest.remove_prefix(dot);
    }
    return made;
  }
  SENTRAIL_UNREACHABLE("a test names an attribute that the schema lacks");
}

ir::Atom test(std::string_view dotted, ir::AtomOp op, std::vector<ir::Operand> operands) {
  ir::Atom made;
  made.attribute = ref(dotted);
  made.op = op;
  made.operands = std::move(operands);
  return made;
}

ir::Atom size_test(std::string_view dotted, ir::AtomOp op, std::vector<ir::Operand> operands) {
  ir::Atom made = test(dotted, op, std::move(operands));
  made.sized = true;
  return made;
}

ir::Atom same(std::string_view dotted, std::string_view other) {
  ir::Atom made = test(dotted, ir::AtomOp::same);
  made.other = ref(other);
  return made;
}

ir::Atom is_type(std::string_view dotted, ir::TestedType type) {
  ir::Atom made = test(dotted, ir::AtomOp::is_type);
  made.tested_type = type;
  return made;
}

ir::ConditionId always(ir::Policy& policy) {
  return parent(policy, ir::ConditionKind::always, {});
}

ir::ConditionId atom(ir::Policy& policy, ir::Atom test) {
  ir::Condition condition;
  condition.kind = ir::ConditionKind::atom;
  condition.atom = std::move(test);
  return policy.conditions.push_back(std::move(condition));
}

ir::ConditionId not_of(ir::Policy& policy, ir::ConditionId child) {
  return parent(policy, ir::ConditionKind::not_, {child});
}

ir::ConditionId all_of(ir::Policy& policy, std::vector<ir::ConditionId> children) {
  return parent(policy, ir::ConditionKind::all, std::move(children));
}

ir::ConditionId quantified(ir::Policy& policy, ir::ConditionKind kind, std::string element,
                           ir::AttributeRef list, ir::ConditionId child) {
  const ir::ConditionId made = parent(policy, kind, {child});
  policy.conditions[made].element = std::move(element);
  policy.conditions[made].atom.attribute = std::move(list);
  return made;
}

ir::ConditionId any_of(ir::Policy& policy, std::vector<ir::ConditionId> children) {
  return parent(policy, ir::ConditionKind::any, std::move(children));
}

ir::Rule rule(std::string_view name, Outcome outcome, ir::ConditionId when) {
  ir::Rule made;
  made.name = name;
  made.qualified_name = "test.";
  made.qualified_name += name;
  made.outcome = outcome;
  made.when = when;
  return made;
}

oracle::Value absent() {
  return {};
}
oracle::Value unreadable() {
  return value_of(oracle::ValueKind::unreadable);
}
oracle::Value null_value() {
  return value_of(oracle::ValueKind::null);
}

oracle::Value boolean_value(bool value) {
  oracle::Value made = value_of(oracle::ValueKind::boolean);
  made.boolean = value;
  return made;
}

oracle::Value number_value(std::string_view text) {
  return value_of(oracle::ValueKind::number, text);
}

oracle::Value string_value(std::string_view text) {
  return value_of(oracle::ValueKind::string, text);
}

oracle::Value list_value(std::vector<oracle::Value> elements) {
  oracle::Value made = value_of(oracle::ValueKind::list);
  made.elements = std::move(elements);
  return made;
}

oracle::Value strings_value(std::initializer_list<std::string_view> texts) {
  oracle::Value made = value_of(oracle::ValueKind::list);
  for (const std::string_view text : texts) made.elements.push_back(string_value(text));
  return made;
}

oracle::Value object_value(std::initializer_list<std::pair<std::string, oracle::Value>> members) {
  oracle::Value made = value_of(oracle::ValueKind::object);
  for (const auto& [name, value] : members) {
    made.names.push_back(name);
    made.elements.push_back(value);
  }
  return made;
}

std::string describe(const oracle::Value& value) {
  switch (value.kind) {
    case oracle::ValueKind::absent:
      return "absent";
    case oracle::ValueKind::unreadable:
      return "unreadable";
    case oracle::ValueKind::null:
      return "null";
    case oracle::ValueKind::boolean:
      return value.boolean ? "true" : "false";
    case oracle::ValueKind::number:
      return value.text;
    case oracle::ValueKind::string:
      return quoted(value.text);
    case oracle::ValueKind::list:
    case oracle::ValueKind::object:
      break;
  }
  const bool list = value.kind == oracle::ValueKind::list;
  std::string out = list ? "[" : "{";
  for (std::size_t i = 0; i < value.elements.size(); ++i) {
    if (i == 8) return out += " … " + std::to_string(value.elements.size()) + " in all";
    out += ' ';
    if (!list) out += quoted(value.names[i]) + ": ";
    out += describe(value.elements[i]);
  }
  return out += list ? " ]" : " }";
}

std::string describe(const oracle::Request& request) {
  std::string out;
  for (const auto& [name, value] : request.values) out += name + " = " + describe(value) + "\n";
  out += "http.query = " + describe(request.query) + "\n";
  return out += "http.headers = " + describe(request.headers) + "\n";
}

}  // namespace sentrail::support
