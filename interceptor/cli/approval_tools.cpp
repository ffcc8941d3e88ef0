// `approvals edit`, `approvals always`, `approvals metrics`. See approval_tools.hpp.
#include "interceptor/cli/approval_tools.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "interceptor/cli/approval_view.hpp"
#include "interceptor/cli/table.hpp"
#include "interceptor/cli/terminal.hpp"
#include "wire/json.hpp"

namespace sentrail::cli {
namespace {

struct Options {
  std::string id;
  std::string body = "-";
  std::string reason;
  std::string resource;
  bool yes = false;
  bool any_arguments = false;
  std::int64_t hours = 0;
  std::int64_t uses = 0;
  std::int64_t days = 7;
};

std::string value_text(JsonValue change, std::string_view member) {
  const JsonValue value = change.find(member);
  if (!value.exists()) return "(nothing)";
  std::string text;
  JsonWriter(&text).raw(value);
  return escape_display(text);
}

void print_changes(JsonValue changes) {
  JsonValue change = changes.size() > 0 ? changes.first_child() : JsonValue{};
  for (std::size_t left = changes.size(); left > 0; --left) {
    const std::string pointer = cell(change, "pointer");
    std::printf("%s\n  - %s\n  + %s\n", pointer.empty() ? "/" : escape_display(pointer).c_str(),
                value_text(change, "old").c_str(), value_text(change, "new").c_str());
    if (left > 1) change = change.next();
  }
}

Status edit(Context& context, const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::string text,
                            read_input(options.body, limits::kPeopleBodyBytesMax));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument wanted, wire::parse_json(text));
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer shown,
      context.call(As::person, "GET", "/approvals/" + percent_encode(options.id)));
  const JsonValue approval = approval_of(shown);
  if (!context.json) print_approval(approval);
  if (!options.yes) {
    SENTRAIL_ASSIGN_OR_RETURN(
        const bool yes,
        ask_yes("\nPut an edited call in its place? Others must approve it. [y/N] "));
    if (!yes) return fail(Errc::permission_denied, "not edited; it still waits");
  }
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("hash").string(cell(approval, "hash"));
  json.key("body");
  json.raw(wanted.root());
  if (!options.reason.empty()) json.key("reason").string(options.reason);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "POST", "/approvals/" + percent_encode(options.id) + "/edit",
                   std::move(body)));
  if (context.printed_json(answer)) return {};
  const JsonValue root = answer.json.root();
  std::printf("\n%s  %s  waits for %s\n", cell(root, "approvalRequestId").c_str(),
              toned(Tone::held, cell(root, "status")).c_str(),
              escape_display(cell(root, "quorum")).c_str());
  print_changes(root.find("changes"));
  return {};
}

Status always(Context& context, const Options& options) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object();
  if (options.hours > 0) json.key("hours").integer(options.hours);
  if (options.uses > 0) json.key("uses").integer(options.uses);
  if (options.any_arguments) json.key("arguments").string("any");
  if (!options.resource.empty()) json.key("resource").string(options.resource);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "POST", "/approvals/" + percent_encode(options.id) + "/always",
                   std::move(body)));
  if (context.printed_json(answer)) return {};
  const JsonValue diff = answer.json.root().find("diff");
  // Lines as they are to be committed; what cannot be seen was escaped by whoever wrote them.
  if (diff.exists()) std::printf("%s", std::string(diff.text()).c_str());
  return {};
}

void print_people(JsonValue people) {
  Table table({"PERSON", "APPROVED", "DENIED", "A DAY", "SHOWN", "UNREAD", "UNREAD %"});
  JsonValue person = people.size() > 0 ? people.first_child() : JsonValue{};
  for (std::size_t left = people.size(); left > 0; --left) {
    table.add({cell(person, "name"), cell(person, "approved"), cell(person, "denied"),
               cell(person, "decisionsPerDay"), cell(person, "shown"), cell(person, "unread"),
               cell(person, "rubberStampPercent")});
    if (left > 1) person = person.next();
  }
  std::printf("%s", table.text().c_str());
}

void print_rules(JsonValue rules) {
  Table table({"RULE", "APPROVED", "DENIED", "NEVER DENIED"});
  JsonValue rule = rules.size() > 0 ? rules.first_child() : JsonValue{};
  for (std::size_t left = rules.size(); left > 0; --left) {
    table.add({cell(rule, "rule"), cell(rule, "approved"), cell(rule, "denied"),
               rule.find("neverDenied").boolean() ? "yes" : "no"});
    if (left > 1) rule = rule.next();
  }
  std::printf("\n%s", table.text().c_str());
}

Status metrics(Context& context, const Options& options) {
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::reader, "GET",
                   "/approvals/metrics" + query_of({{"days", std::to_string(options.days)}})));
  if (context.printed_json(answer)) return {};
  const JsonValue root = answer.json.root();
  const JsonValue times = root.find("timeToDecideMs");
  std::printf("%s calls in %s days, %s decided; time to decide: p50 %s ms, p90 %s ms\n\n",
              cell(root, "calls").c_str(), cell(root, "days").c_str(),
              cell(root, "decided").c_str(), cell(times, "p50").c_str(),
              cell(times, "p90").c_str());
  SENTRAIL_ASSIGN_OR_RETURN(const JsonValue people, list_in(answer, "people"));
  print_people(people);
  SENTRAIL_ASSIGN_OR_RETURN(const JsonValue rules, list_in(answer, "rules"));
  print_rules(rules);
  return {};
}

}  // namespace

void add_approval_tools(CLI::App& family, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App* edit_command =
      family.add_subcommand("edit", "put a call with another body in its place, for others");
  edit_command->add_option("id", options->id, "the approval")->required();
  edit_command->add_option("--body", options->body, "a file with the new JSON body; - is stdin")
      ->required();
  edit_command->add_option("--reason", options->reason, "for the record and the agent");
  edit_command->add_flag("--yes", options->yes, "show it, but do not ask");
  edit_command->callback(
      [&context, options] { context.finish([&] { return edit(context, *options); }); });

  CLI::App* always_command = family.add_subcommand(
      "always", "the text of a rule that allows such calls for a while; commit it yourself");
  always_command->add_option("id", options->id, "the approval")->required();
  always_command->add_option("--hours", options->hours, "how long; 8 unless said, at most 720")
      ->check(CLI::Range(std::int64_t{1}, limits::kAlwaysHoursMax));
  always_command->add_option("--uses", options->uses, "how often in that time; 20 unless said")
      ->check(CLI::Range(std::int64_t{1}, limits::kAlwaysUsesMax));
  always_command->add_option("--resource", options->resource,
                             "a pattern of resources, as policies have them");
  always_command->add_flag("--any-arguments", options->any_arguments,
                           "whatever the body says, not only what this one does");
  always_command->callback(
      [&context, options] { context.finish([&] { return always(context, *options); }); });

  CLI::App* metrics_command =
      family.add_subcommand("metrics", "how fast, how often and how unread people decide");
  metrics_command->add_option("--days", options->days, "how far back")
      ->check(CLI::Range(1, 365))
      ->capture_default_str();
  metrics_command->callback(
      [&context, options] { context.finish([&] { return metrics(context, *options); }); });
}

}  // namespace sentrail::cli
