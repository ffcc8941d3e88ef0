// `fmt`: one canonical layout, in place.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "compiler/driver/commands.hpp"
#include "compiler/driver/load.hpp"
#include "compiler/driver/output.hpp"
#include "compiler/format/format.hpp"
#include "core/json_writer.hpp"

namespace sentrail::compiler {
namespace {

void print_outcome(const std::string& file, bool canonical, bool written,
                   const OutputOptions& options) {
  if (options.json) {
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
    std::printf("%s: formatted\n", file.c_str());
  } else if (!canonical) {
    std::printf("%s: not in canonical layout; run `sentrailc fmt %s`\n", file.c_str(),
                file.c_str());
  }
}

int format_file(const std::string& file, bool only_check, const OutputOptions& options) {
  Loaded loaded;
  if (const Status status = load_syntax(file, loaded); !status) {
    return report(status.error(), options);
  }
  if (!loaded.ast) return report(loaded.sink, loaded.sources, options);
  const std::string formatted = format(*loaded.ast, loaded.sources);
  const bool canonical = formatted == loaded.sources[loaded.ast->source].text();
  if (canonical || only_check) {
    print_outcome(file, canonical, false, options);
    return canonical ? kFine : kFindings;
  }
  if (const Status status = write_bytes(file, formatted); !status) {
    return report(status.error(), options);
  }
  print_outcome(file, canonical, true, options);
  return kFine;
}

int format_paths(const std::vector<std::string>& paths, bool only_check,
                 const OutputOptions& options) {
  int code = kFine;
  for (const std::string& path : paths) {
    const Result<std::vector<std::string>> files = policy_files(path);
    if (!files) return report(files.error(), options);
    for (const std::string& file : *files) {
      code = std::max(code, format_file(file, only_check, options));
    }
  }
  return code;
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
  command->callback([&program, options] {
    program.exit_code = format_paths(options->paths, options->check, {program.json});
  });
}

}  // namespace sentrail::compiler
