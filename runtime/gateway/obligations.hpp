// What policy obliges the gate to do, in the words in which it is carried out and recorded.
//
// Neighbours: decide/answer.hpp gathers obligations, judge.hpp keeps them with a judgement,
// audit/hiding.hpp hides values; the server asks what can be carried out before it takes a policy.
// Must not know: HTTP, the store. source: docs/language.md, L15.6 to L15.9.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/program.hpp"
#include "core/result.hpp"
#include "runtime/decide/answer.hpp"

namespace sentrail::gateway {

// What one judgement obliges to.
struct Obligations {
  std::vector<std::string> all;     // as policy text writes them
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

// Texts of a record, which have no newlines, in one.
[[nodiscard]] std::string joined(const std::vector<std::string>& texts);

}  // namespace sentrail::gateway
