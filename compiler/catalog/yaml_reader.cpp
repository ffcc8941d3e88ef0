// Reads YAML nodes with their faults. See yaml_reader.hpp.
#include "compiler/catalog/yaml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace sentrail::compiler {
namespace {

using wire::YamlKind;
using wire::YamlNode;

std::string quoted(std::string_view text) {
  return "`" + escape_display(cap_characters(text, 60)) + "`";
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_dotted_name(std::string_view text) {
  if (text.empty() || text.size() > limits::kNameBytesMax) return false;
  if (text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '.' || is_word_character(c); });
}

}  // namespace

YamlReader::YamlReader(const Sources& sources, SourceId source, DiagnosticSink& sink)
    : source_(source), sink_(sink), text_(sources[source].text()), line_begins_{0} {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_begins_.push_back(i + 1);
  }
}

Span YamlReader::span(const YamlNode& node) const {
  const std::size_t line = std::clamp<std::size_t>(node.line, 1, line_begins_.size());
  const std::size_t start = line_begins_[line - 1];
  const std::size_t line_end = std::min(text_.find('\n', start), text_.size());
  std::size_t begin = start;
  for (std::uint32_t column = 1; column < node.column && begin < line_end; ++column) {
    begin += decode_utf8(text_, begin).size;
  }
  const std::size_t length =
      node.kind == YamlKind::scalar ? std::max<std::size_t>(node.text.size(), 1) : 1;
  return {source_, static_cast<std::uint32_t>(begin),
          static_cast<std::uint32_t>(std::min(begin + length, line_end))};
}

YamlNode YamlReader::key_node(const wire::YamlEntry& entry) {
  YamlNode node;
  node.plain = true;
  node.line = entry.line;
  node.column = entry.column;
  node.text = entry.key;
  return node;
}

void YamlReader::report(DiagnosticKind kind, const YamlNode& node, std::string message,
                        std::string help) {
  sink_.report({kind, span(node), std::move(message), {}, std::move(help)});
}

void YamlReader::report_bad_yaml(std::string_view message) {
  // "line 3, column 5: …"
  YamlNode at;
  const auto number_behind = [&message](std::string_view word) -> std::optional<std::uint32_t> {
    if (!message.starts_with(word)) return std::nullopt;
    std::uint32_t value = 0;
    const char* begin = message.data() + word.size();
    const auto read = std::from_chars(begin, message.data() + message.size(), value);
    if (read.ec != std::errc{}) return std::nullopt;
    message.remove_prefix(static_cast<std::size_t>(read.ptr - message.data()));
    return value;
  };
  at.line = number_behind("line ").value_or(1);
  at.column = number_behind(", column ").value_or(1);
  if (message.starts_with(": ")) message.remove_prefix(2);
  report(DiagnosticKind::catalog_not_yaml, at, std::string(message));
}

bool YamlReader::is_map(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlKind::mapping) return true;
  report(DiagnosticKind::catalog_wrong_shape, node, std::string(what) + " is not a mapping",
         "write `key: value` lines");
  return false;
}

bool YamlReader::is_list(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlKind::sequence) return true;
  report(DiagnosticKind::catalog_wrong_shape, node, std::string(what) + " is not a list",
         "write `[one, two]` or lines that begin with `- `");
  return false;
}

bool YamlReader::only_keys(const YamlNode& map, std::initializer_list<std::string_view> known) {
  bool sound = true;
  for (const auto& entry : map.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    sound = false;
    const auto near = closest(entry.key, std::span(known.begin(), known.size()));
    std::string help = near.has_value() ? "did you mean `" + std::string(*near) + "`?" : "";
    if (help.empty()) {
      for (const std::string_view key : known) {
        help += (help.empty() ? "the keys here are `" : ", `") + std::string(key) + "`";
      }
    }
    report(DiagnosticKind::catalog_unknown_key, YamlReader::key_node(entry),
           quoted(entry.key) + " is no key here", std::move(help));
  }
  return sound;
}

const YamlNode* YamlReader::find(const YamlNode& map, std::string_view key) {
  return map.find(key);
}

const YamlNode* YamlReader::require(const YamlNode& map, std::string_view key) {
  const YamlNode* found = find(map, key);
  if (found == nullptr) {
    report(DiagnosticKind::catalog_missing_key, map, "`" + std::string(key) + "` is missing",
           "add `" + std::string(key) + ": …`");
  }
  return found;
}

std::optional<std::string> YamlReader::text(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlKind::scalar && !node.text.empty()) return node.text;
  report(DiagnosticKind::catalog_wrong_shape, node, std::string(what) + " is not a text");
  return std::nullopt;
}

std::optional<bool> YamlReader::boolean(const YamlNode& node, std::string_view what) {
  if (node.kind == YamlKind::scalar && node.plain &&
      (node.text == "true" || node.text == "false")) {
    return node.text == "true";
  }
  report(DiagnosticKind::catalog_bad_value, node,
         std::string(what) + " is neither `true` nor `false`");
  return std::nullopt;
}

std::optional<std::uint32_t> YamlReader::count(const YamlNode& node, std::string_view what) {
  constexpr std::size_t kDigitsMax = 6;
  const std::string& digits = node.text;
  const bool is_count =
      node.kind == YamlKind::scalar && node.plain && !digits.empty() &&
      digits.size() <= kDigitsMax && digits.front() != '0' &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_count) {
    report(DiagnosticKind::catalog_bad_value, node,
           std::string(what) + " is not a number from 1 to 999999");
    return std::nullopt;
  }
  std::uint32_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  return value;
}

std::optional<std::string> YamlReader::dotted_name(const YamlNode& node, std::string_view what) {
  const auto name = text(node, what);
  if (!name.has_value() || is_dotted_name(*name)) return name;
  report(DiagnosticKind::catalog_bad_value, node,
         quoted(*name) + " is no name of " + std::string(what),
         "use lower-case letters, digits and `_`, in words joined by dots");
  return std::nullopt;
}

}  // namespace sentrail::compiler
