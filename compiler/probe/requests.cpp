// Conversions of requests. See requests.hpp.
#include "compiler/probe/requests.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/ir/policy_text.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "core/time.hpp"
#include "runtime/request/attributes.hpp"

namespace sentrail::compiler::probe {
namespace {

using oracle::NameList;
using oracle::Request;
using oracle::Value;
using oracle::ValueKind;

bool is_named_texts(AttributeId id) {
  return id == AttributeId::http_query || id == AttributeId::http_headers;
}

NameList& names_of(Request& request, AttributeId id) {
  return id == AttributeId::http_query ? request.query : request.headers;
}

void put_named(NameList& list, const ir::AttributeRef& ref, const Value& value) {
  list.unreadable = value.kind == ValueKind::unreadable;
  if (ref.steps.empty() || list.unreadable) {
    list.entries.clear();
    return;
  }
  std::erase_if(list.entries, [&](const auto& entry) { return entry.first == ref.steps.front(); });
  if (value.kind == ValueKind::string) list.entries.emplace_back(ref.steps.front(), value.text);
}

Value* member(Value& object, const std::string& name) {
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    if (object.names[i] == name) return &object.elements[i];
  }
  return nullptr;
}

// Takes the member at the end of `steps` away, and objects that are then empty.
// Recursion ends with the steps of a path (limits::kPathStepsMax).
void take_member(Value& object, std::span<const std::string> steps) {
  if (object.kind != ValueKind::object) return;
  Value* const found = member(object, steps.front());
  if (found == nullptr) return;
  if (steps.size() > 1) {
    take_member(*found, steps.subspan(1));
    if (found->kind != ValueKind::object || !found->names.empty()) return;
  }
  const auto at = found - object.elements.data();
  object.elements.erase(object.elements.begin() + at);
  object.names.erase(object.names.begin() + at);
}

void put_member(Value& root, std::span<const std::string> steps, const Value& value) {
  Value* at = &root;
  for (const std::string& step : steps) {
    if (at->kind != ValueKind::object) *at = value_of_kind(ValueKind::object);
    Value* next = member(*at, step);
    if (next == nullptr) {
      at->names.push_back(step);
      next = &at->elements.emplace_back();
    }
    at = next;
  }
  *at = value;
}

Value plain_value(JsonValue json) {
  switch (json.kind()) {
    case JsonKind::null:
      return value_of_kind(ValueKind::null);
    case JsonKind::boolean:
      return boolean_value(json.boolean());
    case JsonKind::number:
      return number_value(std::string(json.text()));
    case JsonKind::string:
      return text_value(std::string(json.text()));
    case JsonKind::array:
    case JsonKind::object:
      break;
  }
  const bool object = json.kind() == JsonKind::object;
  Value out = value_of_kind(object ? ValueKind::object : ValueKind::list);
  JsonValue child = json.first_child();
  for (std::size_t left = json.size(); left > 0; --left) {
    if (object) {
      out.names.emplace_back(child.text());
      child = child.next();
    }
    out.elements.push_back(plain_value(child));  // depth: limits::kJsonDepthMax
    if (left > 1) child = child.next();
  }
  return out;
}

Value plain_value(const Fact& fact) {
  switch (fact.kind) {
    case FactKind::absent:
      return {};
    case FactKind::unreadable:
      return value_of_kind(ValueKind::unreadable);
    case FactKind::null:
      return value_of_kind(ValueKind::null);
    case FactKind::boolean:
      return boolean_value(fact.boolean);
    case FactKind::number:
      return number_value(std::string(fact.text));
    case FactKind::string:
      return text_value(std::string(fact.text));
    case FactKind::string_set: {
      std::vector<Value> elements;
      for (const std::string_view one : fact.set) elements.push_back(text_value(std::string(one)));
      return list_value(std::move(elements));
    }
    case FactKind::array:
    case FactKind::object:
      return plain_value(fact.json);
  }
  return {};
}

// The instant is in the facts, whoever gave it.
Value plain_time(const Facts& facts) {
  const bool known = facts.now_ms != 0 && facts.now_ms != Facts{}.now_ms;
  if (known) return text_value(format_rfc3339_ms(facts.now_ms));
  return facts[AttributeId::time].kind == FactKind::absent ? Value{}
                                                           : value_of_kind(ValueKind::unreadable);
}

NameList plain_names(const NamedTexts& texts) {
  NameList out;
  out.unreadable = texts.unreadable;
  for (const NamedText& entry : texts.entries) out.entries.emplace_back(entry.name, entry.value);
  return out;
}

void write(JsonWriter& json, const Value& value) {
  switch (value.kind) {
    case ValueKind::absent:
    case ValueKind::null:
      json.null();
      return;
    case ValueKind::unreadable:
      json.begin_object().key("$unreadable").boolean(true).end_object();
      return;
    case ValueKind::boolean:
      json.boolean(value.boolean);
      return;
    case ValueKind::number:
      json.raw_number(value.text);
      return;
    case ValueKind::string:
      json.string(value.text);
      return;
    case ValueKind::list:
      json.begin_array();
      for (const Value& element : value.elements) write(json, element);
      json.end_array();
      return;
    case ValueKind::object:
      json.begin_object();
      for (std::size_t i = 0; i < value.names.size(); ++i) {
        json.key(value.names[i]);
        write(json, value.elements[i]);
      }
      json.end_object();
      return;
  }
}

bool has_repeats(const NameList& list) {
  std::set<std::string> seen;
  return std::ranges::any_of(list.entries,
                             [&](const auto& entry) { return !seen.insert(entry.first).second; });
}

// Calls `visit(attribute, value)` for all that the request holds, in the order of the schema.
template <class Visit>
void for_values(const Request& request, const Visit& visit) {
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const auto id = static_cast<AttributeId>(i);
    if (is_named_texts(id)) {
      const NameList& list = id == AttributeId::http_query ? request.query : request.headers;
      Value value = value_of_kind(list.unreadable ? ValueKind::unreadable : ValueKind::object);
      for (const auto& [name, text] : list.entries) {
        value.names.push_back(name);
        value.elements.push_back(text_value(text));
      }
      if (list.unreadable || !list.entries.empty()) visit(id, value);
      continue;
    }
    const auto found = request.values.find(std::string(row_of(id).name));
    if (found == request.values.end() || found->second.kind == ValueKind::absent) continue;
    visit(id, found->second);
  }
}

// A string as policy text; nothing if it would need a character that strings cannot hold.
std::optional<std::string> quoted(const std::string& text) {
  if (!is_valid_utf8(text)) return std::nullopt;
  return ir::string_literal(text);
}

// A plain value, or a list of such, as policy text.
std::optional<std::string> literal(const Value& value, bool lists) {
  switch (value.kind) {
    case ValueKind::boolean:
      return std::string(value.boolean ? "true" : "false");
    case ValueKind::number:
      return value.text;
    case ValueKind::string:
      return quoted(value.text);
    case ValueKind::list: {
      if (!lists) return std::nullopt;
      std::string out = "[";
      for (const Value& element : value.elements) {
        const auto one = literal(element, false);
        if (!one) return std::nullopt;
        out += (out.size() > 1 ? ", " : "") + *one;
      }
      return out + "]";
    }
    default:
      return std::nullopt;
  }
}

bool append_given(std::string& out, const ir::AttributeRef& ref, const Value& value) {
  if (value.kind == ValueKind::object && !value.names.empty()) {
    for (std::size_t i = 0; i < value.names.size(); ++i) {
      ir::AttributeRef below = ref;
      below.steps.push_back(value.names[i]);
      if (!append_given(out, below, value.elements[i])) return false;  // depth: kJsonDepthMax
    }
    return true;
  }
  std::optional<std::string> text = "unreadable";
  if (value.kind != ValueKind::unreadable) text = literal(value, true);
  // A risk's name stands as a word.
  if (ref.attribute == AttributeId::risk && value.kind == ValueKind::string) text = value.text;
  if (!text) return false;
  out += (out.empty() ? "" : ", ") + to_string(ref) + " = " + *text;
  return true;
}

// No answer has no parts, and what has a part is there.
void put_phase(Request& request, const ir::AttributeRef& ref, const Value& value) {
  const std::string answer(row_of(AttributeId::response).name);
  if (ref.attribute != AttributeId::response) {
    if (value.kind != ValueKind::absent) request.values[answer] = boolean_value(true);
  } else if (value.kind == ValueKind::absent) {
    std::erase_if(request.values,
                  [&](const auto& one) { return one.first.starts_with(answer + "."); });
  }
}

}  // namespace

Value text_value(std::string text) {
  Value value = value_of_kind(ValueKind::string);
  value.text = std::move(text);
  return value;
}

Value number_value(std::string number) {
  Value value = value_of_kind(ValueKind::number);
  value.text = std::move(number);
  return value;
}

Value boolean_value(bool truth) {
  Value value = value_of_kind(ValueKind::boolean);
  value.boolean = truth;
  return value;
}

Value list_value(std::vector<Value> elements) {
  Value value = value_of_kind(ValueKind::list);
  value.elements = std::move(elements);
  return value;
}

Value value_of_kind(ValueKind kind) {
  Value value;
  value.kind = kind;
  return value;
}

void put(Request& request, const ir::AttributeRef& ref, const Value& value) {
  if (is_named_texts(ref.attribute)) {
    put_named(names_of(request, ref.attribute), ref, value);
    return;
  }
  if (is_of_answers(ref.attribute)) put_phase(request, ref, value);
  const std::string name(row_of(ref.attribute).name);
  Value& root = request.values[name];
  // One count that is not known is not there.
  const bool unknown = ref.attribute == AttributeId::session_count && !ref.steps.empty() &&
                       value.kind == ValueKind::unreadable;
  if (!unknown && (ref.steps.empty() || value.kind == ValueKind::unreadable)) {
    root = value;
  } else if (!unknown && value.kind != ValueKind::absent) {
    put_member(root, ref.steps, value);
  } else {
    const bool object = root.kind == ValueKind::object;
    take_member(root, ref.steps);
    if (object && root.names.empty()) root = {};
  }
  if (root.kind == ValueKind::absent) request.values.erase(name);
}

Request plain_request(const Facts& facts) {
  Request out;
  for (std::size_t i = 0; i < kAttributeCount; ++i) {
    const auto id = static_cast<AttributeId>(i);
    if (is_named_texts(id)) continue;
    Value value = id == AttributeId::time ? plain_time(facts) : plain_value(facts[id]);
    if (is_of_session(id) && value.kind == ValueKind::unreadable) continue;
    if (value.kind != ValueKind::absent) {
      out.values.emplace(row_of(id).name, std::move(value));
    }
  }
  out.query = plain_names(facts.query);
  out.headers = plain_names(facts.headers);
  return out;
}

std::optional<std::string> request_json(const Request& request) {
  if (has_repeats(request.query) || has_repeats(request.headers)) return std::nullopt;
  std::string out;
  JsonWriter json(&out);
  json.begin_object().key("attributes").begin_object();
  for_values(request, [&](AttributeId id, const Value& value) {
    json.key(row_of(id).name);
    write(json, value);
  });
  json.end_object().end_object();
  return out;
}

Result<request::Request> engine_request(const Request& request) {
  if (has_repeats(request.query) || has_repeats(request.headers)) {
    return fail(Errc::invalid_argument, "a parameter or header stands twice");
  }
  std::vector<request::GivenAttribute> given;
  for_values(request, [&](AttributeId id, const Value& value) {
    request::GivenAttribute one;
    one.attribute = id;
    one.unreadable = value.kind == ValueKind::unreadable;
    JsonWriter json(&one.json);
    write(json, value);
    given.push_back(std::move(one));
  });
  return request::with_attributes(request::bare_request({}), given);
}

std::optional<std::string> given_text(const Request& request) {
  if (has_repeats(request.query) || has_repeats(request.headers)) return std::nullopt;
  std::string out;
  bool sound = true;
  for_values(request, [&](AttributeId id, const Value& value) {
    sound = sound && append_given(out, ir::AttributeRef{id, {}}, value);
  });
  if (!sound || out.empty()) return std::nullopt;
  return out;
}

std::string show(const Value& value) {
  if (value.kind == ValueKind::absent) return "(absent)";
  if (value.kind == ValueKind::unreadable) return "(unreadable)";
  std::string out;
  JsonWriter json(&out);
  write(json, value);
  return cap_characters(escape_display(out), 120);
}

}  // namespace sentrail::compiler::probe
