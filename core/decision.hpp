// Effects, their order, and what a decision carries.
//
// Neighbours: truth.hpp below; program.hpp names rules by index; runtime/decide fills a Decision.
// Must not know: how it was reached. A Decision is a fixed-size value: deciding never allocates.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sentrail {

// What happens to an action, loosest first: joining two decisions takes the greater.
enum class Effect : std::uint8_t { allow = 0, require_approval = 1, block = 2 };

// What a rule does when it matches: an effect, or `pass`, which ends its tier and decides nothing.
enum class Outcome : std::uint8_t { allow = 0, require_approval = 1, block = 2, pass = 3 };

// The stricter of two effects. source: docs/language.md, Meaning 1 and 2.
[[nodiscard]] constexpr Effect stricter(Effect a, Effect b) noexcept {
  return a < b ? b : a;
}

// The effect of an outcome; nothing for `pass`.
[[nodiscard]] constexpr std::optional<Effect> effect_of(Outcome outcome) noexcept {
  if (outcome == Outcome::pass) return std::nullopt;
  return static_cast<Effect>(outcome);
}

// The names used in policy text, JSON and the audit log.
[[nodiscard]] constexpr std::string_view name_of(Effect effect) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"allow", "require_approval", "block"};
  return kNames[static_cast<std::size_t>(effect)];
}
[[nodiscard]] constexpr std::string_view name_of(Outcome outcome) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"allow", "require_approval", "block", "pass"};
  return kNames[static_cast<std::size_t>(outcome)];
}

// The effect with that name, if there is one.
[[nodiscard]] constexpr std::optional<Effect> effect_named(std::string_view name) noexcept {
  for (const Effect effect : {Effect::allow, Effect::require_approval, Effect::block}) {
    if (name_of(effect) == name) return effect;
  }
  return std::nullopt;
}

// Risk of an action, least first. source: docs/glossary.md.
enum class Risk : std::uint8_t { low = 0, medium = 1, high = 2, critical = 3 };

// The names used in policy text, JSON and the audit log.
[[nodiscard]] constexpr std::string_view name_of(Risk risk) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"low", "medium", "high", "critical"};
  return kNames[static_cast<std::size_t>(risk)];
}

// The risk with that name, if there is one.
[[nodiscard]] constexpr std::optional<Risk> risk_named(std::string_view name) noexcept {
  for (const Risk risk : {Risk::low, Risk::medium, Risk::high, Risk::critical}) {
    if (name_of(risk) == name) return risk;
  }
  return std::nullopt;
}

// The answer of the policy to one action.
struct Decision {
  static constexpr std::uint32_t kByDefault = 0xffffffff;  // the default decided, no rule
  static constexpr std::size_t kCandidatesKept = 16;

  Effect effect = Effect::block;
  // Index into Program::rules of the deciding rule, or kByDefault.
  std::uint32_t rule = kByDefault;
  // Whether some candidate matched only because a test was undecidable.
  bool undecidable = false;
  // Whether the default joined.
  bool default_joined = false;
  // How many rules were candidates, and the first of them in tier and rule order.
  std::uint32_t candidate_count = 0;
  std::array<std::uint32_t, kCandidatesKept> candidates{};
  // The limits of the candidates, in order, that have no room; the last bit is that of all from the
  // 64th on. What an engine decides has none: it takes every limit as having room.
  std::uint64_t full_limits = 0;

  // Compares the kept candidates only as far as they are counted.
  friend bool operator==(const Decision& a, const Decision& b) noexcept {
    if (a.effect != b.effect || a.rule != b.rule || a.undecidable != b.undecidable ||
        a.default_joined != b.default_joined || a.candidate_count != b.candidate_count ||
        a.full_limits != b.full_limits) {
      return false;
    }
    const std::size_t kept =
        a.candidate_count < kCandidatesKept ? a.candidate_count : kCandidatesKept;
    for (std::size_t i = 0; i < kept; ++i) {
      if (a.candidates[i] != b.candidates[i]) return false;
    }
    return true;
  }
};

}  // namespace sentrail
