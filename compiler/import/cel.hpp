// CEL conditions of SentinelGate as conditions of ours.
//
// Neighbours: cel_parser.hpp before it, sentinelgate.cpp makes rules of the conditions. Must not
// know: rules. source: docs/importers.md, SentinelGate; github.com/google/cel-spec, doc/langdef.md
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/import/carried.hpp"
#include "compiler/import/cel_parser.hpp"
#include "compiler/import/mapping.hpp"

namespace sentrail::compiler::import_ {

// Carries a condition. What is not CEL, or not of the language, is lost with the reason.
[[nodiscard]] Carried carry_cel(std::string_view text, const ImportMap& map);

// A name by a glob of Go's path/filepath: `*` and `?` do not cross `/`. out: unknown where the glob
// has brackets or a bad escape.
[[nodiscard]] FormulaRef matches_glob(const Place& place, std::string_view glob);

// An RE2 expression as ours, which finds the same; nothing where there is none.
[[nodiscard]] std::optional<std::string> regex_of_re2(std::string_view expression);

}  // namespace sentrail::compiler::import_
