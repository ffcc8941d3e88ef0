// Entries of the audit log in the words of other systems. Pure functions.
//
// Neighbours: sinks call these; store/audit_entry.hpp has the rows. Must not know: where the bytes
// go, keys, sealed parts. What is personal stands in a leaf as a commitment, and so it does here.
// source: docs/audit_log.md; CloudEvents 1.0.2 JSON format and its batch format; OCSF 1.8.0
// api_activity; OTLP 1.x logs in JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"
#include "runtime/store/audit_entry.hpp"

namespace sentrail::exporting {

// The words that entries are written in.
enum class Format : std::uint8_t { json_lines, cloudevents, ocsf, otlp };

// The names in the configuration.
[[nodiscard]] std::string_view name_of(Format format) noexcept;
[[nodiscard]] std::optional<Format> format_named(std::string_view name) noexcept;

// A body for HTTP with its content type.
struct Body {
  std::string content_type;
  std::string bytes;
};

// What the entries of one actor have in common: the id of the API key that was used, else that of
// the workspace; empty where an entry is of the server itself. Commitments are salted anew in every
// entry, so that none stands for the same agent twice. Borrowed from the leaf.
[[nodiscard]] std::string_view actor_of(JsonValue leaf);

// Entries as lines: one for each, but one for all with otlp, as its file format has it.
// in: origin, the name of the log. fails: corrupt if a leaf is no JSON object.
[[nodiscard]] Result<std::string> format_lines(Format format, std::string_view origin,
                                               std::span<const store::AuditRow> rows);

// Entries as one request's body. fails: as format_lines().
[[nodiscard]] Result<Body> format_body(Format format, std::string_view origin,
                                       std::span<const store::AuditRow> rows);

}  // namespace sentrail::exporting
