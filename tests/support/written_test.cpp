// One test after the other. See written_test.hpp.
#include "tests/support/written_test.hpp"

#include <array>
#include <cstddef>

#include "tests/support/fit_to_text.hpp"
#include "tests/support/random_address.hpp"
#include "tests/support/random_window.hpp"

namespace sentrail::support {

std::string AtomWriter::quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c >= 'a' && c <= 'z' && once_in(16)) {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out += std::string("\\u{") + kHex[byte >> 4] + kHex[byte & 15] + "}";
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string AtomWriter::text_or_word(const ir::AttributeRef& ref, std::string_view text) {
  const bool json = ir::type_of(ref) == Type::json;
  const bool element = text == "x" || text == "y";  // it would be that
  return !json && is_word(text) && !element && once_in(2) ? std::string(text) : quoted(text);
}

std::string AtomWriter::value(const ir::AttributeRef& ref, const ir::Operand& operand) {
  switch (operand.kind) {
    case ir::OperandKind::string:
    case ir::OperandKind::pattern:
      return text_or_word(ref, operand.text);
    case ir::OperandKind::number:
    case ir::OperandKind::risk:
      return operand.text;
    case ir::OperandKind::boolean:
      return operand.boolean ? "true" : "false";
    case ir::OperandKind::number_range:
      return operand.text + ".." + operand.upper.str();
    case ir::OperandKind::regex:
      return regex_literal(operand.text);
    case ir::OperandKind::window:
      return written_window(random_, operand) + quoted(operand.text);
    case ir::OperandKind::network:
      return quoted(written_network(random_, operand));
    case ir::OperandKind::instant:
      return written_instant(random_, operand.text);
  }
  return {};
}

// In lists wildcards of literal strings are escaped.
std::string AtomWriter::entry(const ir::AttributeRef& ref, const ir::Operand& operand) {
  if (operand.kind != ir::OperandKind::string) return value(ref, operand);
  return text_or_word(ref, without_wildcards(operand.text));
}

std::string AtomWriter::entries(const ir::Atom& atom) {
  std::string out = "[";
  for (const ir::Operand& operand : atom.operands) {
    if (out.size() > 1) out += ", ";
    out += entry(atom.attribute, operand);
  }
  if (out.size() > 1 && once_in(4)) out += ",";
  return out += "]";
}

std::string AtomWriter::path(const ir::AttributeRef& ref) {
  if (ref.attribute == AttributeId::session_count) return to_string(ref);
  std::string out = ref.binder > 0 ? ref.element.str() : std::string(row_of(ref.attribute).name);
  for (const std::string& step : ref.steps) {
    const bool plain = step.find_first_of(" -") == std::string::npos;
    out += '.' + (plain && !once_in(4) ? step : quoted(step));
  }
  return out;
}

std::string AtomWriter::left_side(const ir::Atom& atom) {
  if (!atom.sized) return path(atom.attribute);
  return (once_in(4) ? "size ( " : "size(") + path(atom.attribute) + ")";
}

std::string AtomWriter::in_test(const ir::Atom& atom, bool negated) {
  const std::string left = left_side(atom) + (negated ? " not in " : " in ");
  const bool range =
      atom.operands.size() == 1 && atom.operands[0].kind == ir::OperandKind::number_range;
  const bool alone = ir::type_of(atom.attribute) == Type::time;
  if (alone || (range && once_in(2))) return left + entry(atom.attribute, atom.operands[0]);
  const bool network = atom.operands.size() == 1 && ir::type_of(atom.attribute) == Type::ip;
  if (network && once_in(2)) {  // without brackets its prefix is written, and no escape
    const std::string one = entry(atom.attribute, atom.operands[0]);
    if (one.find('/') < one.find('\\')) return left + one;
  }
  return left + of_list(entries(atom));
}

// Now and then by a name.
std::string AtomWriter::of_list(const std::string& entries) {
  if (!once_in(3)) return entries;
  const std::string name = "list" + std::to_string(list_count_++);
  lists_ += "list " + name + " = " + entries + "\n";
  return called(name);
}

std::optional<std::string> AtomWriter::range(const ir::Policy& policy, ir::ConditionId id) {
  const ir::Condition& pair = policy.conditions[id];
  if (pair.kind != ir::ConditionKind::all || pair.children.size() != 2) return std::nullopt;
  const ir::Atom& first = policy.conditions[pair.children[0]].atom;
  const ir::Atom& behind = policy.conditions[pair.children[1]].atom;
  if (first.op != ir::AtomOp::greater_equal || behind.op != ir::AtomOp::less) return std::nullopt;
  for (const ir::Atom* end : {&first, &behind}) {
    if (end->operands.at(0).kind != ir::OperandKind::instant) return std::nullopt;
  }
  if (first.operands[0].text >= behind.operands[0].text) return std::nullopt;
  return value(first.attribute, first.operands[0]) + ".." +
         value(behind.attribute, behind.operands[0]);
}

std::optional<std::string> AtomWriter::ranges_test(const ir::Policy& policy, ir::ConditionId id,
                                                   bool negated) {
  const std::string left = negated ? "time not in " : "time in ";
  if (const auto alone = range(policy, id)) {
    return left + (once_in(2) ? *alone : of_list("[" + *alone + (once_in(4) ? ",]" : "]")));
  }
  const ir::Condition& joined = policy.conditions[id];
  if (joined.kind != ir::ConditionKind::any) return std::nullopt;
  std::string entries;
  for (const ir::ConditionId child : joined.children) {
    const auto one = range(policy, child);
    if (!one) return std::nullopt;
    entries += (entries.empty() ? "[" : ", ") + *one;
  }
  return left + of_list(entries + "]");
}

std::string AtomWriter::test(const ir::Atom& atom, bool negated) {
  using Op = ir::AtomOp;
  constexpr std::array kTypes = {"string", "number", "bool", "list", "object", "null"};
  const bool has_negative = atom.op == Op::equal || atom.op == Op::same || atom.op == Op::in ||
                            atom.op == Op::matches || atom.op == Op::exists;
  // `a != b` for `not a == b`, and now and then `not a != b` for `a == b`.
  const bool negative = has_negative && (negated ? !once_in(3) : once_in(8));
  std::string out = negative != negated ? "not " : "";
  if (atom.op == Op::in) return out + in_test(atom, negative);
  out += left_side(atom) + " ";
  if (atom.op == Op::exists) return out + (negative ? "is absent" : "exists");
  if (negative) {
    out += atom.op == Op::matches ? "!~" : "!=";
  } else {
    out += sign_of(atom.op);
  }
  out += ' ';
  if (atom.op == Op::is_type) return out += kTypes[static_cast<std::size_t>(atom.tested_type)];
  // What stands right of an operator is a word: none of its steps is quoted.
  if (atom.other) return out + to_string(*atom.other);
  return out + value(atom.attribute, atom.operands.at(0));
}

}  // namespace sentrail::support
