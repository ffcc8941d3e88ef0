// Programs as text: for goldens, `sentrailc dump` and explanations. See program.hpp.
//
// Neighbours: json_writer.hpp quotes. Must not know: how programs run. The text names every row by
// its index, so that it reads like the tables themselves.
#include <array>

#include "core/duration.hpp"
#include "core/json_writer.hpp"
#include "core/program.hpp"
#include "core/schema.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "core/units.hpp"
#include "core/zones.hpp"

namespace sentrail {
namespace {

constexpr std::size_t kOperandsShown = 8;
constexpr std::array<std::string_view, 17> kTestNames = {
    "==", "<",        "<=",          ">",         ">=", "in",  "~",   "has", "exists",
    "is", "contains", "starts_with", "ends_with", "=~", "any", "all", "=="};
constexpr std::array<std::string_view, 6> kTypeNames = {"string", "number", "bool",
                                                        "list",   "object", "null"};
constexpr std::array<std::string_view, 5> kPatternOpNames = {"", "?", "*", "/", "**"};

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string slot_name(const Program& p, std::uint32_t index) {
  const SlotRow& slot = p.slots[index];
  std::string name = escape_display(p.view(slot.attribute));
  for (std::uint32_t i = 0; i < slot.steps_count; ++i) {
    const std::string_view step = p.view(p.steps[slot.steps_begin + i]);
    if (slot.binder == 0 && p.view(slot.attribute) == row_of(AttributeId::session_count).name) {
      return name + escape_display(step);  // it begins with a parenthesis
    }
    const bool plain = !step.empty() && step.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyz"
                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789_-") == step.npos;
    name += '.';
    name += plain ? std::string(step) : quoted(step);
  }
  return name;
}

std::string operand_text(const Program& p, const OperandRow& operand) {
  switch (static_cast<OperandKind>(operand.kind)) {
    case OperandKind::string:
      return quoted(p.view(p.symbols[operand.index]));
    case OperandKind::number:
      return p.numbers[operand.index].value().to_string();
    case OperandKind::number_range:
      return p.numbers[operand.index].value().to_string() + ".." +
             p.numbers[operand.upper].value().to_string();
    case OperandKind::boolean:
      return operand.index != 0 ? "true" : "false";
    case OperandKind::risk:
      return std::string(name_of(static_cast<Risk>(operand.index)));
    case OperandKind::pattern:
      return quoted(p.view(p.patterns[operand.index].source));
    case OperandKind::quantifier:
      return std::to_string(operand.index);
    case OperandKind::window:
      return render_window(p, p.windows[operand.index]);
    case OperandKind::network:
      return quoted(format_network(p.networks[operand.index].network()));
    case OperandKind::instant:
      return format_rfc3339_ms(p.instants[operand.index].unix_ms);
    case OperandKind::peer:
      return slot_name(p, p.peers[operand.index].slot);
    case OperandKind::regex:
      return "/" + escape_display(p.view(p.regexes[operand.index].source)) + "/";
  }
  return "";
}

std::string atom_text(const Program& p, std::uint32_t index, bool negated, std::size_t shown_max);

// The condition of an element, as an author would write it. Recursion is bounded by the depths of
// conditions and quantifiers, which verify() checks.
std::string element_text(const Program& p, std::uint32_t at, std::size_t shown_max) {
  const NodeRow& node = p.element_nodes[at];
  const auto kind = static_cast<NodeKind>(node.kind);
  if (kind == NodeKind::constant) return node.flag != 0 ? "always" : "never";
  if (kind == NodeKind::literal) return atom_text(p, node.atom, node.flag != 0, shown_max);
  std::string text = "(";
  for (std::uint32_t child = at + 1; child < node.end; child = p.element_nodes[child].end) {
    if (child > at + 1) text += kind == NodeKind::all ? " and " : " or ";
    text += element_text(p, child, shown_max);
  }
  return text + ")";
}

std::string quantified_text(const Program& p, const AtomRow& atom, bool negated,
                            std::size_t shown_max) {
  const QuantifierRow& quantifier = p.quantifiers[p.operands[atom.operands_begin].index];
  std::string text = negated ? "not " : "";
  text += kTestNames[atom.op];
  text += " " + escape_display(p.view(quantifier.name)) + " in " + slot_name(p, atom.slot) + ": ";
  return text + element_text(p, quantifier.nodes_begin, shown_max);
}

std::string atom_text(const Program& p, std::uint32_t index, bool negated, std::size_t shown_max) {
  const AtomRow& atom = p.atoms[index];
  const auto op = static_cast<TestOp>(atom.op);
  if (op == TestOp::any_element || op == TestOp::every_element) {
    return quantified_text(p, atom, negated, shown_max);
  }
  std::string name = slot_name(p, atom.slot);
  if (atom.sized != 0) name = "size(" + name + ")";
  if (op == TestOp::exists) return name + (negated ? " is absent" : " exists");
  if (op == TestOp::is_type) {
    const std::string test = name + " is " + std::string(kTypeNames[atom.tested_type]);
    return negated ? "not " + test : test;
  }
  std::string text = name + " ";
  std::string close;
  if (negated && (op == TestOp::equal || op == TestOp::same)) {
    text += "!=";
  } else if (negated && op == TestOp::matches) {
    text += "!~";
  } else if (negated && op == TestOp::in) {
    text += "not in";
  } else {
    if (negated) text.insert(0, "not ");
    text += kTestNames[atom.op];
  }
  const bool window =
      atom.operands_count == 1 &&
      p.operands[atom.operands_begin].kind == static_cast<std::uint32_t>(OperandKind::window);
  const bool list = op == TestOp::in && !window;
  text += list ? " [" : " ";
  for (std::uint32_t i = 0; i < atom.operands_count; ++i) {
    if (i > 0) text += ", ";
    if (i == shown_max) {
      text += "… " + std::to_string(atom.operands_count - shown_max) + " more";
      break;
    }
    text += operand_text(p, p.operands[atom.operands_begin + i]);
  }
  return text + (list ? "]" : "");
}

std::string reference(std::uint32_t row) {
  return row == kNoRow ? std::string("none") : std::to_string(row);
}

std::string set_text(const Program& p, const RegexSetRow& set) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto hex = [kHex](std::uint32_t value) {
    std::string digits;
    do {
      digits.insert(digits.begin(), kHex[value & 15u]);
      value >>= 4;
    } while (value != 0);
    return digits;
  };
  std::string text = "[";
  for (std::uint32_t i = 0; i < set.ranges_count; ++i) {
    const RegexRangeRow& range = p.regex_ranges[set.ranges_begin + i];
    text += (i > 0 ? " " : "") + hex(range.low);
    if (range.high != range.low) text += "-" + hex(range.high);
  }
  return text + "]";
}

void dump_regexes(std::string& out, const Program& p) {
  constexpr std::array<std::string_view, 6> kAssertions = {"\\A", "\\z", "^", "$", "\\b", "\\B"};
  for (std::size_t i = 0; i < p.regexes.size(); ++i) {
    const RegexRow& regex = p.regexes[i];
    out += "regex " + std::to_string(i) + " " + quoted(p.view(regex.source)) + ":";
    for (std::uint32_t k = 0; k < regex.steps_count; ++k) {
      const RegexStepRow& step = p.regex_steps[regex.steps_begin + k];
      out += " ";
      switch (static_cast<RegexOp>(step.op)) {
        case RegexOp::set:
          out += set_text(p, p.regex_sets[regex.sets_begin + step.a]);
          break;
        case RegexOp::assertion:
          out += kAssertions[step.a];
          break;
        case RegexOp::split:
          out += "split:" + std::to_string(step.a) + ":" + std::to_string(step.b);
          break;
        case RegexOp::jump:
          out += "jump:" + std::to_string(step.a);
          break;
        case RegexOp::match:
          out += "match";
          break;
      }
    }
    out += "\n";
  }
}

void dump_values(std::string& out, const Program& p) {
  for (std::size_t i = 0; i < p.slots.size(); ++i) {
    out += "slot " + std::to_string(i) + " " + slot_name(p, static_cast<std::uint32_t>(i)) + " '" +
           static_cast<char>(p.slots[i].separator) + "'\n";
  }
  for (std::size_t i = 0; i < p.symbols.size(); ++i) {
    out += "symbol " + std::to_string(i) + " " + quoted(p.view(p.symbols[i])) + "\n";
  }
  for (std::size_t i = 0; i < p.numbers.size(); ++i) {
    out += "number " + std::to_string(i) + " " + p.numbers[i].value().to_string() + "\n";
  }
  for (std::size_t i = 0; i < p.patterns.size(); ++i) {
    const PatternRow& pattern = p.patterns[i];
    out += "pattern " + std::to_string(i) + " " + quoted(p.view(pattern.source)) + " '" +
           static_cast<char>(pattern.separator) + "':";
    for (std::uint32_t j = 0; j < pattern.ops_count; ++j) {
      const PatternOpRow& op = p.pattern_ops[pattern.ops_begin + j];
      const bool literal = static_cast<PatternOp>(op.op) == PatternOp::literal;
      out += " " + (literal ? quoted(p.view(op.text)) : std::string(kPatternOpNames[op.op]));
    }
    out += "\n";
  }
  dump_regexes(out, p);
  for (std::uint32_t i = 0; i < p.atoms.size(); ++i) {
    out += "atom " + std::to_string(i) + " " + atom_text(p, i, false, kNoRow) + "\n";
  }
}

void dump_reasons(std::string& out, const Program& p) {
  for (std::size_t i = 0; i < p.reasons.size(); ++i) {
    out += "reason " + std::to_string(i) + ":";
    for (std::uint32_t j = 0; j < p.reasons[i].parts_count; ++j) {
      const ReasonPartRow& part = p.reason_parts[p.reasons[i].parts_begin + j];
      out += " " + quoted(p.view(part.text));
      if (part.slot != kNoRow) out += " {" + slot_name(p, part.slot) + "}";
    }
    out += "\n";
  }
}

void dump_condition(std::string& out, std::span<const NodeRow> nodes, std::uint32_t begin,
                    std::uint32_t end) {
  std::vector<std::uint32_t> ends;
  for (std::uint32_t i = begin; i < end; ++i) {
    while (!ends.empty() && ends.back() == i) ends.pop_back();
    const NodeRow& node = nodes[i];
    out.append(2 + 2 * ends.size(), ' ');
    switch (static_cast<NodeKind>(node.kind)) {
      case NodeKind::constant:
        out += node.flag != 0 ? "always" : "never";
        break;
      case NodeKind::literal:
        out += (node.flag != 0 ? "not atom " : "atom ") + std::to_string(node.atom);
        break;
      case NodeKind::all:
        out += "all";
        break;
      case NodeKind::any:
        out += "any";
        break;
    }
    if (node.line != 0) out += " @" + std::to_string(node.line) + ":" + std::to_string(node.column);
    out += "\n";
    if (node.end > i + 1) ends.push_back(node.end);
  }
}

void dump_approvals(std::string& out, const Program& p) {
  for (const ApprovalRow& row : p.approvals) {
    out += "approval of " +
           (row.rule == kNoRow ? std::string("the default") : "rule " + std::to_string(row.rule)) +
           " from " + render_seats(p, row);
    if (row.within_ms != 0) out += " within " + print_duration_ms(row.within_ms);
    out += "\n";
  }
}

void dump_notes(std::string& out, const Program& p) {
  for (const NoteRow& row : p.notes) {
    out += "note of rule " + std::to_string(row.rule) + ": owner " + quoted(p.view(row.owner)) +
           ", ticket " + quoted(p.view(row.ticket));
    if (row.until_ms != 0) out += ", before " + format_rfc3339_ms(row.until_ms);
    out += "\n";
  }
}

void dump_limits(std::string& out, const Program& p) {
  for (std::size_t i = 0; i < p.limits.size(); ++i) {
    const LimitRow& row = p.limits[i];
    out += "limit " + std::to_string(i) + " of rule " + std::to_string(row.rule) + ": " +
           render_limit(p, row) + " else " +
           std::string(name_of(static_cast<Effect>(row.otherwise))) + ", called " +
           std::to_string(row.place_id) + " and " + std::to_string(row.content_id) + "\n";
  }
  for (const ApprovalRow& row : p.limit_approvals) {
    out += "approval of limit " + std::to_string(row.rule) + " from " + render_seats(p, row);
    if (row.within_ms != 0) out += " within " + print_duration_ms(row.within_ms);
    out += "\n";
  }
}

// What stands behind the name of a rule.
void dump_rule(std::string& out, const Program& p, const RuleRow& rule,
               std::span<const NodeRow> nodes) {
  out += " " + quoted(p.view(rule.name)) + " as " + quoted(p.view(rule.qualified_name)) + ": " +
         std::string(name_of(static_cast<Outcome>(rule.outcome))) + ", reason " +
         reference(rule.reason);
  if (rule.line != 0) {
    out += ", " + quoted(p.view(rule.file)) + " " + std::to_string(rule.line) + ":" +
           std::to_string(rule.column);
  }
  out += "\n";
  dump_condition(out, nodes, rule.condition_begin, rule.condition_end);
}

void dump_asides(std::string& out, const Program& p) {
  for (std::size_t i = 0; i < p.asides.size(); ++i) {
    const AsideRow& row = p.asides[i];
    const bool shadow = row.kind == static_cast<std::uint32_t>(AsideKind::shadow);
    out += "in tier " + std::to_string(row.tier);
    if (shadow) out += " after " + std::to_string(row.before);
    out += (shadow ? " shadow rule " : " also rule ") + std::to_string(p.rules.size() + i);
    dump_rule(out, p, row.rule, p.aside_nodes);
  }
}

void dump_obligations(std::string& out, const Program& p) {
  for (std::uint32_t i = 0; i < p.obligations.size(); ++i) {
    out += "obligation " + std::to_string(i) + ": " + render_obligation(p, i) + "\n";
  }
  for (const DutyRow& row : p.duties) {
    out +=
        "rule " + std::to_string(row.rule) + " obliges to " + std::to_string(row.obligation) + "\n";
  }
}

void dump_quantifiers(std::string& out, const Program& p) {
  for (std::size_t i = 0; i < p.quantifiers.size(); ++i) {
    const QuantifierRow& row = p.quantifiers[i];
    out += "quantifier " + std::to_string(i) + " " + quoted(p.view(row.name)) + " depth " +
           std::to_string(row.depth) + "\n";
    dump_condition(out, p.element_nodes, row.nodes_begin, row.nodes_begin + row.nodes_count);
  }
}

void dump_counts(std::string& out, const Program& p) {
  for (const CountRow& row : p.counts) {
    out += "count " + slot_name(p, row.slot) + " in slot " + std::to_string(row.slot) + " for " +
           print_duration_ms(row.within_ms) + "\n";
    dump_condition(out, p.count_nodes, row.nodes_begin, row.nodes_begin + row.nodes_count);
  }
}

void dump_tiers(std::string& out, const Program& p) {
  for (const TierRow& tier : p.tiers) {
    out +=
        std::string(tier.guard != 0 ? "guard tier " : "tier ") + quoted(p.view(tier.name)) + "\n";
    for (std::uint32_t i = 0; i < tier.rules_count; ++i) {
      out += "rule " + std::to_string(tier.rules_begin + i);
      dump_rule(out, p, p.rules[tier.rules_begin + i], p.nodes);
    }
  }
}

}  // namespace

std::string dump(const Program& program) {
  const PolicyRow& policy = program.policy[0];
  std::string out = "policy " + quoted(program.name()) + " language " +
                    std::to_string(policy.language) + "\ndefault " +
                    std::string(name_of(program.default_effect())) + ", reason " +
                    reference(policy.default_reason) + "\n";
  dump_values(out, program);
  dump_reasons(out, program);
  dump_quantifiers(out, program);
  dump_approvals(out, program);
  dump_notes(out, program);
  dump_limits(out, program);
  dump_obligations(out, program);
  dump_tiers(out, program);
  dump_asides(out, program);
  dump_counts(out, program);
  out += "cost " + std::to_string(policy.cost.steps) + " steps, " +
         std::to_string(policy.cost.bytes) + " bytes\n";
  return out;
}

std::string render_slot(const Program& program, std::uint32_t slot) {
  return slot_name(program, slot);
}

std::string render_limit(const Program& program, const LimitRow& limit) {
  std::string out = "limit ";
  if (limit.amount != kNoRow) out += "sum " + render_slot(program, limit.amount) + " ";
  out += print_units(limit.most) + " per " + print_duration_ms(limit.per_ms);
  for (std::uint32_t i = 0; i < limit.keys_count; ++i) {
    out += (i == 0 ? " by " : ", ") +
           render_slot(program, program.limit_keys[limit.keys_begin + i].slot);
  }
  return out;
}

std::string render_window(const Program& program, const WindowRow& window) {
  return window_text({static_cast<std::uint8_t>(window.days),
                      static_cast<std::uint16_t>(window.from),
                      static_cast<std::uint16_t>(window.until)}) +
         " " + quoted(program.view(program.zones[window.zone]));
}

std::vector<std::string> zone_names_of(const Program& program) {
  std::vector<std::string> names;
  for (const TextRef name : program.zones) names.emplace_back(program.view(name));
  return names;
}

std::string render_seats(const Program& program, const ApprovalRow& approval) {
  std::string out;
  for (std::uint32_t i = 0; i < approval.seats_count; ++i) {
    const SeatsRow& seats = program.seats[approval.seats_begin + i];
    if (i > 0) out += " and ";
    out += std::to_string(seats.people) + " of " + (seats.role != 0 ? "role:" : "");
    out += program.view(seats.name);
  }
  return out;
}

std::string render_obligation(const Program& program, std::uint32_t obligation) {
  const ObligationRow& row = program.obligations[obligation];
  const auto kind = static_cast<ObligationKind>(row.kind);
  std::string out(word_of(kind));
  if (kind == ObligationKind::log_full) return out + " full";
  if (row.slot != kNoRow) out += " " + render_slot(program, row.slot);
  if (row.channel.bytes > 0) out.append(" ").append(program.view(row.channel));
  return row.text.bytes > 0 ? out + " " + quoted(program.view(row.text)) : out;
}

std::string render_test(const Program& program, std::uint32_t atom, bool negated) {
  return atom_text(program, atom, negated, kOperandsShown);
}

}  // namespace sentrail
