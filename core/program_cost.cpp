// The cost certificate: what one decision of the linear engine takes at worst. See program.hpp.
//
// Neighbours: compiler/lower stores it, program_verify.cpp recomputes it, docs/bundle_format.md
// defines it. Must not know: nanoseconds. A step is one node visited, one operand or list element
// compared, one member looked at or one byte read. Sums saturate: a certificate too large to write
// down is still no promise broken.
#include "core/program_cost.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "core/json.hpp"
#include "core/limits.hpp"
#include "core/program.hpp"

namespace sentrail {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept {
  return b > kAll - a ? kAll : a + b;
}

std::uint64_t product(std::uint64_t a, std::uint64_t b) noexcept {
  return b != 0 && a > kAll / b ? kAll : a * b;
}

// A pattern restarts at each place of the value: the product of both lengths bounds its compares.
std::uint64_t pattern_steps(const Program& p, const ValueSizes& v, std::uint32_t index) noexcept {
  const PatternRow& pattern = p.patterns[index];
  std::uint64_t cells = 1;
  for (std::uint32_t i = 0; i < pattern.ops_count; ++i) {
    cells += std::max(p.pattern_ops[pattern.ops_begin + i].text.bytes, 1u);
  }
  return cells * (v.matched_bytes + 1);
}

// Each step is taken once at most before each code point, and a set's ranges are searched.
std::uint64_t regex_steps(const Program& p, const ValueSizes& v, std::uint32_t index) noexcept {
  const RegexRow& regex = p.regexes[index];
  std::uint64_t each = 1;
  for (std::uint32_t i = 0; i < regex.steps_count; ++i) {
    const RegexStepRow& step = p.regex_steps[regex.steps_begin + i];
    each += 1;
    if (static_cast<RegexOp>(step.op) != RegexOp::set) continue;
    each += static_cast<std::uint64_t>(
        std::bit_width(p.regex_sets[regex.sets_begin + step.a].ranges_count));
  }
  return each * (v.regex_bytes + 1);
}

// One evaluation of a test whose slot is already classified.
std::uint64_t atom_steps(const Program& p, const ValueSizes& v, const AtomRow& atom) noexcept {
  if (static_cast<TestOp>(atom.op) == TestOp::has) {
    const OperandRow& operand = p.operands[atom.operands_begin];
    const bool text = static_cast<OperandKind>(operand.kind) == OperandKind::string;
    // Numbers are read in full before they are compared; all of them fit a body.
    if (!text) return v.list_elements + v.body_bytes;
    return product(v.list_elements, std::uint64_t{p.symbols[operand.index].bytes} + 1);
  }
  const auto op = static_cast<TestOp>(atom.op);
  if (op == TestOp::contains || op == TestOp::starts_with || op == TestOp::ends_with) {
    // A search looks at each byte of the value twice at most, whatever is looked for.
    const std::uint64_t searched = op == TestOp::contains ? 2 * v.body_bytes : 0;
    return sum(searched, std::uint64_t{p.symbols[p.operands[atom.operands_begin].index].bytes} + 1);
  }
  // Both values are read to their ends.
  if (op == TestOp::same) return 1 + v.body_bytes;
  if (op == TestOp::search) return regex_steps(p, v, p.operands[atom.operands_begin].index);
  // The characters of a string are counted; lists and objects know their size.
  std::uint64_t steps = atom.sized != 0 ? 1 + v.body_bytes : 1;
  std::uint64_t searched = 0;
  for (std::uint32_t i = 0; i < atom.operands_count; ++i) {
    const OperandRow& operand = p.operands[atom.operands_begin + i];
    switch (static_cast<OperandKind>(operand.kind)) {
      case OperandKind::pattern:
        steps = sum(steps, pattern_steps(p, v, operand.index));
        break;
      case OperandKind::number_range:
        steps = sum(steps, 2);
        break;
      default:
        ++searched;
    }
  }
  return sum(steps, static_cast<std::uint64_t>(std::bit_width(searched)));
}

// What the tests of one slot need to know of its value.
struct Needs {
  bool symbol = false;
  bool pattern = false;
  bool number = false;
  bool address = false;
};

std::vector<Needs> needs_of(const Program& p) {
  std::vector<Needs> needs(p.slots.size());
  for (const AtomRow& atom : p.atoms) {
    // Either value may be read as a number.
    if (static_cast<TestOp>(atom.op) == TestOp::same) {
      needs[atom.slot].number = true;
      needs[p.peers[p.operands[atom.operands_begin].index].slot].number = true;
    }
    // `has` reads elements; a size is no text; what looks for a text is counted with its test.
    if (static_cast<TestOp>(atom.op) >= TestOp::has || atom.sized != 0) continue;
    for (std::uint32_t i = 0; i < atom.operands_count; ++i) {
      Needs& slot = needs[atom.slot];
      switch (static_cast<OperandKind>(p.operands[atom.operands_begin + i].kind)) {
        case OperandKind::string:
          slot.symbol = true;
          break;
        case OperandKind::pattern:
          slot.pattern = true;
          break;
        case OperandKind::number:
        case OperandKind::number_range:
          slot.number = true;
          break;
        case OperandKind::boolean:
        case OperandKind::risk:
        case OperandKind::regex:
        case OperandKind::quantifier:
        case OperandKind::window:
        case OperandKind::instant:
        case OperandKind::peer:
          break;
        case OperandKind::network:
          slot.address = true;
          break;
      }
    }
  }
  return needs;
}

// Finding and classifying one attribute: members walked, the value hashed and compared with a
// symbol, checked for patterns, read as a number or an address.
std::uint64_t slot_steps(const SlotRow& slot, const ValueSizes& v, const Needs& needs,
                         std::uint64_t longest_symbol) noexcept {
  std::uint64_t steps = 1;
  if (slot.steps_count > 0) steps += v.json_nodes;
  if (needs.symbol) steps += 2 * longest_symbol;
  if (needs.pattern) steps += v.matched_bytes;
  if (needs.number) steps += v.body_bytes;
  if (needs.address) steps += limits::kAddressBytesMax;
  return steps;
}

// What the quantifiers cost, the deepest first: what they cost stands in the conditions of others.
// Each element is looked at once; its members are found and read anew for each test.
std::vector<std::uint64_t> quantifier_steps(const Program& p, const ValueSizes& v,
                                            const std::vector<std::uint64_t>& slots) {
  std::vector<std::uint64_t> costs(p.quantifiers.size(), 0);
  for (std::uint32_t depth = limits::kQuantifierDepthMax; depth > 0; --depth) {
    for (std::size_t i = 0; i < p.quantifiers.size(); ++i) {
      const QuantifierRow& row = p.quantifiers[i];
      if (row.depth != depth) continue;
      std::uint64_t each = 1;
      for (std::uint32_t n = 0; n < row.nodes_count; ++n) {
        const NodeRow& node = p.element_nodes[row.nodes_begin + n];
        each = sum(each, 2);
        if (static_cast<NodeKind>(node.kind) != NodeKind::literal) continue;
        const AtomRow& atom = p.atoms[node.atom];
        const auto op = static_cast<TestOp>(atom.op);
        const std::uint32_t inner =
            atom.operands_count > 0 ? p.operands[atom.operands_begin].index : 0;
        const bool quantified = op == TestOp::any_element || op == TestOp::every_element;
        if (quantified) each = sum(each, costs[inner]);
        if (p.slots[atom.slot].binder == 0) continue;  // found out once a decision
        each = sum(each, slots[atom.slot]);
        if (!quantified) each = sum(each, atom_steps(p, v, atom));
        if (op == TestOp::same) each = sum(each, slots[p.peers[inner].slot]);
      }
      const std::size_t elements = depth == 1 ? v.list_elements : v.inner_elements;
      costs[i] = product(elements, each);
    }
  }
  return costs;
}

// Walks through the rules for what a shadow rule would change: whether it matches, to decide, for
// limits and once more without room, and for approvals.
constexpr std::uint64_t kShadowWalks = 5;

// What it costs to gather obligations: candidates that a decision does not name are found again,
// `also` rules are asked, and what is to be hidden is read. in: one walk, and the slots' steps.
std::uint64_t duty_steps(const Program& p, std::uint64_t walk,
                         const std::vector<std::uint64_t>& slots) {
  if (p.duties.empty()) return 0;
  std::uint64_t steps = product(2, walk);
  for (const DutyRow& duty : p.duties) {
    const std::uint32_t slot = p.obligations[duty.obligation].slot;
    if (slot != kNoRow) steps = sum(steps, slots[slot]);
  }
  return steps;
}

std::vector<std::uint64_t> steps_of_slots(const Program& p, const ValueSizes& v) {
  std::uint64_t longest_symbol = 0;
  for (const TextRef& symbol : p.symbols) {
    longest_symbol = std::max<std::uint64_t>(longest_symbol, symbol.bytes);
  }
  const std::vector<Needs> needs = needs_of(p);
  std::vector<std::uint64_t> steps;
  steps.reserve(p.slots.size());
  for (std::size_t i = 0; i < p.slots.size(); ++i) {
    steps.push_back(slot_steps(p.slots[i], v, needs[i], longest_symbol));
  }
  return steps;
}

// in: the slots' steps.
std::vector<std::uint64_t> steps_of_atoms(const Program& p, const ValueSizes& v,
                                          const std::vector<std::uint64_t>& slots) {
  const std::vector<std::uint64_t> quantifiers = quantifier_steps(p, v, slots);
  std::vector<std::uint64_t> steps;
  steps.reserve(p.atoms.size());
  for (const AtomRow& atom : p.atoms) {
    const auto op = static_cast<TestOp>(atom.op);
    if (op == TestOp::any_element || op == TestOp::every_element) {
      const std::uint32_t index = p.operands[atom.operands_begin].index;
      const bool inner = p.quantifiers[index].depth > 1;  // counted with the outer one
      steps.push_back(inner ? 0 : quantifiers[index]);
    } else {
      steps.push_back(p.slots[atom.slot].binder == 0 ? atom_steps(p, v, atom) : 0);
    }
  }
  return steps;
}

}  // namespace

std::vector<std::uint64_t> steps_of_atoms(const Program& verified) {
  return steps_of_atoms(verified, {}, steps_of_slots(verified, {}));
}

std::uint32_t dearest_rule(const Program& verified) {
  const std::vector<std::uint64_t> atoms = steps_of_atoms(verified);
  std::uint32_t dearest = kNoRow;
  std::uint64_t most = 0;
  for (std::uint32_t i = 0; i < verified.rules.size(); ++i) {
    const RuleRow& rule = verified.rules[i];
    std::uint64_t steps = 0;
    for (std::uint32_t n = rule.condition_begin; n < rule.condition_end; ++n) {
      const NodeRow& node = verified.nodes[n];
      if (static_cast<NodeKind>(node.kind) == NodeKind::literal) {
        steps = sum(steps, atoms[node.atom]);
      }
    }
    if (dearest != kNoRow && steps <= most) continue;
    dearest = i;
    most = steps;
  }
  return dearest;
}

CostRow cost_of(const Program& program) {
  return cost_within(program, {});
}

CostRow cost_within(const Program& program, const ValueSizes& v) {
  CostRow cost;
  for_each_table(program, [&cost](TableId, const auto& table) {
    cost.bytes = sum(cost.bytes, table.size_bytes());
  });
  const std::vector<std::uint64_t> slots = steps_of_slots(program, v);
  for (std::size_t i = 0; i < program.slots.size(); ++i) {
    const std::uint64_t steps = slots[i];
    if (program.slots[i].binder > 0) continue;  // counted with each element
    cost.steps = sum(cost.steps, steps);
    // A step over a member reads a JSON node and its key; all others read a byte.
    cost.bytes = sum(cost.bytes, product(steps, sizeof(JsonNode)));
  }
  // A test is answered once a decision; visiting its literal again is one compare. A rule whose
  // first reading meets something undecidable is read once more, as a tree.
  for (const std::uint64_t steps : steps_of_atoms(program, v, slots)) {
    cost.steps = sum(cost.steps, steps);
  }
  const std::uint64_t nodes =
      program.nodes.size() + program.aside_nodes.size() + program.count_nodes.size();
  cost.steps = sum(cost.steps, product(2, nodes));
  const std::uint64_t walk = cost.steps;
  // Keys and amounts are read anew for each limit of a candidate.
  std::uint64_t counted = 0;
  for (const LimitRow& limit : program.limits) {
    const std::uint64_t read = v.json_nodes + v.body_bytes;
    counted = sum(counted, 1 + limit.keys_count + (limit.amount == kNoRow ? 0 : read));
  }
  const std::uint64_t owed = sum(counted, duty_steps(program, walk, slots));
  cost.steps = sum(cost.steps, owed);
  const auto shadows = std::ranges::count(
      program.asides, static_cast<std::uint32_t>(AsideKind::shadow), &AsideRow::kind);
  const std::uint64_t one = sum(product(kShadowWalks, walk), owed);
  cost.steps = sum(cost.steps, product(static_cast<std::uint64_t>(shadows), one));
  return cost;
}

}  // namespace sentrail
