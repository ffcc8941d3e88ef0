// Whether whoever decides must say why, and how much.
//
// Neighbours: execute/votes.cpp refuses votes by it, the gateway shows it. Must not know: time,
// states, HTTP. source: docs/execution.md (people).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/result.hpp"
#include "runtime/store/action_record.hpp"

namespace sentrail::approvals {

// Of which decisions a reason is asked.
enum class ReasonsAsked : std::uint8_t { optional = 0, denials = 1, always = 2 };

// The names used in the configuration and in JSON.
[[nodiscard]] constexpr std::string_view name_of(ReasonsAsked asked) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"optional", "denials", "always"};
  return kNames[static_cast<std::size_t>(asked)];
}

// What a server asks for. The least length counts where a reason is asked.
struct ReasonRule {
  ReasonsAsked asked = ReasonsAsked::optional;
  std::size_t characters_min = 1;

  friend bool operator==(const ReasonRule&, const ReasonRule&) = default;
};

// Whether this decision needs a reason.
[[nodiscard]] bool needs_reason(const ReasonRule& rule, store::Verdict verdict) noexcept;

// Checks the reason of a decision. Blanks and what nobody can see do not count.
// fails: invalid_argument, with what is asked.
[[nodiscard]] Status check_reason(const ReasonRule& rule, store::Verdict verdict,
                                  std::string_view reason);

}  // namespace sentrail::approvals
