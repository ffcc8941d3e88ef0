// See policy_text.hpp.
#include "compiler/ir/policy_text.hpp"

#include <array>

#include "core/duration.hpp"
#include "core/text.hpp"
#include "core/zones.hpp"

namespace sentrail::compiler::ir {
namespace {

// A literal beside patterns: its wildcards are escaped.
std::string entry_literal(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return string_literal(escaped);
}

// A slash would end the expression.
std::string regex_literal(std::string_view text) {
  std::string out = "/";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') out += '\\';
    out += text[i];
    if (text[i] == '\\' && i + 1 < text.size()) out += text[++i];
  }
  return out + "/";
}

std::string text_of(const Operand& operand, bool entry) {
  switch (operand.kind) {
    case OperandKind::string:
      return entry ? entry_literal(operand.text) : string_literal(operand.text);
    case OperandKind::pattern:
    case OperandKind::network:
      return string_literal(operand.text);
    case OperandKind::number:
    case OperandKind::risk:
    case OperandKind::instant:
      return operand.text;
    case OperandKind::boolean:
      return operand.boolean ? "true" : "false";
    case OperandKind::number_range:
      return operand.text + ".." + operand.upper.str();
    case OperandKind::regex:
      return regex_literal(operand.text);
    case OperandKind::window:
      return window_text(operand.window) + " " + string_literal(operand.text);
  }
  return {};
}

std::string text_of(const Atom& atom) {
  constexpr std::array<std::string_view, 15> kOps = {
      "==",       "<",           "<=",        ">",  ">=",     "in", "~", "has",
      "contains", "starts_with", "ends_with", "=~", "exists", "is", "=="};
  constexpr std::array<std::string_view, 6> kTypes = {"string", "number", "bool",
                                                      "list",   "object", "null"};
  std::string out = to_string(atom.attribute);
  if (atom.sized) out = "size(" + out + ")";
  out += ' ';
  out += kOps[static_cast<std::size_t>(atom.op)];
  if (atom.op == AtomOp::is_type) {
    return out + " " + std::string(kTypes[static_cast<std::size_t>(atom.tested_type)]);
  }
  if (atom.other) return out + " " + to_string(*atom.other);
  const bool window = type_of(atom.attribute) == Type::time;
  if (atom.op != AtomOp::in || window) {
    for (const Operand& operand : atom.operands) out += " " + text_of(operand, false);
    return out;
  }
  out += " [";
  for (const Operand& operand : atom.operands) {
    if (&operand != &atom.operands.front()) out += ", ";
    out += text_of(operand, true);
  }
  return out + "]";
}

class Writer {
 public:
  explicit Writer(const IdVector<ConditionTag, Condition>& conditions) : conditions_(conditions) {}

  [[nodiscard]] std::string condition(ConditionId id) const {
    const Condition& one = conditions_[id];
    switch (one.kind) {
      case ConditionKind::always:
        return "always";
      case ConditionKind::atom:
        return text_of(one.atom);
      case ConditionKind::not_:
        return "not " + operand(one.children[0], true);
      case ConditionKind::some_element:
      case ConditionKind::every_element:
        return (one.kind == ConditionKind::some_element ? "any " : "all ") + one.element.str() +
               " in " + to_string(one.atom.attribute) + ": " + operand(one.children[0], false);
      case ConditionKind::all:
      case ConditionKind::any:
        break;
    }
    std::string out;
    for (const ConditionId child : one.children) {
      if (!out.empty()) out += one.kind == ConditionKind::all ? " and " : " or ";
      out += operand(child, false);
    }
    return out;
  }

 private:
  // In parentheses if it is joined; behind `not` another `not` has them too.
  [[nodiscard]] std::string operand(ConditionId id, bool negated) const {
    const ConditionKind kind = conditions_[id].kind;
    const bool joined = kind == ConditionKind::all || kind == ConditionKind::any;
    const bool apart = joined || (negated && kind == ConditionKind::not_);
    return apart ? "(" + condition(id) + ")" : condition(id);
  }

  const IdVector<ConditionTag, Condition>& conditions_;
};

}  // namespace

std::string string_literal(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (point.value == '"' || point.value == '\\') {
      out += std::string("\\") + static_cast<char>(point.value);
    } else if (point.value != ' ' && is_invisible(point.value)) {
      std::string digits;
      for (char32_t left = point.value; left > 0 || digits.empty(); left /= 16) {
        digits.insert(digits.begin(), kHex[left % 16]);
      }
      out += "\\u{" + digits + "}";
    } else {
      out += text.substr(at, point.size);
    }
    at += point.size;
  }
  return out + "\"";
}

std::string policy_text(const IdVector<ConditionTag, Condition>& conditions, ConditionId root) {
  return Writer(conditions).condition(root);
}

std::string count_text(const IdVector<ConditionTag, Condition>& conditions, ConditionId root,
                       std::int64_t within_ms) {
  return "(" + policy_text(conditions, root) + ") within " + print_duration_ms(within_ms);
}

}  // namespace sentrail::compiler::ir
