// Rules for calls. See always_rule.hpp.
#include "runtime/gateway/always_rule.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include "core/encoding.hpp"
#include "core/json.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/time.hpp"

namespace sentrail::gateway {
namespace {

// Members of a body that a rule may name: more than that nobody reads.
constexpr std::size_t kPinnedMax = 16;
constexpr std::size_t kPinnedBytesMax = 200;
constexpr std::int64_t kHourMs = 3'600'000;

// A text as a string of the language; nothing if it is no UTF-8.
std::optional<std::string> quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point.valid) return std::nullopt;
    at += point.size;
    if (point.value == U'"' || point.value == U'\\') {
      out += '\\';
      out += static_cast<char>(point.value);
    } else if (point.value >= 0x20 && point.value < 0x7f) {
      out += static_cast<char>(point.value);
    } else {
      char escape[16];
      std::snprintf(escape, sizeof escape, "\\u{%x}", static_cast<unsigned>(point.value));
      out += escape;
    }
  }
  return out + '"';
}

// One argument and what it must be: a comparison and a value given in a test.
struct Pin {
  std::string path;
  std::string value;
};

// What the arguments must be.
struct Pins {
  std::vector<Pin> body;
  std::vector<Pin> query;
  std::string shape;  // the test that leaves no room for a further member; empty: any arguments
  bool empty_object = false;
};

std::optional<Pin> pin_of(std::string_view name, JsonValue value) {
  const auto step = quoted(name);
  if (!step || name.size() > kPinnedBytesMax) return std::nullopt;
  Pin pin{"body." + *step, {}};
  switch (value.kind()) {
    case JsonKind::boolean:
      pin.value = value.boolean() ? "true" : "false";
      return pin;
    case JsonKind::number:
      if (value.text().size() > 18) return std::nullopt;
      pin.value = std::string(value.text());
      return pin;
    case JsonKind::string: {
      auto text = quoted(value.text());
      if (!text || value.text().size() > kPinnedBytesMax) return std::nullopt;
      pin.value = *std::move(text);
      return pin;
    }
    default:
      return std::nullopt;
  }
}

tl::unexpected<Error> cannot(std::string_view what) {
  return fail(Errc::conflict, "its arguments cannot be written down (" + std::string(what) +
                                  "); ask for a rule with any arguments, or write it by hand");
}

Status pin_body(const Fact& body, Pins& pins) {
  if (body.kind == FactKind::absent) {
    pins.shape = "body is absent";
    return {};
  }
  if (body.kind != FactKind::object) return cannot("the body is no JSON object");
  const JsonValue root = body.json;
  if (root.size() > kPinnedMax) return cannot("there are too many");
  JsonValue name = root.size() > 0 ? root.first_child() : JsonValue{};
  for (std::size_t left = root.size(); left > 0; --left) {
    const JsonValue value = name.next();
    std::optional<Pin> pin = pin_of(name.text(), value);
    if (!pin) return cannot("`" + escape_display(name.text()) + "`");
    pins.body.push_back(*std::move(pin));
    if (left > 1) name = value.next();
  }
  pins.empty_object = pins.body.empty();
  pins.shape = "size(body) == " + std::to_string(pins.body.size());
  return {};
}

Status pin_query(const NamedTexts& query, Pins& pins) {
  if (query.unreadable) return cannot("the query");
  if (query.entries.size() > kPinnedMax) return cannot("there are too many");
  for (const NamedText& parameter : query.entries) {
    const auto twice =
        std::count_if(query.entries.begin(), query.entries.end(),
                      [&](const NamedText& at) { return at.name == parameter.name; });
    const auto name = quoted(parameter.name);
    auto value = quoted(parameter.value);
    if (twice > 1 || !name || !value ||
        parameter.name.size() + parameter.value.size() > kPinnedBytesMax) {
      return cannot("query parameter `" + escape_display(parameter.name) + "`");
    }
    pins.query.push_back({"http.query." + *name, *std::move(value)});
  }
  return {};
}

// All arguments. fails: conflict if one cannot be pinned: the rule would allow more than was
// looked at.
Result<Pins> pins_of(const AlwaysArguments& arguments) {
  Pins pins;
  SENTRAIL_TRY(pin_body(arguments.body, pins));
  SENTRAIL_TRY(pin_query(arguments.query, pins));
  return pins;
}

// RFC 3339 with whole seconds, as the language has instants.
std::string instant(std::int64_t unix_ms) {
  return format_rfc3339(Instant{unix_ms / 1'000 * 1'000});
}

struct Texts {
  std::string tool;
  std::string action;
  std::string agent;
  std::string resource_type;
  std::string resource;
  std::string target;
  std::string owner;
};

Result<Texts> texts_of(const store::ActionRecord& record, std::string_view target,
                       const AlwaysWish& wish) {
  Texts texts;
  const std::string& resource =
      wish.resource_pattern.empty() ? record.resource_id : wish.resource_pattern;
  const std::pair<std::string*, std::string_view> all[] = {
      {&texts.tool, record.tool},      {&texts.action, record.action},
      {&texts.agent, record.agent_id}, {&texts.resource_type, record.resource_type},
      {&texts.resource, resource},     {&texts.target, target},
      {&texts.owner, wish.owner}};
  for (const auto& [out, text] : all) {
    auto written = quoted(text);
    if (!written || text.size() > limits::kAuditPreviewBytesMax) {
      return fail(Errc::conflict, "a text of this call cannot be written down");
    }
    *out = *std::move(written);
  }
  return texts;
}

std::string rule_text(const store::ActionRecord& record, const Texts& texts, const Pins& pins,
                      const AlwaysWish& wish, const AlwaysRule& made, std::int64_t now_ms) {
  std::string text;
  if (record.kind == store::ActionKind::forward && !pins.shape.empty()) {
    text += "  # Of query parameters it says nothing but of those of the call.\n";
  }
  text += "  rule " + made.name + ": allow\n    when tool == " + texts.tool +
          " and action == " + texts.action + "\n      and agent.id == " + texts.agent;
  if (!record.resource_type.empty()) text += "\n      and resource.type == " + texts.resource_type;
  if (!wish.resource_pattern.empty()) {
    text += "\n      and resource.id ~ " + texts.resource;
  } else if (!record.resource_id.empty()) {
    text += "\n      and resource.id == " + texts.resource;
  }
  for (const Pin& pin : pins.body) text += "\n      and " + pin.path + " == " + pin.value;
  if (!pins.shape.empty()) text += "\n      and " + pins.shape;
  for (const Pin& pin : pins.query) text += "\n      and " + pin.path + " == " + pin.value;
  text += "\n      and time in " + instant(now_ms) + ".." + instant(made.until_ms);
  text += "\n    limit " + std::to_string(wish.uses) + " per " + std::to_string(wish.hours) +
          "h else require_approval";
  text += "\n    owner " + texts.owner;
  text += "\n    ticket \"approval " + format_uuid(record.action_id) + "\"";
  // A day is the least that `until` knows; the instants above are the exact end.
  text += "\n    until " + instant(made.until_ms).substr(0, 10) + "\n";
  return text;
}

std::string tests_text(const store::ActionRecord& record, const Texts& texts, const Pins& pins,
                       const AlwaysRule& made, std::int64_t now_ms) {
  const auto given = [&](std::string_view agent) {
    std::string text = "  given ";
    if (record.kind == store::ActionKind::forward) {
      text += record.tool + " " + record.method + " " + texts.target +
              (pins.empty_object ? " body {} with " : " with ");
    } else {
      text += "with tool = " + texts.tool + ", action = " + texts.action +
              ", risk = " + std::string(name_of(record.risk)) + ", ";
      if (!record.resource_type.empty()) text += "resource.type = " + texts.resource_type + ", ";
      if (!record.resource_id.empty()) {
        text += "resource.id = " + quoted(record.resource_id).value_or("\"\"") + ", ";
      }
    }
    for (const Pin& pin : pins.body) text += pin.path + " = " + pin.value + ", ";
    return text + "agent.id = " + std::string(agent) + ", time = " + instant(now_ms) + "\n";
  };
  std::string other = texts.agent;
  other.insert(other.size() - 1, "-other");
  return "test \"" + made.name + ": its call\" {\n" + given(texts.agent) + "  expect allow by " +
         made.name + "\n}\n\ntest \"" + made.name + ": not of another agent\" {\n" + given(other) +
         "  expect require_approval\n}\n";
}

// Where the rule must stand: in front of the one that held the call, in its tier.
void place(const store::ActionRecord& record, std::string_view policy, AlwaysRule& made) {
  made.module = std::string(policy);
  const std::size_t rule = record.rule.rfind('.');
  if (rule == std::string::npos || rule == 0) return;
  const std::size_t tier = record.rule.rfind('.', rule - 1);
  if (tier == std::string::npos) return;
  made.module = record.rule.substr(0, tier);
  made.tier = record.rule.substr(tier + 1, rule - tier - 1);
  made.before = record.rule.substr(rule + 1);
}

void append_lines(std::string& out, std::string_view mark, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    out.append(mark).append(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<AlwaysRule> always_rule(const store::ActionRecord& record, std::string_view target,
                               const AlwaysArguments& arguments, std::string_view policy,
                               const AlwaysWish& wish, std::int64_t now_ms) {
  if (record.risk == Risk::critical) {
    return fail(Errc::conflict, "what is critical is decided each time by people");
  }
  if (record.agent_id.empty()) {
    return fail(Errc::conflict, "the call names no agent: a rule for it would be one for all");
  }
  SENTRAIL_ASSIGN_OR_RETURN(const Texts texts, texts_of(record, target, wish));
  Pins pins;
  if (wish.exact_arguments) {
    SENTRAIL_ASSIGN_OR_RETURN(pins, pins_of(arguments));
  }
  AlwaysRule made;
  made.name = "always_" + hex_encode(record.approval_hash).substr(0, 12);
  made.until_ms = now_ms + wish.hours * kHourMs;
  place(record, policy, made);
  made.rule = rule_text(record, texts, pins, wish, made, now_ms);
  if (made.tier.empty()) made.rule = "tier " + made.name + " {\n" + made.rule + "}\n";
  made.tests = tests_text(record, texts, pins, made, now_ms);
  return made;
}

std::string diff_of(const AlwaysRule& rule) {
  std::string out = "--- policy " + rule.module + "\n+++ policy " + rule.module + "\n";
  if (rule.tier.empty()) {
    out += "@@ behind the last tier @@\n";
  } else {
    out += "@@ tier " + rule.tier + ", in front of rule " + rule.before + " @@\n";
  }
  append_lines(out, "+", rule.rule);
  out += "@@ behind the last test @@\n";
  append_lines(out, "+", rule.tests);
  return out;
}

}  // namespace sentrail::gateway
