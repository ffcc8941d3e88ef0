// What is said of a command line that cannot be read: what is wrong, and what may have been meant.
//
// Neighbours: main.cpp reads command lines. Must not know: what any command does.
#pragma once

#include <span>
#include <string>

#include "compiler/driver/output.hpp"
#include "core/result.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace sentrail::compiler {

// The error with the nearest command or option, and where to look. REQUIRES: `app` threw `error`
// when it read `arguments`.
[[nodiscard]] Error usage_error(const CLI::App& app, const CLI::ParseError& error,
                                std::span<const std::string> arguments);

// The format that a command line asks for, as far as it could be read; text where that is what is
// wrong with it.
[[nodiscard]] OutputOptions output_asked_by(std::span<const std::string> arguments,
                                            const CLI::ParseError& error);

}  // namespace sentrail::compiler
