// Conditions made small before they are compiled, with every answer kept, undecidable ones too.
//
// Neighbours: ir.hpp (in and out), lower/ (next phase), oracle/ (which must not see a difference).
// Must not know: programs, bytes. README.md names each rewrite and why Kleene's logic permits it.
#pragma once

#include "compiler/ir/ir.hpp"

namespace sentrail::compiler {

// The same policy with each rule's condition in negation normal form and as small as the named
// rewrites make it. Rules, tiers and texts stay as they are; `unless` becomes part of `when`. The
// tests are left behind: programs have none.
// REQUIRES: policy.verify(). cost: n log n in the conditions.
[[nodiscard]] ir::Policy simplify(const ir::Policy& policy);

}  // namespace sentrail::compiler
