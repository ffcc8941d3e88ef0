// `status`, `kill`, `connection`, `policy`: the gate itself.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/table.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

Status print_details(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer policy, context.call(As::reader, "GET", "/policy"));
  SENTRAIL_ASSIGN_OR_RETURN(const Answer head, context.call(As::reader, "GET", "/audit/log/head"));
  SENTRAIL_ASSIGN_OR_RETURN(const Answer kill, context.call(As::reader, "GET", "/kill-switch"));
  const JsonValue loaded = policy.json.root();
  std::printf("policy  %s, %s rules, bundle %s\naudit   %s entries\nstopped %s\n",
              escape_display(cell(loaded, "policy")).c_str(), cell(loaded, "rules").c_str(),
              cell(loaded, "bundle").c_str(), cell(head.json.root(), "size").c_str(),
              cell(kill.json.root().find("killSwitch"), "global").c_str());
  return {};
}

Status status(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer ready, context.probe("/readyz"));
  if (ready.status != 200) context.set_exit_code(kRefused);
  if (ready.json.empty()) return fail(Errc::corrupt, "what answers there is not a gate");
  // Probes say little to strangers: the rest is for a key that may look, if there is one.
  const bool looks = !context.settings.key.empty() && ready.status == 200;
  if (context.printed_json(ready)) return {};
  const JsonValue root = ready.json.root();
  std::printf("gate    %s: %s, version %s\n", context.settings.server.c_str(),
              toned(Tone::good, "serving").c_str(), escape_display(cell(root, "version")).c_str());
  if (ready.status != 200) {
    std::printf("ready   %s: missing %s\n", toned(Tone::bad, "no").c_str(),
                escape_display(cell(root, "missing")).c_str());
    return {};
  }
  std::printf("ready   %s\n", toned(Tone::good, "yes").c_str());
  return looks ? print_details(context) : Status();
}

struct KillOptions {
  std::string action;
  std::string tool;
  std::string agent;
  std::string mode;
  std::string reason;
};

Status kill(Context& context, const KillOptions& options) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("action").string(options.action);
  if (!options.tool.empty()) json.key("tool").string(options.tool);
  if (!options.agent.empty()) json.key("agent").string(options.agent);
  if (!options.mode.empty()) json.key("mode").string(options.mode);
  if (!options.reason.empty()) json.key("reason").string(options.reason);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::person, "POST", "/kill-switch", std::move(body)));
  if (!context.printed_json(answer)) std::printf("%s: done\n", options.action.c_str());
  return {};
}

Status show_kill(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::reader, "GET", "/kill-switch"));
  if (context.printed_json(answer)) return {};
  const JsonValue state = answer.json.root().find("killSwitch");
  const bool on = cell(state, "global") == "yes";
  std::printf(
      "kill switch   %s\n",
      toned(on ? Tone::bad : Tone::good, on ? "ON, mode " + cell(state, "mode") : "off").c_str());
  if (on) {
    std::printf("since         %s by %s\n", cell(state, "enabledAt").c_str(),
                cell(state, "enabledBy").c_str());
  }
  std::printf("paused tools  %s\npaused agents %s\n", cell(state, "toolsPaused").c_str(),
              cell(state, "agentsPaused").c_str());
  return {};
}

void add_kill_verb(CLI::App& family, Context& context, const std::string& verb,
                   const std::string& action, const std::string& what) {
  auto options = std::make_shared<KillOptions>();
  options->action = action;
  CLI::App* command = family.add_subcommand(verb, what);
  if (action.ends_with("_tool")) {
    command->add_option("tool", options->tool, "the tool")->required();
  } else if (action.ends_with("_agent")) {
    command->add_option("agent", options->agent, "the agent")->required();
  } else if (action == "enable") {
    command->add_flag_callback(
        "--hard", [options] { options->mode = "hard"; }, "stop declared reads too");
  }
  command->add_option("--reason", options->reason, "for the record");
  command->callback(
      [&context, options] { context.finish([&] { return kill(context, *options); }); });
}

struct ConnectionOptions {
  std::string tool;
  std::string url;
  std::string base_path;
  std::string auth = "token";
  std::string token_file;
  std::string promises_file;
  bool private_address = false;
};

// The documented hosts of tools that people need not look up.
std::string usual_url(std::string_view tool) {
  if (tool == "github") return "https://api.github.com";
  if (tool == "linear") return "https://api.linear.app";
  return {};
}

Result<std::string> connection_body(const ConnectionOptions& options) {
  const std::string url = options.url.empty() ? usual_url(options.tool) : options.url;
  if (url.empty()) return fail(Errc::invalid_argument, "name the tool's host with --url");
  const bool tls = url.starts_with("https://");
  if (!tls && !url.starts_with("http://")) {
    return fail(Errc::invalid_argument, "--url must begin with https:// or http://");
  }
  std::string_view rest = std::string_view(url).substr(tls ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t colon = rest.find(':');
  const std::string port =
      colon == std::string_view::npos ? (tls ? "443" : "80") : std::string(rest.substr(colon + 1));
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos) {
    return fail(Errc::invalid_argument, "--url has no valid port");
  }
  std::string body;
  JsonWriter json(&body);
  json.begin_object()
      .key("scheme")
      .string(tls ? "https" : "http")
      .key("host")
      .string(rest.substr(0, colon))
      .key("port")
      .integer(std::stoi(port))
      .key("authScheme")
      .string(options.auth)
      .key("privateAddress")
      .boolean(options.private_address);
  if (!options.base_path.empty()) json.key("basePath").string(options.base_path);
  if (!options.token_file.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string token, read_token(options.token_file));
    json.key("credential").string(token);
  }
  if (!options.promises_file.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string text,
                              read_input(options.promises_file, limits::kPeopleBodyBytesMax));
    SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument promises, wire::parse_json(text));
    json.key("promises").raw(promises.root());
  }
  json.end_object();
  return body;
}

Status add_connection(Context& context, const ConnectionOptions& options) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string body, connection_body(options));
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "PUT", "/connections/" + percent_encode(options.tool),
                   std::move(body)));
  if (!context.printed_json(answer)) {
    std::printf("connected %s; its credential is sealed on the gate and never shown again\n",
                escape_display(options.tool).c_str());
  }
  return {};
}

Status list_connections(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::reader, "GET", "/connections"));
  if (context.printed_json(answer)) return {};
  Table table({"TOOL", "SCHEME", "HOST", "PORT", "AUTH", "CREDENTIAL", "PAUSED"});
  const JsonValue entries = answer.json.root().find("connections");
  JsonValue entry = entries.first_child();
  for (std::size_t left = entries.size(); left > 0; --left) {
    table.add({cell(entry, "tool"), cell(entry, "scheme"), cell(entry, "host"), cell(entry, "port"),
               cell(entry, "authScheme"), cell(entry, "hasCredential"), cell(entry, "paused")});
    if (left > 1) entry = entry.next();
  }
  std::printf("%s", table.text().c_str());
  return {};
}

Status push_policy(Context& context, const std::string& path) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string bytes, read_input(path, limits::kBundleBytesMax));
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.upload("PUT", "/policy", "application/octet-stream", std::move(bytes)));
  if (context.printed_json(answer)) return {};
  const JsonValue root = answer.json.root();
  std::printf("now deciding: %s, %s rules, bundle %s\n", cell(root, "policy").c_str(),
              cell(root, "rules").c_str(), cell(root, "bundle").c_str());
  return {};
}

Status policy_status(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::reader, "GET", "/policy"));
  if (context.printed_json(answer)) return {};
  const JsonValue root = answer.json.root();
  std::printf("policy    %s\nrules     %s\nbundle    %s\nsigned by %s\ncatalogs  %s\n",
              escape_display(cell(root, "policy")).c_str(), cell(root, "rules").c_str(),
              cell(root, "bundle").c_str(), escape_display(cell(root, "signedBy")).c_str(),
              escape_display(cell(root, "catalogs")).c_str());
  return {};
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  app.add_subcommand("status", "is the gate well, what is loaded, what is stopped")
      ->callback([&context] { context.finish([&] { return status(context); }); });
}

void add_kill(CLI::App& app, Context& context) {
  CLI::App* family = app.add_subcommand("kill", "stop everything, a tool or an agent");
  family->require_subcommand(1);
  family->add_subcommand("status", "what is stopped")->callback([&context] {
    context.finish([&] { return show_kill(context); });
  });
  add_kill_verb(*family, context, "on", "enable", "stop every action but declared reads");
  add_kill_verb(*family, context, "off", "disable", "let actions be decided again");
  add_kill_verb(*family, context, "pause-tool", "pause_tool", "stop one tool");
  add_kill_verb(*family, context, "resume-tool", "resume_tool", "let one tool go on");
  add_kill_verb(*family, context, "pause-agent", "pause_agent", "stop one agent");
  add_kill_verb(*family, context, "resume-agent", "resume_agent", "let one agent go on");
}

void add_connections(CLI::App& app, Context& context) {
  auto options = std::make_shared<ConnectionOptions>();
  CLI::App* family = app.add_subcommand("connection", "tools and their credentials");
  family->require_subcommand(1);
  CLI::App* add = family->add_subcommand("add", "connect a tool, or change its connection");
  add->add_option("tool", options->tool, "e.g. github")->required();
  add->add_option("--url", options->url, "scheme, host and port of its API");
  add->add_option("--base-path", options->base_path, "in front of every path, e.g. /api/v3");
  add->add_option("--auth", options->auth, "token, bearer, basic or none")->capture_default_str();
  add->add_option("--token-file", options->token_file, "file with the credential; - for stdin");
  add->add_option("--promises", options->promises_file,
                  "JSON file: what the tool honours and how to ask what became of a call "
                  "(docs/execution.md); - for stdin");
  add->add_flag("--private-address", options->private_address,
                "the host may be in a private or loopback range");
  add->callback(
      [&context, options] { context.finish([&] { return add_connection(context, *options); }); });
  family->add_subcommand("list", "all connections")->callback([&context] {
    context.finish([&] { return list_connections(context); });
  });
  CLI::App* remove = family->add_subcommand("remove", "forget a connection and its credential");
  remove->add_option("tool", options->tool, "the tool")->required();
  remove->callback([&context, options] {
    context.finish([&]() -> Status {
      SENTRAIL_ASSIGN_OR_RETURN(
          const Answer answer,
          context.call(As::person, "DELETE", "/connections/" + percent_encode(options->tool)));
      if (!context.printed_json(answer)) std::printf("removed\n");
      return {};
    });
  });
}

void add_policy(CLI::App& app, Context& context) {
  auto path = std::make_shared<std::string>();
  CLI::App* family = app.add_subcommand("policy", "the bundle that decides");
  family->require_subcommand(1);
  CLI::App* push = family->add_subcommand("push", "load a bundle built by sentrailc");
  push->add_option("bundle", *path, "the file; - for stdin")->required();
  push->callback([&context, path] { context.finish([&] { return push_policy(context, *path); }); });
  family->add_subcommand("status", "what is loaded")->callback([&context] {
    context.finish([&] { return policy_status(context); });
  });
}

}  // namespace sentrail::cli
