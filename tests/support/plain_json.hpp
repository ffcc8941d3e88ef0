// A second reader of JSON, slow and obvious, written from RFC 8259 alone: what wire/json.cpp is
// held against.
//
// Neighbours: tests/unit/wire and tests/fuzz. Must not know: simdjson, or anything of wire/ and
// core/ that it is meant to check.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sentrail::testing {

// Reads one JSON text of at most `depth_max` levels and writes it again: no white space, members
// in their order, numbers as they stand, strings with the least escaping. Nothing if it is not
// JSON, not UTF-8, has an unpaired surrogate, or repeats a key.
[[nodiscard]] std::optional<std::string> plain_json(std::string_view text, int depth_max);

}  // namespace sentrail::testing
