// What a random policy may say that text cannot, and what it then says instead.
//
// Neighbours: random_policy.hpp draws, written_policy.hpp writes. Must not know: the grammar.
#pragma once

#include <string>
#include <string_view>

#include "compiler/ir/ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// Makes a policy one that text can say: `always` only as a whole condition, patterns in lists only
// where they have wildcards, and no `is` of a type that the attribute never has.
void fit_to_text(Random& random, compiler::ir::Policy& policy);

// Whether a text that is drawn can stand without quotes.
[[nodiscard]] bool is_word(std::string_view text);

// An operator as text has it.
[[nodiscard]] std::string_view sign_of(compiler::ir::AtomOp op);

// A literal string as lists have it: its wildcards escaped.
[[nodiscard]] std::string without_wildcards(std::string_view text);

// A regular expression between slashes, those in it escaped; flags stand before or behind. What is
// meant gets the text that is read.
[[nodiscard]] std::string regex_literal(std::string_view text);

}  // namespace sentrail::support
