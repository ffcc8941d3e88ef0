// Seeded policies and requests over the whole schema, drawn from small pools of values so that
// tests and requests meet. For differential testing of engines against the oracle.
//
// Neighbours: worlds.hpp (the same, exhaustive and small). Must not know: any evaluator.
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "compiler/ir/ir.hpp"
#include "compiler/oracle/value.hpp"
#include "core/limits.hpp"

namespace sentrail::support {

// How large random policies become.
struct RandomLimits {
  std::size_t tiers_max = 3;
  std::size_t rules_max = 6;     // of a tier
  std::size_t depth_max = 3;     // of a condition
  std::size_t children_max = 3;  // of `and` and `or`
  std::size_t list_entries_max = 4;
  std::size_t quantifiers_max = limits::kQuantifierDepthMax;  // within each other
  bool answers = false;  // tests may be of answers: a rule of the second phase
};

// The source of chance: a seed, which tests print, or bytes that a fuzzer chose. Each draw takes a
// byte; when they are used up it goes on from a seed that they give, so that short inputs make
// whole policies too.
class Random {
 public:
  explicit Random(std::uint64_t seed) : chance_(seed) {}
  explicit Random(std::span<const std::uint8_t> bytes);

  [[nodiscard]] std::uint64_t operator()();

 private:
  std::span<const std::uint8_t> bytes_;
  std::mt19937_64 chance_;
};

// One test on any attribute with any operator that the types permit.
[[nodiscard]] compiler::ir::Atom random_atom(Random& random, const RandomLimits& limits = {});

// A quantifier, appended to a policy, that has none within it: its tests are of its element, of
// members of it and of the request.
[[nodiscard]] compiler::ir::ConditionId random_quantifier(Random& random,
                                                          compiler::ir::Policy& policy,
                                                          const RandomLimits& limits = {});

// A policy that verifies. Some have rules on answers; none has its phases yet (ir/phases.hpp).
[[nodiscard]] compiler::ir::Policy random_policy(Random& random, const RandomLimits& limits = {});

// A request that gives each attribute a value of its type, another JSON type where it has no
// fixed one, nothing, or something unreadable.
[[nodiscard]] compiler::oracle::Request random_request(Random& random);

// The same request with one thing less that could be read.
[[nodiscard]] compiler::oracle::Request spoil(Random& random, compiler::oracle::Request request);

}  // namespace sentrail::support
