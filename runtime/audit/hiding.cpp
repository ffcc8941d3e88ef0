// Writes a body anew, other values in the place of hidden ones. See hiding.hpp.
#include "runtime/audit/hiding.hpp"

#include <cstddef>

#include "core/json.hpp"
#include "core/json_pointer.hpp"
#include "core/json_writer.hpp"
#include "core/obligation.hpp"
#include "core/text.hpp"
#include "wire/json.hpp"

namespace sentrail::audit {
namespace {

constexpr std::string_view kMasked = "****";
// A string keeps its last four characters only if most of it stays hidden.
constexpr std::size_t kMaskedCharactersMin = 12;
constexpr std::size_t kShownCharacters = 4;

// One hidden value; `steps` lead to it.
struct Hidden {
  bool mask = false;
  std::vector<std::string> steps;
};

// Reads what hidden_value() wrote.
Hidden read_hidden(std::string_view text) {
  Hidden hidden;
  hidden.mask = text.starts_with("mask ");
  std::string_view pointer = text.substr(text.find(' ') + 1);
  while (!pointer.empty()) hidden.steps.push_back(take_pointer_step(pointer));
  return hidden;
}

std::string masked(std::string_view text) {
  std::size_t characters = 0;
  std::size_t tail = text.size();
  std::size_t in_tail = 0;
  for (std::size_t at = text.size(); at-- > 0;) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) continue;
    ++characters;
    if (in_tail < kShownCharacters) {
      ++in_tail;
      tail = at;
    }
  }
  std::string out(kMasked);
  if (characters >= kMaskedCharactersMin) out += text.substr(tail);
  return out;
}

void write_hidden(JsonWriter& json, JsonValue value, bool mask) {
  const bool text = value.kind() == JsonKind::string || value.kind() == JsonKind::number;
  if (!mask) {
    json.string(kHiddenValue);
  } else {
    json.string(text ? masked(value.text()) : std::string(kMasked));
  }
}

// Of a list each element is hidden.
void write_place(JsonWriter& json, JsonValue value, bool mask) {
  if (value.kind() != JsonKind::array) return write_hidden(json, value, mask);
  json.begin_array();
  JsonValue element = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    write_hidden(json, element, mask);
    if (left > 1) element = element.next();
  }
  json.end_array();
}

// Writes a value that `depth` steps led to. What steps lead into and is no object may hold what is
// hidden, so all of it is. Recursion: limits::kPathStepsMax, the length of the longest of `hidden`.
void write(JsonWriter& json, JsonValue value, const std::vector<const Hidden*>& hidden,
           std::size_t depth) {
  bool masks = false;
  for (const Hidden* one : hidden) {
    if (one->steps.size() != depth) continue;
    if (!one->mask) return write_place(json, value, false);
    masks = true;
  }
  if (masks) return write_place(json, value, true);
  if (hidden.empty()) {
    json.raw(value);
    return;
  }
  if (value.kind() != JsonKind::object) {
    json.string(kHiddenValue);
    return;
  }
  json.begin_object();
  JsonValue name = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    const JsonValue member = name.next();
    std::vector<const Hidden*> inner;
    for (const Hidden* one : hidden) {
      if (one->steps[depth] == name.text()) inner.push_back(one);
    }
    json.key(name.text());
    write(json, member, inner, depth + 1);
    if (left > 1) name = member.next();
  }
  json.end_object();
}

}  // namespace

std::string hidden_value(bool mask, std::span<const std::string_view> steps) {
  std::string out = mask ? "mask " : "redact ";
  for (const std::string_view step : steps) {
    out += '/';
    for (const char c : step) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return out;
}

std::string hide(std::string_view body, const std::vector<std::string>& hidden) {
  if (hidden.empty() || body.empty()) return std::string(body);
  const Result<JsonDocument> document = wire::parse_json(body);
  // In which of two members that are the same but for case the value stands, nobody can say.
  if (!document || wire::has_case_repeats(document->root())) return std::string(kHiddenValue);
  std::vector<Hidden> all;
  for (const std::string& one : hidden) all.push_back(read_hidden(one));
  std::vector<const Hidden*> active;
  for (const Hidden& one : all) active.push_back(&one);
  std::string out;
  JsonWriter json(&out);
  write(json, document->root(), active, 0);
  return out;
}

}  // namespace sentrail::audit
