// Begins of ranges around each number that is written, then one size of each range is tried. See
// size_classes.hpp.
#include "compiler/analysis/size_classes.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "compiler/analysis/budgets.hpp"
#include "core/decimal.hpp"

namespace sentrail::compiler::analysis {
namespace {

Decimal decimal_of(std::uint64_t size) {
  return *Decimal::parse(std::to_string(size));
}

// The greatest size that is not above a number; nothing if it is past what is analysed.
std::optional<std::uint64_t> floor_of(const Decimal& number) {
  if (compare(number, decimal_of(limits::kAnalysisSizeMax)) == std::strong_ordering::greater) {
    return std::nullopt;
  }
  std::uint64_t low = 0;
  std::uint64_t high = limits::kAnalysisSizeMax;
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    if (compare(decimal_of(middle), number) == std::strong_ordering::greater) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return low;
}

bool holds(ir::AtomOp op, const Decimal& size, const ir::Operand& operand) {
  const auto order = compare(size, *Decimal::parse(operand.text));
  if (operand.kind == ir::OperandKind::number_range) {
    return order >= 0 && compare(size, *Decimal::parse(operand.upper)) <= 0;
  }
  switch (op) {
    case ir::AtomOp::less:
      return order < 0;
    case ir::AtomOp::less_equal:
      return order <= 0;
    case ir::AtomOp::greater:
      return order > 0;
    case ir::AtomOp::greater_equal:
      return order >= 0;
    default:
      return order == 0;
  }
}

}  // namespace

std::optional<SizeClasses> size_classes(std::span<const ir::Atom* const> tests,
                                        std::span<const std::uint64_t> begins) {
  std::set<std::uint64_t> all(begins.begin(), begins.end());
  all.insert(0);
  const auto note = [&](const std::string& text) {
    const std::optional<std::uint64_t> floor = floor_of(*Decimal::parse(text));
    if (!floor) return false;
    all.insert(*floor);
    all.insert(*floor + 1);
    return true;
  };
  for (const ir::Atom* test : tests) {
    for (const ir::Operand& operand : test->operands) {
      const bool range = operand.kind == ir::OperandKind::number_range;
      if (!note(operand.text) || (range && !note(operand.upper))) return std::nullopt;
    }
  }
  SizeClasses made;
  for (const std::uint64_t begin : all) {
    if (!made.ranges.empty()) made.ranges.back().high = begin - 1;
    made.ranges.push_back({begin, SizeRange::kEndless});
  }
  for (const ir::Atom* test : tests) {
    Bits& truth = made.tests.emplace_back(made.ranges.size());
    for (std::size_t i = 0; i < made.ranges.size(); ++i) {
      const Decimal size = decimal_of(made.ranges[i].low);
      const bool some =
          std::any_of(test->operands.begin(), test->operands.end(),
                      [&](const ir::Operand& operand) { return holds(test->op, size, operand); });
      if (some) truth.set(i);
    }
  }
  return made;
}

}  // namespace sentrail::compiler::analysis
