// See obligations.hpp.
#include "runtime/decide/obligations.hpp"

#include "runtime/decide/candidates.hpp"

namespace sentrail::decide {

Duties duties_of(const Engine& engine, const Decision& decision, const Facts& facts,
                 Scratch& scratch, std::uint32_t shadow) noexcept {
  const Program& p = engine.program();
  Duties duties;
  if (p.duties.empty()) return duties;
  const auto add = [&](std::uint32_t rule) noexcept {
    for (const DutyRow& duty : p.duties_of(rule)) {
      duties.all.add(duty.obligation);
      const std::uint32_t slot = p.obligations[duty.obligation].slot;
      if (slot == kNoRow || duties.impossible != kNoRow) continue;
      const Slot& row = engine.bound().slots[slot];
      const Fact value = facts.at(row.attribute, engine.bound().steps_of(row));
      if (value.kind != FactKind::unreadable) continue;
      duties.impossible = duty.obligation;
      duties.obliging_rule = rule;
    }
  };
  for_each_candidate(engine, decision, shadow, facts, scratch, add);
  scratch.forget();
  for (std::uint32_t i = 0; i < p.asides.size(); ++i) {
    if (p.asides[i].kind != static_cast<std::uint32_t>(AsideKind::also)) continue;
    const auto rule = static_cast<std::uint32_t>(p.rules.size() + i);
    if (engine.condition(rule, facts, scratch) != Truth::f) add(rule);
  }
  return duties;
}

}  // namespace sentrail::decide
