// `--now` of the commands that look at all requests: the day from which they look.
//
// Neighbours: check, diff and prove take it; load.hpp and analysis/time_classes.hpp are told. Must
// not know: instants of single requests, which `eval --now` names.
// source: docs/language.md, L10.18 and L16.8.
#pragma once

#include <string>

#include "compiler/driver/load.hpp"
#include "core/result.hpp"

namespace CLI {
class App;
}

namespace sentrail::compiler {

// Adds `--now DAY` to a command. out: `day`, empty if it is not given.
void add_day(CLI::App& command, std::string& day);

// Lets policies be checked on a day and analysis look ahead from it; an empty one is today.
// fails: invalid_argument if it is no day. threads: before any analysis.
[[nodiscard]] Status look_from(const std::string& day, LoadOptions& load);

}  // namespace sentrail::compiler
