// What policy obliges the gate to do, in the words in which it is carried out and recorded.
//
// Neighbours: decide/answer.hpp gathers obligations, judge.hpp keeps them with a judgement,
// audit/hiding.hpp hides values; the server asks what can be carried out before it takes a policy.
// Must not know: HTTP, the store. source: docs/language.md, L15.6 to L15.9.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/program.hpp"
#include "core/result.hpp"
#include "runtime/decide/answer.hpp"

namespace sentrail::gateway {

// What one judgement obliges to.
struct Obligations {
  std::vector<std::string> all;     // as policy text writes them, less the tags
  std::vector<std::string> tags;    // ascend
  std::vector<std::string> hidden;  // values of the body, see audit/hiding.hpp
  // What each shadow rule would change: `module.tier.rule: effect by rule`.
  std::vector<std::string> shadows;

  friend bool operator==(const Obligations&, const Obligations&) = default;
};

// Puts the obligations of an answer, and what shadow rules would change, into words.
[[nodiscard]] Obligations obligations_of(const Program& program, const decide::Answer& answer,
                                         std::span<const decide::ShadowAnswer> shadows);

// Whether this gate can do all that a policy may oblige to. fails: unsupported, naming the
// obligation.
[[nodiscard]] Status can_carry_out(const Program& program);

// Texts of a record, which have no newlines, in one. What is past `bytes_max` is counted alone, as
// `… and N more`.
[[nodiscard]] std::string joined(const std::vector<std::string>& texts, std::size_t bytes_max);

// What an entry keeps of each, so that no policy makes one that does not fit into the log: JSON
// escapes at most double them. source: docs/audit_log.md.
inline constexpr std::size_t kRecordedObligationBytesMax = 8u << 10;
inline constexpr std::size_t kRecordedTagBytesMax = 12u << 10;
inline constexpr std::size_t kRecordedShadowBytesMax = 4u << 10;

}  // namespace sentrail::gateway
