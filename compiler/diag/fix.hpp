// Makes the edits that diagnostics carry.
//
// Neighbours: diagnostic.hpp has the edits; the driver's `check --fix` writes what comes out. Must
// not know: the language, files.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/diag/diagnostic.hpp"

namespace sentrail::compiler {

// A text after its fixes, and which diagnostics were fixed, as indexes into those given.
struct FixedText {
  std::string text;
  std::vector<std::size_t> applied;
};

// Makes the fixes of the diagnostics of one source, in their order, each whole. A fix that touches
// another source or overlaps one made before is left for the next round; so is an insertion where
// another has been made, because their order would be a guess.
// cost: n log n in the edits, linear in the text.
[[nodiscard]] FixedText apply_fixes(const Sources& sources, SourceId source,
                                    const std::vector<Diagnostic>& diagnostics);

}  // namespace sentrail::compiler
