// What an edit changed: JSON pointers with the value before and after.
//
// Neighbours: edit_route.cpp, held_view.hpp shows it. Must not know: held calls, HTTP.
// source: RFC 6901 (pointers).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/json_writer.hpp"
#include "core/result.hpp"

namespace sentrail::gateway {

// One changed value. A value that is not there points nowhere.
struct JsonChange {
  std::string pointer;  // empty: the whole text
  JsonValue before;
  JsonValue after;
};

// The changes that make `after` of `before`: members by name, elements by place; where kinds differ
// the values as wholes. fails: limit_exceeded past limits::kEditChangesMax.
[[nodiscard]] Result<std::vector<JsonChange>> diff_json(JsonValue before, JsonValue after);

// Writes `changes` as a list of `{pointer, old, new}`; what was not there is left out.
void write_changes(JsonWriter& json, const std::vector<JsonChange>& changes);

}  // namespace sentrail::gateway
