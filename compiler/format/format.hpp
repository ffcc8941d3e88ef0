// The canonical layout of a policy.
//
// Neighbours: syntax/ gives the tree; driver's `fmt` and the tests of PrintParseIdentity use it.
// Must not know: meaning, files.
#pragma once

#include <string>

#include "compiler/source.hpp"
#include "compiler/syntax/ast.hpp"

namespace sentrail::compiler {

// Prints the tree in its one layout, with every comment and with single blank lines where the
// author left some between declarations, rules, list entries and rows. Laws: parsing the result
// gives a tree with the same dump (PrintParseIdentity); formatting it again changes nothing.
// A text whose layout would pass a limit of section 1 of the language, as a line over 64 KiB, is
// given back as it is. in: `ast` from `parse`, with its sources. cost: linear in the text.
[[nodiscard]] std::string format(const Ast& ast, const Sources& sources);

}  // namespace sentrail::compiler
