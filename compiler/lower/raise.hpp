// The way back from tables to a policy, so that a bundle can be compared with text.
//
// Neighbours: lower.hpp goes the other way, `sentrailc diff` uses both. Must not know: files,
// engines. Spans, reasons and tests are not brought back: they do not change what is decided.
#pragma once

#include "compiler/ir/ir.hpp"
#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// The policy of a program: it decides every request alike, and its rules have the same numbers and
// names. REQUIRES: verify(program). fails: unsupported where the program has a test that this
// version cannot write as a policy.
[[nodiscard]] Result<ir::Policy> raise(const Program& program);

// One obligation of a program. REQUIRES: verified. fails: as raise().
[[nodiscard]] Result<ir::Obligation> raise_obligation(const Program& program, std::uint32_t row);

}  // namespace sentrail::compiler
