// `break-glass`: emergencies, and the looks at them afterwards.
//
// The code is asked for at the terminal, as a passphrase is: nothing that is piped in can break the
// glass. source: docs/api.md A4.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "interceptor/cli/approval_view.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/table.hpp"
#include "interceptor/cli/terminal.hpp"

namespace sentrail::cli {
namespace {

struct Options {
  std::string id;
  std::string person;
  std::string reason;
  bool revoke = false;
};

Status list(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::reader, "GET", "/break-glass"));
  if (context.printed_json(answer)) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const JsonValue entries, list_in(answer, "grants"));
  Table table({"ID", "PERSON", "STARTED", "REVIEW", "APPROVED", "REASON"});
  JsonValue entry = entries.size() > 0 ? entries.first_child() : JsonValue{};
  for (std::size_t left = entries.size(); left > 0; --left) {
    table.add({cell(entry, "id"), cell(entry, "person"), cell(entry, "startedAt"),
               cell(entry, "review"), std::to_string(entry.find("approved").size()),
               cell(entry, "reason")});
    if (left > 1) entry = entry.next();
  }
  std::printf("%s%s broken, %s to be reviewed\n", table.text().c_str(),
              cell(answer.json.root(), "total").c_str(),
              cell(answer.json.root(), "openReviews").c_str());
  return {};
}

Status code(Context& context, const Options& options) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("person").string(options.person);
  json.key("revoke").boolean(options.revoke).end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer, context.call(As::person, "POST", "/break-glass/codes", std::move(body)));
  if (context.printed_json(answer)) return {};
  if (options.revoke) {
    std::printf("revoked\n");
  } else {
    std::printf("%s\nshown once: %s keeps it where it is at hand without the gate\n",
                cell(answer.json.root(), "code").c_str(), escape_display(options.person).c_str());
  }
  return {};
}

Status use(Context& context, const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer shown,
      context.call(As::person, "GET", "/approvals/" + percent_encode(options.id)));
  const JsonValue approval = approval_of(shown);
  if (!context.json) print_approval(approval);
  SENTRAIL_ASSIGN_OR_RETURN(
      const std::string typed,
      ask_secret("\nYour emergency code approves this without the others, who review it later: "));
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("code").string(typed).key("reason").string(options.reason);
  json.key("approvalRequestId").string(options.id);
  json.key("hash").string(cell(approval, "hash")).end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::person, "POST", "/break-glass", std::move(body)));
  if (context.printed_json(answer)) return {};
  const std::string status = cell(answer.json.root(), "status");
  std::printf("%s\n", toned(tone_of(status), status).c_str());
  return {};
}

Status close(Context& context, const Options& options) {
  std::string body;
  JsonWriter(&body).begin_object().key("reason").string(options.reason).end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "POST", "/break-glass/" + percent_encode(options.id) + "/close",
                   std::move(body)));
  if (!context.printed_json(answer)) std::printf("closed\n");
  return {};
}

}  // namespace

void add_break_glass(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* family = app.add_subcommand("break-glass", "emergencies: approving alone");
  family->require_subcommand(1);

  family->add_subcommand("list", "each time, and what is still to be reviewed")
      ->callback([&context] { context.finish([&] { return list(context); }); });

  CLI::App* code_command =
      family->add_subcommand("code", "make somebody's emergency code; an admin, for another");
  code_command->add_option("name", options->person, "whose")->required();
  code_command->add_flag("--revoke", options->revoke, "end it instead");
  code_command->callback(
      [&context, options] { context.finish([&] { return code(context, *options); }); });

  CLI::App* use_command = family->add_subcommand("use", "approve a call alone, with your code");
  use_command->add_option("id", options->id, "the approval")->required();
  use_command->add_option("--reason", options->reason, "what the emergency is")->required();
  use_command->callback(
      [&context, options] { context.finish([&] { return use(context, *options); }); });

  CLI::App* close_command = family->add_subcommand("close", "close a review; another admin");
  close_command->add_option("id", options->id, "the emergency grant")->required();
  close_command->add_option("--reason", options->reason, "what the review found")->required();
  close_command->callback(
      [&context, options] { context.finish([&] { return close(context, *options); }); });
}

}  // namespace sentrail::cli
