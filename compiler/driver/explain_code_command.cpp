// `explain-code`: the registry of diagnostics, for people.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/output.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

constexpr const char* severity_text(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "";
}

void print_row(const KindRow& row, bool json) {
  if (json) {
    std::string out;
    JsonWriter(&out)
        .begin_object()
        .key("code")
        .string(row.code)
        .key("name")
        .string(row.name)
        .key("severity")
        .string(severity_text(row.severity))
        .key("summary")
        .string(row.summary)
        .end_object();
    std::printf("%s\n", out.c_str());
    return;
  }
  std::printf("%s  %-7s  %s\n", std::string(row.code).c_str(), severity_text(row.severity),
              std::string(row.summary).c_str());
}

int explain(const std::string& code, const OutputOptions& options) {
  for (const KindRow& row : all_diagnostic_kinds()) {
    if (code != "all" && row.code != code && row.name != code) continue;
    print_row(row, options.json);
    if (code != "all") return kFine;
  }
  if (code == "all") return kFine;
  return report(
      Error{Errc::not_found, "no diagnostic `" + code + "`; `explain-code all` lists them"},
      options);
}

}  // namespace

void add_explain_code(CLI::App& app, CommandLine& program) {
  auto code = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("explain-code", "what a diagnostic means");
  command->add_option("code", *code, "e.g. S0201, or all")->required();
  command->callback([&program, code] { program.exit_code = explain(*code, {program.json}); });
}

}  // namespace sentrail::compiler
