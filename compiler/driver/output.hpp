// How commands speak: diagnostics, results, exit codes; text for people, JSON for programs.
//
// Neighbours: every command. Must not know: phases.
#pragma once

#include <string>
#include <string_view>

#include "compiler/diag/diagnostic.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// Exit codes of sentrailc.
inline constexpr int kFine = 0;
inline constexpr int kFindings = 1;
inline constexpr int kCouldNot = 2;

// What every command is told.
struct OutputOptions {
  bool json = false;
};

// Prints all diagnostics on standard error (text) or as one JSON object on standard output, and
// says how many there were. out: kFindings if there was an error or warning, else kFine.
int report(const DiagnosticSink& sink, const Sources& sources, const OutputOptions& options);

// Prints `sentrailc: message`, or `{"ok":false,…}` with --json. out: kCouldNot.
int report(const Error& error, const OutputOptions& options);

// Whether standard error (or output) is a terminal that wants colour.
[[nodiscard]] bool colour_on_errors();
[[nodiscard]] bool colour_on_output();

// Reads a file, or standard input for `-`. fails: io, limit_exceeded.
[[nodiscard]] Result<std::string> read_bytes(const std::string& path, std::size_t bytes_max);

// Writes a file beside its name and renames it into place, so that a reader never sees half.
[[nodiscard]] Status write_bytes(const std::string& path, std::string_view bytes);

}  // namespace sentrail::compiler
