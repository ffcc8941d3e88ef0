// Differences of JSON texts. See edit_diff.hpp.
#include "runtime/gateway/edit_diff.hpp"

#include <utility>

#include "core/limits.hpp"

namespace sentrail::gateway {
namespace {

// One pair of values that is still to be compared.
struct Pair {
  std::string pointer;
  JsonValue before;
  JsonValue after;
};

std::string step(const std::string& pointer, std::string_view name) {
  std::string out = pointer + "/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

void add_members(const Pair& pair, std::vector<Pair>& todo) {
  JsonValue name = pair.before.size() > 0 ? pair.before.first_child() : JsonValue{};
  for (std::size_t left = pair.before.size(); left > 0; --left) {
    const JsonValue value = name.next();
    todo.push_back({step(pair.pointer, name.text()), value, pair.after.find(name.text())});
    if (left > 1) name = value.next();
  }
  name = pair.after.size() > 0 ? pair.after.first_child() : JsonValue{};
  for (std::size_t left = pair.after.size(); left > 0; --left) {
    const JsonValue value = name.next();
    if (!pair.before.find(name.text()).exists()) {
      todo.push_back({step(pair.pointer, name.text()), JsonValue{}, value});
    }
    if (left > 1) name = value.next();
  }
}

void add_elements(const Pair& pair, std::vector<Pair>& todo) {
  const std::size_t before = pair.before.size();
  const std::size_t after = pair.after.size();
  JsonValue old = before > 0 ? pair.before.first_child() : JsonValue{};
  JsonValue now = after > 0 ? pair.after.first_child() : JsonValue{};
  for (std::size_t i = 0; i < before || i < after; ++i) {
    todo.push_back({step(pair.pointer, std::to_string(i)), i < before ? old : JsonValue{},
                    i < after ? now : JsonValue{}});
    if (i + 1 < before) old = old.next();
    if (i + 1 < after) now = now.next();
  }
}

bool is_same_scalar(JsonValue before, JsonValue after) {
  switch (before.kind()) {
    case JsonKind::null:
      return true;
    case JsonKind::boolean:
      return before.boolean() == after.boolean();
    default:
      // Numbers too are told apart as they are written: what is sent is text.
      return before.text() == after.text();
  }
}

}  // namespace

Result<std::vector<JsonChange>> diff_json(JsonValue before, JsonValue after) {
  std::vector<JsonChange> changes;
  std::vector<Pair> todo = {{"", before, after}};
  while (!todo.empty()) {
    const Pair pair = std::move(todo.back());
    todo.pop_back();
    const bool both = pair.before.exists() && pair.after.exists();
    if (both && pair.before.kind() == pair.after.kind()) {
      if (pair.before.kind() == JsonKind::object) {
        add_members(pair, todo);
        continue;
      }
      if (pair.before.kind() == JsonKind::array) {
        add_elements(pair, todo);
        continue;
      }
      if (is_same_scalar(pair.before, pair.after)) continue;
    }
    if (changes.size() == limits::kEditChangesMax) {
      return fail(Errc::limit_exceeded,
                  "an edit changes at most " + std::to_string(limits::kEditChangesMax) + " values");
    }
    changes.push_back({pair.pointer, pair.before, pair.after});
  }
  return changes;
}

void write_changes(JsonWriter& json, const std::vector<JsonChange>& changes) {
  json.begin_array();
  for (const JsonChange& change : changes) {
    json.begin_object().key("pointer").string(change.pointer);
    if (change.before.exists()) {
      json.key("old");
      json.raw(change.before);
    }
    if (change.after.exists()) {
      json.key("new");
      json.raw(change.after);
    }
    json.end_object();
  }
  json.end_array();
}

}  // namespace sentrail::gateway
