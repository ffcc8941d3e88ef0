// Reads requests from JSON. See read_requests.hpp.
#include "runtime/request/read_requests.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "core/json_writer.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "runtime/request/attributes.hpp"
#include "wire/json.hpp"

namespace sentrail::request {
namespace {

constexpr std::string_view kUnreadable = "$unreadable";

// The levels around a body: the whole, `items`, one of them, `attributes`.
constexpr std::size_t kDepthAround = 4;

Status wrong(std::string_view place, const std::string& why) {
  const std::string at = place.empty()
                             ? "the request"
                             : "`" + cap_characters(escape_display(place), kShownNameMax) + "`";
  return fail(Errc::invalid_argument, at + " " + why);
}

std::string below(std::string_view place, std::string_view key) {
  return place.empty() ? std::string(key) : std::string(place) + "." + std::string(key);
}

// Calls `visit(key, value)` for each member until one fails. REQUIRES: an object.
template <class Visit>
Status for_members(JsonValue object, const Visit& visit) {
  JsonValue key = object.first_child();
  for (std::size_t left = object.size(); left > 0; --left) {
    SENTRAIL_TRY(visit(key.text(), key.next()));
    if (left > 1) key = key.next().next();
  }
  return {};
}

Status unknown_key(std::string_view place, std::string_view key,
                   std::span<const std::string_view> known) {
  std::string why = "is no key here";
  if (const auto near = closest(key, known)) why += ": did you mean `" + std::string(*near) + "`?";
  return wrong(below(place, key), why);
}

Status only_keys(std::string_view place, JsonValue object,
                 std::initializer_list<std::string_view> known) {
  return for_members(object, [&](std::string_view key, JsonValue) -> Status {
    for (const std::string_view one : known) {
      if (one == key) return {};
    }
    return unknown_key(place, key, {known.begin(), known.size()});
  });
}

Result<std::string> read_string(std::string_view place, JsonValue value) {
  if (value.kind() == JsonKind::string) return std::string(value.text());
  return tl::make_unexpected(wrong(place, "is not a string").error());
}

Status read_optional(std::string_view place, JsonValue object, std::string_view key,
                     std::optional<std::string>& out) {
  const JsonValue value = object.find(key);
  if (!value.exists()) return {};
  SENTRAIL_ASSIGN_OR_RETURN(out, read_string(below(place, key), value));
  return {};
}

Status read_strings(std::string_view place, JsonValue object, std::string_view key,
                    std::optional<std::vector<std::string>>& out) {
  const JsonValue value = object.find(key);
  if (!value.exists()) return {};
  if (value.kind() != JsonKind::array) return wrong(below(place, key), "is not a list of strings");
  out.emplace();
  JsonValue element = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    SENTRAIL_ASSIGN_OR_RETURN(std::string text, read_string(below(place, key), element));
    out->push_back(std::move(text));
    if (left > 1) element = element.next();
  }
  return {};
}

Status read_agent(std::string_view place, JsonValue agent, Identity& out) {
  if (agent.kind() != JsonKind::object) return wrong(place, "is not an object");
  SENTRAIL_TRY(
      only_keys(place, agent, {"id", "name", "roles", "registered", "owner", "client", "ip"}));
  SENTRAIL_TRY(read_optional(place, agent, "id", out.agent_id));
  SENTRAIL_TRY(read_optional(place, agent, "name", out.agent_name));
  SENTRAIL_TRY(read_optional(place, agent, "owner", out.agent_owner));
  SENTRAIL_TRY(read_optional(place, agent, "client", out.agent_client));
  SENTRAIL_TRY(read_optional(place, agent, "ip", out.agent_ip));
  SENTRAIL_TRY(read_strings(place, agent, "roles", out.agent_roles));
  const JsonValue registered = agent.find("registered");
  if (!registered.exists()) return {};
  if (registered.kind() != JsonKind::boolean) {
    return wrong(below(place, "registered"), "is neither true nor false");
  }
  out.agent_registered = registered.boolean();
  return {};
}

// When it was asked, as RFC 3339 says it.
Status read_time(std::string_view place, JsonValue object, Identity& out) {
  std::optional<std::string> text;
  SENTRAIL_TRY(read_optional(place, object, "time", text));
  if (!text) return {};
  const Result<Instant> instant = parse_rfc3339(*text);
  if (!instant || instant->unix_ms <= 0) {
    return wrong(below(place, "time"), "is no instant since 1970, as `2026-11-20T17:59:00Z`");
  }
  out.now_ms = instant->unix_ms;
  return {};
}

// Reads agent, user, env, workspace, source and time over what `out` holds.
Status read_identity(std::string_view place, JsonValue object, Identity& out) {
  if (const JsonValue agent = object.find("agent"); agent.exists()) {
    SENTRAIL_TRY(read_agent(below(place, "agent"), agent, out));
  }
  if (const JsonValue user = object.find("user"); user.exists()) {
    const std::string at = below(place, "user");
    if (user.kind() != JsonKind::object) return wrong(at, "is not an object");
    SENTRAIL_TRY(only_keys(at, user, {"id", "groups"}));
    SENTRAIL_TRY(read_optional(at, user, "id", out.user_id));
    SENTRAIL_TRY(read_strings(at, user, "groups", out.user_groups));
  }
  SENTRAIL_TRY(read_optional(place, object, "env", out.env));
  SENTRAIL_TRY(read_optional(place, object, "workspace", out.workspace));
  SENTRAIL_TRY(read_time(place, object, out));
  return read_optional(place, object, "source", out.source);
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
}

Status append_query(std::string_view place, JsonValue query, std::string& target) {
  if (query.kind() != JsonKind::object) return wrong(place, "is not an object of strings");
  return for_members(query, [&](std::string_view name, JsonValue value) -> Status {
    SENTRAIL_ASSIGN_OR_RETURN(const std::string text, read_string(below(place, name), value));
    target += target.find('?') == std::string::npos ? '?' : '&';
    append_encoded(target, name);
    target += '=';
    append_encoded(target, text);
    return {};
  });
}

Status read_headers(std::string_view place, JsonValue headers, std::vector<Header>& out) {
  if (headers.kind() != JsonKind::object) return wrong(place, "is not an object of strings");
  return for_members(headers, [&](std::string_view name, JsonValue value) -> Status {
    SENTRAIL_ASSIGN_OR_RETURN(std::string text, read_string(below(place, name), value));
    out.push_back({std::string(name), std::move(text)});
    return {};
  });
}

bool has_content_type(const std::vector<Header>& headers) {
  for (const Header& header : headers) {
    if (equal_ignoring_ascii_case(header.name, "content-type")) return true;
  }
  return false;
}

// `body` is a value, sent as JSON; `body_text` is what was sent, to the byte.
Status read_body(std::string_view place, JsonValue object, RawRequest& out) {
  const JsonValue value = object.find("body");
  const JsonValue text = object.find("body_text");
  if (value.exists() && text.exists()) {
    return wrong(below(place, "body_text"), "and `body` are both given: keep one");
  }
  if (text.exists()) {
    SENTRAIL_ASSIGN_OR_RETURN(out.body, read_string(below(place, "body_text"), text));
  } else if (value.exists()) {
    out.body.emplace();
    JsonWriter(&*out.body).raw(value);
  } else {
    return {};
  }
  if (!has_content_type(out.headers)) out.headers.push_back({"content-type", "application/json"});
  return {};
}

class Reader {
 public:
  Reader(const CatalogView& catalogs, std::shared_ptr<const JsonDocument> document)
      : catalogs_(catalogs), document_(std::move(document)) {}

  Status read_all() {
    SENTRAIL_TRY(read("", document_->root(), Identity{}, false));
    return read_around(document_->root());
  }

  std::vector<Request> finish() && { return std::move(requests_); }

 private:
  Status read(std::string_view place, JsonValue object, const Identity& identity, bool nested) {
    if (object.kind() != JsonKind::object) return wrong(place, "is not an object");
    if (object.find("attributes").exists()) return attributes(place, object, identity, nested);
    if (!nested && object.find("items").exists()) return items(place, object, identity);
    return raw(place, object, identity, nested);
  }

  // What was answered to all that was read, and what the session had done before.
  Status read_around(JsonValue object) {
    static constexpr std::array<Part, 4> kResponse = {
        {{"status", AttributeId::response_status},
         {"headers", AttributeId::response_headers},
         {"body", AttributeId::response_body},
         {"findings", AttributeId::content_findings}}};
    static constexpr std::array<Part, 4> kSession = {{{"calls", AttributeId::session_calls},
                                                      {"writes", AttributeId::session_writes},
                                                      {"taints", AttributeId::session_taints},
                                                      {"count", AttributeId::session_count}}};
    std::vector<GivenValue> given;
    SENTRAIL_TRY(read_parts(object, "response", kResponse, given));
    SENTRAIL_TRY(read_parts(object, "session", kSession, given));
    std::vector<GivenAttribute> answer;  // also one of which nothing is given is there
    if (object.find("response").exists()) answer.push_back({AttributeId::response, {}, "true"});
    if (given.empty() && answer.empty()) return {};
    for (Request& request : requests_) {
      SENTRAIL_ASSIGN_OR_RETURN(request, with_attributes(request, answer));
      SENTRAIL_ASSIGN_OR_RETURN(request, with_values(request, given, document_));
    }
    return {};
  }

  // A key of an object, and the attribute that it gives.
  struct Part {
    std::string_view key;
    AttributeId attribute;
  };

  static Status read_parts(JsonValue request, std::string_view key, std::span<const Part> parts,
                           std::vector<GivenValue>& given) {
    const JsonValue object = request.find(key);
    if (!object.exists()) return {};
    if (object.kind() != JsonKind::object) return wrong(key, "is not an object");
    std::vector<std::string_view> known;
    for (const Part& part : parts) known.push_back(part.key);
    return for_members(object, [&](std::string_view name, JsonValue value) -> Status {
      const auto part = std::ranges::find(parts, name, &Part::key);
      if (part == parts.end()) return unknown_key(key, name, known);
      GivenValue& one = given.emplace_back();
      one.attribute = part->attribute;
      return fill(key, name, value, one);
    });
  }

  Status items(std::string_view place, JsonValue object, Identity identity) {
    SENTRAIL_TRY(only_keys(place, object,
                           {"items", "agent", "user", "env", "workspace", "source", "time", "state",
                            "response", "session"}));
    SENTRAIL_TRY(read_identity(place, object, identity));
    const JsonValue list = object.find("items");
    if (list.kind() != JsonKind::array || list.size() == 0) {
      return wrong("items", "is not a list of requests");
    }
    if (list.size() > limits::kRequestItemsMax) {
      return wrong("items",
                   "has more than " + std::to_string(limits::kRequestItemsMax) + " requests");
    }
    JsonValue item = list.first_child();
    for (std::size_t i = 0; i < list.size(); ++i) {
      SENTRAIL_TRY(read("items[" + std::to_string(i) + "]", item, identity, true));
      if (i + 1 < list.size()) item = item.next();
    }
    return {};
  }

  Status raw(std::string_view place, JsonValue object, Identity identity, bool nested) {
    static constexpr std::array<std::string_view, 19> kKeys = {
        "tool",       "method", "path",  "query",    "headers",   "host",   "body",
        "body_text",  "agent",  "user",  "env",      "workspace", "source", "time",
        "attributes", "items",  "state", "response", "session"};
    const std::span known = std::span(kKeys).first(kKeys.size() - (nested ? 4 : 0));
    SENTRAIL_TRY(for_members(object, [&](std::string_view key, JsonValue) -> Status {
      for (const std::string_view one : known) {
        if (one == key) return {};
      }
      return unknown_key(place, key, known);
    }));
    RawRequest out;
    SENTRAIL_TRY(required(place, object, "tool", out.tool));
    SENTRAIL_TRY(required(place, object, "method", out.method));
    SENTRAIL_TRY(required(place, object, "path", out.target));
    std::optional<std::string> host;
    SENTRAIL_TRY(read_optional(place, object, "host", host));
    out.host = std::move(host).value_or("");
    if (const JsonValue query = object.find("query"); query.exists()) {
      SENTRAIL_TRY(append_query(below(place, "query"), query, out.target));
    }
    if (const JsonValue headers = object.find("headers"); headers.exists()) {
      SENTRAIL_TRY(read_headers(below(place, "headers"), headers, out.headers));
    }
    SENTRAIL_TRY(read_body(place, object, out));
    SENTRAIL_TRY(read_identity(place, object, identity));
    auto made = make_requests(std::move(out), std::move(identity), catalogs_);
    if (!made.has_value()) {
      return fail(made.error().code, "the gate refuses this request: " + made.error().message);
    }
    requests_.insert(requests_.end(), made->begin(), made->end());
    return {};
  }

  static Status required(std::string_view place, JsonValue object, std::string_view key,
                         std::string& out) {
    const JsonValue value = object.find(key);
    if (!value.exists()) {
      return wrong(below(place, key),
                   "is missing: a request has tool, method and path, or "
                   "attributes");
    }
    SENTRAIL_ASSIGN_OR_RETURN(out, read_string(below(place, key), value));
    return {};
  }

  Status attributes(std::string_view place, JsonValue object, const Identity& identity,
                    bool nested) {
    SENTRAIL_TRY(
        nested ? only_keys(place, object, {"attributes"})
               : only_keys(place, object, {"attributes", "state", "at", "response", "session"}));
    const std::string at = below(place, "attributes");
    const JsonValue given = object.find("attributes");
    if (given.kind() != JsonKind::object) return wrong(at, "is not an object");
    std::vector<GivenValue> out;
    out.reserve(given.size());
    SENTRAIL_TRY(gather(at, "", given, out));
    Result<Request> request = with_values(bare_request(identity), out, document_);
    if (!request) return tl::make_unexpected(std::move(request).error());
    requests_.push_back(*std::move(request));
    return {};
  }

  // Nested objects and dotted names both lead to attributes: `prefix` is the name so far, and with
  // `root` before it the place. Recursion ends at the longest attribute's name.
  Status gather(std::string_view root, const std::string& prefix, JsonValue object,
                std::vector<GivenValue>& out) {
    return for_members(object, [&](std::string_view key, JsonValue value) -> Status {
      const std::string name = below(prefix, key);
      // `response` is an attribute, and the beginning of others.
      const bool group = value.kind() == JsonKind::object && !value.find(kUnreadable).exists() &&
                         name == row_of(AttributeId::response).name;
      if (auto given = group ? std::nullopt : named(name)) {
        const Status filled = fill(root, name, value, *given);
        if (filled) out.push_back(*std::move(given));
        return filled;
      }
      if (!is_prefix(name)) return unknown_attribute(below(root, name), name);
      if (value.kind() != JsonKind::object) return wrong(below(root, name), "is not an object");
      return gather(root, name, value, out);
    });
  }

  // `http.headers.x-a` is the member `x-a` of `http.headers`.
  static std::optional<GivenValue> named(std::string_view name) {
    for (std::size_t i = 0; i < kAttributeCount; ++i) {
      const Attribute& row = kAttributes[i];
      const bool longer = name.size() > row.name.size() && row.has_members &&
                          name.starts_with(row.name) && name[row.name.size()] == '.';
      if (name != row.name && !longer) continue;
      GivenValue given;
      given.attribute = static_cast<AttributeId>(i);
      if (!longer) return given;
      add_steps(name.substr(row.name.size() + 1), given);
      return given;
    }
    return std::nullopt;
  }

  static void add_steps(std::string_view rest, GivenValue& given) {
    const bool json = row_of(given.attribute).type == Type::json;
    while (json && rest.find('.') != std::string_view::npos) {
      given.steps.emplace_back(rest.substr(0, rest.find('.')));
      rest = rest.substr(rest.find('.') + 1);
    }
    given.steps.emplace_back(rest);
  }

  static bool is_prefix(std::string_view name) {
    for (const Attribute& row : kAttributes) {
      if (row.name.size() > name.size() && row.name.starts_with(name) &&
          row.name[name.size()] == '.') {
        return true;
      }
    }
    return false;
  }

  static Status unknown_attribute(std::string_view place, std::string_view name) {
    std::array<std::string_view, kAttributeCount> names;
    for (std::size_t i = 0; i < kAttributeCount; ++i) names[i] = kAttributes[i].name;
    std::string why = "is no attribute";
    if (const auto near = closest(name, names)) {
      why += ": did you mean `" + std::string(*near) + "`?";
    }
    return wrong(place, why);
  }

  static Status fill(std::string_view root, std::string_view name, JsonValue value,
                     GivenValue& out) {
    const JsonValue mark = value.find(kUnreadable);
    if (!mark.exists()) {
      out.value = value;
      return {};
    }
    if (value.size() != 1 || mark.kind() != JsonKind::boolean || !mark.boolean()) {
      return wrong(below(root, name), "is unreadable only as `{\"$unreadable\": true}`");
    }
    out.unreadable = true;
    return {};
  }

  const CatalogView& catalogs_;
  std::shared_ptr<const JsonDocument> document_;  // requests view its values
  std::vector<Request> requests_;
};

}  // namespace

Result<std::vector<Request>> read_requests(std::string_view json, const CatalogView& catalogs) {
  auto document = wire::parse_json(json, limits::kJsonDepthMax + kDepthAround);
  if (!document.has_value()) {
    return fail(document.error().code, "the request is no JSON: " + document.error().message);
  }
  Reader reader(catalogs, std::make_shared<const JsonDocument>(*std::move(document)));
  SENTRAIL_TRY(reader.read_all());
  return std::move(reader).finish();
}

}  // namespace sentrail::request
