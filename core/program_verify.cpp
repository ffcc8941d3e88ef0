// Decides whether tables that may come from anyone form a program. See program.hpp.
//
// Neighbours: bundle.cpp hands in mapped bytes. Must not know: how a program came to be. Every
// child table is partitioned by its parents (the first begins at 0, each next where the last
// ended), so that all work on a verified program is linear in its bytes: a hostile bundle can make
// nothing quadratic by pointing many rows at one long range.
#include <algorithm>
#include <array>
#include <optional>

#include "core/limits.hpp"
#include "core/program.hpp"
#include "core/program_verify_approvals.hpp"
#include "core/program_verify_asides.hpp"
#include "core/program_verify_counts.hpp"
#include "core/program_verify_limits.hpp"
#include "core/program_verify_networks.hpp"
#include "core/program_verify_operands.hpp"
#include "core/program_verify_peers.hpp"
#include "core/program_verify_regexes.hpp"
#include "core/program_verify_rows.hpp"
#include "core/program_verify_scopes.hpp"
#include "core/program_verify_windows.hpp"
#include "core/schema.hpp"
#include "core/text.hpp"

namespace sentrail {
namespace {

constexpr std::uint32_t kTestOps = 17;
constexpr std::uint32_t kTestedTypes = 6;
constexpr std::uint32_t kOperandKinds = 12;
constexpr std::uint32_t kPatternOps = 5;
constexpr std::uint32_t kNodeKinds = 4;

bool is_separator(std::uint32_t c) noexcept {
  return c == '.' || c == '/';
}

// Remembers the first thing that is wrong.
class Verifier {
 public:
  explicit Verifier(const Program& program) : p_(program) {}

  Status run() {
    if (sizes() && text() && policy() && tiers() && rules() && nodes() && aside_nodes() &&
        count_nodes() && slots() && symbols() && numbers() && patterns() && regexes() &&
        quantifiers() && operands() && atoms() && accept(verify_peers(p_)) &&
        accept(verify_scopes(p_)) && accept(verify_windows(p_)) && accept(verify_networks(p_)) &&
        reasons() && approvals() && accept(verify_notes(p_)) && accept(verify_limits(p_)) &&
        accept(verify_asides(p_)) && accept(verify_counts(p_)) && cost()) {
      return {};
    }
    return tl::make_unexpected(std::move(error_));
  }

 private:
  bool require(bool holds, const char* table, std::size_t row, const char* problem,
               Errc code = Errc::corrupt) {
    if (holds) return true;
    error_ = row_error(table, row, problem, code);
    return false;
  }

  bool accept(Status status) {
    if (status) return true;
    error_ = std::move(status).error();
    return false;
  }

  // A range of a child table that begins where the previous parent's ended.
  bool range(std::uint32_t begin, std::uint64_t count, std::uint64_t& next, std::size_t size,
             const char* table, std::size_t row) {
    const bool holds = begin == next && count <= size - next;
    next += holds ? count : 0;
    return require(holds, table, row, "does not continue the range of the row before");
  }
  bool used_up(std::uint64_t next, std::size_t size, const char* table) {
    return require(next == size, table, next, "belongs to nothing");
  }

  bool text_ref(TextRef ref, const char* table, std::size_t row) {
    return require(is_text(p_, ref), table, row, "names text that is not there");
  }

  bool sizes();
  bool text();
  bool policy();
  bool tiers();
  bool rules();
  bool rule_row(const RuleRow& rule, const char* table, std::size_t row, std::size_t nodes,
                std::uint64_t& next);
  bool nodes();
  bool aside_nodes();
  bool count_nodes();
  bool tree(std::span<const NodeRow> nodes, const char* table, std::uint32_t begin,
            std::uint32_t end);
  bool node(std::span<const NodeRow> nodes, const char* table, std::size_t row,
            std::uint32_t limit);
  bool quantifiers();
  bool slots();
  bool symbols();
  bool numbers();
  bool patterns();
  bool pattern(std::size_t row);
  bool regexes();
  bool operands();
  bool operand(std::size_t row);
  bool atoms();
  bool atom_operands(std::size_t row);
  bool reasons();
  bool approvals();
  bool cost();

  const Program& p_;
  Error error_;
};

bool Verifier::sizes() {
  bool holds = true;
  for_each_table(p_, [&](TableId id, const auto& table) {
    holds = holds && require(table.size() < kNoRow, "table", static_cast<std::size_t>(id),
                             "has too many rows");
  });
  return holds &&
         require(p_.rules.size() <= limits::kRulesMax, "rules", p_.rules.size(),
                 "is more than a bundle holds", Errc::limit_exceeded) &&
         require(p_.slots.size() <= limits::kSlotsMax, "slots", p_.slots.size(),
                 "is more than a bundle holds", Errc::limit_exceeded);
}

bool Verifier::text() {
  const std::optional<std::size_t> bad = find_invalid_utf8({p_.text.data(), p_.text.size()});
  return require(!bad, "text", bad.value_or(0), "is not UTF-8");
}

bool Verifier::policy() {
  if (!require(p_.policy.size() == 1, "policy", p_.policy.size(), "is not the only row")) {
    return false;
  }
  const PolicyRow& row = p_.policy[0];
  return text_ref(row.name, "policy", 0) &&
         require(row.language == kLanguageVersion, "policy", 0,
                 "is written in a language version that this build does not run",
                 Errc::unsupported) &&
         require(row.default_effect <= static_cast<std::uint32_t>(Effect::block) && row.zero == 0,
                 "policy", 0, "has no such effect") &&
         require(row.default_reason == kNoRow || row.default_reason < p_.reasons.size(), "policy",
                 0, "names no reason");
}

bool Verifier::tiers() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.tiers.size(); ++i) {
    const TierRow& tier = p_.tiers[i];
    if (!text_ref(tier.name, "tiers", i) ||
        !require(tier.guard <= 1, "tiers", i, "is neither guard nor ordinary") ||
        !range(tier.rules_begin, tier.rules_count, next, p_.rules.size(), "tiers", i)) {
      return false;
    }
    for (std::uint64_t r = tier.rules_begin; r < next && tier.guard == 1; ++r) {
      if (!require(p_.rules[r].outcome != static_cast<std::uint32_t>(Outcome::allow), "rules", r,
                   "allows in a guard tier")) {
        return false;
      }
    }
  }
  return used_up(next, p_.rules.size(), "rules");
}

bool Verifier::rules() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.rules.size(); ++i) {
    if (!rule_row(p_.rules[i], "rules", i, p_.nodes.size(), next)) return false;
  }
  return used_up(next, p_.nodes.size(), "nodes");
}

bool Verifier::rule_row(const RuleRow& rule, const char* table, std::size_t row, std::size_t nodes,
                        std::uint64_t& next) {
  return text_ref(rule.name, table, row) && text_ref(rule.qualified_name, table, row) &&
         text_ref(rule.file, table, row) &&
         require(rule.outcome <= static_cast<std::uint32_t>(Outcome::pass), table, row,
                 "has no such outcome") &&
         require(rule.reason == kNoRow || rule.reason < p_.reasons.size(), table, row,
                 "names no reason") &&
         require(rule.condition_begin < rule.condition_end, table, row, "has no condition") &&
         range(rule.condition_begin, rule.condition_end - rule.condition_begin, next, nodes, table,
               row);
}

bool Verifier::nodes() {
  return std::all_of(p_.rules.begin(), p_.rules.end(), [this](const RuleRow& rule) {
    return tree(p_.nodes, "nodes", rule.condition_begin, rule.condition_end);
  });
}

bool Verifier::aside_nodes() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.asides.size(); ++i) {
    const RuleRow& rule = p_.asides[i].rule;
    if (!rule_row(rule, "asides", i, p_.aside_nodes.size(), next) ||
        !tree(p_.aside_nodes, "aside_nodes", rule.condition_begin, rule.condition_end)) {
      return false;
    }
  }
  return used_up(next, p_.aside_nodes.size(), "aside_nodes");
}

bool Verifier::count_nodes() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.counts.size(); ++i) {
    const CountRow& row = p_.counts[i];
    if (!require(row.nodes_count > 0, "counts", i, "has no condition") ||
        !range(row.nodes_begin, row.nodes_count, next, p_.count_nodes.size(), "counts", i) ||
        !tree(p_.count_nodes, "count_nodes", row.nodes_begin, row.nodes_begin + row.nodes_count)) {
      return false;
    }
  }
  return used_up(next, p_.count_nodes.size(), "count_nodes");
}

// One tree that fills [begin, end), no deeper than the engines' stacks.
bool Verifier::tree(std::span<const NodeRow> nodes, const char* table, std::uint32_t begin,
                    std::uint32_t end) {
  std::array<std::uint32_t, limits::kConditionDepthMax> ends{};
  std::size_t depth = 0;
  for (std::uint32_t i = begin; i < end; ++i) {
    while (depth > 0 && ends[depth - 1] == i) --depth;
    if (!require(depth > 0 || i == begin, table, i, "is a second root of its rule")) return false;
    if (!node(nodes, table, i, depth > 0 ? ends[depth - 1] : end)) return false;
    if (nodes[i].end == i + 1) continue;
    if (!require(depth < ends.size(), table, i, "lies too deep")) return false;
    ends[depth++] = nodes[i].end;
  }
  return require(nodes[begin].end == end, table, begin, "ends before its rule's condition");
}

bool Verifier::node(std::span<const NodeRow> nodes, const char* table, std::size_t row,
                    std::uint32_t limit) {
  const NodeRow& node = nodes[row];
  const auto kind = static_cast<NodeKind>(node.kind);
  const bool inner = kind == NodeKind::all || kind == NodeKind::any;
  return require(node.kind < kNodeKinds, table, row, "has no such kind") &&
         require(node.flag <= (inner ? 0 : 1) && node.zero == 0, table, row, "has odd flags") &&
         require(inner ? node.end > row + 1 : node.end == row + 1, table, row,
                 "ends where its kind cannot") &&
         require(node.end <= limit, table, row, "ends after its parent") &&
         require(kind == NodeKind::literal ? node.atom < p_.atoms.size() : node.atom == 0, table,
                 row, "names no atom");
}

// Conditions of elements, each a tree as a rule's.
bool Verifier::quantifiers() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.quantifiers.size(); ++i) {
    const QuantifierRow& row = p_.quantifiers[i];
    if (!text_ref(row.name, "quantifiers", i) ||
        !require(row.depth > 0 && row.depth <= limits::kQuantifierDepthMax, "quantifiers", i,
                 "has no such depth") ||
        !require(row.nodes_count > 0, "quantifiers", i, "has no condition") ||
        !range(row.nodes_begin, row.nodes_count, next, p_.element_nodes.size(), "quantifiers", i) ||
        !tree(p_.element_nodes, "element_nodes", row.nodes_begin,
              row.nodes_begin + row.nodes_count)) {
      return false;
    }
  }
  return used_up(next, p_.element_nodes.size(), "element_nodes");
}

bool Verifier::slots() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.slots.size(); ++i) {
    const SlotRow& slot = p_.slots[i];
    if (!text_ref(slot.attribute, "slots", i) ||
        !range(slot.steps_begin, slot.steps_count, next, p_.steps.size(), "slots", i) ||
        !require(slot.steps_count <= limits::kPathStepsMax, "slots", i, "has too many steps") ||
        !require(is_separator(slot.separator), "slots", i, "has no such separator") ||
        !require(slot.binder <= limits::kQuantifierDepthMax && slot.zero == 0, "slots", i,
                 "is of no such depth")) {
      return false;
    }
    if (slot.binder > 0) continue;  // an element may be anything
    const std::optional<AttributeId> id = attribute_named(p_.view(slot.attribute));
    if (!require(id.has_value(), "slots", i, "names an attribute that this build does not know",
                 Errc::unsupported) ||
        !require(slot.steps_count == 0 || row_of(*id).has_members, "slots", i,
                 "steps into an attribute without members")) {
      return false;
    }
  }
  if (!used_up(next, p_.steps.size(), "steps")) return false;
  for (std::size_t i = 0; i < p_.steps.size(); ++i) {
    if (!text_ref(p_.steps[i], "steps", i)) return false;
  }
  return true;
}

bool Verifier::symbols() {
  for (std::size_t i = 0; i < p_.symbols.size(); ++i) {
    if (!text_ref(p_.symbols[i], "symbols", i)) return false;
    if (i == 0) continue;
    // Apart from each other in the pool as well, so that all comparisons together are linear.
    const TextRef before = p_.symbols[i - 1];
    if (!require(before.offset + before.bytes <= p_.symbols[i].offset, "symbols", i,
                 "overlaps the one before") ||
        !require(p_.view(before) < p_.view(p_.symbols[i]), "symbols", i, "is out of order")) {
      return false;
    }
  }
  return true;
}

bool Verifier::numbers() {
  for (std::size_t i = 0; i < p_.numbers.size(); ++i) {
    const NumberRow& row = p_.numbers[i];
    if (!require(row.negative <= 1 && row.exponent == static_cast<std::int16_t>(row.exponent),
                 "numbers", i, "has no such sign or exponent")) {
      return false;
    }
    const Decimal value = row.value();
    if (!require(Decimal::parse(value.to_string()) == value, "numbers", i, "is not normalised")) {
      return false;
    }
    if (!require(i == 0 || compare(p_.numbers[i - 1].value(), value) < 0, "numbers", i,
                 "is out of order")) {
      return false;
    }
  }
  return true;
}

bool Verifier::patterns() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.patterns.size(); ++i) {
    const PatternRow& row = p_.patterns[i];
    if (!text_ref(row.source, "patterns", i) ||
        !require(is_separator(row.separator), "patterns", i, "has no such separator") ||
        !range(row.ops_begin, row.ops_count, next, p_.pattern_ops.size(), "patterns", i) ||
        !pattern(i)) {
      return false;
    }
  }
  return used_up(next, p_.pattern_ops.size(), "pattern_ops");
}

bool Verifier::pattern(std::size_t row) {
  const PatternRow& pattern = p_.patterns[row];
  std::uint64_t bytes = 0;
  auto before = PatternOp::separator;  // what a segment may follow
  for (std::uint32_t i = pattern.ops_begin; i < pattern.ops_begin + pattern.ops_count; ++i) {
    const PatternOpRow& op = p_.pattern_ops[i];
    const auto kind = static_cast<PatternOp>(op.op);
    const bool literal = kind == PatternOp::literal;
    if (!require(op.op < kPatternOps, "pattern_ops", i, "has no such kind") ||
        !text_ref(op.text, "pattern_ops", i) ||
        !require(literal == (op.text.bytes != 0), "pattern_ops", i, "has a text of odd length")) {
      return false;
    }
    bytes += std::max(op.text.bytes, 1u);
    const char separator = static_cast<char>(pattern.separator);
    if (!require(!literal || p_.view(op.text).find(separator) == std::string_view::npos,
                 "pattern_ops", i, "holds a separator") ||
        !require(bytes <= limits::kPatternBytesMax, "pattern_ops", i, "makes a pattern too long") ||
        !require(kind != PatternOp::globstar || before == PatternOp::separator, "pattern_ops", i,
                 "is a `**` within a segment") ||
        !require(before != PatternOp::globstar || kind == PatternOp::separator, "pattern_ops", i,
                 "follows a `**` in its segment")) {
      return false;
    }
    before = kind;
  }
  return true;
}

bool Verifier::regexes() {
  for (std::size_t i = 0; i < p_.regexes.size(); ++i) {
    if (!text_ref(p_.regexes[i].source, "regexes", i)) return false;
  }
  return accept(verify_regexes(p_));
}

bool Verifier::operands() {
  for (std::size_t i = 0; i < p_.operands.size(); ++i) {
    if (!operand(i)) return false;
  }
  return true;
}

bool Verifier::operand(std::size_t row) {
  const OperandRow& operand = p_.operands[row];
  if (!require(operand.kind < kOperandKinds, "operands", row, "has no such kind")) return false;
  const auto kind = static_cast<OperandKind>(operand.kind);
  const std::size_t size = rows_named_by(p_, kind);
  const bool ranged = kind == OperandKind::number_range;
  // Numbers ascend, so that an upper end below the lower one has the lesser index.
  const bool fits =
      ranged ? operand.upper >= operand.index && operand.upper < size : operand.upper == 0;
  return require(operand.index < size, "operands", row, "names nothing") &&
         require(fits, "operands", row, "has an odd upper end");
}

bool Verifier::atoms() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.atoms.size(); ++i) {
    const AtomRow& atom = p_.atoms[i];
    const bool typed = static_cast<TestOp>(atom.op) == TestOp::is_type;
    if (!require(atom.op < kTestOps && atom.zero == 0, "atoms", i, "has no such test") ||
        !require(atom.tested_type < (typed ? kTestedTypes : 1), "atoms", i, "has no such type") ||
        !require(atom.sized <= (static_cast<TestOp>(atom.op) <= TestOp::in ? 1 : 0), "atoms", i,
                 "tests a size by what sizes do not have") ||
        !require(atom.slot < p_.slots.size(), "atoms", i, "names no slot") ||
        !range(atom.operands_begin, atom.operands_count, next, p_.operands.size(), "atoms", i) ||
        !require(counts_fit(static_cast<TestOp>(atom.op), atom.operands_count), "atoms", i,
                 "has the wrong number of operands") ||
        !atom_operands(i)) {
      return false;
    }
  }
  return used_up(next, p_.operands.size(), "operands");
}

bool Verifier::atom_operands(std::size_t row) {
  const AtomRow& atom = p_.atoms[row];
  const std::uint32_t end = atom.operands_begin + atom.operands_count;
  for (std::uint32_t i = atom.operands_begin; i < end; ++i) {
    const OperandRow& operand = p_.operands[i];
    const auto kind = static_cast<OperandKind>(operand.kind);
    if (!require(allows(static_cast<TestOp>(atom.op), kind), "operands", i,
                 "is of a kind that its test does not take") ||
        !require(atom.sized == 0 || allows_size(static_cast<TestOp>(atom.op), kind), "operands", i,
                 "is no number beside a size") ||
        !require(kind != OperandKind::pattern ||
                     p_.patterns[operand.index].separator == p_.slots[atom.slot].separator,
                 "operands", i, "is a pattern with another separator than its slot")) {
      return false;
    }
    if (i == atom.operands_begin) continue;
    const OperandRow& before = p_.operands[i - 1];
    const auto key = [](const OperandRow& r) { return std::array{r.kind, r.index, r.upper}; };
    if (!require(key(before) < key(operand), "operands", i, "is out of order")) return false;
  }
  return true;
}

bool Verifier::reasons() {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p_.reasons.size(); ++i) {
    const ReasonRow& reason = p_.reasons[i];
    if (!range(reason.parts_begin, reason.parts_count, next, p_.reason_parts.size(), "reasons",
               i)) {
      return false;
    }
    std::uint64_t bytes = 0;
    for (std::uint32_t j = reason.parts_begin; j < next; ++j) {
      const ReasonPartRow& part = p_.reason_parts[j];
      bytes += std::uint64_t{part.text.bytes} + (part.slot == kNoRow ? 0 : 1);
      if (!text_ref(part.text, "reason_parts", j) ||
          !require(part.slot == kNoRow ||
                       (part.slot < p_.slots.size() && p_.slots[part.slot].binder == 0),
                   "reason_parts", j, "names no slot") ||
          !require(bytes <= limits::kBecauseBytesMax, "reason_parts", j,
                   "makes a reason too long")) {
        return false;
      }
    }
  }
  return used_up(next, p_.reason_parts.size(), "reason_parts");
}

bool Verifier::approvals() {
  for (std::size_t i = 0; i < p_.seats.size(); ++i) {
    if (!text_ref(p_.seats[i].name, "seats", i)) return false;
  }
  return accept(verify_approvals(p_));
}

bool Verifier::cost() {
  return require(p_.policy[0].cost == cost_of(p_), "policy", 0, "has a wrong cost certificate");
}

}  // namespace

Status verify(const Program& program) {
  return Verifier(program).run();
}

}  // namespace sentrail
