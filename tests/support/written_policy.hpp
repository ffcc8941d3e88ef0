// Seeded policies with one of the texts that say them: the way from text to meaning is tested
// against what was meant, not only against itself.
//
// Neighbours: random_policy.hpp (what is meant), representations.hpp (what is made of the text).
// Must not know: the parser, the checker, any evaluator.
#pragma once

#include <string>

#include "compiler/ir/ir.hpp"
#include "tests/support/random_policy.hpp"

namespace sentrail::support {

// A policy and a text of it. Rules, tiers and the default of the two agree one by one; names in
// error messages and the shape of conditions need not.
struct WrittenPolicy {
  compiler::ir::Policy policy;
  std::string text;
  std::string module;  // the text of the module `m` that it imports, if any
};

// Draws a policy that text can say, and one of the ways to say it: priorities, named lists, `on`,
// negated operators, bare words, rules outside tiers, a default left out, conditions with names and
// parameters, and a module that brings the names and the first tiers.
[[nodiscard]] WrittenPolicy random_written_policy(Random& random, const RandomLimits& limits = {});

}  // namespace sentrail::support
