// Reads keys and amounts, and joins again. See counted.hpp.
#include "runtime/decide/counted.hpp"

#include "runtime/decide/candidates.hpp"
#include "runtime/decide/reason.hpp"

namespace sentrail::decide {
namespace {

void fill(const Engine& engine, const LimitRow& row, const Facts& facts, LimitUse& use) noexcept {
  const Program& p = engine.program();
  use.limit = index_of(p, row);
  use.countable = true;
  use.key_count = static_cast<std::uint8_t>(row.keys_count);
  for (std::uint32_t i = 0; i < row.keys_count; ++i) {
    const Fact key = fact_of(engine, p.limit_keys[row.keys_begin + i].slot, facts);
    use.countable = use.countable && key.kind == FactKind::string;
    use.key_values[i] = key.text;
  }
  use.amount = kUnit;
  if (row.amount == kNoRow) return;
  use.amount = 0;
  const Fact amount = fact_of(engine, row.amount, facts);
  const std::optional<Decimal> number =
      amount.kind == FactKind::number ? Decimal::parse(amount.text) : std::nullopt;
  const std::optional<std::int64_t> units = number ? units_of(*number) : std::nullopt;
  use.countable = use.countable && units.has_value();
  if (units) use.amount = *units;
}

}  // namespace

void limits_of(const Engine& engine, const Decision& decision, const Facts& facts, Scratch& scratch,
               LimitUses& out, std::uint32_t shadow) noexcept {
  out.count = 0;
  out.more = false;
  const Program& p = engine.program();
  if (p.limits.empty()) return;
  for_each_candidate(engine, decision, shadow, facts, scratch, [&](std::uint32_t rule) {
    for (const LimitRow& row : p.limits_of(rule)) {
      if (out.count == out.uses.size()) {
        out.more = true;
        return;
      }
      fill(engine, row, facts, out.uses[out.count++] = LimitUse{});
    }
  });
}

Decision resolve(const Engine& engine, const Decision& decision, const LimitUses& uses,
                 const Rooms& rooms, const Facts& facts, Scratch& scratch,
                 std::uint32_t shadow) noexcept {
  const Program& p = engine.program();
  Decision out = decision;
  out.full_limits = 0;
  const auto has_room = [&](std::uint32_t i) { return rooms[i] && uses.uses[i].countable; };
  for (std::uint32_t i = 0; i < uses.count; ++i) {
    out.full_limits |= std::uint64_t{has_room(i) ? 0u : 1u} << i;
  }
  if (uses.more) out.full_limits |= std::uint64_t{1} << (limits::kLimitsPerDecisionMax - 1);
  if (out.full_limits == 0) return out;
  out.effect = decision.default_joined ? p.default_effect() : Effect::allow;
  std::array<std::uint32_t, 3> first{Decision::kByDefault, Decision::kByDefault,
                                     Decision::kByDefault};
  std::uint32_t next = 0;
  for_each_candidate(engine, decision, shadow, facts, scratch, [&](std::uint32_t rule) {
    const auto outcome = effect_of(static_cast<Outcome>(p.written(rule).outcome));
    if (!outcome) return;
    Effect answer = *outcome;
    for (const LimitRow& row : p.limits_of(rule)) {
      const std::uint32_t i = next++;
      if (i >= uses.count) {
        answer = Effect::block;  // not looked at, so not charged: nothing may go on
      } else if (!has_room(i)) {
        answer = stricter(answer, static_cast<Effect>(row.otherwise));
      }
    }
    out.effect = stricter(out.effect, answer);
    std::uint32_t& one = first[static_cast<std::size_t>(answer)];
    if (one == Decision::kByDefault) one = rule;
  });
  out.rule = first[static_cast<std::size_t>(out.effect)];
  return out;
}

std::optional<std::uint32_t> deciding_limit(const Engine& engine, const Decision& decision,
                                            const Facts& facts, Scratch& scratch) {
  const Program& p = engine.program();
  if (decision.full_limits == 0 || decision.rule == Decision::kByDefault) return std::nullopt;
  if (p.rules[decision.rule].outcome == static_cast<std::uint32_t>(decision.effect)) {
    return std::nullopt;
  }
  std::optional<std::uint32_t> found;
  std::size_t seen = 0;
  FullLimits full(decision);
  for_each_candidate(engine, decision, kNoRow, facts, scratch, [&](std::uint32_t rule) {
    for (const LimitRow& row : p.limits_of(rule)) {
      const bool beyond = ++seen > limits::kLimitsPerDecisionMax;
      const bool strict = row.otherwise == static_cast<std::uint32_t>(decision.effect);
      const bool decides = full.next() && rule == decision.rule &&
                           (strict || (beyond && decision.effect == Effect::block));
      if (decides && !found) found = index_of(p, row);
    }
  });
  return found;
}

}  // namespace sentrail::decide
