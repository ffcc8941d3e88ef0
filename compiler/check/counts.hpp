// Counts of sessions: `session.count(CONDITION) within TIME`.
//
// Neighbours: uses.cpp writes what is counted; conditions.cpp and tests.cpp ask here what a count
// stands for. Must not know: operators, who counts. source: docs/language.md, L20.6 to L20.9.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/check/context.hpp"
#include "compiler/check/uses.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// What a path counts, as a count of its own, checked; reports what is wrong with it and gives
// nothing then. REQUIRES: the path counts something, and stands in the file of the current frame.
[[nodiscard]] std::optional<ir::Count> count_of(Context& context, const Path& path,
                                                const WriteTest& write);

// The value of the session that a count is.
[[nodiscard]] ir::AttributeRef reference_to(const ir::Count& count);

// As above, and the policy counts it from now on.
[[nodiscard]] std::optional<ir::AttributeRef> resolve_count(Context& context, const Path& path,
                                                            const WriteTest& write);

// The texts of all that the file counts, and the modules that it imports, itself or by way of
// others; each once.
[[nodiscard]] std::vector<std::string> counts_of(const Context& context);

}  // namespace sentrail::compiler::checking
