// See program_verify_limits.hpp.
#include "core/program_verify_limits.hpp"

#include "core/limits.hpp"
#include "core/program_verify_rows.hpp"
#include "core/schema.hpp"
#include "core/units.hpp"

namespace sentrail {
namespace {

// The attribute of a slot that names a value of the request; null if it is an element's.
const Attribute* attribute_of(const Program& p, std::uint32_t slot) {
  if (slot >= p.slots.size() || p.slots[slot].binder != 0) return nullptr;
  const auto id = attribute_named(p.view(p.slots[slot].attribute));
  return id ? &row_of(*id) : nullptr;
}

// What may be added up: numbers that nobody merely claims.
bool is_amount(const Program& p, std::uint32_t slot) {
  const Attribute* const row = attribute_of(p, slot);
  return row != nullptr && row->trust != Trust::asserted &&
         (row->type == Type::json || row->type == Type::number);
}

bool is_key(const Program& p, std::uint32_t slot) {
  const Attribute* const row = attribute_of(p, slot);
  return row != nullptr && row->trust == Trust::authenticated &&
         (row->type == Type::string || row->type == Type::ip);
}

Status verify_limit(const Program& p, std::size_t i, const LimitRow& row) {
  if (row.rule >= p.written_count()) return broken("limits", i, "names no rule");
  if (i > 0 && p.limits[i - 1].rule > row.rule) return broken("limits", i, "is out of order");
  const bool full =
      i >= limits::kRuleLimitsMax && p.limits[i - limits::kRuleLimitsMax].rule == row.rule;
  if (full) return broken("limits", i, "is one too many of its rule");
  const std::uint32_t outcome = p.written(row.rule).outcome;
  if (outcome > static_cast<std::uint32_t>(Outcome::require_approval)) {
    return broken("limits", i, "is of a rule that lets nothing through");
  }
  if (row.otherwise < outcome || row.otherwise == static_cast<std::uint32_t>(Effect::allow) ||
      row.otherwise > static_cast<std::uint32_t>(Effect::block)) {
    return broken("limits", i, "has an `else` that is weaker than its rule");
  }
  if (row.most < 0 || row.most > limits::kLimitMostMax * kUnit) {
    return broken("limits", i, "counts to no such number");
  }
  if (row.amount == kNoRow ? row.most % kUnit != 0 : !is_amount(p, row.amount)) {
    return broken("limits", i, "adds up no number");
  }
  if (row.per_ms < limits::kLimitPerMsMin || row.per_ms > limits::kLimitPerMsMax) {
    return broken("limits", i, "looks back too short or too long");
  }
  return row.zero == 0 ? Status{} : broken("limits", i, "has odd bytes");
}

}  // namespace

Status verify_limits(const Program& p) {
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < p.limits.size(); ++i) {
    const LimitRow& row = p.limits[i];
    SENTRAIL_TRY(verify_limit(p, i, row));
    if (row.keys_begin != next || row.keys_count > limits::kLimitKeysMax ||
        row.keys_count > p.limit_keys.size() - next) {
      return broken("limits", i, "does not continue the range of the row before");
    }
    for (; next < std::uint64_t{row.keys_begin} + row.keys_count; ++next) {
      const std::uint32_t slot = p.limit_keys[next].slot;
      if (!is_key(p, slot)) return broken("limit_keys", next, "is no authenticated text");
      for (std::uint64_t k = row.keys_begin; k < next; ++k) {
        if (p.limit_keys[k].slot == slot) return broken("limit_keys", next, "stands twice");
      }
    }
  }
  return next == p.limit_keys.size() ? Status{} : broken("limit_keys", next, "belongs to nothing");
}

}  // namespace sentrail
