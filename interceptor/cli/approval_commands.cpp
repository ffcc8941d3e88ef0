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
#include "interceptor/cli/approval_decisions.hpp"
#include "interceptor/cli/approval_tools.hpp"
#include "interceptor/cli/approval_view.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

constexpr std::time_t kWatchSeconds = 2;

volatile std::sig_atomic_t interrupted = 0;

struct Options {
  std::string id;
  std::string status = "pending";
  std::string reason;
  std::string resolution;
};

Result<Answer> fetch(Context& context, const std::string& id) {
  return context.call(As::reader, "GET", "/approvals/" + percent_encode(id));
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

// `approve` and `deny`.
void add_decision(CLI::App& family, Context& context, bool approve) {
  auto decision = std::make_shared<Decision>();
  decision->approve = approve;
  CLI::App* command = family.add_subcommand(approve ? "approve" : "deny",
                                            approve ? "let it run, once" : "it will not run");
  CLI::Option* ids = command->add_option(
      "id", decision->ids,
      approve ? "the approval; several are shown one by one and approved together"
              : "the approval");
  ids->required()->expected(1, approve ? static_cast<int>(limits::kBatchApprovalsMax) : 1);
  command->add_option("--reason", decision->reason, "for the record and the agent");
  command->add_option("--hash", decision->hash,
                      "the first 12 or more digits of what you reviewed; asks nothing more");
  command->add_option("--for", decision->on_behalf_of,
                      "whose seat you fill: somebody who delegated it to you");
  if (approve) command->add_flag("--yes", decision->yes, "show it, but do not ask again");
  command->callback([&context, decision] {
    if (decision->ids.size() > 1 && !decision->hash.empty()) {
      throw CLI::ValidationError("--hash", "is of one approval only");
    }
    context.finish([&] { return decide(context, *decision); });
  });
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

  add_decision(*family, context, true);
  add_decision(*family, context, false);

  add_approval_tools(*family, context);

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
