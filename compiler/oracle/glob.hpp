// Patterns, matched by filling in a table of which beginnings match which.
//
// Neighbours: atom.cpp. Must not know: compiler/ir/pattern.hpp, or any engine's automaton.
// source: docs/language.md, L7.
#pragma once

#include <string_view>

#include "core/truth.hpp"

namespace sentrail::compiler::oracle {

// Tells whether the whole of `value` matches `pattern`, both divided into segments by `separator`;
// undecidable for the values of L7.5.
[[nodiscard]] Truth matches(std::string_view pattern, std::string_view value, char separator);

}  // namespace sentrail::compiler::oracle
