// `stop --local`: what is done on the gate's own machine, past the network and the store.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

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
  bool hard = false;
};

Status stop(Context& context, const StopOptions& options) {
  std::string line;
  JsonWriter json(&line);
  json.begin_object().key("do").string("stop").key("reason").string(options.reason);
  if (!options.tool.empty()) json.key("tool").string(options.tool);
  if (!options.agent.empty()) json.key("agent").string(options.agent);
  if (options.hard) json.key("mode").string("hard");
  if (!context.settings.workspace.empty()) {
    json.key("workspace").string(context.settings.workspace);
  }
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, ask_control(options.data, line, kStopWaitMs));
  if (context.printed_json(answer)) return {};
  const std::string what = !options.tool.empty()    ? "the tool " + options.tool
                           : !options.agent.empty() ? "the agent " + options.agent
                                                    : std::string("everything");
  std::printf("stopped %s; lift it with `sentrail kill`\n", escape_display(what).c_str());
  const std::string not_kept = cell(answer.json.root(), "notKept");
  if (cell(answer.json.root(), "kept") == "no") {
    std::printf("%s: a restart forgets it: %s\n", toned(Tone::bad, "NOT KEPT").c_str(),
                escape_display(not_kept).c_str());
  }
  return {};
}

}  // namespace

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
  command->add_flag("--hard", options->hard, "stop declared reads too, and cut off what streams")
      ->excludes(tool)
      ->excludes(agent);
  command->add_option("--reason", options->reason, "for the record")->required();
  command->callback(
      [&context, options] { context.finish([&] { return stop(context, *options); }); });
}

}  // namespace sentrail::cli
