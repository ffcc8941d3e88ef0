// `stop --local` and lifting it, `backup`, `restore`, `store`: what is done on the gate's own
// machine, past the network and the store.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/control_client.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

// It waits for one small write, on a disk that may be about to fail.
constexpr std::int64_t kStopWaitMs = 60'000;

struct StopOptions {
  std::string data;
  std::string tool;
  std::string agent;
  std::string reason;
  std::optional<std::string> workspace;  // none: the whole server
  bool hard = false;
  bool lift = false;
};

// What is stopped, and where, for people.
std::string scope_of(const StopOptions& options) {
  const std::string what = !options.tool.empty()    ? "the tool " + options.tool
                           : !options.agent.empty() ? "the agent " + options.agent
                                                    : "everything";
  return what + " " +
         (options.workspace ? "in the workspace " + *options.workspace : "on the whole server");
}

Status stop(Context& context, const StopOptions& options) {
  std::string line;
  JsonWriter json(&line);
  json.begin_object().key("do").string(options.lift ? "resume" : "stop");
  json.key("reason").string(options.reason);
  if (!options.tool.empty()) json.key("tool").string(options.tool);
  if (!options.agent.empty()) json.key("agent").string(options.agent);
  if (options.hard) json.key("mode").string("hard");
  if (options.workspace) json.key("workspace").string(*options.workspace);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, ask_control(options.data, line, kStopWaitMs));
  if (context.printed_json(answer)) return {};
  const std::string scope = escape_display(scope_of(options));
  if (options.lift) {
    std::printf("lifted the stop of %s; stops of anything else hold\n", scope.c_str());
    if (cell(answer.json.root(), "inForce") == "no") {
      std::printf("%s: it is on record, but the gate cannot read it yet, and goes on trying: %s\n",
                  toned(Tone::bad, "NOT YET IN FORCE").c_str(),
                  escape_display(cell(answer.json.root(), "notInForce")).c_str());
    }
    return {};
  }
  std::printf("stopped %s; lift it with the same command and --lift%s\n", scope.c_str(),
              options.hard ? " in the place of --hard" : "");
  const std::string not_kept = cell(answer.json.root(), "notKept");
  if (cell(answer.json.root(), "kept") == "no") {
    std::printf("%s: a restart forgets it: %s\n", toned(Tone::bad, "NOT KEPT").c_str(),
                escape_display(not_kept).c_str());
  }
  return {};
}

struct EraseOptions {
  std::string data;
  std::string agent;
  std::string person;
  std::string basis;
};

Status erase(Context& context, const EraseOptions& options) {
  if (context.settings.workspace.empty()) {
    return fail(Errc::invalid_argument, "name the workspace with --workspace");
  }
  std::string line;
  JsonWriter json(&line);
  json.begin_object().key("do").string("erase").key("basis").string(options.basis);
  json.key("workspace").string(context.settings.workspace);
  if (!options.agent.empty()) json.key("agent").string(options.agent);
  if (!options.person.empty()) json.key("person").string(options.person);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, ask_control(options.data, line, kStopWaitMs));
  const JsonValue root = answer.json.root();
  const bool all = cell(root, "left") == "0";
  if (!all) context.set_exit_code(kRefused);
  if (context.printed_json(answer)) return {};
  std::printf("erased from %s entries, %s keys destroyed; on record as %s\n",
              cell(root, "entries").c_str(), cell(root, "keys").c_str(),
              cell(root, "auditLogId").c_str());
  if (!all) {
    std::printf(
        "%s: %s entries stay readable: they are under the key of the workspace "
        "(docs/audit_log.md, Erasure)\n",
        toned(Tone::bad, "not all").c_str(), cell(root, "left").c_str());
  }
  return {};
}

// A backup reads all of the data; the gate answers when it is checked.
constexpr std::int64_t kBackupWaitMs = 24 * 3'600'000LL;

struct BackupOptions {
  std::string data;
  std::string to;
  std::string keys;
  bool no_keys = false;
};

// The program for data folders, which stands beside this one. out: only a failure comes back
Status run_store_tool(Context& context, std::vector<std::string> arguments) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string program = (self.parent_path() / "sentrail-store").string();
  arguments.insert(arguments.begin(), program);
  if (context.json) arguments.emplace_back("--json");
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  return fail(Errc::not_found, "cannot run " + program + ": " + std::strerror(errno));
}

// The gate runs elsewhere in the file system: a path of ours must mean the same to it.
std::string whole_path(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal().string();
}

Status backup(Context& context, const BackupOptions& options) {
  const std::string to = whole_path(options.to);
  const std::string keys = options.keys.empty() ? to + "/keys" : whole_path(options.keys);
  std::string line;
  JsonWriter json(&line);
  json.begin_object().key("do").string("backup").key("to").string(to);
  if (!options.no_keys) json.key("keys").string(keys);
  json.end_object();
  const Result<Answer> answer = ask_control(options.data, line, kBackupWaitMs);
  if (!answer && answer.error().code == Errc::unavailable) {
    std::vector<std::string> arguments = {"backup", options.data, to, "--keys", keys};
    if (options.no_keys) arguments = {"backup", options.data, to, "--no-keys"};
    return run_store_tool(context, std::move(arguments));
  }
  if (!answer) return tl::make_unexpected(answer.error());
  if (context.printed_json(*answer)) return {};
  std::printf("%s entries are in the backup\n", cell(answer->json.root(), "entries").c_str());
  if (!options.no_keys) {
    std::printf("its keys are in %s: keep them for a shorter time than the rest, and elsewhere\n",
                escape_display(keys).c_str());
  }
  return {};
}

// A command that the other program does, with the words that it knows.
CLI::App* add_passed_on(CLI::App& app, Context& context, const std::string& name,
                        const std::string& what, std::vector<std::string> first) {
  CLI::App* command = app.add_subcommand(name, what);
  command->allow_extras()->fallthrough(false);
  command->set_help_flag();
  command->callback([&context, command, first = std::move(first)] {
    context.finish([&]() -> Status {
      std::vector<std::string> arguments = first;
      for (std::string& word : command->remaining()) arguments.push_back(std::move(word));
      return run_store_tool(context, std::move(arguments));
    });
  });
  return command;
}

}  // namespace

void add_erase(CLI::App& audit, Context& context) {
  auto options = std::make_shared<EraseOptions>();
  CLI::App* command = audit.add_subcommand(
      "erase", "make what the log holds of an agent or a person unreadable, on the gate's machine");
  command->add_option("--local", options->data, "the gate's data folder")->required();
  CLI::Option* agent = command->add_option("--agent", options->agent, "an agent's id");
  command->add_option("--person", options->person, "an account's name or id")->excludes(agent);
  command->add_option("--basis", options->basis, "the legal basis, for the record")->required();
  command->callback(
      [&context, options] { context.finish([&] { return erase(context, *options); }); });
}

void add_data_folders(CLI::App& app, Context& context) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* command =
      app.add_subcommand("backup", "copy a data folder and check the copy, also while it is used");
  command->add_option("data", options->data, "the gate's data folder")->required();
  command->add_option("to", options->to, "a folder that does not exist yet")->required();
  CLI::Option* keys = command->add_option("--keys", options->keys, "where the keys go");
  command->add_flag("--no-keys", options->no_keys, "leave the keys out")->excludes(keys);
  command->callback(
      [&context, options] { context.finish([&] { return backup(context, *options); }); });
  add_passed_on(app, context, "restore", "bring a backup back: FROM DATA [--accept-loss REASON]",
                {"restore"});
  CLI::App* store = app.add_subcommand("store", "look into a data folder that no gate uses");
  store->require_subcommand(1);
  add_passed_on(*store, context, "check", "read all of it and compare every checksum and hash",
                {"check"});
  add_passed_on(*store, context, "usage", "what takes how much", {"usage"});
}

void add_stop(CLI::App& app, Context& context) {
  auto options = std::make_shared<StopOptions>();
  CLI::App* command = app.add_subcommand(
      "stop",
      "stop on the gate's own machine, even with a full disk or a dead store; --workspace stops "
      "one workspace");
  command->add_option("--local", options->data, "the gate's data folder")->required();
  CLI::Option* tool = command->add_option("--tool", options->tool, "only this tool");
  CLI::Option* agent = command->add_option("--agent", options->agent, "only this agent");
  agent->excludes(tool);
  CLI::Option* hard =
      command
          ->add_flag("--hard", options->hard, "stop declared reads too, and cut off what streams")
          ->excludes(tool)
          ->excludes(agent);
  command->add_flag("--lift", options->lift, "lift such a stop; the store must take writes for it")
      ->excludes(hard);
  command->add_option("--reason", options->reason, "for the record")->required();
  command->callback([&app, &context, options] {
    // What was once put into the environment must not narrow an emergency stop.
    if (app.get_option("--workspace")->count() > 0) options->workspace = context.settings.workspace;
    context.finish([&] { return stop(context, *options); });
  });
}

}  // namespace sentrail::cli
