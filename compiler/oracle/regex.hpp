// Regular expressions, matched by computing for each part of one where its matches can end.
//
// Neighbours: atom.cpp. Must not know: compiler/regex or any engine's steps, which it checks.
// source: docs/language.md, L7.7 to L7.14.
#pragma once

#include <string_view>

#include "core/truth.hpp"

namespace sentrail::compiler::oracle {

// Tells whether some piece of `value` matches; undecidable for the values of L7.13.
// REQUIRES: `check` accepts the expression.
[[nodiscard]] Truth search(std::string_view expression, std::string_view value);

}  // namespace sentrail::compiler::oracle
