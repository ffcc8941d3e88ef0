// Reading and writing lock files. See lock.hpp.
#include "compiler/catalog/lock.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/catalog/input_schema.hpp"
#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "crypto/hash.hpp"
#include "wire/json.hpp"

namespace sentrail::compiler {
namespace {

constexpr std::string_view kVersionKey = "mcp_lock";
constexpr std::string_view kVersion = "1";

// One tool as a lock file keeps it.
struct Locked {
  std::string digest;
  std::string definition;  // canonical
};
using Tools = std::map<std::string, Locked, std::less<>>;

// A lock file, its tools by server.
struct Lock {
  std::string name;
  std::map<std::string, Tools, std::less<>> servers;
};

tl::unexpected<Error> wrong(const std::string& place, const std::string& what) {
  return fail(Errc::invalid_argument, place + " " + what);
}

std::string canonical(JsonValue value) {
  std::string text;
  JsonWriter(&text, KeyOrder::sorted).raw(value);
  return text;
}

// Calls `visit(name, value)` for each member until one fails.
template <typename Visit>
Status each_member(JsonValue object, Visit&& visit) {
  JsonValue name = object.first_child();
  for (std::size_t left = object.size(); left > 0; --left) {
    const JsonValue value = name.next();
    SENTRAIL_TRY(visit(std::string(name.text()), value));
    if (left > 1) name = value.next();
  }
  return {};
}

Status demand(JsonValue value, JsonKind kind, const std::string& place) {
  constexpr std::string_view kNames[] = {"null",     "a boolean", "a number",
                                         "a string", "a list",    "an object"};
  if (!value.exists()) return wrong(place, "is missing");
  if (value.kind() == kind) return {};
  return wrong(place, "is not " + std::string(kNames[static_cast<std::size_t>(kind)]));
}

// `acme.tools`: words with dots between them, as imports name catalogs.
// Those that begin with `sentrail.` are the program's own.
bool is_import_name(std::string_view name) {
  if (name.starts_with("sentrail.")) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  bool first = true;
  for (const char c : name) {
    const bool fits = letter(c) || c == '_' || (!first && c >= '0' && c <= '9');
    if (c == '.' ? first : !fits) return false;
    first = c == '.';
  }
  return !first;
}

Result<Locked> read_tool(const std::string& place, JsonValue tool) {
  SENTRAIL_TRY(demand(tool, JsonKind::object, place));
  const JsonValue definition = tool.find("definition");
  const JsonValue digest = tool.find("sha256");
  SENTRAIL_TRY(demand(definition, JsonKind::object, place + ".definition"));
  SENTRAIL_TRY(demand(digest, JsonKind::string, place + ".sha256"));
  Locked locked{digest_of_tool(definition), canonical(definition)};
  if (locked.digest == digest.text()) return locked;
  return wrong(place + ".definition",
               "is not the one that was locked: its SHA-256 is " + locked.digest);
}

Result<Lock> lock_of(JsonValue root) {
  SENTRAIL_TRY(demand(root, JsonKind::object, "the file"));
  const JsonValue version = root.find(kVersionKey);
  SENTRAIL_TRY(demand(version, JsonKind::number, std::string(kVersionKey)));
  if (version.text() != kVersion) {
    return wrong(std::string(kVersionKey), "is " + std::string(version.text()) +
                                               "; this compiler reads " + std::string(kVersion));
  }
  const JsonValue name = root.find("name");
  SENTRAIL_TRY(demand(name, JsonKind::string, "name"));
  if (!is_import_name(name.text())) {
    return wrong("name", "cannot be imported: write words with dots between them");
  }
  Lock lock{std::string(name.text()), {}};
  const JsonValue servers = root.find("servers");
  SENTRAIL_TRY(demand(servers, JsonKind::object, "servers"));
  const auto read_server = [&](const std::string& server, JsonValue tools) -> Status {
    const std::string place = "servers." + server;
    SENTRAIL_TRY(demand(tools, JsonKind::object, place));
    Tools& known = lock.servers[server];
    return each_member(tools, [&](const std::string& tool, JsonValue value) -> Status {
      SENTRAIL_ASSIGN_OR_RETURN(known[tool], read_tool(place + "." + tool, value));
      return {};
    });
  };
  SENTRAIL_TRY(each_member(servers, read_server));
  return lock;
}

// The list of tools in an answer to `tools/list`.
Result<JsonValue> tools_listed(JsonValue root) {
  if (root.kind() == JsonKind::array) return root;
  SENTRAIL_TRY(demand(root, JsonKind::object, "the answer"));
  const JsonValue result = root.find("result");
  const JsonValue holder = result.exists() ? result : root;
  const JsonValue tools = holder.find("tools");
  SENTRAIL_TRY(demand(tools, JsonKind::array, "the answer's `tools`"));
  if (const JsonValue more = holder.find("nextCursor"); more.exists()) {
    return wrong("the answer", "is one page of several: join the `tools` of all pages");
  }
  return tools;
}

Result<Tools> tools_of(JsonValue list) {
  Tools tools;
  JsonValue tool = list.first_child();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string place = "tools[" + std::to_string(i) + "]";
    SENTRAIL_TRY(demand(tool, JsonKind::object, place));
    const JsonValue name = tool.find("name");
    SENTRAIL_TRY(demand(name, JsonKind::string, place + ".name"));
    const auto [at, is_new] =
        tools.emplace(name.text(), Locked{digest_of_tool(tool), canonical(tool)});
    if (!is_new) return wrong(place + ".name", "is that of a tool before it: `" + at->first + "`");
    if (i + 1 < list.size()) tool = tool.next();
  }
  return tools;
}

LockChanges changes_between(const Tools& before, const Tools& after) {
  LockChanges changes;
  for (const auto& [name, tool] : after) {
    const auto old = before.find(name);
    if (old == before.end()) {
      changes.added.push_back(name);
    } else if (old->second.digest != tool.digest) {
      changes.changed.push_back(name);
    }
  }
  for (const auto& [name, tool] : before) {
    if (!after.contains(name)) changes.removed.push_back(name);
  }
  return changes;
}

// One line a tool, so that a review shows which changed.
std::string text_of(const Lock& lock) {
  std::string out = "{\n  \"mcp_lock\": 1,\n  \"name\": ";
  append_json_string(out, lock.name);
  out += ",\n  \"servers\": {";
  const char* between = "\n";
  for (const auto& [server, tools] : lock.servers) {
    out += std::exchange(between, ",\n");
    out += "    ";
    append_json_string(out, server);
    out += ": {";
    const char* comma = "\n";
    for (const auto& [name, tool] : tools) {
      out += std::exchange(comma, ",\n");
      out += "      ";
      append_json_string(out, name);
      out += ": {\"sha256\": \"" + tool.digest + "\", \"definition\": " + tool.definition + "}";
    }
    out += tools.empty() ? "}" : "\n    }";
  }
  out += lock.servers.empty() ? "}\n}\n" : "\n  }\n}\n";
  return out;
}

// A lock file puts a tool deeper than an answer does, and holds several servers: what would not be
// read again is not written. in: `server` was locked now.
Status demand_readable(const Lock& lock, const std::string& text, const std::string& server) {
  const Result<JsonDocument> read = wire::parse_json(text);
  if (read) return {};
  const std::string why = ": " + read.error().message;
  for (const auto& [name, tool] : lock.servers.at(server)) {
    const std::string alone = text_of({lock.name, {{server, {{name, tool}}}}});
    if (wire::parse_json(alone)) continue;
    return fail(Errc::limit_exceeded, "tool `" + name + "` of server `" + server +
                                          "` does not fit into a lock file" + why);
  }
  return fail(Errc::limit_exceeded, "the lock file would be too large with the tools of server `" +
                                        server + "`" + why +
                                        ": lock the server in a file of its own");
}

}  // namespace

std::string digest_of_tool(JsonValue definition) {
  return hex_encode(crypto::sha256(canonical(definition)));
}

std::optional<CatalogInfo> read_lock(const Sources& sources, SourceId source,
                                     DiagnosticSink& sink) {
  const auto refused = [&](const Error& error) {
    sink.report({DiagnosticKind::lock_refused,
                 {source, 0, 0},
                 "this is no lock file: " + error.message,
                 {},
                 "write it with `sentrailc lock`"});
    return std::nullopt;
  };
  const Result<JsonDocument> document = wire::parse_json(sources[source].text());
  if (!document) return refused(document.error());
  const Result<Lock> lock = lock_of(document->root());
  if (!lock) return refused(lock.error());
  CatalogInfo info{lock->name, "mcp", {}, true, {}};
  const JsonValue servers = document->root().find("servers");
  for (const auto& [server, tools] : lock->servers) {
    for (const auto& [name, tool] : tools) {
      const JsonValue definition = servers.find(server).find(name).find("definition");
      info.mcp_tools.push_back({server, name, shape_of_schema(definition.find("inputSchema"))});
    }
  }
  return info;
}

Result<NewLock> update_lock(std::string_view before, std::string_view name, std::string_view server,
                            std::string_view listed) {
  Lock lock{std::string(name), {}};
  if (!before.empty()) {
    SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument old, wire::parse_json(before));
    SENTRAIL_ASSIGN_OR_RETURN(lock, lock_of(old.root()));
    if (!name.empty()) lock.name = name;
  }
  if (!is_import_name(lock.name)) {
    return fail(Errc::invalid_argument,
                "a lock file has the name by which policies import it, "
                "such as acme.tools");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument answer, wire::parse_json(listed));
  SENTRAIL_ASSIGN_OR_RETURN(const JsonValue list, tools_listed(answer.root()));
  SENTRAIL_ASSIGN_OR_RETURN(Tools tools, tools_of(list));
  NewLock made;
  Tools& known = lock.servers[std::string(server)];
  made.changes = changes_between(known, tools);
  known = std::move(tools);
  made.text = text_of(lock);
  SENTRAIL_TRY(demand_readable(lock, made.text, std::string(server)));
  return made;
}

}  // namespace sentrail::compiler
