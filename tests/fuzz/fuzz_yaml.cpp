// Fuzzes the wall to YAML: an answer or an error with its place; trees within their limits, places
// within the file, keys that differ; and what is read, written in flow style with every text
// quoted, reads back as the same tree.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "wire/yaml.hpp"

namespace {

using sentrail::wire::YamlEntry;
using sentrail::wire::YamlKind;
using sentrail::wire::YamlNode;

// A double-quoted scalar: everything but plain ASCII letters and digits as `\u` escapes.
void write_text(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const sentrail::CodePoint point = sentrail::decode_utf8(text, at);
    SENTRAIL_CHECK(point.valid);
    at += point.size;
    out += "\\U";
    for (int shift = 28; shift >= 0; shift -= 4) {
      out += kHex[static_cast<std::uint32_t>(point.value) >> shift & 15u];
    }
  }
  out += '"';
}

// Recursion is bounded by limits::kYamlDepthMax.
void write_node(const YamlNode& node, std::string& out) {
  switch (node.kind) {
    case YamlKind::scalar:
      write_text(node.text, out);
      return;
    case YamlKind::sequence:
      out += "[";
      for (const YamlNode& item : node.items) {
        write_node(item, out);
        out += ", ";
      }
      out += "]";
      return;
    case YamlKind::mapping:
      out += "{";
      for (const YamlEntry& entry : node.entries) {
        out += "? ";
        write_text(entry.key, out);
        out += " : ";
        write_node(entry.value, out);
        out += ", ";
      }
      out += "}";
      return;
  }
}

void check_equal(const YamlNode& a, const YamlNode& b) {
  SENTRAIL_CHECK(a.kind == b.kind && a.text == b.text);
  SENTRAIL_CHECK(a.items.size() == b.items.size() && a.entries.size() == b.entries.size());
  for (std::size_t i = 0; i < a.items.size(); ++i) check_equal(a.items[i], b.items[i]);
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    SENTRAIL_CHECK(a.entries[i].key == b.entries[i].key);
    check_equal(a.entries[i].value, b.entries[i].value);
  }
}

void check_tree(const YamlNode& node, std::size_t lines, std::size_t depth_left) {
  SENTRAIL_CHECK(node.line >= 1 && node.line <= lines && node.column >= 1);
  SENTRAIL_CHECK(node.kind == YamlKind::scalar || depth_left > 0);
  for (const YamlNode& item : node.items) check_tree(item, lines, depth_left - 1);
  std::set<std::string_view> keys;
  for (const YamlEntry& entry : node.entries) {
    SENTRAIL_CHECK(keys.insert(entry.key).second);
    SENTRAIL_CHECK(node.find(entry.key) == &entry.value);
    check_tree(entry.value, lines, depth_left - 1);
  }
  (void)sentrail::wire::as_bool(node);
  (void)sentrail::wire::as_int(node);
  (void)sentrail::wire::as_string(node);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto root = sentrail::wire::parse_yaml(text);
  if (!root) {
    SENTRAIL_CHECK(root.error().code != sentrail::Errc::unavailable);
    SENTRAIL_CHECK(sentrail::is_valid_utf8(root.error().message));
    return 0;
  }
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  check_tree(*root, lines, sentrail::limits::kYamlDepthMax);
  std::string again;
  write_node(*root, again);
  const auto reread = sentrail::wire::parse_yaml(again);
  SENTRAIL_CHECK_NOTE(reread.has_value(), reread ? "" : reread.error().message.c_str());
  check_equal(*root, *reread);
  return 0;
}
