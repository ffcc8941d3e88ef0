// Writing constants and names. See literal.hpp.
#include "compiler/import/literal.hpp"

#include <algorithm>

#include "compiler/code_points.hpp"
#include "compiler/syntax/parser.hpp"
#include "core/decimal.hpp"
#include "core/json.hpp"

namespace sentrail::compiler::import_ {
namespace {

// A string longer than this is data, not policy; lines are at most 64 KiB with all escapes.
constexpr std::size_t kStringBytesMax = 2'048;
// An entry of a list becomes a pattern, which has at most 512 bytes with its escapes.
constexpr std::size_t kEntryBytesMax = 256;
constexpr std::size_t kNameBytes = 64;

void append_escaped(std::string& out, char32_t value) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits;
  do {
    digits.insert(digits.begin(), kHex[value & 15u]);
    value >>= 4;
  } while (value != 0);
  out += "\\u{" + digits + "}";
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Whether the language takes the name: keywords are the parser's to know.
bool is_free_name(const std::string& name) {
  Sources sources;
  DiagnosticSink sink;
  const SourceId source = sources.add("name", "policy p\nlanguage 1\nlist " + name + " = [a]\n");
  return parse(source, sources, sink).has_value();
}

bool is_number_of_policy(std::string_view text) {
  return is_json_number(text) && Decimal::parse(text).has_value();
}

}  // namespace

std::optional<std::string> quoted(std::string_view text) {
  if (text.size() > kStringBytesMax) return std::nullopt;
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    if (!point.valid) return std::nullopt;
    if (point.value == '"' || point.value == '\\') {
      out += '\\';
      out += static_cast<char>(point.value);
    } else if (point.value == '\n') {
      out += "\\n";
    } else if (point.value == '\t') {
      out += "\\t";
    } else if (is_control(point.value) || is_invisible(point.value)) {
      append_escaped(out, point.value);
    } else {
      out += text.substr(at, point.length);
    }
    at += point.length;
  }
  return out + "\"";
}

std::optional<std::string> quoted_entry(std::string_view text) {
  if (text.size() > kEntryBytesMax) return std::nullopt;
  std::string escaped;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return quoted(escaped);
}

std::optional<std::string> written(const Constant& constant) {
  switch (constant.kind) {
    case ConstantKind::string:
      return quoted(constant.text);
    case ConstantKind::boolean:
      return constant.text;
    case ConstantKind::number:
      if (is_number_of_policy(constant.text)) return constant.text;
      return std::nullopt;
    case ConstantKind::null:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::string> with_member(const std::string& path, std::string_view member) {
  if (!member.empty() && is_letter(member.front()) &&
      std::all_of(member.begin(), member.end(),
                  [](char c) { return is_letter(c) || is_digit(c); }) &&
      member.size() <= kNameBytes) {
    return path + "." + std::string(member);
  }
  const std::optional<std::string> text = quoted(member);
  if (!text) return std::nullopt;
  return path + "." + *text;
}

std::string name_like(std::string_view text, std::string_view otherwise) {
  std::string name;
  for (const char c : text) {
    if (name.size() >= kNameBytes) break;
    if (is_letter(c) || is_digit(c)) {
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  if (name.empty()) name = otherwise;
  if (is_digit(name.front())) name.insert(0, "_");
  return is_free_name(name) ? name : name + "_rule";
}

std::string Names::unique(std::string_view text, std::string_view otherwise) {
  const std::string name = name_like(text, otherwise);
  std::size_t& next = next_.try_emplace(name, 2).first->second;
  std::string candidate = name;
  while (!taken_.insert(candidate).second) candidate = name + "_" + std::to_string(next++);
  return candidate;
}

}  // namespace sentrail::compiler::import_
