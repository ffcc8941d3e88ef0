// The tests that stand in a policy: what they give, and what they may expect.
//
// Neighbours: rules.cpp has filled the policy's tiers; tester/ runs the tests. Must not know: how a
// request is classified or decided. source: docs/language.md, section 11.
#pragma once

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// Appends the tests of the file, those of tables too, in the order of the text.
void check_tests(Context& context);

}  // namespace sentrail::compiler::checking
