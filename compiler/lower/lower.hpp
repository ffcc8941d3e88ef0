// From a simplified policy to the tables that engines run.
//
// Neighbours: simplify/ (phase before), core/program.hpp (out), bundle.hpp (what becomes of it).
// Must not know: syntax, files, engines.
#pragma once

#include "compiler/ir/ir.hpp"
#include "compiler/source.hpp"
#include "core/program.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// Compiles a policy, simplified or not; rules keep their order and number. With `sources` the rows
// say where rules and tests are written: base name of the file, line, column.
// out: tables that verify(). fails: corrupt if the policy does not verify; limit_exceeded past a
// limit of core/limits.hpp; invalid_argument for a number that is not exact. Never std::bad_alloc
// for want of a budget: tables stay within kBundleBytesMax.
[[nodiscard]] Result<ProgramStorage> lower(const ir::Policy& policy,
                                           const Sources* sources = nullptr);

}  // namespace sentrail::compiler
