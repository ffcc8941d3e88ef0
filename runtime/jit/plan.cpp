// Turns tests into formulas over inputs, and weighs what they save. See plan.hpp.
#include "runtime/jit/plan.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "core/limits.hpp"
#include "runtime/decide/columns.hpp"
#include "runtime/decide/demands.hpp"

namespace sentrail::jit {
namespace {

using decide::BoundProgram;
using decide::kAlways;
using decide::List;
using decide::NativeInput;
using decide::NativeInputKind;
using decide::Op;
using decide::Test;

// The committed model, in parts of kAlways of about a nanosecond: integers, as columns.hpp has it.
// Of the tests of a tree the judge asks about half, the others are settled before.
constexpr std::uint64_t kAskedTestCost = 3 * kAlways;   // by the judge, for each test of the tree
constexpr std::uint64_t kNativeTestCost = kAlways / 2;  // in native code, where all are asked
constexpr std::uint64_t kNativeRuleCost = 4 * kAlways;  // finding its answer
constexpr std::uint64_t kInputCost = 8 * kAlways;       // reading one, once a decision
constexpr std::uint64_t kBlockInputCost = kAlways / 2;  // looking whether it has been read
constexpr std::uint64_t kBlockCost = 20 * kAlways;

// Entries of a list of strings that are compared one by one.
constexpr std::uint32_t kStringsMax = 16;

// Tests and connectives of a rule that is made a formula: of one with more nothing is known.
constexpr std::uint32_t kRuleNodesMax = 4'096;

// One rule's condition as a formula, and how many of its tests the formula knows.
struct Sketch {
  Condition condition;
  std::uint64_t known = 0;
  std::uint64_t unknown = 0;
};

// Makes formulas of conditions, with the inputs that they need.
class Sketcher {
 public:
  explicit Sketcher(const BoundProgram& bound) : bound_(bound) { gather_bounds(); }

  // The formula of a rule's condition.
  [[nodiscard]] Sketch sketch(std::uint32_t rule, FormulaBuilder& formulas);

  // The inputs of all tests that were made formulas since this was last asked, ascending. Those of
  // tests that were folded away are among them: `risk > critical` never holds, but it may be
  // undecidable.
  [[nodiscard]] std::vector<std::uint32_t> take_named();

  [[nodiscard]] const std::vector<NativeInput>& inputs() const noexcept { return inputs_; }
  [[nodiscard]] const std::vector<std::uint32_t>& bounds() const noexcept { return bounds_; }

 private:
  void gather_bounds();
  [[nodiscard]] std::optional<std::uint32_t> input_of(NativeInput input);
  [[nodiscard]] std::optional<Condition> test(std::uint32_t atom, FormulaBuilder& formulas);
  [[nodiscard]] std::optional<Condition> bits(const Test& test, NativeInputKind kind,
                                              std::uint32_t bits, FormulaBuilder& formulas);
  [[nodiscard]] std::optional<Condition> strings(const Test& test, FormulaBuilder& formulas);
  [[nodiscard]] std::optional<Condition> list(const Test& test, FormulaBuilder& formulas);
  [[nodiscard]] std::optional<Condition> numbers(const List& list, const Test& test,
                                                 FormulaBuilder& formulas);
  [[nodiscard]] std::optional<Condition> compared(const Test& test, FormulaBuilder& formulas);
  [[nodiscard]] std::optional<NativeInput> ranked(std::uint32_t slot) const;
  [[nodiscard]] std::uint32_t rank(const NativeInput& input, std::uint32_t number) const;

  const BoundProgram& bound_;
  std::vector<std::uint32_t> named_;
  std::vector<NativeInput> inputs_;
  std::map<NativeInput, std::uint32_t> numbers_;
  std::vector<std::uint32_t> bounds_;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> bounds_of_;  // by slot
};

// Calls visit(number) for each number that a test compares its slot with.
template <class Visit>
void for_each_number(const BoundProgram& bound, const Test& test, const Visit& visit) {
  if (test.op == Op::number) visit(test.a);
  if (test.op != Op::list) return;
  const List& list = bound.lists[test.a];
  for (std::uint32_t i = list.numbers_begin; i < list.numbers_end; ++i) {
    visit(bound.program.operands[i].index);
  }
  for (std::uint32_t i = list.ranges_begin; i < list.ranges_end; ++i) {
    visit(bound.program.operands[i].index);
    visit(bound.program.operands[i].upper);
  }
}

// The numbers that each slot is compared with, ascending.
void Sketcher::gather_bounds() {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_slot;
  for (const Test& test : bound_.tests) {
    if (bound_.slots[test.slot].binder > 0) continue;
    for_each_number(bound_, test,
                    [&](std::uint32_t number) { by_slot[test.slot].push_back(number); });
  }
  const auto less = [&](std::uint32_t a, std::uint32_t b) {
    return compare(bound_.numbers[a], bound_.numbers[b]) < 0;
  };
  const auto same = [&](std::uint32_t a, std::uint32_t b) {
    return bound_.numbers[a] == bound_.numbers[b];
  };
  for (auto& [slot, numbers] : by_slot) {
    std::ranges::sort(numbers, less);
    numbers.erase(std::ranges::unique(numbers, same).begin(), numbers.end());
    const auto begin = static_cast<std::uint32_t>(bounds_.size());
    bounds_.insert(bounds_.end(), numbers.begin(), numbers.end());
    bounds_of_[slot] = {begin, static_cast<std::uint32_t>(bounds_.size())};
  }
}

std::optional<std::uint32_t> Sketcher::input_of(NativeInput input) {
  const auto [known, fresh] =
      numbers_.try_emplace(input, static_cast<std::uint32_t>(inputs_.size()));
  if (fresh && inputs_.size() == limits::kNativeInputsMax) {
    numbers_.erase(known);
    return std::nullopt;
  }
  if (fresh) inputs_.push_back(input);
  named_.push_back(known->second);
  return known->second;
}

std::vector<std::uint32_t> Sketcher::take_named() {
  std::vector<std::uint32_t> named = std::exchange(named_, {});
  std::ranges::sort(named);
  named.erase(std::ranges::unique(named).begin(), named.end());
  return named;
}

std::optional<Condition> Sketcher::bits(const Test& test, NativeInputKind kind, std::uint32_t bits,
                                        FormulaBuilder& formulas) {
  const auto input = input_of({kind, test.slot, 0, 0});
  if (!input) return std::nullopt;
  return Condition{formulas.among(*input, bits)};
}

std::optional<Condition> Sketcher::strings(const Test& test, FormulaBuilder& formulas) {
  if (test.b - test.a > kStringsMax) return std::nullopt;
  const auto input = input_of({NativeInputKind::symbol, test.slot, 0, 0});
  if (!input) return std::nullopt;
  std::uint32_t node = FormulaBuilder::constant(false);
  for (std::uint32_t i = test.a; i < test.b; ++i) {
    node = formulas.either(node, formulas.equals(*input, bound_.program.operands[i].index));
  }
  return Condition{node};
}

std::optional<NativeInput> Sketcher::ranked(std::uint32_t slot) const {
  const auto of = bounds_of_.find(slot);
  if (of == bounds_of_.end()) return std::nullopt;
  return NativeInput{NativeInputKind::number, slot, of->second.first, of->second.second};
}

// The value that an input has where it equals a number.
std::uint32_t Sketcher::rank(const NativeInput& input, std::uint32_t number) const {
  const auto begin = bounds_.begin() + input.bounds_begin;
  const auto at = std::lower_bound(begin, bounds_.begin() + input.bounds_end, number,
                                   [&](std::uint32_t a, std::uint32_t b) {
                                     return compare(bound_.numbers[a], bound_.numbers[b]) < 0;
                                   });
  return 2 * static_cast<std::uint32_t>(at - begin) + 1;
}

std::optional<Condition> Sketcher::compared(const Test& test, FormulaBuilder& formulas) {
  const auto ranks = ranked(test.slot);
  const auto input = ranks ? input_of(*ranks) : std::nullopt;
  if (!input) return std::nullopt;
  const std::uint32_t at = rank(*ranks, test.a);
  const std::uint32_t end = 2 * (ranks->bounds_end - ranks->bounds_begin) + 1;
  std::uint32_t node = FormulaBuilder::constant(false);
  if ((test.b & decide::kLess) != 0) node = formulas.either(node, formulas.within(*input, 0, at));
  if ((test.b & decide::kEqual) != 0) node = formulas.either(node, formulas.equals(*input, at));
  if ((test.b & decide::kGreater) != 0) {
    node = formulas.either(node, formulas.within(*input, at + 1, end));
  }
  return Condition{node};
}

std::optional<Condition> Sketcher::numbers(const List& list, const Test& test,
                                           FormulaBuilder& formulas) {
  const std::uint32_t entries =
      list.numbers_end - list.numbers_begin + list.ranges_end - list.ranges_begin;
  const auto ranks = ranked(test.slot);
  if (entries > kStringsMax || !ranks) return std::nullopt;
  const auto input = input_of(*ranks);
  if (!input) return std::nullopt;
  const auto& operands = bound_.program.operands;
  std::uint32_t node = FormulaBuilder::constant(false);
  for (std::uint32_t i = list.numbers_begin; i < list.numbers_end; ++i) {
    node = formulas.either(node, formulas.equals(*input, rank(*ranks, operands[i].index)));
  }
  for (std::uint32_t i = list.ranges_begin; i < list.ranges_end; ++i) {
    const std::uint32_t from = rank(*ranks, operands[i].index);
    const std::uint32_t until = rank(*ranks, operands[i].upper);
    node = formulas.either(node, formulas.within(*input, from, until + 1));
  }
  return Condition{node};
}

// A list is a formula if its entries are of one kind: what a value of another kind is then is
// what it is to a comparison of that kind.
std::optional<Condition> Sketcher::list(const Test& test, FormulaBuilder& formulas) {
  const List& list = bound_.lists[test.a];
  const bool strings = list.strings_begin != list.strings_end;
  const bool patterns = list.patterns_begin != list.patterns_end;
  const bool ranked =
      list.numbers_begin != list.numbers_end || list.ranges_begin != list.ranges_end;
  if (list.empty || strings || patterns) return std::nullopt;
  if (static_cast<int>(ranked) + (list.risks != 0 ? 1 : 0) + (list.booleans != 0 ? 1 : 0) != 1) {
    return std::nullopt;
  }
  if (ranked) return numbers(list, test, formulas);
  if (list.risks != 0) return bits(test, NativeInputKind::risk, list.risks, formulas);
  return bits(test, NativeInputKind::boolean, list.booleans, formulas);
}

// A test as a formula; nothing of one that costs more than a few integers do.
std::optional<Condition> Sketcher::test(std::uint32_t atom, FormulaBuilder& formulas) {
  const Test& test = bound_.tests[atom];
  if (bound_.slots[test.slot].binder > 0) return std::nullopt;
  constexpr auto kAbsent = static_cast<std::uint32_t>(FactKind::absent);
  switch (test.op) {
    case Op::symbol:
      if (const auto input = input_of({NativeInputKind::symbol, test.slot, 0, 0})) {
        return Condition{formulas.equals(*input, test.a)};
      }
      return std::nullopt;
    case Op::symbols:
      return strings(test, formulas);
    case Op::risks:
      return bits(test, NativeInputKind::risk, test.a, formulas);
    case Op::booleans:
      return bits(test, NativeInputKind::boolean, test.a, formulas);
    case Op::number:
      return compared(test, formulas);
    case Op::list:
      return list(test, formulas);
    case Op::exists:
      return bits(test, NativeInputKind::kind, ~(std::uint32_t{1} << kAbsent), formulas);
    case Op::kinds:
      return bits(test, NativeInputKind::kind, test.a, formulas);
    case Op::window:
    case Op::instant:
    case Op::networks:
    case Op::same: {
      const auto cell = static_cast<std::uint32_t>(bound_.slots.size()) + atom;
      const auto input = input_of({NativeInputKind::cell, cell, 0, 0});
      if (!input) return std::nullopt;
      return Condition{formulas.equals(*input, decide::kHolds)};
    }
    default:
      return std::nullopt;
  }
}

Sketch Sketcher::sketch(std::uint32_t rule, FormulaBuilder& formulas) {
  struct Frame {
    std::uint32_t end;
    bool all;
    Condition value;
  };
  const auto& nodes = bound_.program.nodes;
  const RuleRow& row = bound_.program.rules[rule];
  const std::uint32_t size = row.condition_end - row.condition_begin;
  if (size > kRuleNodesMax) return {FormulaBuilder::unknown(), 0, size};
  Sketch sketch;
  std::array<Frame, limits::kConditionDepthMax> frames{};
  std::size_t depth = 0;
  for (std::uint32_t i = row.condition_begin; i < row.condition_end; ++i) {
    const NodeRow& node = nodes[i];
    const auto kind = static_cast<NodeKind>(node.kind);
    if (kind == NodeKind::all || kind == NodeKind::any) {
      const bool all = kind == NodeKind::all;
      frames[depth++] = {node.end, all, {FormulaBuilder::constant(all)}};
      continue;
    }
    Condition value{FormulaBuilder::constant(node.flag != 0)};
    if (kind == NodeKind::literal) {
      const std::optional<Condition> known = test(node.atom, formulas);
      ++(known ? sketch.known : sketch.unknown);
      value = known.value_or(FormulaBuilder::unknown());
      if (node.flag != 0) value = formulas.negate(value);
    }
    // Hands the value up as long as it is the last of its parent.
    for (; depth > 0; --depth) {
      Frame& parent = frames[depth - 1];
      parent.value =
          parent.all ? formulas.both(parent.value, value) : formulas.either(parent.value, value);
      value = parent.value;
      if (parent.end != i + 1) break;
    }
    if (depth == 0) sketch.condition = value;
  }
  return sketch;
}

// How likely it is that the table has a rule judged, in parts of kAlways.
std::vector<std::uint64_t> likelihoods_of(const BoundProgram& bound) {
  const decide::Demands demands = decide::demands_of(bound.program, weights_of(bound));
  const std::vector<std::uint32_t> chosen = choose_clauses(bound, demands);
  std::vector<std::uint64_t> out(chosen.size(), kAlways);
  for (std::size_t rule = 0; rule < chosen.size(); ++rule) {
    if (chosen[rule] != decide::kNoClause) out[rule] = demands.clauses[chosen[rule]].weight;
  }
  return out;
}

// What the judge takes for a rule, and what native code does; a share of the rules with tests that
// it does not know is judged all the same.
std::uint64_t judging_cost(const Sketch& sketch) {
  return decide::kJudgeCost * kAlways + (sketch.known + sketch.unknown) * kAskedTestCost;
}

std::uint64_t native_cost(const Sketch& sketch) {
  const std::uint64_t tests = std::max<std::uint64_t>(sketch.known + sketch.unknown, 1);
  return sketch.known * kNativeTestCost + judging_cost(sketch) / tests * sketch.unknown;
}

std::uint64_t scaled(std::uint64_t cost, std::uint64_t likelihood) {
  return cost / kAlways * likelihood;
}

// Instructions that a node becomes, at most.
constexpr std::size_t kInstructionsOfNode = 2;

// Gathers rules into blocks.
class Planner {
 public:
  Planner(const BoundProgram& bound, const decide::RuleTable& table)
      : sketcher_(bound), likelihoods_(likelihoods_of(bound)) {
    const decide::TableReport& report = table.report();
    without_ = std::min(report.expected_cost, report.linear_cost);
    for (std::uint32_t rule = 0; rule < likelihoods_.size(); ++rule) {
      FormulaBuilder own;
      Sketch& sketch = sketches_.emplace_back(sketcher_.sketch(rule, own));
      without_ += scaled((sketch.known + sketch.unknown) * kAskedTestCost, likelihoods_[rule]);
      all_native_ += native_cost(sketch);
    }
    static_cast<void>(sketcher_.take_named());  // each block names its own
  }

  // Whether code for all rules could cost less than what there is, inputs and blocks aside.
  [[nodiscard]] bool may_be_whole() const noexcept { return all_native_ < without_; }

  // All rules in their order.
  [[nodiscard]] Plan whole(std::size_t nodes_max) {
    std::vector<std::uint32_t> rules(sketches_.size());
    std::iota(rules.begin(), rules.end(), 0u);
    Plan plan = of(rules, nodes_max);
    plan.whole = true;
    plan.cost_without = without_;
    plan.expected_cost += all_native_;
    return plan;
  }

  // Rules that the table finds so often that they gain by code, or all that can have any.
  [[nodiscard]] Plan beside_table(bool every_rule, std::size_t nodes_max) {
    const auto gain = [&](std::uint32_t rule) {
      return scaled(judging_cost(sketches_[rule]), likelihoods_[rule]);
    };
    const auto cost = [&](std::uint32_t rule) {
      return native_cost(sketches_[rule]) + scaled(kNativeRuleCost, likelihoods_[rule]);
    };
    std::vector<std::uint32_t> rules;
    for (std::uint32_t rule = 0; rule < sketches_.size(); ++rule) {
      const bool wanted = every_rule || gain(rule) >= 2 * cost(rule);
      if (sketches_[rule].known > 0 && wanted) rules.push_back(rule);
    }
    Plan plan = of(rules, nodes_max);
    rules.resize(rules.size() - plan.left_out);
    std::uint64_t gained = 0;
    for (const std::uint32_t rule : rules) {
      gained += gain(rule);
      plan.expected_cost += cost(rule);
    }
    plan.cost_without = without_;
    plan.expected_cost += without_ - std::min(without_, gained);
    return plan;
  }

 private:
  // Blocks of rules, at the cost of running their code and reading its inputs; none once there are
  // so many nodes, and none with many more.
  [[nodiscard]] Plan of(std::span<const std::uint32_t> rules, std::size_t nodes_max) {
    Plan plan;
    std::size_t next = 0;
    while (next < rules.size() && plan.nodes <= nodes_max) {
      PlannedBlock& block = plan.blocks.emplace_back();
      do {
        const Condition condition = sketcher_.sketch(rules[next], block.formulas).condition;
        block.conditions.push_back({condition.yes, condition.no});
        block.rules.push_back(rules[next]);
        ++next;
      } while (next < rules.size() && block.rules.size() < decide::kNativeBlockRules &&
               block.formulas.nodes().size() <= nodes_max);
      block.inputs = sketcher_.take_named();
      plan.nodes += block.formulas.nodes().size();
      plan.expected_cost += kBlockCost + block.inputs.size() * kBlockInputCost;
    }
    plan.left_out = rules.size() - next;
    plan.inputs = sketcher_.inputs();
    plan.bounds = sketcher_.bounds();
    std::vector<bool> read(plan.inputs.size());
    for (const PlannedBlock& block : plan.blocks) {
      for (const std::uint32_t input : block.inputs) read[input] = true;
    }
    plan.expected_cost += static_cast<std::uint64_t>(std::ranges::count(read, true)) * kInputCost;
    return plan;
  }

  Sketcher sketcher_;
  std::vector<std::uint64_t> likelihoods_;
  std::vector<Sketch> sketches_;
  std::uint64_t without_ = 0;
  std::uint64_t all_native_ = 0;
};

}  // namespace

Plan plan(const BoundProgram& bound, const decide::RuleTable& table, Coverage coverage,
          std::size_t instructions_max) {
  Planner planner(bound, table);
  // Of nodes, nearly each is an instruction.
  if (coverage == Coverage::every_rule) return planner.beside_table(true, instructions_max);
  if (coverage == Coverage::whole) return planner.whole(instructions_max);
  Plan beside = planner.beside_table(false, instructions_max);
  if (!planner.may_be_whole()) return beside;
  Plan whole = planner.whole(instructions_max);
  const bool fits = whole.left_out == 0 && whole.nodes * kInstructionsOfNode <= instructions_max;
  return fits && whole.expected_cost <= beside.expected_cost ? std::move(whole) : std::move(beside);
}

}  // namespace sentrail::jit
