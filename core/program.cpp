// Views of program tables and the conversion of exact numbers. See program.hpp.
#include "core/program.hpp"

#include <algorithm>

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

const NoteRow* Program::note_of(std::uint32_t rule) const noexcept {
  const auto found =
      std::lower_bound(notes.begin(), notes.end(), rule,
                       [](const NoteRow& row, std::uint32_t wanted) { return row.rule < wanted; });
  return found != notes.end() && found->rule == rule ? &*found : nullptr;
}

std::span<const LimitRow> Program::limits_of(std::uint32_t rule) const noexcept {
  const auto begin =
      std::lower_bound(limits.begin(), limits.end(), rule,
                       [](const LimitRow& row, std::uint32_t wanted) { return row.rule < wanted; });
  auto end = begin;
  while (end != limits.end() && end->rule == rule) ++end;
  return {begin, end};
}

std::span<const DutyRow> Program::duties_of(std::uint32_t rule) const noexcept {
  const auto [begin, end] = std::ranges::equal_range(duties, rule, {}, &DutyRow::rule);
  return {begin, end};
}

Program ProgramStorage::view() const noexcept {
  return {text,         policy,      tiers,           rules,       nodes,       atoms,
          operands,     slots,       steps,           symbols,     numbers,     patterns,
          pattern_ops,  reasons,     reason_parts,    regexes,     regex_steps, regex_sets,
          regex_ranges, quantifiers, element_nodes,   approvals,   seats,       notes,
          limits,       limit_keys,  limit_approvals, obligations, duties,      asides,
          aside_nodes,  zones,       windows,         networks,    instants,    peers,
          counts,       count_nodes};
}

}  // namespace sentrail
