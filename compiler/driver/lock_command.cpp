// `lock`: the tools of an MCP server, as they are now, for policies to be checked against.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "compiler/catalog/lock.hpp"
#include "compiler/driver/command_findings.hpp"
#include "compiler/driver/commands.hpp"
#include "compiler/driver/reporter.hpp"
#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

struct LockOptions {
  std::string server;
  std::string answer;
  std::string out;
  std::string name;  // empty: the one that the file has
  bool check = false;
};

void print_text(const LockOptions& options, const LockChanges& changes) {
  const auto print = [](char sign, const std::vector<std::string>& tools) {
    for (const std::string& tool : tools)
      std::printf("%c %s\n", sign, escape_display(tool).c_str());
  };
  print('+', changes.added);
  print('~', changes.changed);
  print('-', changes.removed);
  std::printf("%s: %zu added, %zu changed, %zu removed of server %s%s\n", options.out.c_str(),
              changes.added.size(), changes.changed.size(), changes.removed.size(),
              escape_display(options.server).c_str(),
              options.check && !changes.none() ? "; not written" : "");
}

void print_json(const LockOptions& options, const LockChanges& changes) {
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("ok").boolean(!options.check || changes.none());
  json.key("lock").string(options.out).key("server").string(options.server);
  const auto write = [&](const char* name, const std::vector<std::string>& tools) {
    json.key(name).begin_array();
    for (const std::string& tool : tools) json.string(tool);
    json.end_array();
  };
  write("added", changes.added);
  write("changed", changes.changed);
  write("removed", changes.removed);
  json.end_object();
  std::printf("%s\n", out.c_str());
}

// With --check every tool that is not as locked is a finding; else the file that was written is
// the answer.
int report_changes(const LockOptions& options, const LockChanges& changes, std::string before,
                   const OutputOptions& output) {
  Reporter reporter(output);
  if (!options.check || changes.none()) {
    reporter.answer(options.out, options.out + (options.check ? ": as locked" : ": written"));
    return reporter.finish();
  }
  Sources sources;
  const SourceId id = sources.add(options.out, std::move(before));
  for (const Diagnostic& one : findings_of(changes, options.server, sources[id], id)) {
    reporter.finding(one, sources);
  }
  return reporter.finish();
}

int lock_server(const LockOptions& options, const OutputOptions& output) {
  std::string before;
  std::error_code error;
  if (std::filesystem::exists(options.out, error)) {
    Result<std::string> read = read_bytes(options.out, limits::kJsonBytesMax);
    if (!read) return report(read.error(), output);
    before = *std::move(read);
  } else if (options.name.empty()) {
    return report(Error{Errc::invalid_argument, options.out + " is new: say with --name by what "
                                                              "name policies import it"},
                  output);
  }
  const Result<std::string> answer = read_bytes(options.answer, limits::kJsonBytesMax);
  if (!answer) return report(answer.error(), output);
  const Result<NewLock> lock = update_lock(before, options.name, options.server, *answer);
  if (!lock) return report(lock.error(), output);
  if (!options.check) {
    if (const Status status = write_bytes(options.out, lock->text); !status) {
      return report(status.error(), output);
    }
  }
  if (output.format == Format::json) {
    print_json(options, lock->changes);
  } else if (output.format == Format::text) {
    print_text(options, lock->changes);
  } else {
    return report_changes(options, lock->changes, std::move(before), output);
  }
  return options.check && !lock->changes.none() ? kFindings : kFine;
}

}  // namespace

void add_lock(CLI::App& app, CommandLine& program) {
  auto options = std::make_shared<LockOptions>();
  CLI::App* command = app.add_subcommand("lock", "note the tools of an MCP server in a lock file");
  command->add_option("server", options->server, "the server's name, as `mcp.server` tests it")
      ->required();
  command->add_option("answer", options->answer, "its answer to tools/list, JSON; - reads it")
      ->required();
  command->add_option("-o,--out", options->out, "the lock file: catalogs/NAME.lock.json")
      ->required();
  command->add_option("--name", options->name, "how policies import a new file: acme.tools");
  command->add_flag("--check", options->check, "write nothing; exit 1 if a tool is not as locked");
  command->footer(
      "Puts the server's tools in the place of those that the file has of it. A policy that\n"
      "imports the file is checked against the tools' input schemas: `args.` with a typing\n"
      "mistake is an error. Exit codes: 0 written, or as locked; 1 changed (with --check).");
  program.reporting.push_back(command);
  command->callback(
      [&program, options] { program.exit_code = lock_server(*options, program.output()); });
}

}  // namespace sentrail::compiler
