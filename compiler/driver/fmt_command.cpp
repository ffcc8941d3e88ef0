// `fmt`: one canonical layout, in place.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/reporter.hpp"
#include "compiler/driver/roots.hpp"
#include "compiler/driver/test_findings.hpp"
#include "compiler/format/format.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

void print_outcome(const std::string& file, bool canonical, bool written, Reporter& reporter) {
  if (reporter.format() == Format::json) {
    std::string out;
    JsonWriter(&out)
        .begin_object()
        .key("ok")
        .boolean(canonical || written)
        .key("file")
        .string(file)
        .key("canonical")
        .boolean(canonical)
        .key("written")
        .boolean(written)
        .end_object();
    std::printf("%s\n", out.c_str());
  } else if (written) {
    reporter.answer(file, file + ": formatted");
  } else if (reporter.format() != Format::text) {
    if (canonical) reporter.answer(file, file + ": in canonical layout");
  } else if (!canonical) {
    std::printf("%s: not in canonical layout; run `sentrailc fmt %s`\n", file.c_str(),
                file.c_str());
  }
}

void format_file(const std::string& file, bool only_check, Reporter& reporter) {
  Loaded loaded;
  if (const Status status = load_syntax(file, loaded); !status) {
    reporter.failure(status.error());
    return;
  }
  if (!loaded.ast) {
    reporter.findings(loaded.sink, loaded.sources);
    return;
  }
  const std::string formatted = format(*loaded.ast, loaded.sources);
  const SourceId id = loaded.ast->source;
  const bool canonical = formatted == loaded.sources[id].text();
  if (!canonical && !only_check) {
    if (const Status status = write_bytes(file, formatted); !status) {
      reporter.failure(status.error());
      return;
    }
  } else if (!canonical) {
    reporter.exit_with(kFindings);
    reporter.finding(layout_finding(loaded.sources[id], id, formatted), loaded.sources);
  }
  print_outcome(file, canonical, !canonical && !only_check, reporter);
}

int format_paths(const std::vector<std::string>& paths, bool only_check,
                 const OutputOptions& options) {
  Reporter reporter(options);
  for (const std::string& path : paths) {
    const Result<std::vector<std::string>> files = policy_files(path);
    if (!files) {
      reporter.failure(files.error());
      break;
    }
    for (const std::string& file : *files) format_file(file, only_check, reporter);
  }
  return reporter.finish();
}

}  // namespace

void add_fmt(CLI::App& app, CommandLine& program) {
  struct Options {
    std::vector<std::string> paths = {"."};
    bool check = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("fmt", "one canonical layout, in place");
  command->add_option("paths", options->paths, "policies, or folders of them");
  command->add_flag("--check", options->check, "change nothing; exit 1 if anything would change");
  program.reporting.push_back(command);
  command->callback([&program, options] {
    program.exit_code = format_paths(options->paths, options->check, program.output());
  });
}

}  // namespace sentrail::compiler
