// Random policies as text: every construct of the language, with separators where they may stand.
//
// Neighbours: the tests of syntax/ and format/, and fuzz seeds. Must not know: the parser. The
// texts are well formed as section 1 to 3 of docs/language.md has it; names need not resolve.
#pragma once

#include <cstdint>
#include <string>

namespace sentrail::tests {

// A policy text, the same for the same seed, with comments, blank lines and odd line breaks.
[[nodiscard]] std::string random_policy_text(std::uint64_t seed);

}  // namespace sentrail::tests
