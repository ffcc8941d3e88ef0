// See obligations.hpp.
#include "runtime/gateway/obligations.hpp"

#include <algorithm>
#include <string_view>

#include "runtime/audit/hiding.hpp"
#include "runtime/decide/reason.hpp"

namespace sentrail::gateway {
namespace {

// The steps below `body`; of `args` nothing is kept.
void add_hidden(const Program& program, const ObligationRow& row, Obligations& out) {
  const SlotRow& slot = program.slots[row.slot];
  if (program.view(slot.attribute) != "body") return;
  std::vector<std::string_view> steps;
  for (std::uint32_t i = 0; i < slot.steps_count; ++i) {
    steps.push_back(program.view(program.steps[slot.steps_begin + i]));
  }
  const bool mask = row.kind == static_cast<std::uint32_t>(ObligationKind::mask);
  out.hidden.push_back(audit::hidden_value(mask, steps));
}

}  // namespace

Obligations obligations_of(const Program& program, const decide::Answer& answer,
                           std::span<const decide::ShadowAnswer> shadows) {
  Obligations out;
  if (answer.obligations.empty() && shadows.empty()) return out;
  answer.obligations.for_each([&](std::uint32_t index) {
    const ObligationRow& row = program.obligations[index];
    if (row.kind == static_cast<std::uint32_t>(ObligationKind::tag)) {
      out.tags.emplace_back(program.view(row.text));
    } else {
      out.all.push_back(render_obligation(program, index));
    }
    if (row.slot != kNoRow) add_hidden(program, row, out);
  });
  std::ranges::sort(out.tags);
  for (const decide::ShadowAnswer& one : shadows) {
    out.shadows.push_back(std::string(decide::rule_name_of(program, one.shadow)) + ": " +
                          std::string(name_of(one.answer.effect)) + " by " +
                          std::string(decide::rule_name_of(program, one.answer.rule)));
  }
  return out;
}

namespace {

// What conditions may ask about and this server never states: a decision would rest on nothing.
Status can_state(const Program& program) {
  for (std::size_t i = 0; i < program.slots.size(); ++i) {
    const SlotRow& slot = program.slots[i];
    if (slot.binder != 0) continue;
    const auto attribute = attribute_named(program.view(slot.attribute));
    if (!attribute) continue;
    const bool answer = is_of_answers(*attribute);
    if (!answer && !is_of_session(*attribute)) continue;
    return fail(Errc::unsupported,
                "the policy tests `" + render_slot(program, static_cast<std::uint32_t>(i)) + "`, " +
                    (answer ? "and this server does not decide about answers of tools"
                            : "and this server does not count what a session has done"));
  }
  return {};
}

}  // namespace

Status can_carry_out(const Program& program) {
  SENTRAIL_TRY(can_state(program));
  for (std::uint32_t i = 0; i < program.obligations.size(); ++i) {
    switch (static_cast<ObligationKind>(program.obligations[i].kind)) {
      case ObligationKind::redact:
      case ObligationKind::mask:
      case ObligationKind::tag:
      case ObligationKind::alert:
        continue;
      case ObligationKind::notify:
      case ObligationKind::taint:
      case ObligationKind::log_full:
        break;
    }
    return fail(Errc::unsupported,
                "the policy obliges to `" + render_obligation(program, i) +
                    "`, which this server has no way to carry out; it carries out `redact`, "
                    "`mask`, `tag` and `alert`");
  }
  return {};
}

std::string joined(const std::vector<std::string>& texts, std::size_t bytes_max) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += '\n';
    if (out.size() + texts[i].size() > bytes_max) {
      return out + "… and " + std::to_string(texts.size() - i) + " more";
    }
    out += texts[i];
  }
  return out;
}

}  // namespace sentrail::gateway
