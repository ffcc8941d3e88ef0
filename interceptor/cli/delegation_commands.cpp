// `delegations`: who decides for whom, while somebody is away.
//
// source: docs/api.md A4.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

struct Options {
  std::string id;
  std::string to;
  std::string from_time;
  std::string until_time;
  std::int64_t days = 0;
  std::vector<std::string> tools;
};

Status list(Context& context) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::reader, "GET", "/delegations"));
  if (context.printed_json(answer)) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const JsonValue entries, list_in(answer, "delegations"));
  Table table({"ID", "STATUS", "OF", "TO", "TOOLS", "FROM", "UNTIL"});
  JsonValue entry = entries.size() > 0 ? entries.first_child() : JsonValue{};
  for (std::size_t left = entries.size(); left > 0; --left) {
    const std::string tools = cell(entry, "tools");
    table.add({cell(entry, "id"), cell(entry, "status"), cell(entry, "fromName"),
               cell(entry, "toName"), tools.empty() || tools == "-" ? "all" : tools,
               cell(entry, "startsAt"), cell(entry, "endsAt")});
    if (left > 1) entry = entry.next();
  }
  std::printf("%s", table.text().c_str());
  return {};
}

Status add(Context& context, const Options& options) {
  std::string until = options.until_time;
  if (until.empty()) {
    // Days count from when it begins.
    std::int64_t begin_ms = SystemClock().now().unix_ms;
    if (!options.from_time.empty()) {
      SENTRAIL_ASSIGN_OR_RETURN(const Instant begin, parse_rfc3339(options.from_time));
      begin_ms = begin.unix_ms;
    }
    until = format_rfc3339_ms(begin_ms + options.days * limits::kDayMs);
  }
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("to").string(options.to).key("endsAt").string(until);
  if (!options.from_time.empty()) json.key("startsAt").string(options.from_time);
  if (!options.tools.empty()) {
    json.key("tools").begin_array();
    for (const std::string& tool : options.tools) json.string(tool);
    json.end_array();
  }
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::person, "POST", "/delegations", std::move(body)));
  if (context.printed_json(answer)) return {};
  const JsonValue made = answer.json.root().find("delegation");
  std::printf("%s  %s decides for you until %s\n", cell(made, "id").c_str(),
              escape_display(cell(made, "toName")).c_str(), cell(made, "endsAt").c_str());
  return {};
}

Status end(Context& context, const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "POST", "/delegations/" + percent_encode(options.id) + "/end"));
  if (!context.printed_json(answer)) std::printf("ended\n");
  return {};
}

}  // namespace

void add_delegations(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* family = app.add_subcommand("delegations", "who decides for whom, for a time");
  family->require_subcommand(1);

  family->add_subcommand("list", "all of them, also those that are over")->callback([&context] {
    context.finish([&] { return list(context); });
  });

  CLI::App* add_command =
      family->add_subcommand("add", "lend your seat to another reviewer, at most 30 days");
  add_command->add_option("name", options->to, "who decides for you")->required();
  CLI::Option* until = add_command->add_option("--until", options->until_time,
                                               "when it ends, e.g. 2026-12-24T18:00:00Z");
  CLI::Option* days = add_command->add_option("--days", options->days, "or after how many days")
                          ->check(CLI::Range(1, 30));
  until->excludes(days);
  add_command->add_option("--from", options->from_time, "when it begins; now, if not said");
  add_command->add_option("--tool", options->tools, "only calls of this tool; may be repeated");
  add_command->callback([&context, options] {
    if (options->until_time.empty() && options->days == 0) {
      throw CLI::RequiredError("--until or --days");
    }
    context.finish([&] { return add(context, *options); });
  });

  CLI::App* end_command = family->add_subcommand("end", "before its time: yours, or as an admin");
  end_command->add_option("id", options->id, "the delegation")->required();
  end_command->callback(
      [&context, options] { context.finish([&] { return end(context, *options); }); });
}

}  // namespace sentrail::cli
