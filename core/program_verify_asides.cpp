// See program_verify_asides.hpp.
#include "core/program_verify_asides.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "core/limits.hpp"
#include "core/program_verify_rows.hpp"

namespace sentrail {
namespace {

// A value of the request below `body` or `args`, or of the answer below its body.
bool may_be_hidden(const Program& p, std::uint32_t slot) noexcept {
  if (slot >= p.slots.size() || p.slots[slot].binder != 0) return false;
  const std::string_view attribute = p.view(p.slots[slot].attribute);
  return attribute == "body" || attribute == "args" || attribute == "response.body";
}

Status verify_obligation(const Program& p, std::uint32_t i) {
  const ObligationRow& row = p.obligations[i];
  if (row.kind >= kObligationKinds) return broken("obligations", i, "has no such kind");
  const auto kind = static_cast<ObligationKind>(row.kind);
  if (!is_text(p, row.channel) || !is_text(p, row.text)) {
    return broken("obligations", i, "names text that is not there");
  }
  if (hides(kind) ? !may_be_hidden(p, row.slot) : row.slot != kNoRow) {
    return broken("obligations", i, "hides what it cannot");
  }
  if ((row.channel.bytes > 0) != (kind == ObligationKind::notify) ||
      (row.text.bytes > 0) != has_text(kind)) {
    return broken("obligations", i, "has texts that its kind has not");
  }
  if (row.channel.bytes > limits::kNameBytesMax ||
      row.text.bytes > limits::kObligationTextBytesMax) {
    return broken("obligations", i, "has too long a text");
  }
  if (i == 0) return {};
  const auto key = [&p](const ObligationRow& one) {
    return std::tuple(one.kind, one.slot, p.view(one.channel), p.view(one.text));
  };
  const bool ascends = key(p.obligations[i - 1]) < key(row);
  return ascends ? Status{} : broken("obligations", i, "is out of order");
}

Status verify_duties(const Program& p) {
  std::vector<bool> used(p.obligations.size(), false);
  for (std::size_t i = 0; i < p.duties.size(); ++i) {
    const DutyRow& row = p.duties[i];
    if (row.rule >= p.written_count()) return broken("duties", i, "names no rule");
    if (row.obligation >= p.obligations.size()) return broken("duties", i, "names no obligation");
    used[row.obligation] = true;
    if (i == 0) continue;
    const DutyRow& before = p.duties[i - 1];
    if (std::tie(before.rule, before.obligation) >= std::tie(row.rule, row.obligation)) {
      return broken("duties", i, "is out of order");
    }
  }
  const auto unused = std::ranges::find(used, false);
  if (unused == used.end()) return {};
  return broken("obligations", static_cast<std::size_t>(unused - used.begin()),
                "belongs to nothing");
}

Status verify_aside(const Program& p, std::size_t i) {
  const AsideRow& row = p.asides[i];
  if (row.kind > static_cast<std::uint32_t>(AsideKind::shadow)) {
    return broken("asides", i, "has no such kind");
  }
  if (row.tier >= p.tiers.size()) return broken("asides", i, "is of no tier");
  const TierRow& tier = p.tiers[row.tier];
  if (row.kind == static_cast<std::uint32_t>(AsideKind::also)) {
    const auto rule = static_cast<std::uint32_t>(p.rules.size() + i);
    const bool passes = row.rule.outcome == static_cast<std::uint32_t>(Outcome::pass);
    if (!passes || row.before != 0 || row.rule.reason != kNoRow) {
      return broken("asides", i, "says more than an also may");
    }
    if (p.duties_of(rule).empty()) return broken("asides", i, "obliges to nothing");
  } else if (row.before > tier.rules_count) {
    return broken("asides", i, "has no place in its tier");
  } else if (tier.guard != 0 && row.rule.outcome == static_cast<std::uint32_t>(Outcome::allow)) {
    return broken("asides", i, "allows in a guard tier");
  }
  if (i == 0) return {};
  const AsideRow& before = p.asides[i - 1];
  const bool ascends =
      std::tie(before.tier, before.kind, before.before) <= std::tie(row.tier, row.kind, row.before);
  return ascends ? Status{} : broken("asides", i, "is out of order");
}

}  // namespace

Status verify_notes(const Program& p) {
  for (std::size_t i = 0; i < p.notes.size(); ++i) {
    const NoteRow& row = p.notes[i];
    const std::uint32_t longest = std::max(row.owner.bytes, row.ticket.bytes);
    if (row.rule >= p.written_count() || row.zero != 0) return broken("notes", i, "names no rule");
    if (i > 0 && p.notes[i - 1].rule >= row.rule) return broken("notes", i, "is out of order");
    if (!is_text(p, row.owner) || !is_text(p, row.ticket)) {
      return broken("notes", i, "names text that is not there");
    }
    if (longest > limits::kRuleNoteBytesMax) return broken("notes", i, "has too long a text");
    if (longest == 0 && row.until_ms == 0) return broken("notes", i, "says nothing");
    if (row.until_ms < 0 || row.until_ms % limits::kDayMs != 0) {
      return broken("notes", i, "ends within a day");
    }
  }
  return {};
}

Status verify_asides(const Program& p) {
  if (p.obligations.size() > limits::kObligationsMax) {
    return broken("obligations", p.obligations.size(), "is more than a bundle holds");
  }
  for (std::uint32_t i = 0; i < p.obligations.size(); ++i) SENTRAIL_TRY(verify_obligation(p, i));
  SENTRAIL_TRY(verify_duties(p));
  const auto shadows =
      std::ranges::count(p.asides, static_cast<std::uint32_t>(AsideKind::shadow), &AsideRow::kind);
  if (p.written_count() > limits::kRulesMax ||
      static_cast<std::size_t>(shadows) > limits::kShadowRulesMax) {
    return broken("asides", p.asides.size(), "is more than a bundle holds");
  }
  for (std::size_t i = 0; i < p.asides.size(); ++i) SENTRAIL_TRY(verify_aside(p, i));
  return {};
}

}  // namespace sentrail
