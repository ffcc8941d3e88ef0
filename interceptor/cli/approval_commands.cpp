// `approvals`: what waits for a person, and that person's answer.
//
// A decision always names the hash of what was shown, so that what a person read is what they
// decided about. source: docs/api.md A4.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <functional>
#include <memory>
#include <set>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

constexpr std::size_t kHashShown = 12;
constexpr std::time_t kWatchSeconds = 2;

volatile std::sig_atomic_t interrupted = 0;

struct Options {
  std::string id;
  std::string status = "pending";
  std::string reason;
  std::string hash;
  std::string resolution;
  bool yes = false;
};

void print_line(std::string_view label, const std::string& value) {
  std::printf("%-10s %s\n", std::string(label).c_str(), escape_display(value).c_str());
}

void print_request(JsonValue request) {
  std::printf("\n%s %s\n", escape_display(cell(request, "method")).c_str(),
              escape_display(cell(request, "url")).c_str());
  const JsonValue headers = request.find("headers");
  if (headers.exists() && headers.kind() == JsonKind::array) {
    JsonValue header = headers.first_child();
    for (std::size_t left = headers.size(); left > 0; --left) {
      std::printf("%s: %s\n", escape_display(cell(header, "name")).c_str(),
                  escape_display(cell(header, "value")).c_str());
      if (left > 1) header = header.next();
    }
  }
  const JsonValue body = request.find("body");
  if (body.exists() && body.kind() == JsonKind::string && !body.text().empty()) {
    // Complete, never cut: what a person does not see they cannot approve.
    std::printf("\n%s\n", escape_display(body.text()).c_str());
  }
}

void print_approval(JsonValue approval) {
  const std::string status = cell(approval, "status");
  std::printf("approval   %s\n", cell(approval, "id").c_str());
  std::printf("status     %s\n", toned(tone_of(status), status).c_str());
  print_line("agent", cell(approval, "agentId") + " (" + cell(approval, "agentName") + ")");
  print_line("action", cell(approval, "tool") + " " + cell(approval, "action") + ", risk " +
                           cell(approval, "riskLevel"));
  print_line("resource", cell(approval, "resourceType") + " " + cell(approval, "resourceId"));
  print_line("held by", cell(approval, "rule") + ": " + cell(approval, "reason"));
  print_line("decide by", cell(approval, "decideBy"));
  print_line("hash", cell(approval, "hash").substr(0, kHashShown));
  if (const JsonValue request = approval.find("request"); request.exists()) {
    print_request(request);
  }
}

Result<Answer> fetch(Context& context, const std::string& id) {
  return context.call(As::reader, "GET", "/approvals/" + percent_encode(id));
}

JsonValue approval_of(const Answer& answer) {
  const JsonValue wrapped = answer.json.root().find("approval");
  return wrapped.exists() ? wrapped : answer.json.root();
}

// Calls `take` for each page of approvals with that status, newest first.
Status each_page(Context& context, const std::string& status,
                 const std::function<void(const Answer&, JsonValue)>& take) {
  std::string cursor;
  do {
    SENTRAIL_ASSIGN_OR_RETURN(
        const Answer answer,
        context.call(As::reader, "GET",
                     "/approvals" + query_of({{"status", status},
                                              {"cursor", cursor},
                                              {"limit", std::to_string(limits::kListPageMax)}})));
    SENTRAIL_ASSIGN_OR_RETURN(const JsonValue entries, list_in(answer, "approvals"));
    take(answer, entries);
    cursor = next_of(answer);
  } while (!cursor.empty() && interrupted == 0);
  return {};
}

void add_rows(Table& table, JsonValue entries) {
  JsonValue entry = entries.size() > 0 ? entries.first_child() : JsonValue{};
  for (std::size_t left = entries.size(); left > 0; --left) {
    table.add({cell(entry, "id"), cell(entry, "status"), cell(entry, "agentId"),
               cell(entry, "action"), cell(entry, "riskLevel"), cell(entry, "resourceId"),
               cell(entry, "rule"), cell(entry, "decideBy")});
    if (left > 1) entry = entry.next();
  }
}

Status list(Context& context, const Options& options) {
  Table table({"ID", "STATUS", "AGENT", "ACTION", "RISK", "RESOURCE", "RULE", "DECIDE BY"});
  SENTRAIL_TRY(each_page(context, options.status == "all" ? "" : options.status,
                         [&](const Answer& answer, JsonValue entries) {
                           if (!context.printed_json(answer)) add_rows(table, entries);
                         }));
  if (!context.json) std::printf("%s", table.text().c_str());
  return {};
}

Status show(Context& context, const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, fetch(context, options.id));
  if (!context.printed_json(answer)) print_approval(approval_of(answer));
  return {};
}

Status decide(Context& context, const Options& options, bool approve) {
  std::string hash = options.hash;
  if (hash.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const Answer shown,
        context.call(As::person, "GET", "/approvals/" + percent_encode(options.id)));
    const JsonValue approval = approval_of(shown);
    if (!context.json) print_approval(approval);
    hash = cell(approval, "hash");
    if (approve && !options.yes) {
      SENTRAIL_ASSIGN_OR_RETURN(const bool yes, ask_yes("\nApprove exactly this? [y/N] "));
      if (!yes) return fail(Errc::permission_denied, "not approved; it still waits");
    }
  }
  std::string body;
  JsonWriter json(&body);
  json.begin_object()
      .key("approvalRequestId")
      .string(options.id)
      .key("decision")
      .string(approve ? "approved" : "denied")
      .key("hash")
      .string(hash);
  if (!options.reason.empty()) json.key("reason").string(options.reason);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer, context.call(As::person, "POST", "/approval-decision", std::move(body)));
  if (context.printed_json(answer)) return {};
  const std::string status = cell(answer.json.root(), "status");
  std::printf("%s\n", toned(tone_of(status), status).c_str());
  if (status == "failed" || status == "in_doubt" || status == "revoked") {
    context.set_exit_code(kRefused);
  }
  return {};
}

Status resolve(Context& context, const Options& options) {
  std::string body;
  JsonWriter(&body)
      .begin_object()
      .key("resolution")
      .string(options.resolution)
      .key("reason")
      .string(options.reason)
      .end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "POST", "/approvals/" + percent_encode(options.id) + "/resolve",
                   std::move(body)));
  if (!context.printed_json(answer)) {
    std::printf("%s\n", cell(answer.json.root(), "status").c_str());
  }
  return {};
}

// Prints what was not seen before.
void tell_new(JsonValue entries, std::set<std::string>& seen) {
  JsonValue entry = entries.size() > 0 ? entries.first_child() : JsonValue{};
  for (std::size_t left = entries.size(); left > 0; --left) {
    if (seen.insert(cell(entry, "id")).second) {
      std::printf("%s  %s  %s  %s  %s\n", cell(entry, "id").c_str(),
                  toned(Tone::held, "pending").c_str(),
                  escape_display(cell(entry, "agentId")).c_str(),
                  escape_display(cell(entry, "action")).c_str(),
                  escape_display(cell(entry, "reason")).c_str());
    }
    if (left > 1) entry = entry.next();
  }
  std::fflush(stdout);
}

Status watch(Context& context) {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &action, nullptr);
  std::set<std::string> seen;
  std::printf("watching %s; Ctrl-C ends\n", context.settings.server.c_str());
  while (interrupted == 0) {
    SENTRAIL_TRY(each_page(context, "pending",
                           [&](const Answer&, JsonValue entries) { tell_new(entries, seen); }));
    // A signal ends the pause early.
    const timespec pause{kWatchSeconds, 0};
    nanosleep(&pause, nullptr);
  }
  return {};
}

}  // namespace

void add_approvals(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* family = app.add_subcommand("approvals", "calls that wait for a person");
  family->require_subcommand(1);

  CLI::App* list_command = family->add_subcommand("list", "what waits, newest first");
  list_command->add_option("--status", options->status, "pending, executed, …, or all")
      ->capture_default_str();
  list_command->callback(
      [&context, options] { context.finish([&] { return list(context, *options); }); });

  CLI::App* show_command = family->add_subcommand("show", "exactly what would be sent");
  show_command->add_option("id", options->id, "the approval")->required();
  show_command->callback(
      [&context, options] { context.finish([&] { return show(context, *options); }); });

  for (const bool approve : {true, false}) {
    CLI::App* command = family->add_subcommand(approve ? "approve" : "deny",
                                               approve ? "let it run, once" : "it will not run");
    command->add_option("id", options->id, "the approval")->required();
    command->add_option("--reason", options->reason, "for the record and the agent");
    command->add_option("--hash", options->hash,
                        "the first 12 or more digits of what you reviewed; asks nothing more");
    if (approve) command->add_flag("--yes", options->yes, "show it, but do not ask again");
    command->callback([&context, options, approve] {
      context.finish([&] { return decide(context, *options, approve); });
    });
  }

  CLI::App* resolve_command =
      family->add_subcommand("resolve", "say what became of a call that is in doubt");
  resolve_command->add_option("id", options->id, "the approval")->required();
  resolve_command->add_option("resolution", options->resolution, "applied or not_applied")
      ->required()
      ->check(CLI::IsMember({"applied", "not_applied"}));
  resolve_command->add_option("--reason", options->reason, "how you know")->required();
  resolve_command->callback(
      [&context, options] { context.finish([&] { return resolve(context, *options); }); });

  family->add_subcommand("watch", "print what comes to wait, as it comes")->callback([&context] {
    context.finish([&] { return watch(context); });
  });
}

}  // namespace sentrail::cli
