// Policies of one tier, written rule by rule, whose names are numbered.
//
// Neighbours: build_ir.hpp (conditions), compiled.hpp (decides). Must not know: engines.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "compiler/oracle/oracle.hpp"
#include "tests/support/build_ir.hpp"
#include "tests/support/compiled.hpp"

namespace sentrail::support {

// A policy that grows by a rule at a time.
struct Book {
  ir::Policy policy;

  explicit Book(Effect default_effect = Effect::require_approval) {
    policy.name = "book";
    policy.default_effect = default_effect;
    policy.tiers.push_back({"t", false, {}});
  }
  // A condition for one of its rules.
  ir::ConditionId ask(ir::Atom one) { return atom(policy, std::move(one)); }
  // Adds a rule behind the others.
  void add(ir::ConditionId when, Outcome outcome = Outcome::block) {
    auto& rules = policy.tiers[0].rules;
    rules.push_back(rule("r" + std::to_string(rules.size()), outcome, when));
  }
  void add(ir::Atom one, Outcome outcome = Outcome::block) { add(ask(std::move(one)), outcome); }
};

// The name of a number, and the test that an attribute has it.
[[nodiscard]] inline std::string named(std::size_t i) {
  return "n" + std::to_string(i);
}
[[nodiscard]] inline ir::Atom is(const char* attribute, std::size_t i) {
  return test(attribute, ir::AtomOp::equal, {text(named(i))});
}

// Has every engine decide a request. REQUIRES: facts can show it.
[[nodiscard]] Decision decide_request(Compiled& compiled, const oracle::Request& request);

}  // namespace sentrail::support
