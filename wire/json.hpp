// The wall to JSON: bytes in, an immutable tree out, or an error.
//
// Neighbours: core/json.hpp is the tree, core/json_writer.hpp writes it again; request bodies,
// configuration and stored records come in here. Must not know: policy, or what the JSON says.
// simdjson stays inside json.cpp.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/json.hpp"
#include "core/json_fields.hpp"
#include "core/limits.hpp"
#include "core/result.hpp"

namespace sentrail::wire {

// Reads one JSON text, all of it, and believes nothing unseen: every value is visited, every key
// of an object is compared decoded. Numbers keep their spelling (`1e400`, fifty digits), strings
// are decoded. threads: any.
// fails: invalid_argument for anything that RFC 8259 does not allow, a byte order mark, bytes that
// are not UTF-8, unpaired surrogates, and repeated keys; limit_exceeded past limits::kJsonBytesMax,
// kJsonNodesMax, or `depth` objects and lists within each other. Messages name the byte.
// source: RFC 8259; RFC 7493 §2.1 and §2.3 for surrogates and repeated keys.
[[nodiscard]] Result<JsonDocument> parse_json(std::string_view bytes,
                                              std::size_t depth = limits::kJsonDepthMax);

// Reads one JSON text as parse_json() does, all of it, and keeps what `fields` ask for: the members
// that they name, and of what leads there the kind. Members that are left out are validated and
// compared like the others. fails: as parse_json; also for keys of one object that are equal but
// for case. source: docs/engine.md, Reading a body.
[[nodiscard]] Result<JsonDocument> parse_json_fields(std::string_view bytes,
                                                     const JsonFields& fields);

// Whether some object in this value has two keys that are equal but for case, so that a reader
// which ignores case would see a repeat. REQUIRES: the value exists. cost: n log n in the members
// of an object. source: Unicode full case folding; docs/language.md, Meaning 13.
[[nodiscard]] bool has_case_repeats(JsonValue value);

}  // namespace sentrail::wire
