// What each kind of diagnostic means, with an example that is wrong and one that is right.
//
// Neighbours: kinds.def names the kinds, `explain-code` prints these, SARIF carries them as help.
// Must not know: phases. tests/unit/driver checks that every wrong example yields its kind and that
// no right one does.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "compiler/diag/diagnostic.hpp"

namespace sentrail::compiler {

// The explanation of one kind. Examples of policies leave their head (`policy`, `language`) out
// where it does not matter; `@{70000*x}` stands for 70,000 times `x`, `@{hex e2 80 ae}` for bytes.
struct Explanation {
  DiagnosticKind kind;
  std::string_view meaning;  // a few sentences
  std::string_view wrong;
  std::string_view right;
};

// Gives the explanation of a kind.
[[nodiscard]] const Explanation& explanation_of(DiagnosticKind kind);

// The parts of the table, by range of codes: text and structure, policies, catalogs, commands.
[[nodiscard]] std::span<const Explanation> syntax_explanations() noexcept;
[[nodiscard]] std::span<const Explanation> policy_explanations() noexcept;
[[nodiscard]] std::span<const Explanation> obligation_explanations() noexcept;
[[nodiscard]] std::span<const Explanation> answer_explanations() noexcept;
[[nodiscard]] std::span<const Explanation> catalog_explanations() noexcept;
[[nodiscard]] std::span<const Explanation> command_explanations() noexcept;

// Gives an example as a whole file: with the head that it leaves out.
[[nodiscard]] std::string whole_example(DiagnosticKind kind, std::string_view example);

}  // namespace sentrail::compiler
