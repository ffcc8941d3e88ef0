// Tests by the kind of value they meet. See evaluate.hpp.
#include "runtime/decide/evaluate.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <iterator>
#include <optional>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "runtime/decide/tree.hpp"

namespace sentrail::decide {
namespace {

using Known = SlotState::Known;

constexpr bool has_bit(std::uint32_t bits, std::uint32_t index) noexcept {
  return (bits >> index & 1) != 0;
}

// What a test answers to a value of a kind that it cannot compare.
constexpr Truth incomparable(FactKind kind) noexcept {
  return kind == FactKind::absent ? Truth::f : Truth::u;
}

// Whether operands [begin, end), which ascend, hold a symbol.
bool has_symbol(const BoundProgram& bound, std::uint32_t begin, std::uint32_t end,
                std::uint32_t symbol) noexcept {
  if (symbol == kNoSymbol) return false;
  const auto operands = bound.program.operands.subspan(begin, end - begin);
  const auto found = std::lower_bound(
      operands.begin(), operands.end(), symbol,
      [](const OperandRow& operand, std::uint32_t wanted) { return operand.index < wanted; });
  return found != operands.end() && found->index == symbol;
}

Truth matches(const BoundProgram& bound, std::uint32_t pattern, char separator,
              SlotState& state) noexcept {
  if (state.fact.kind != FactKind::string) return incomparable(state.fact.kind);
  if (!is_matchable_once(state, separator)) return Truth::u;
  return certain(bound.patterns.matches(pattern, state.matched));
}

std::uint32_t order_bit(std::strong_ordering order) noexcept {
  return order < 0 ? kLess : order > 0 ? kGreater : kEqual;
}

Truth compares(const BoundProgram& bound, const Test& test, SlotState& state) noexcept {
  if (state.fact.kind != FactKind::number) return incomparable(state.fact.kind);
  if (!is_numeric(state)) return Truth::u;
  return certain((order_bit(compare(state.number, bound.numbers[test.a])) & test.b) != 0);
}

Truth string_in(const BoundProgram& bound, const List& list, char separator, std::uint32_t symbol,
                SlotState& state) noexcept {
  const bool strings = list.strings_begin != list.strings_end;
  const bool patterns = list.patterns_begin != list.patterns_end;
  if (!strings && !patterns && list.risks == 0) return Truth::u;
  if (has_symbol(bound, list.strings_begin, list.strings_end, symbol)) return Truth::t;
  Truth answer = Truth::f;
  if (list.risks != 0) {
    const std::optional<Risk> risk = risk_of(state);
    answer = risk ? certain(has_bit(list.risks, static_cast<std::uint32_t>(*risk))) : Truth::u;
  }
  for (std::uint32_t i = list.patterns_begin; i < list.patterns_end && answer != Truth::t; ++i) {
    answer = either(answer, matches(bound, bound.program.operands[i].index, separator, state));
  }
  return answer;
}

// Whether a number is one of a list's, or within one of its ranges.
Truth among(const BoundProgram& bound, const List& list, const Decimal& number) noexcept {
  const auto operands = bound.program.operands;
  // Numbers ascend by value, and so do the operands that name them.
  const auto single = operands.subspan(list.numbers_begin, list.numbers_end - list.numbers_begin);
  const auto found = std::lower_bound(single.begin(), single.end(), number,
                                      [&bound](const OperandRow& operand, const Decimal& wanted) {
                                        return compare(bound.numbers[operand.index], wanted) < 0;
                                      });
  if (found != single.end() && bound.numbers[found->index] == number) return Truth::t;
  for (std::uint32_t i = list.ranges_begin; i < list.ranges_end; ++i) {
    if (compare(bound.numbers[operands[i].index], number) <= 0 &&
        compare(number, bound.numbers[operands[i].upper]) <= 0) {
      return Truth::t;
    }
  }
  return Truth::f;
}

Truth number_in(const BoundProgram& bound, const List& list, SlotState& state) noexcept {
  if (list.numbers_begin == list.numbers_end && list.ranges_begin == list.ranges_end) {
    return Truth::u;
  }
  return is_numeric(state) ? among(bound, list, state.number) : Truth::u;
}

// Entries of another type than the value's do not count, unless there are no others.
Truth in_list(const BoundProgram& bound, const List& list, char separator, std::uint32_t symbol,
              SlotState& state) noexcept {
  switch (state.fact.kind) {
    case FactKind::absent:
      return Truth::f;
    case FactKind::unreadable:
      return Truth::u;
    default:
      break;
  }
  if (list.empty) return Truth::f;
  switch (state.fact.kind) {
    case FactKind::string:
      return string_in(bound, list, separator, symbol, state);
    case FactKind::number:
      return number_in(bound, list, state);
    case FactKind::boolean:
      if (list.booleans == 0) return Truth::u;
      return certain(has_bit(list.booleans, state.fact.boolean ? 1 : 0));
    default:
      return Truth::u;
  }
}

Truth element_equals(const BoundProgram& bound, const OperandRow& operand,
                     JsonValue element) noexcept {
  switch (static_cast<OperandKind>(operand.kind)) {
    case OperandKind::string:
      if (element.kind() != JsonKind::string) return Truth::u;
      return certain(element.text() == bound.program.view(bound.program.symbols[operand.index]));
    case OperandKind::boolean:
      if (element.kind() != JsonKind::boolean) return Truth::u;
      return certain(element.boolean() == (operand.index != 0));
    case OperandKind::number: {
      if (element.kind() != JsonKind::number) return Truth::u;
      const std::optional<Decimal> number = Decimal::parse(element.text());
      return number ? certain(*number == bound.numbers[operand.index]) : Truth::u;
    }
    default:
      return Truth::u;
  }
}

Truth set_has(const BoundProgram& bound, const OperandRow& operand,
              std::span<const std::string_view> set) noexcept {
  if (set.size() > limits::kListElementsMax) return Truth::u;
  if (static_cast<OperandKind>(operand.kind) != OperandKind::string) {
    return set.empty() ? Truth::f : Truth::u;
  }
  const std::string_view wanted = bound.program.view(bound.program.symbols[operand.index]);
  return certain(std::find(set.begin(), set.end(), wanted) != set.end());
}

Truth has_element(const BoundProgram& bound, const OperandRow& operand, const Fact& fact) noexcept {
  if (fact.kind == FactKind::string_set) return set_has(bound, operand, fact.set);
  if (fact.kind != FactKind::array) return incomparable(fact.kind);
  const std::size_t size = fact.json.size();
  if (size > limits::kListElementsMax) return Truth::u;
  Truth answer = Truth::f;
  JsonValue element = fact.json.first_child();
  for (std::size_t i = 0; i < size && answer != Truth::t; ++i) {
    if (i > 0) element = element.next();
    answer = either(answer, element_equals(bound, operand, element));
  }
  return answer;
}

// The size of a value as its test compares it; nothing if it has none.
std::optional<Decimal> size_of(const Fact& fact) noexcept {
  std::size_t size = 0;
  switch (fact.kind) {
    case FactKind::string:
      if (!is_valid_utf8(fact.text)) return std::nullopt;
      size = count_code_points(fact.text);
      break;
    case FactKind::string_set:
      size = fact.set.size();
      break;
    case FactKind::array:
    case FactKind::object:
      size = fact.json.size();
      break;
    default:
      return std::nullopt;
  }
  std::array<char, 24> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size);
  return Decimal::parse({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

Truth has_size(const BoundProgram& bound, const Test& test, const Fact& fact) noexcept {
  if (fact.kind == FactKind::absent) return Truth::f;
  if (fact.kind == FactKind::unreadable) return Truth::u;
  const std::optional<Decimal> size = size_of(fact);
  if (!size) return Truth::u;
  if (test.op == Op::size_in) return among(bound, bound.lists[test.a], *size);
  return certain((order_bit(compare(*size, bound.numbers[test.a])) & test.b) != 0);
}

Truth has_part(const BoundProgram& bound, const Test& test, const Fact& fact) noexcept {
  if (fact.kind != FactKind::string) return incomparable(fact.kind);
  if (test.op == Op::search) return bound.regexes.search(test.a, fact.text);
  if (test.op == Op::contains) return certain(bound.searches.contains(test.a, fact.text));
  const std::string_view part = bound.program.view(bound.program.symbols[test.a]);
  return certain(test.op == Op::starts_with ? fact.text.starts_with(part)
                                            : fact.text.ends_with(part));
}

Truth has_risk(std::uint32_t risks, SlotState& state) noexcept {
  if (state.fact.kind != FactKind::string) return incomparable(state.fact.kind);
  const std::optional<Risk> risk = risk_of(state);
  return risk ? certain(has_bit(risks, static_cast<std::uint32_t>(*risk))) : Truth::u;
}

std::uint32_t symbol_of(const BoundProgram& bound, const SlotState& state) noexcept {
  if (state.fact.kind == FactKind::absent) return kNoSymbol;
  if (state.fact.kind != FactKind::string) return kUndecidable;
  const std::uint32_t symbol = bound.symbols.find(state.fact.text);
  return symbol == SymbolTable::kNone ? kNoSymbol : symbol;
}

// Whether what is known of the value rules a test out. Most patterns fail on the first bytes of a
// value that others have been matched against already.
bool is_excluded(const BoundProgram& bound, const Test& test, Scratch& scratch) noexcept {
  const SlotState& state = scratch.slot(test.slot);
  if (!scratch.knows(state)) return false;
  const auto sifted = [&](SlotState::Sifted one) noexcept {
    return test.looked_up && (state.sifted & one) != 0;
  };
  if (test.op == Op::element) return sifted(SlotState::kElements);
  if (test.op == Op::contains) return sifted(SlotState::kParts);
  if (test.op == Op::starts_with || test.op == Op::ends_with) return sifted(SlotState::kEdges);
  if (test.op != Op::pattern) return false;
  if (sifted(SlotState::kPatterns)) return true;
  return state.matchable == Known::yes && bound.patterns.excludes(test.a, state.matched.head);
}

// Arithmetic on what the clock of the window's zone shows; a zone that nobody knows is undecidable.
Truth is_now_within(const WindowRow& row, const Facts& facts) noexcept {
  if (row.zone >= facts.zones.size()) return Truth::u;
  const auto minute = minute_of_week(facts.now_ms, facts.zones[row.zone]);
  if (!minute) return Truth::u;
  const Window window{static_cast<std::uint8_t>(row.days), static_cast<std::uint16_t>(row.from),
                      static_cast<std::uint16_t>(row.until)};
  return certain(is_within(window, *minute));
}

Truth is_now_ordered(const Test& test, std::int64_t at_ms, const Facts& facts) noexcept {
  if (facts.now_ms == 0 || facts.now_ms == Facts{}.now_ms) return Truth::u;
  return certain((order_bit(facts.now_ms <=> at_ms) & test.b) != 0);
}

// Whether an address is in one of some networks, which ascend and lie apart: it can only be in the
// last that does not begin behind it.
Truth is_in_networks(const BoundProgram& bound, const Test& test, SlotState& state) noexcept {
  if (state.fact.kind != FactKind::string) return incomparable(state.fact.kind);
  if (state.located == Known::unasked) {
    const std::optional<Address> address = parse_address(state.fact.text);
    state.located = address ? Known::yes : Known::no;
    if (address) state.address = *address;
  }
  if (state.located == Known::no) return Truth::u;
  const auto begin = bound.networks.begin() + test.a;
  const auto behind = std::upper_bound(
      begin, bound.networks.begin() + test.b, state.address,
      [](const Address& address, const Network& network) { return address < network.first; });
  return certain(behind != begin && holds(*std::prev(behind), state.address));
}

// Whether two values are one. What is absent equals nothing, whatever the other is.
Truth are_same(SlotState& a, SlotState& b, bool risks) noexcept {
  if (a.fact.kind == FactKind::absent || b.fact.kind == FactKind::absent) return Truth::f;
  if (a.fact.kind != b.fact.kind) return Truth::u;
  switch (a.fact.kind) {
    case FactKind::string:
      if (risks && (!risk_of(a) || !risk_of(b))) return Truth::u;
      return certain(a.fact.text == b.fact.text);
    case FactKind::number:
      if (!is_numeric(a) || !is_numeric(b)) return Truth::u;
      return certain(a.number == b.number);
    case FactKind::boolean:
      return certain(a.fact.boolean == b.fact.boolean);
    default:
      return Truth::u;
  }
}

// What quantifiers are looking at, from the outside in.
struct Elements {
  std::array<Fact, limits::kQuantifierDepthMax> facts;
  std::size_t depth = 0;
};

Truth holds_of_elements(const BoundProgram& bound, const Test& test, const Fact& list,
                        const Facts& facts, Scratch& scratch, const Elements* outer) noexcept;

// The truth of a test of two slots, `state` being that of the first. Where the other is an element,
// the first is one too, and `outer` has both.
Truth is_same(const BoundProgram& bound, const Test& test, SlotState& state, const Facts& facts,
              Scratch& scratch, const Elements* outer) noexcept {
  const Slot& other = bound.slots[test.a];
  if (other.binder == 0) {
    return are_same(state, state_of(bound, test.a, facts, scratch), test.b != 0);
  }
  SlotState element;
  element.fact = outer->facts[other.binder - 1u].at(bound.steps_of(other));
  return are_same(state, element, test.b != 0);
}

// The truth of a test whose value is known. `outer`: the elements around it, if there are any.
Truth evaluate(const BoundProgram& bound, const Test& test, SlotState& state, const Facts& facts,
               Scratch& scratch, const Elements* outer) noexcept {
  const FactKind kind = state.fact.kind;
  const Slot& slot = bound.slots[test.slot];
  // An element's symbol is not remembered: the next element has another.
  const auto symbol = [&]() noexcept {
    return slot.binder > 0 ? symbol_of(bound, state) : value_of(bound, test.slot, facts, scratch);
  };
  switch (test.op) {
    case Op::symbol:
      if (kind != FactKind::string) return incomparable(kind);
      return certain(symbol() == test.a);
    case Op::symbols:
      if (kind != FactKind::string) return incomparable(kind);
      return certain(has_symbol(bound, test.a, test.b, symbol()));
    case Op::risks:
      return has_risk(test.a, state);
    case Op::booleans:
      if (kind != FactKind::boolean) return incomparable(kind);
      return certain(has_bit(test.a, state.fact.boolean ? 1 : 0));
    case Op::number:
      return compares(bound, test, state);
    case Op::exists:
      if (kind == FactKind::unreadable) return Truth::u;
      return certain(kind != FactKind::absent);
    case Op::kinds:
      if (kind == FactKind::unreadable) return Truth::u;
      return certain(has_bit(test.a, static_cast<std::uint32_t>(kind)));
    case Op::pattern:
      return matches(bound, test.a, slot.separator, state);
    case Op::list: {
      const List& list = bound.lists[test.a];
      const bool named = list.strings_begin != list.strings_end && kind == FactKind::string;
      return in_list(bound, list, slot.separator, named ? symbol() : kNoSymbol, state);
    }
    case Op::element:
      return has_element(bound, bound.program.operands[test.a], state.fact);
    case Op::contains:
    case Op::starts_with:
    case Op::ends_with:
    case Op::search:
      return has_part(bound, test, state.fact);
    case Op::size:
    case Op::size_in:
      return has_size(bound, test, state.fact);
    case Op::any_element:
    case Op::every_element:
      return holds_of_elements(bound, test, state.fact, facts, scratch, outer);
    case Op::window:
      return is_now_within(bound.program.windows[test.a], facts);
    case Op::instant:
      return is_now_ordered(test, bound.program.instants[test.a].unix_ms, facts);
    case Op::networks:
      return is_in_networks(bound, test, state);
    case Op::same:
      return is_same(bound, test, state, facts, scratch, outer);
  }
  return Truth::u;
}

// The truth of one test in the condition of elements.
Truth truth_within(const BoundProgram& bound, std::uint32_t atom, const Facts& facts,
                   Scratch& scratch, const Elements& elements) noexcept {
  const Test& test = bound.tests[atom];
  const Slot& slot = bound.slots[test.slot];
  const bool quantified = test.op == Op::any_element || test.op == Op::every_element;
  if (slot.binder == 0 && !quantified) return truth_of(bound, atom, facts, scratch);
  if (slot.binder == 0) {
    // Another list of the request; what is asked of it may name our element.
    return evaluate(bound, test, state_of(bound, test.slot, facts, scratch), facts, scratch,
                    &elements);
  }
  SlotState state;
  state.fact = elements.facts[slot.binder - 1u].at(bound.steps_of(slot));
  return evaluate(bound, test, state, facts, scratch, &elements);
}

// Recursion goes as deep as quantifiers nest, which verify() bounds.
Truth holds_of_elements(const BoundProgram& bound, const Test& test, const Fact& list,
                        const Facts& facts, Scratch& scratch, const Elements* outer) noexcept {
  const bool set = list.kind == FactKind::string_set;
  if (!set && list.kind != FactKind::array) return incomparable(list.kind);
  Elements elements;
  if (outer != nullptr) elements = *outer;
  const std::size_t size = set ? list.set.size() : list.json.size();
  const std::size_t size_max =
      elements.depth == 0 ? limits::kListElementsMax : limits::kInnerElementsMax;
  if (size > size_max) return Truth::u;
  Fact& element = elements.facts[elements.depth++];
  const bool any = test.op == Op::any_element;
  const Program& p = bound.program;
  Truth answer = any ? Truth::f : Truth::t;
  const Truth settled = any ? Truth::t : Truth::f;
  JsonValue value = set ? JsonValue{} : list.json.first_child();
  for (std::size_t i = 0; i < size && answer != settled; ++i) {
    if (!set && i > 0) value = value.next();
    element = set ? Fact::of(list.set[i]) : Fact::of(value);
    const Truth one = truth_of_tree(p.element_nodes, p.quantifiers[test.a].nodes_begin,
                                    [&](std::uint32_t atom) noexcept {
                                      return truth_within(bound, atom, facts, scratch, elements);
                                    });
    answer = any ? either(answer, one) : both(answer, one);
  }
  return answer;
}

}  // namespace

std::optional<Risk> risk_of(SlotState& state) noexcept {
  if (state.ranked == Known::unasked) {
    const bool text = state.fact.kind == FactKind::string;
    const std::optional<Risk> risk = text ? risk_named(state.fact.text) : std::nullopt;
    state.ranked = risk ? Known::yes : Known::no;
    if (risk) state.risk = *risk;
  }
  return state.ranked == Known::yes ? std::optional(state.risk) : std::nullopt;
}

bool is_numeric(SlotState& state) noexcept {
  if (state.numeric == Known::unasked) {
    const std::optional<Decimal> number = Decimal::parse(state.fact.text);
    state.numeric = number ? Known::yes : Known::no;
    if (number) state.number = *number;
  }
  return state.numeric == Known::yes;
}

bool is_matchable_once(SlotState& state, char separator) noexcept {
  if (state.matchable == Known::unasked) {
    state.matched = MatchedText::of(state.fact.text, separator);
    state.matchable = state.matched.shape.matchable ? Known::yes : Known::no;
  }
  return state.matchable == Known::yes;
}

std::uint32_t find_out(const BoundProgram& bound, std::uint32_t cell, const Facts& facts,
                       Scratch& scratch) noexcept {
  const std::size_t slots = bound.slots.size();
  std::uint32_t value = kHolds;
  if (cell >= slots && cell + 1 < bound.cell_count()) {
    const Test& test = bound.tests.data()[cell - slots];
    if (is_excluded(bound, test, scratch)) {
      value = kFails;
    } else {
      SlotState& state = state_of(bound, test.slot, facts, scratch);
      const Truth truth = evaluate(bound, test, state, facts, scratch, nullptr);
      value = truth == Truth::u ? kUndecidable : truth == Truth::t ? kHolds : kFails;
    }
  } else if (cell < slots) {
    value = symbol_of(bound, state_of(bound, cell, facts, scratch));
  }
  scratch.set_cell(cell, value);
  return value;
}

}  // namespace sentrail::decide
