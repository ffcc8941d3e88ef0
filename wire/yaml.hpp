// The wall to YAML: bytes in, a plain tree of texts out, or an error with its line.
//
// Neighbours: catalogs and configuration are read through it; their readers give types to texts
// with the helpers below. Must not know: what the files say. yaml-cpp stays inside yaml.cpp.
// YAML's own typing (`no` a bool, `010` eight, `1.10` a float) never happens: a scalar is the text
// that was written. Anchors, aliases, tags, merge keys and several documents are refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace sentrail::wire {

// The kinds of node.
enum class YamlKind : std::uint8_t { scalar, sequence, mapping };

struct YamlEntry;

// A node with the place where it begins: lines and columns from 1, columns in code points.
struct YamlNode {
  YamlKind kind = YamlKind::scalar;
  bool plain = false;  // a scalar without quotes or block style; only such is a bool or a number
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string text;                // scalar; empty where nothing is written behind a key
  std::vector<YamlNode> items;     // sequence
  std::vector<YamlEntry> entries;  // mapping, in the order of the file; keys differ

  // The value at that key, or null if there is none or this is no mapping. cost: linear.
  [[nodiscard]] const YamlNode* find(std::string_view key) const noexcept;
};

// A key and its value.
struct YamlEntry {
  std::string key;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  YamlNode value;
};

// Reads one document. threads: any.
// fails: invalid_argument, with `line L, column C: …`, for bad YAML, repeated keys, keys that are
// no scalars, anchors, aliases, tags, `<<`, several documents or none, bytes that are not UTF-8,
// control characters, a byte order mark; limit_exceeded past limits::kYamlBytesMax, kYamlDepthMax
// or kYamlNodesMax.
[[nodiscard]] Result<YamlNode> parse_yaml(std::string_view bytes);

// Reads a scalar as what the file's format says it is. fails: invalid_argument, with the line.
// A string is any scalar but an unquoted nothing, `~` or `null`.
[[nodiscard]] Result<std::string> as_string(const YamlNode& node);
// `true` or `false`, unquoted; not `yes`, `on`, `True`.
[[nodiscard]] Result<bool> as_bool(const YamlNode& node);
// An unquoted decimal integer of 64 bits without leading zeros, `+`, `_`, or another base.
[[nodiscard]] Result<std::int64_t> as_int(const YamlNode& node);

// Whether nothing is written, or an unquoted `~` or `null`.
[[nodiscard]] bool is_null(const YamlNode& node) noexcept;

// An Error of invalid_argument that begins with the place of `node`.
[[nodiscard]] tl::unexpected<Error> fail_at(const YamlNode& node, std::string_view message);
// As above, at the key of an entry.
[[nodiscard]] tl::unexpected<Error> fail_at(const YamlEntry& entry, std::string_view message);

}  // namespace sentrail::wire
