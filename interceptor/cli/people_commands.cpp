// `init`, `key`, `agent`, `reviewer`: who may act, and who decides.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "interceptor/cli/commands.hpp"
#include "interceptor/cli/table.hpp"

namespace sentrail::cli {
namespace {

using Strings = std::vector<std::string>;

void write_strings(JsonWriter& json, std::string_view name, const Strings& values) {
  if (values.empty()) return;
  json.key(name).begin_array();
  for (const std::string& value : values) json.string(value);
  json.end_array();
}

// Prints a list answer: one row an entry, one column a member.
Status print_list(Context& context, std::string_view target, std::string_view list,
                  const std::vector<std::pair<std::string, std::string>>& columns) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::reader, "GET", target));
  if (context.printed_json(answer)) return {};
  Strings headings;
  for (const auto& [heading, member] : columns) headings.push_back(heading);
  Table table(headings);
  const JsonValue entries = answer.json.root().find(list);
  JsonValue entry = entries.exists() ? entries.first_child() : JsonValue{};
  for (std::size_t left = entries.exists() ? entries.size() : 0; left > 0; --left) {
    Strings cells;
    for (const auto& [heading, member] : columns) cells.push_back(cell(entry, member));
    table.add(std::move(cells));
    if (left > 1) entry = entry.next();
  }
  std::printf("%s", table.text().c_str());
  return {};
}

Status simple_post(Context& context, const std::string& target, std::string body,
                   std::string_view done) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::person, "POST", target, std::move(body)));
  if (!context.printed_json(answer)) std::printf("%s\n", std::string(done).c_str());
  return {};
}

struct InitOptions {
  std::string name;
  std::string token_file;   // empty: ask at the terminal
  std::string typed_token;  // refused
};

// What stands on a command line, every program of the machine can read.
Result<std::string> init_token(const InitOptions& options) {
  if (!options.typed_token.empty()) {
    return fail(Errc::invalid_argument,
                "--token would show the token to every program on this machine; leave it out and "
                "type the token where it is asked for, or name a file with --token-file");
  }
  if (!options.token_file.empty()) return read_token(options.token_file);
  return ask_secret("One-time token: ");
}

Status init(Context& context, const InitOptions& options) {
  const std::string& name = options.name;
  SENTRAIL_ASSIGN_OR_RETURN(const std::string token, init_token(options));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string passphrase, ask_new_passphrase());
  std::string body;
  JsonWriter(&body)
      .begin_object()
      .key("token")
      .string(token)
      .key("name")
      .string(name)
      .key("passphrase")
      .string(passphrase)
      .end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::nobody, "POST", "/bootstrap", std::move(body)));
  context.settings.account = name;
  SENTRAIL_TRY(save_settings(context.settings));
  context.keep_device(answer);
  if (context.printed_json(answer)) return {};
  std::printf(
      "Welcome, %s. This machine now signs in as you; the passphrase is stored nowhere.\n"
      "You act in workspace %s; if it is not your first, name it with --workspace.\n",
      escape_display(name).c_str(), cell(answer.json.root(), "workspaceId").c_str());
  return {};
}

struct KeyOptions {
  std::string name;
  std::string id;
  Strings scopes = {"gateway", "evaluate"};
  Strings agents;
  std::optional<int> days;             // none: as the gate is configured
  std::optional<int> overlap_minutes;  // none: as the gate does
};

Status print_new_key(Context& context, const Answer& answer) {
  if (context.printed_json(answer)) return {};
  const JsonValue root = answer.json.root();
  std::printf("%s\n", cell(root, "key").c_str());
  std::fprintf(stderr, "Shown once; key %s, valid until %s.\n", cell(root, "id").c_str(),
               cell(root, "expiresAt").c_str());
  return {};
}

Status create_key(Context& context, const KeyOptions& options) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("name").string(options.name);
  write_strings(json, "scopes", options.scopes);
  write_strings(json, "agentIds", options.agents);
  if (options.days) json.key("expiresInDays").integer(*options.days);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                            context.call(As::person, "POST", "/manage-api-keys", body));
  return print_new_key(context, answer);
}

Status rotate_key(Context& context, const KeyOptions& options) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object();
  if (options.overlap_minutes) json.key("overlapMinutes").integer(*options.overlap_minutes);
  json.end_object();
  SENTRAIL_ASSIGN_OR_RETURN(
      const Answer answer,
      context.call(As::person, "POST", "/manage-api-keys/" + percent_encode(options.id) + "/rotate",
                   body));
  return print_new_key(context, answer);
}

struct AgentOptions {
  std::string id, name, owner;
  Strings roles;
};

// The id of the person of that name.
Result<std::string> person_id(Context& context, const std::string& name) {
  SENTRAIL_ASSIGN_OR_RETURN(const Answer answer, context.call(As::person, "GET", "/reviewers"));
  const JsonValue people = answer.json.root().find("reviewers");
  JsonValue person = people.exists() ? people.first_child() : JsonValue{};
  for (std::size_t left = people.exists() ? people.size() : 0; left > 0; --left) {
    if (cell(person, "name") == name) return cell(person, "id");
    if (left > 1) person = person.next();
  }
  return fail(Errc::permission_denied, "there is no account `" + escape_display(name) + "`");
}

Status add_agent(Context& context, const AgentOptions& options) {
  std::string body;
  JsonWriter json(&body);
  json.begin_object().key("id").string(options.id);
  if (!options.name.empty()) json.key("name").string(options.name);
  if (!options.owner.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string owner, person_id(context, options.owner));
    json.key("ownerId").string(owner);
  }
  write_strings(json, "roles", options.roles);
  json.end_object();
  return simple_post(context, "/agents", std::move(body), "registered");
}

}  // namespace

void add_init(CLI::App& app, Context& context) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command = app.add_subcommand("init", "become the first owner, or accept an invitation");
  command->add_option("--name", options->name, "the account's name")->required();
  command->add_option("--token-file", options->token_file,
                      "file with the one-time token; - for stdin; without it, you are asked");
  command->add_option("--token", options->typed_token)->group("");  // hidden: names the remedy
  command->callback(
      [&context, options] { context.finish([&] { return init(context, *options); }); });
}

void add_keys(CLI::App& app, Context& context) {
  auto options = std::make_shared<KeyOptions>();
  CLI::App* family = app.add_subcommand("key", "keys with which agents call");
  family->require_subcommand(1);

  CLI::App* create = family->add_subcommand("create", "make a key; it is shown once");
  create->add_option("name", options->name, "what it is for")->required();
  create->add_option("--scope", options->scopes, "gateway, evaluate, mcp, admin-read")
      ->capture_default_str();
  create->add_option("--agent", options->agents, "the agents this key may be; none: any");
  create->add_option("--days", options->days, "until it expires; as the gate is configured");
  create->callback(
      [&context, options] { context.finish([&] { return create_key(context, *options); }); });

  family->add_subcommand("list", "all keys, masked")->callback([&context] {
    context.finish([&] {
      return print_list(context, "/manage-api-keys", "keys",
                        {{"ID", "id"},
                         {"NAME", "name"},
                         {"KEY", "hint"},
                         {"SCOPES", "scopes"},
                         {"AGENTS", "agentIds"},
                         {"EXPIRES", "expiresAt"},
                         {"LAST USED", "lastUsedAt"},
                         {"REVOKED", "revoked"}});
    });
  });

  CLI::App* revoke = family->add_subcommand("revoke", "end a key at once");
  revoke->add_option("id", options->id, "its id")->required();
  revoke->callback([&context, options] {
    context.finish([&] {
      return simple_post(context, "/manage-api-keys/" + percent_encode(options->id) + "/revoke",
                         "{}", "revoked");
    });
  });

  CLI::App* rotate = family->add_subcommand("rotate", "a new key; the old one ends later");
  rotate->add_option("id", options->id, "its id")->required();
  rotate->add_option("--overlap", options->overlap_minutes,
                     "minutes that both work; without it, a day");
  rotate->callback(
      [&context, options] { context.finish([&] { return rotate_key(context, *options); }); });
}

void add_agents(CLI::App& app, Context& context) {
  auto options = std::make_shared<AgentOptions>();
  CLI::App* family = app.add_subcommand("agent", "programs that act through the gate");
  family->require_subcommand(1);

  CLI::App* add = family->add_subcommand("add", "register an agent, or change it");
  add->add_option("id", options->id, "as in X-Agent-Id")->required();
  add->add_option("--name", options->name, "for people");
  add->add_option("--role", options->roles, "roles that policy tests");
  add->add_option("--owner", options->owner,
                  "account of the person behind it, who never approves for it");
  add->callback(
      [&context, options] { context.finish([&] { return add_agent(context, *options); }); });

  family->add_subcommand("list", "all agents")->callback([&context] {
    context.finish([&] {
      return print_list(context, "/agents", "agents",
                        {{"ID", "id"},
                         {"NAME", "name"},
                         {"ROLES", "roles"},
                         {"OWNER", "owner"},
                         {"DISABLED", "disabled"},
                         {"SINCE", "createdAt"}});
    });
  });

  for (const std::string verb : {"disable", "enable"}) {
    CLI::App* command = family->add_subcommand(verb, verb + " an agent at once");
    command->add_option("id", options->id, "as in X-Agent-Id")->required();
    command->callback([&context, options, verb] {
      context.finish([&] {
        return simple_post(context, "/agents/" + percent_encode(options->id) + "/" + verb, "{}",
                           verb + "d");
      });
    });
  }
}

void add_reviewers(CLI::App& app, Context& context) {
  struct Options {
    std::string name, role = "reviewer";
    Strings groups;
  };
  auto options = std::make_shared<Options>();
  CLI::App* family = app.add_subcommand("reviewer", "people and what they may do");
  family->require_subcommand(1);

  CLI::App* invite = family->add_subcommand("invite", "print a one-time token for a person");
  invite->add_option("name", options->name, "the account's name")->required();
  invite->add_option("--role", options->role, "owner, admin, reviewer, auditor or member")
      ->capture_default_str();
  invite->add_option("--group", options->groups, "groups that quorums name");
  invite->callback([&context, options] {
    context.finish([&]() -> Status {
      std::string body;
      JsonWriter json(&body);
      json.begin_object().key("name").string(options->name).key("role").string(options->role);
      write_strings(json, "groups", options->groups);
      json.end_object();
      SENTRAIL_ASSIGN_OR_RETURN(const Answer answer,
                                context.call(As::person, "POST", "/reviewers", body));
      if (context.printed_json(answer)) return {};
      std::printf(
          "Have them run, before %s:\n  sentrail init --name %s\n"
          "and give them, for them alone to read, the one-time token that it asks for:\n  %s\n",
          cell(answer.json.root(), "expiresAt").c_str(), escape_display(options->name).c_str(),
          cell(answer.json.root(), "token").c_str());
      return {};
    });
  });

  family->add_subcommand("list", "all people")->callback([&context] {
    context.finish([&] {
      return print_list(context, "/reviewers", "reviewers",
                        {{"NAME", "name"},
                         {"ROLE", "role"},
                         {"GROUPS", "groups"},
                         {"DISABLED", "disabled"},
                         {"SINCE", "createdAt"}});
    });
  });
}

}  // namespace sentrail::cli
