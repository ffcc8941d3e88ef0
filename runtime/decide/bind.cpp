// Turns rows into tests, and conditions into chains of tests. See bound.hpp.
//
// A chain holds the literals of a tier in the order of its nodes. Where a literal leads when true
// or false follows from its ancestors: a true child of `all` leads to its next sibling and the last
// one to where the `all` leads; `any` is the mirror image.
#include "runtime/decide/bound.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/check.hpp"
#include "core/facts.hpp"
#include "core/limits.hpp"
#include "runtime/decide/anchors.hpp"

namespace sentrail::decide {
namespace {

constexpr std::uint32_t bit_of(std::uint32_t index) noexcept {
  return std::uint32_t{1} << index;
}

constexpr std::uint32_t bits_of(TestedType type) noexcept {
  const auto bit = [](FactKind kind) { return bit_of(static_cast<std::uint32_t>(kind)); };
  switch (type) {
    case TestedType::string:
      return bit(FactKind::string);
    case TestedType::number:
      return bit(FactKind::number);
    case TestedType::boolean:
      return bit(FactKind::boolean);
    case TestedType::list:
      return bit(FactKind::array) | bit(FactKind::string_set);
    case TestedType::object:
      return bit(FactKind::object);
    case TestedType::null:
      return bit(FactKind::null);
  }
  return 0;
}

// The orders of a value to its operand for which a comparison holds.
constexpr std::uint32_t orders_of(TestOp op) noexcept {
  switch (op) {
    case TestOp::less:
      return kLess;
    case TestOp::less_equal:
      return kLess | kEqual;
    case TestOp::greater:
      return kGreater;
    case TestOp::greater_equal:
      return kGreater | kEqual;
    default:
      return kEqual;
  }
}

// The risks that stand in one of `orders` to `operand`.
constexpr std::uint32_t risks_in(std::uint32_t orders, std::uint32_t operand) noexcept {
  std::uint32_t risks = 0;
  for (std::uint32_t risk = 0; risk <= static_cast<std::uint32_t>(Risk::critical); ++risk) {
    const std::uint32_t order = risk < operand ? kLess : risk == operand ? kEqual : kGreater;
    if ((orders & order) != 0) risks |= bit_of(risk);
  }
  return risks;
}

// What a test has become whose operands are of one kind.
constexpr std::optional<Op> own_op_of(TestOp op) noexcept {
  switch (op) {
    case TestOp::contains:
      return Op::contains;
    case TestOp::starts_with:
      return Op::starts_with;
    case TestOp::ends_with:
      return Op::ends_with;
    case TestOp::search:
      return Op::search;
    case TestOp::any_element:
      return Op::any_element;
    case TestOp::every_element:
      return Op::every_element;
    default:
      return std::nullopt;
  }
}

// Builds a BoundProgram table by table.
class Binder {
 public:
  explicit Binder(const Program& program) : p_(program), bound_(program) {}

  BoundProgram run() {
    bind_slots();
    bind_numbers();
    bind_tests();
    for (std::uint32_t i = 0; i < p_.tiers.size(); ++i) bind_tier(p_.tiers[i]);
    bind_ends();
    bound_.rule_entries.push_back(static_cast<std::uint32_t>(bound_.codes.size()));
    return std::move(bound_);
  }

 private:
  void bind_slots();
  void bind_numbers();
  void bind_tests();
  void tell_twins_apart();
  [[nodiscard]] Test test_of(const AtomRow& atom);
  [[nodiscard]] Test list_test(const AtomRow& atom);
  [[nodiscard]] bool starts_with(const AtomRow& atom, OperandKind kind) const;
  [[nodiscard]] Test network_test(const AtomRow& atom);
  [[nodiscard]] Test pair_test(const AtomRow& atom) const;
  void bind_tier(const TierRow& tier);
  void bind_ends();
  void bind_rule(std::uint32_t rule, std::uint32_t on_false);
  [[nodiscard]] Question question_of(const NodeRow& node) const;

  const Program& p_;
  BoundProgram bound_;
  std::vector<std::uint32_t> leaf_counts_;  // leaves before each node
};

void Binder::bind_slots() {
  bound_.steps.reserve(p_.steps.size());
  for (const TextRef step : p_.steps) bound_.steps.push_back(p_.view(step));
  bound_.slots.reserve(p_.slots.size());
  for (const SlotRow& row : p_.slots) {
    const auto attribute = attribute_named(p_.view(row.attribute));
    SENTRAIL_CHECK_NOTE(attribute.has_value() || row.binder > 0, "the program is not verified");
    Slot slot;
    slot.attribute = attribute.value_or(AttributeId::tool);
    slot.binder = row.binder;
    slot.steps_begin = row.steps_begin;
    slot.steps_count = row.steps_count;
    slot.separator = static_cast<char>(row.separator);
    slot.is_whole = row.steps_count == 0 && slot.attribute != AttributeId::http_query &&
                    slot.attribute != AttributeId::http_headers;
    bound_.slots.push_back(slot);
  }
}

void Binder::bind_numbers() {
  bound_.numbers.reserve(p_.numbers.size());
  for (const NumberRow& row : p_.numbers) bound_.numbers.push_back(row.value());
}

void Binder::bind_tests() {
  leaf_counts_.reserve(p_.nodes.size() + 1);
  std::uint32_t leaf_count = 0;
  for (const NodeRow& node : p_.nodes) {
    leaf_counts_.push_back(leaf_count);
    const auto kind = static_cast<NodeKind>(node.kind);
    if (kind == NodeKind::literal || kind == NodeKind::constant) ++leaf_count;
  }
  leaf_counts_.push_back(leaf_count);
  SENTRAIL_CHECK(leaf_count < kMatched);
  bound_.codes.reserve(leaf_count);
  bound_.tests.reserve(p_.atoms.size());
  bound_.questions.reserve(p_.atoms.size());
  for (const AtomRow& atom : p_.atoms) {
    Test test = test_of(atom);
    const bool part =
        test.op == Op::contains || test.op == Op::starts_with || test.op == Op::ends_with;
    const auto number = static_cast<std::uint32_t>(bound_.tests.size());
    if (part) test.looked_up = !bound_.texts.of(number).empty();
    const auto cell = static_cast<std::uint32_t>(p_.slots.size() + bound_.tests.size());
    bound_.questions.push_back(test.op == Op::symbol ? Question{test.slot, test.a}
                                                     : Question{cell, kHolds});
    bound_.tests.push_back(test);
  }
  tell_twins_apart();
}

// Equal tests have one row each in what the compiler makes, but not in every bundle. Of twins one
// is looked up: a table knows one cell of a pattern, element or part.
void Binder::tell_twins_apart() {
  std::vector<std::array<std::uint32_t, 4>> keys;
  for (std::uint32_t i = 0; i < bound_.tests.size(); ++i) {
    const Test& test = bound_.tests[i];
    if (!test.looked_up) continue;
    const std::uint32_t value = test.op == Op::element ? p_.operands[test.a].index : test.a;
    keys.push_back({static_cast<std::uint32_t>(test.op), test.slot, value, i});
  }
  std::ranges::sort(keys);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const bool twins = std::equal(keys[i].begin(), keys[i].begin() + 3, keys[i - 1].begin());
    if (twins) bound_.tests[keys[i][3]].looked_up = false;
  }
}

Test Binder::test_of(const AtomRow& atom) {
  Test test;
  test.slot = atom.slot;
  const auto op = static_cast<TestOp>(atom.op);
  if (op == TestOp::exists) {
    test.op = Op::exists;
    return test;
  }
  if (op == TestOp::is_type) {
    test.op = Op::kinds;
    test.a = bits_of(static_cast<TestedType>(atom.tested_type));
    return test;
  }
  if (op == TestOp::in) return list_test(atom);
  const OperandRow& operand = p_.operands[atom.operands_begin];
  if (op == TestOp::has) {
    test.op = Op::element;
    test.a = atom.operands_begin;
    test.looked_up = static_cast<OperandKind>(operand.kind) == OperandKind::string;
    return test;
  }
  test.a = operand.index;
  if (op == TestOp::same) return pair_test(atom);
  if (const auto own = own_op_of(op)) {
    test.op = *own;
    return test;
  }
  if (atom.sized != 0) {
    test.op = Op::size;
    test.b = orders_of(op);
    return test;
  }
  switch (static_cast<OperandKind>(operand.kind)) {
    case OperandKind::string:
      test.op = Op::symbol;
      bound_.slots[atom.slot].has_symbols = true;
      break;
    case OperandKind::number:
      test.op = Op::number;
      test.b = orders_of(op);
      break;
    case OperandKind::boolean:
      test.op = Op::booleans;
      test.a = bit_of(operand.index);
      break;
    case OperandKind::risk:
      test.op = Op::risks;
      test.a = risks_in(orders_of(op), operand.index);
      break;
    case OperandKind::pattern:
      test.op = Op::pattern;
      test.looked_up = !anchors_of(p_, operand.index).empty();
      bound_.slots[atom.slot].has_patterns = true;
      break;
    case OperandKind::instant:
      test.op = Op::instant;
      test.b = orders_of(op);
      break;
    case OperandKind::network:
      return network_test(atom);
    case OperandKind::number_range:
    case OperandKind::regex:
    case OperandKind::quantifier:
    case OperandKind::window:
    case OperandKind::peer:
      SENTRAIL_UNREACHABLE("an operand of another test");
  }
  return test;
}

Test Binder::pair_test(const AtomRow& atom) const {
  const Slot& slot = bound_.slots[atom.slot];
  const bool risks = slot.binder == 0 && row_of(slot.attribute).type == Type::risk;
  return {Op::same, atom.slot, p_.peers[p_.operands[atom.operands_begin].index].slot,
          risks ? 1u : 0u};
}

bool Binder::starts_with(const AtomRow& atom, OperandKind kind) const {
  return atom.operands_count > 0 &&
         p_.operands[atom.operands_begin].kind == static_cast<std::uint32_t>(kind);
}

// Two networks lie apart or one in the other, and what holds others comes before them.
Test Binder::network_test(const AtomRow& atom) {
  const auto begin = static_cast<std::uint32_t>(bound_.networks.size());
  for (const OperandRow& row : p_.operands.subspan(atom.operands_begin, atom.operands_count)) {
    const Network network = p_.networks[row.index].network();
    const bool within =
        bound_.networks.size() > begin && holds(bound_.networks.back(), network.first);
    if (!within) bound_.networks.push_back(network);
  }
  return {Op::networks, atom.slot, begin, static_cast<std::uint32_t>(bound_.networks.size())};
}

Test Binder::list_test(const AtomRow& atom) {
  if (starts_with(atom, OperandKind::window)) {
    return {Op::window, atom.slot, p_.operands[atom.operands_begin].index, 0};
  }
  if (starts_with(atom, OperandKind::network)) return network_test(atom);
  List list;
  list.empty = atom.operands_count == 0;
  const std::uint32_t end = atom.operands_begin + atom.operands_count;
  const auto extend = [](std::uint32_t& begin, std::uint32_t& past, std::uint32_t i) {
    if (begin == past) begin = i;
    past = i + 1;
  };
  for (std::uint32_t i = atom.operands_begin; i < end; ++i) {
    const OperandRow& operand = p_.operands[i];
    switch (static_cast<OperandKind>(operand.kind)) {
      case OperandKind::string:
        extend(list.strings_begin, list.strings_end, i);
        break;
      case OperandKind::number:
        extend(list.numbers_begin, list.numbers_end, i);
        break;
      case OperandKind::number_range:
        extend(list.ranges_begin, list.ranges_end, i);
        break;
      case OperandKind::boolean:
        list.booleans |= bit_of(operand.index);
        break;
      case OperandKind::risk:
        list.risks |= bit_of(operand.index);
        break;
      case OperandKind::pattern:
        extend(list.patterns_begin, list.patterns_end, i);
        break;
      case OperandKind::regex:
      case OperandKind::quantifier:
      case OperandKind::window:
      case OperandKind::network:
      case OperandKind::instant:
      case OperandKind::peer:
        SENTRAIL_UNREACHABLE("an operand that no list holds");
    }
  }
  Slot& slot = bound_.slots[atom.slot];
  const std::uint32_t strings = list.strings_end - list.strings_begin;
  slot.has_symbols = slot.has_symbols || strings > 0;
  slot.has_patterns = slot.has_patterns || list.patterns_begin != list.patterns_end;
  if (atom.sized != 0) {
    bound_.lists.push_back(list);
    return {Op::size_in, atom.slot, static_cast<std::uint32_t>(bound_.lists.size() - 1), 0};
  }
  if (strings > 0 && strings == atom.operands_count) {
    return {Op::symbols, atom.slot, list.strings_begin, list.strings_end};
  }
  bound_.lists.push_back(list);
  return {Op::list, atom.slot, static_cast<std::uint32_t>(bound_.lists.size() - 1), 0};
}

void Binder::bind_tier(const TierRow& row) {
  Tier tier;
  tier.guard = row.guard != 0;
  tier.rules_begin = row.rules_begin;
  tier.rules_end = row.rules_begin + row.rules_count;
  for (std::uint32_t rule = tier.rules_begin; rule < tier.rules_end; ++rule) {
    const RuleRow& next = p_.rules[rule];
    const std::uint32_t after = leaf_counts_[next.condition_end];
    bind_rule(rule, rule + 1 < tier.rules_end ? after : kEndOfTier);
  }
  if (row.rules_count > 0) tier.entry = bound_.rule_entries[row.rules_begin];
  bound_.tiers.push_back(tier);
}

void Binder::bind_ends() {
  for (const NoteRow& note : p_.notes) {
    const bool allows = p_.written(note.rule).outcome == static_cast<std::uint32_t>(Outcome::allow);
    if (!allows || note.until_ms == 0) continue;
    if (bound_.ends.empty()) bound_.ends.resize(p_.written_count(), BoundProgram::kNoEnd);
    bound_.ends[note.rule] = note.until_ms;
  }
}

// Appends a rule's codes; `on_false` leads to the next rule.
void Binder::bind_rule(std::uint32_t rule, std::uint32_t on_false) {
  struct Frame {
    std::uint32_t end;
    bool all;
    std::uint32_t on_true;
    std::uint32_t on_false;
  };
  bound_.rule_entries.push_back(static_cast<std::uint32_t>(bound_.codes.size()));
  const RuleRow& row = p_.rules[rule];
  std::array<Frame, limits::kConditionDepthMax> frames{};
  std::size_t depth = 0;
  for (std::uint32_t i = row.condition_begin; i < row.condition_end; ++i) {
    while (depth > 0 && frames[depth - 1].end == i) --depth;
    const NodeRow& node = p_.nodes[i];
    std::uint32_t yes = kMatched + rule;
    std::uint32_t no = on_false;
    if (depth > 0) {
      const Frame& parent = frames[depth - 1];
      const bool last = node.end == parent.end;
      yes = parent.all && !last ? leaf_counts_[node.end] : parent.on_true;
      no = !parent.all && !last ? leaf_counts_[node.end] : parent.on_false;
    }
    const auto kind = static_cast<NodeKind>(node.kind);
    if (kind == NodeKind::all || kind == NodeKind::any) {
      frames[depth++] = {node.end, kind == NodeKind::all, yes, no};
      continue;
    }
    if (kind == NodeKind::literal && node.flag != 0) std::swap(yes, no);
    bound_.codes.push_back({question_of(node), yes, no});
  }
}

Question Binder::question_of(const NodeRow& node) const {
  if (static_cast<NodeKind>(node.kind) == NodeKind::literal) return bound_.questions[node.atom];
  const auto always = static_cast<std::uint32_t>(bound_.cell_count() - 1);
  return {always, node.flag != 0 ? kHolds : kFails};
}

}  // namespace

BoundProgram bind(const Program& verified) {
  return Binder(verified).run();
}

}  // namespace sentrail::decide
