// What commands find in a policy and in files beside it, for goldens and examples.
//
// Neighbours: compiler/driver/command_findings.hpp has the findings. Must not know: command lines.
#pragma once

#include <map>
#include <string>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/source.hpp"

namespace sentrail::tests {

// Reports what `test --coverage` finds if the policy has tests, `prove` if it claims something,
// `diff` against `before.sentrail`, `import` of `foreign.cedar`, `lock --check` of `listed.json`
// with an empty lock, and `replay` of `log.jsonl`, as far as these files are there. Fails the
// running test where one of them cannot be read.
void find_by_commands(const compiler::ir::Policy& policy,
                      const std::map<std::string, std::string>& files, compiler::Sources& sources,
                      compiler::DiagnosticSink& sink);

}  // namespace sentrail::tests
