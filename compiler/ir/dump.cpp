// Prints a Policy as stable text, one fact a line: what goldens and `dump --stage=ir` show.
//
// Neighbours: ir.hpp. Must not know: syntax. Everything but spans is printed and every text is
// quoted, so that equal dumps mean equal policies.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "compiler/ir/ir.hpp"
#include "core/duration.hpp"
#include "core/time.hpp"
#include "core/units.hpp"

namespace sentrail::compiler::ir {
namespace {

std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

bool is_plain_step(std::string_view step) {
  if (step.empty() || (step[0] >= '0' && step[0] <= '9')) return false;
  for (const char c : step) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!plain) return false;
  }
  return true;
}

std::string text_of(const Operand& operand) {
  switch (operand.kind) {
    case OperandKind::string:
    case OperandKind::network:
      return quoted(operand.text);
    case OperandKind::number:
      return operand.text;
    case OperandKind::boolean:
      return operand.boolean ? "true" : "false";
    case OperandKind::risk:
    case OperandKind::instant:
      return operand.text;
    case OperandKind::pattern:
      return "~" + quoted(operand.text);
    case OperandKind::number_range:
      return operand.text + ".." + operand.upper.str();
    case OperandKind::regex:
      return "/" + operand.text + "/";
    case OperandKind::window:
      return window_text(operand.window) + " " + quoted(operand.text);
  }
  return {};
}

std::string_view name_of(TestedType type) {
  constexpr std::array<std::string_view, 6> kNames = {"string", "number", "bool",
                                                      "list",   "object", "null"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string text_of(const Atom& atom) {
  constexpr std::array<std::string_view, 15> kNames = {
      "==",       "<",           "<=",        ">",  ">=",     "in", "~", "has",
      "contains", "starts_with", "ends_with", "=~", "exists", "is", "=="};
  std::string out = "(";
  out += kNames[static_cast<std::size_t>(atom.op)];
  out += ' ';
  out += atom.sized ? "size(" + to_string(atom.attribute) + ")" : to_string(atom.attribute);
  if (atom.op == AtomOp::is_type) {
    out += ' ';
    out += name_of(atom.tested_type);
  }
  if (atom.op == AtomOp::in) {
    out += " [";
    for (std::size_t i = 0; i < atom.operands.size(); ++i) {
      if (i != 0) out += ' ';
      out += text_of(atom.operands[i]);
    }
    return out += "])";
  }
  if (atom.other) out += ' ' + to_string(*atom.other);
  for (const Operand& operand : atom.operands) out += " " + text_of(operand);
  return out += ')';
}

// A stack of what is left to print, instead of recursion: conditions nest as deep as they like.
std::string text_of(const IdVector<ConditionTag, Condition>& conditions, ConditionId root) {
  constexpr std::array<std::string_view, 7> kNames = {"always", "",      "(not",  "(all",
                                                      "(any",   "(some", "(every"};
  std::string out;
  std::vector<std::pair<ConditionId, bool>> left = {{root, false}};
  while (!left.empty()) {
    const auto [id, close] = left.back();
    left.pop_back();
    if (close) {
      out += ')';
      continue;
    }
    if (!out.empty()) out += ' ';
    const Condition& condition = conditions[id];
    if (condition.kind == ConditionKind::atom) {
      out += text_of(condition.atom);
      continue;
    }
    out += kNames[static_cast<std::size_t>(condition.kind)];
    if (condition.kind == ConditionKind::always) continue;
    if (is_quantified(condition.kind)) {
      out += " " + condition.element.str() + " in " + to_string(condition.atom.attribute);
    }
    left.emplace_back(id, true);
    for (std::size_t i = condition.children.size(); i > 0; --i) {
      left.emplace_back(condition.children[i - 1], false);
    }
  }
  return out;
}

std::string text_of(const Policy& policy, ConditionId root) {
  return text_of(policy.conditions, root);
}

std::string text_of(const Template& text) {
  std::string out;
  for (std::size_t i = 0; i < text.texts.size(); ++i) {
    if (i != 0) out += " {" + to_string(text.holes[i - 1]) + "} ";
    out += quoted(text.texts[i]);
  }
  return out;
}

std::string text_of(const std::vector<Seats>& quorum) {
  std::string out;
  for (const Seats& seats : quorum) {
    out += (out.empty() ? " from " : " and ") + std::to_string(seats.people) +
           (seats.role ? " of role " : " of group ") + quoted(seats.name);
  }
  return out;
}

// Empty for the usual.
std::string text_of(const Approval& approval) {
  if (approval == Approval{}) return "";
  std::string out = text_of(approval.seats);
  if (approval.within_ms) out += " within " + std::to_string(*approval.within_ms) + " ms";
  return out;
}

std::string text_of(const Limit& limit) {
  return to_string(limit) + " else " + std::string(sentrail::name_of(limit.otherwise)) +
         text_of(limit.approval);
}

std::string text_of(const Policy& policy, const Rule& rule, const std::string& kind = "rule ") {
  std::string out = "  " + kind + quoted(rule.name) + " as " + quoted(rule.qualified_name) + ": ";
  out += sentrail::name_of(rule.outcome);
  out += text_of(rule.approval);
  out += "\n    when " + text_of(policy, rule.when) + "\n";
  if (rule.unless) out += "    unless " + text_of(policy, *rule.unless) + "\n";
  if (rule.because) out += "    because " + text_of(*rule.because) + "\n";
  if (!rule.owner.empty()) out += "    owner " + quoted(rule.owner) + "\n";
  if (!rule.ticket.empty()) out += "    ticket " + quoted(rule.ticket) + "\n";
  if (rule.until_ms) out += "    before " + format_rfc3339_ms(*rule.until_ms) + "\n";
  for (const Limit& limit : rule.limits) out += "    " + text_of(limit) + "\n";
  for (const Obligation& one : rule.obligations) out += "    then " + to_string(one) + "\n";
  return out;
}

std::string text_of(const TestCase& test) {
  std::string out = "test " + quoted(test.name) + "\n";
  if (test.tool) out += "  tool " + quoted(*test.tool) + "\n";
  if (test.method) out += "  method " + quoted(*test.method) + "\n";
  if (test.target) out += "  target " + quoted(*test.target) + "\n";
  if (test.body_json) out += "  body " + quoted(*test.body_json) + "\n";
  for (const GivenValue& given : test.with) {
    out += "  with " + to_string(given.attribute) + " = ";
    out += given.unreadable ? "unreadable" : quoted(given.json);
    out += '\n';
  }
  for (const GivenUsed& used : test.used) {
    out += "  used " + quoted(used.rule) + " limit " + std::to_string(used.limit + 1) + " = " +
           print_units(used.amount) + "\n";
  }
  if (test.calls_before > 0) out += "  after " + std::to_string(test.calls_before) + " calls\n";
  out += "  expect ";
  out += sentrail::name_of(test.effect);
  for (const std::vector<Seats>& quorum : test.quorums) out += text_of(quorum);
  if (test.within_ms) out += " within " + std::to_string(*test.within_ms) + " ms";
  if (test.rule) out += " by " + quoted(*test.rule);
  for (const Obligation& one : test.obligations) out += " then " + to_string(one);
  return out += '\n';
}

}  // namespace

Type type_of(const AttributeRef& ref) {
  const Type type = row_of(ref.attribute).type;
  return ref.binder > 0 && type == Type::string_set ? Type::string : type;
}

bool can_be_same(Type a, Type b) noexcept {
  const auto is_scalar = [](Type type) {
    return type == Type::boolean || type == Type::number || type == Type::string;
  };
  if (a == b) return is_scalar(a) || a == Type::risk || a == Type::json;
  return (a == Type::json && is_scalar(b)) || (b == Type::json && is_scalar(a));
}

bool overlap(const AttributeRef& a, const AttributeRef& b) noexcept {
  const std::size_t common = std::min(a.steps.size(), b.steps.size());
  return a.attribute == b.attribute &&
         std::equal(a.steps.begin(), a.steps.begin() + static_cast<std::ptrdiff_t>(common),
                    b.steps.begin());
}

std::string to_string(const AttributeRef& ref) {
  std::string out = ref.binder > 0 ? ref.element.str() : std::string(row_of(ref.attribute).name);
  if (ref.attribute == AttributeId::session_count && ref.steps.size() == 1) {
    return out + ref.steps[0];  // what is counted begins with a parenthesis
  }
  for (const std::string& step : ref.steps) {
    out += '.';
    out += is_plain_step(step) ? step : quoted(step);
  }
  return out;
}

std::string to_string(const Approval& approval) {
  if (approval == Approval{}) return "as usual";
  std::string text;
  for (const Seats& seats : approval.seats) {
    text += (text.empty() ? "from (" : " and ") + std::to_string(seats.people) +
            (seats.role ? " of role " : " of group ") + seats.name;
  }
  text += ")";
  if (approval.within_ms) text += " within " + print_duration_ms(*approval.within_ms);
  return text;
}

std::string with_else(const Limit& limit) {
  const std::string text = to_string(limit) + " else " + std::string(name_of(limit.otherwise));
  return limit.approval == Approval{} ? text : text + " " + to_string(limit.approval);
}

std::string to_string(const Limit& limit) {
  std::string out = "limit ";
  if (limit.amount) out += "sum " + to_string(*limit.amount) + " ";
  out += print_units(limit.most) + " per " + print_duration_ms(limit.per_ms);
  for (const AttributeRef& key : limit.keys) {
    out += (&key == &limit.keys.front() ? " by " : ", ") + to_string(key);
  }
  return out;
}

std::string to_string(const Policy& policy, ConditionId id) {
  return text_of(policy, id);
}

std::string to_string(const Obligation& obligation) {
  std::string out(word_of(obligation.kind));
  if (obligation.kind == ObligationKind::log_full) return out + " full";
  if (obligation.path) out += " " + to_string(*obligation.path);
  if (!obligation.channel.empty()) out += " " + obligation.channel;
  return has_text(obligation.kind) ? out + " " + quoted(obligation.text) : out;
}

bool comes_before(const Obligation& a, const Obligation& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  return to_string(a) < to_string(b);
}

void add_count(Policy& policy, Count count) {
  const auto at = std::ranges::lower_bound(policy.counts, count.text, {}, &Count::text);
  if (at != policy.counts.end() && at->text == count.text) return;
  policy.counts.insert(at, std::move(count));
}

std::string Policy::dump() const {
  std::string out = "policy " + quoted(name) + "\n";
  for (const std::string& catalog : catalogs) out += "catalog " + quoted(catalog) + "\n";
  for (const Tier& tier : tiers) {
    out += tier.guard ? "guard tier " : "tier ";
    out += quoted(tier.name) + "\n";
    for (const Rule& rule : tier.rules) out += text_of(*this, rule);
    for (const Rule& rule : tier.alsos) out += text_of(*this, rule, "also rule ");
    for (const Shadow& one : tier.shadows) {
      const std::string kind = "after " + std::to_string(one.before) + " shadow rule ";
      out += text_of(*this, one.rule, kind);
    }
  }
  out += "default ";
  out += sentrail::name_of(default_effect);
  out += text_of(default_approval);
  if (default_because) out += " because " + text_of(*default_because);
  out += '\n';
  for (const Count& count : counts) {
    out += "count " + count.text + "\n  when " + text_of(count.conditions, count.root()) + "\n";
  }
  for (const TestCase& test : tests) out += text_of(test);
  for (const Proof& proof : proofs) {
    out += "prove " + quoted(proof.name) + " never ";
    out += sentrail::name_of(proof.never);
    out += "\n  when " + text_of(*this, proof.when) + "\n";
  }
  return out;
}

}  // namespace sentrail::compiler::ir
