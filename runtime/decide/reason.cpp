// Fills templates. See reason.hpp.
#include "runtime/decide/reason.hpp"

#include <algorithm>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::decide {
namespace {

// A value within a reason: a third of it, so that two values leave room for words.
constexpr std::size_t kValueCharactersMax = limits::kReasonCharactersMax / 3;
// Elements of a set that are named.
constexpr std::size_t kElementsShown = 8;

std::string show_text(std::string_view text) {
  // Cut before escaping, so that a huge value costs nothing; four bytes hold any character.
  const std::string_view start = text.substr(0, 4 * kValueCharactersMax + 4);
  return cap_characters(escape_display(start), kValueCharactersMax);
}

std::string show_set(std::span<const std::string_view> set) {
  std::string text = "[";
  for (std::size_t i = 0; i < std::min(set.size(), kElementsShown); ++i) {
    if (i > 0) text += ", ";
    text += show_text(set[i]);
  }
  if (set.size() > kElementsShown) text += ", …";
  return cap_characters(text + "]", kValueCharactersMax);
}

// Whether what one slot names is a part of what the other does, or the other way round.
bool overlap(const Engine& engine, std::uint32_t one, std::uint32_t other) {
  const Slot& a = engine.bound().slots[one];
  const Slot& b = engine.bound().slots[other];
  const auto steps_a = engine.bound().steps_of(a);
  const auto steps_b = engine.bound().steps_of(b);
  const std::size_t common = std::min(steps_a.size(), steps_b.size());
  return a.attribute == b.attribute &&
         std::equal(steps_a.begin(), steps_a.begin() + static_cast<std::ptrdiff_t>(common),
                    steps_b.begin());
}

}  // namespace

std::string_view rule_name_of(const Program& program, std::uint32_t rule) {
  if (rule == Decision::kByDefault) return "default";
  return program.view(program.written(rule).qualified_name);
}

Fact fact_of(const Engine& engine, std::uint32_t slot, const Facts& facts) {
  const Slot& row = engine.bound().slots[slot];
  return facts.at(row.attribute, engine.bound().steps_of(row));
}

bool is_hidden(const Engine& engine, std::uint32_t slot, const ObligationSet* hidden) {
  bool found = false;
  if (hidden == nullptr) return found;
  hidden->for_each([&](std::uint32_t row) {
    const std::uint32_t path = engine.program().obligations[row].slot;
    found = found || (path != kNoRow && overlap(engine, slot, path));
  });
  return found;
}

std::string show_value(const Fact& fact) {
  switch (fact.kind) {
    case FactKind::absent:
      return "(absent)";
    case FactKind::unreadable:
      return "(unreadable)";
    case FactKind::null:
      return "null";
    case FactKind::boolean:
      return fact.boolean ? "true" : "false";
    case FactKind::number:
    case FactKind::string:
      return show_text(fact.text);
    case FactKind::string_set:
      return show_set(fact.set);
    case FactKind::array:
      return "(list of " + std::to_string(fact.json.size()) + ")";
    case FactKind::object:
      return "(object of " + std::to_string(fact.json.size()) + ")";
  }
  return "";
}

std::string reason_of(const Engine& engine, const Decision& decision, const Facts& facts,
                      std::optional<std::uint32_t> full_limit, const ObligationSet* hidden) {
  const Program& program = engine.program();
  if (full_limit) {
    return cap_characters(
        "Policy '" + escape_display(rule_name_of(program, decision.rule)) +
            "' has no room: " + escape_display(render_limit(program, program.limits[*full_limit])),
        limits::kReasonCharactersMax);
  }
  const bool by_default = decision.rule == Decision::kByDefault;
  const std::uint32_t reason =
      by_default ? program.policy[0].default_reason : program.written(decision.rule).reason;
  std::string text;
  if (reason != kNoRow) {
    const ReasonRow& row = program.reasons[reason];
    for (std::uint32_t i = 0; i < row.parts_count; ++i) {
      const ReasonPartRow& part = program.reason_parts[row.parts_begin + i];
      text += escape_display(program.view(part.text));
      if (part.slot == kNoRow) continue;
      text += is_hidden(engine, part.slot, hidden) ? std::string(kHiddenValue)
                                                   : show_value(fact_of(engine, part.slot, facts));
    }
  } else if (by_default) {
    text = decision.candidate_count == 0 ? "No rule matched" : "No rule matched with certainty";
  } else {
    text = "Policy '" + escape_display(rule_name_of(program, decision.rule)) + "' matched";
  }
  return cap_characters(text, limits::kReasonCharactersMax);
}

}  // namespace sentrail::decide
