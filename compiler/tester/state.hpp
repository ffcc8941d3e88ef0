// What limits are said to hold when a request is tried.
//
// Neighbours: compiled.hpp decides with it; tests and `eval` give it. Must not know: files.
// source: docs/language.md, L14.10 and L14.11.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "compiler/ir/ir.hpp"
#include "core/program.hpp"
#include "core/result.hpp"
#include "runtime/request/read_state.hpp"

namespace sentrail::compiler {

// Counters are empty but for this.
struct State {
  std::map<std::uint32_t, std::int64_t> used;  // by index into Program::limits; millionths
  std::uint32_t calls_before = 0;              // the same request, so many times before
};

// The state that a test gives. REQUIRES: the program is of the test's policy.
[[nodiscard]] State state_of(const ir::TestCase& test, const Program& program);

// The state that a request brings. fails: invalid_argument if a rule or limit is not there, or the
// name fits several rules.
[[nodiscard]] Result<State> state_of(std::span<const request::GivenCount> counts,
                                     const Program& program);

}  // namespace sentrail::compiler
