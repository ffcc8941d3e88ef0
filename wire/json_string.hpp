// Decodes the inside of JSON strings, for json.cpp only.
//
// Neighbours: json.cpp. Must not know: simdjson. simdjson 3.0.1 accepts `\ud800\u0041` and lone low
// surrogates; this does not.
#pragma once

#include <string>

namespace sentrail::wire {

// Decodes from behind an opening quote to its closing quote and appends the text to `out`. Gives
// the place behind the closing quote, or null if there is none before `end`, or on an escape or
// control character that JSON does not allow, or a surrogate without its other half. Bytes beyond
// ASCII are copied: whether they are UTF-8 is the caller's to check.
// source: RFC 8259 §7.
[[nodiscard]] const char* decode_json_string(const char* at, const char* end, std::string& out);

}  // namespace sentrail::wire
