// How commands speak: diagnostics, results, exit codes; text for people, JSON for programs.
//
// Neighbours: every command. Must not know: phases.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/diag/diagnostic.hpp"
#include "core/result.hpp"

namespace sentrail::compiler {

// Exit codes of sentrailc.
inline constexpr int kFine = 0;
inline constexpr int kFindings = 1;
inline constexpr int kCouldNot = 2;

// How results are put. All but `text` and `json` are documents about findings; see reports.hpp.
enum class Format : std::uint8_t { text, json, sarif, junit, github };
inline constexpr std::array<std::string_view, 5> kFormatNames = {"text", "json", "sarif", "junit",
                                                                 "github"};
// The format of that name, if there is one.
[[nodiscard]] std::optional<Format> format_named(std::string_view name);

// What every command is told. INVARIANT: `json` if and only if the format is json.
struct OutputOptions {
  bool json = false;
  Format format = json ? Format::json : Format::text;
};

// Prints all diagnostics: on standard error (text) or as one document on standard output, and says
// how many there were. For commands with one policy; several are a Reporter's (reporter.hpp).
// out: kFindings if there was an error or warning, else kFine.
int report(const DiagnosticSink& sink, const Sources& sources, const OutputOptions& options);

// Prints `sentrailc: message`, or a document that says so. out: kCouldNot.
int report(const Error& error, const OutputOptions& options);

// Prints the answer of a command that found nothing wrong, such as a decision: a text, or in a
// document a result that is no finding. Not for JSON: each answer has its own members there.
// out: kFine.
int answer(std::string_view title, std::string_view text, const OutputOptions& options);

// Prints the JSON answer of a command that makes one text: `{"ok":true,KEY:TEXT}`.
void print_made(std::string_view key, std::string_view text);

// Whether standard error (or output) is a terminal that wants colour.
[[nodiscard]] bool colour_on_errors();
[[nodiscard]] bool colour_on_output();

// Reads a file, or standard input for `-`. fails: io, limit_exceeded.
[[nodiscard]] Result<std::string> read_bytes(const std::string& path, std::size_t bytes_max);

// Writes a file beside its name and renames it into place, so that a reader never sees half.
[[nodiscard]] Status write_bytes(const std::string& path, std::string_view bytes);

// Who may read a file that is made.
enum class Readers : std::uint8_t { owner, everybody };

// Makes a file, never over another one or through a link. fails: already_exists, io.
[[nodiscard]] Status make_file(const std::string& path, std::string_view bytes, Readers readers);

}  // namespace sentrail::compiler
