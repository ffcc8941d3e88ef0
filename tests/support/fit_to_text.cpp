// Replaces what text cannot say. See fit_to_text.hpp.
#include "tests/support/fit_to_text.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "tests/support/build_ir.hpp"

namespace sentrail::support {
namespace {

bool has_open_wildcard(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '*' || text[i] == '?') {
      return true;
    }
  }
  return false;
}

std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    plain += text[i];
  }
  return plain;
}

// In a list only what has a wildcard is a pattern; `is` names a type that can be there.
void fit_atom(ir::Atom& atom) {
  if (ir::type_of(atom.attribute) == Type::time && atom.operands[0].text == "Nowhere/Land") {
    atom.operands[0].text = "Asia/Tokyo";  // `check` knows the zones
  }
  if (atom.op == ir::AtomOp::in) {
    for (ir::Operand& operand : atom.operands) {
      if (operand.kind != ir::OperandKind::pattern || has_open_wildcard(operand.text)) continue;
      operand = text(without_escapes(operand.text));
    }
  }
  if (atom.other) {
    for (std::string& step : atom.other->steps) {
      if (step.find_first_of(" -") != step.npos) step = "n";
    }
  }
  if (atom.op != ir::AtomOp::is_type) return;
  switch (ir::type_of(atom.attribute)) {
    case Type::boolean:
      atom.tested_type = ir::TestedType::boolean;
      break;
    case Type::number:
      atom.tested_type = ir::TestedType::number;
      break;
    case Type::string:
    case Type::risk:
    case Type::ip:
      atom.tested_type = ir::TestedType::string;
      break;
    case Type::string_set:
      atom.tested_type = ir::TestedType::list;
      break;
    case Type::json:
    case Type::time:
      break;
  }
}

}  // namespace

// `always` stands alone after `when`; elsewhere a test takes its place.
void fit_to_text(Random& random, ir::Policy& policy) {
  std::set<std::uint32_t> alone;
  for (const ir::Tier& tier : policy.tiers) {
    ir::for_each_written(tier, [&](const ir::Rule& rule) { alone.insert(rule.when.value); });
  }
  for (std::uint32_t i = 0; i < policy.conditions.size(); ++i) {
    ir::Condition& condition = policy.conditions[ir::ConditionId{i}];
    if (condition.kind == ir::ConditionKind::always && !alone.contains(i)) {
      condition.kind = ir::ConditionKind::atom;
      condition.atom = random_atom(random);
    }
    if (condition.kind == ir::ConditionKind::atom) fit_atom(condition.atom);
  }
}

// Of the texts that are drawn two pieces are keywords: of `release` and of `main`.
bool is_word(std::string_view text) {
  if (text == "as" || text == "in") return false;
  char before = '.';
  for (const char& c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '*';
    const bool later = (c >= '0' && c <= '9') || c == '-';
    if (!letter && !(c == '.' && before != '.') && !(later && &c != text.data())) return false;
    before = c;
  }
  return before != '.';
}

std::string_view sign_of(ir::AtomOp op) {
  // In the order of ir::AtomOp.
  constexpr std::array<std::string_view, 15> kSigns = {
      "==",       "<",           "<=",        ">",  ">=",     "in", "~", "has",
      "contains", "starts_with", "ends_with", "=~", "exists", "is", "=="};
  return kSigns[static_cast<std::size_t>(op)];
}

std::string without_wildcards(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string regex_literal(std::string_view text) {
  std::string out = "/";
  for (const char c : text) {
    if (c == '/') out += '\\';
    out += c;
  }
  return out + "/";
}

}  // namespace sentrail::support
