// Views of program tables and the conversion of exact numbers. See program.hpp.
#include "core/program.hpp"

namespace sentrail {

NumberRow NumberRow::of(const Decimal& value) noexcept {
  return {value.high, value.low, value.exponent, value.negative ? 1u : 0u};
}

Decimal NumberRow::value() const noexcept {
  Decimal decimal;
  decimal.negative = negative != 0;
  decimal.exponent = static_cast<std::int16_t>(exponent);
  decimal.high = high;
  decimal.low = low;
  return decimal;
}

Program ProgramStorage::view() const noexcept {
  return {text,         policy,      tiers,         rules,     nodes,       atoms,
          operands,     slots,       steps,         symbols,   numbers,     patterns,
          pattern_ops,  reasons,     reason_parts,  regexes,   regex_steps, regex_sets,
          regex_ranges, quantifiers, element_nodes, approvals, seats};
}

}  // namespace sentrail
