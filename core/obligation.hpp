// What policy may oblige the gate to do beside its decision.
//
// Neighbours: the AST, ir.hpp and program.hpp hold obligations, runtime/decide gathers them, the
// gateway carries them out. Must not know: any of these. source: docs/language.md, section 15.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sentrail {

// The numbers stand in bundles.
enum class ObligationKind : std::uint8_t {
  redact = 0,    // a value is left out of what is stored, shown and answered
  mask = 1,      // of a value only the end is stored, shown and answered
  notify = 2,    // a channel is told
  tag = 3,       // a word stands in the record
  taint = 4,     // a word stays with the session
  alert = 5,     // the record is marked
  log_full = 6,  // the record holds the request
};
inline constexpr std::size_t kObligationKinds = 7;

// The word that policy text begins an obligation with; `log` of log_full.
[[nodiscard]] constexpr std::string_view word_of(ObligationKind kind) noexcept {
  constexpr std::array<std::string_view, kObligationKinds> kWords = {
      "redact", "mask", "notify", "tag", "taint", "alert", "log"};
  return kWords[static_cast<std::size_t>(kind)];
}

// What stands in the place of a value that `redact` hides. source: docs/language.md, L15.7.
inline constexpr std::string_view kHiddenValue = "[redacted]";

// Whether an obligation is about the value of a path.
[[nodiscard]] constexpr bool hides(ObligationKind kind) noexcept {
  return kind == ObligationKind::redact || kind == ObligationKind::mask;
}

// Whether an obligation carries a text.
[[nodiscard]] constexpr bool has_text(ObligationKind kind) noexcept {
  return kind == ObligationKind::notify || kind == ObligationKind::tag ||
         kind == ObligationKind::taint;
}

}  // namespace sentrail
