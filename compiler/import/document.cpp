// Trees and fields. See document.hpp.
#include "compiler/import/document.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "wire/json.hpp"

namespace sentrail::compiler::import_ {
namespace {

using wire::YamlKind;
using wire::YamlNode;

YamlNode scalar(std::string text, bool plain) {
  YamlNode node;
  node.plain = plain;
  node.text = std::move(text);
  return node;
}

// Recursion is bounded by limits::kJsonDepthMax.
YamlNode node_of(JsonValue value) {
  switch (value.kind()) {
    case JsonKind::null:
      return scalar("null", true);
    case JsonKind::boolean:
      return scalar(value.boolean() ? "true" : "false", true);
    case JsonKind::number:
      return scalar(std::string(value.text()), true);
    case JsonKind::string:
      return scalar(std::string(value.text()), false);
    case JsonKind::array:
    case JsonKind::object:
      break;
  }
  YamlNode node;
  node.kind = value.kind() == JsonKind::array ? YamlKind::sequence : YamlKind::mapping;
  JsonValue child = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    if (node.kind == YamlKind::sequence) {
      node.items.push_back(node_of(child));
      if (left > 1) child = child.next();
    } else {
      const JsonValue member = child.next();
      node.entries.push_back({std::string(child.text()), 1, 1, node_of(member)});
      if (left > 1) child = member.next();
    }
  }
  return node;
}

// Strings may hold what cannot be seen: messages show it.
std::string shown(std::string_view name) {
  return "`" + escape_display(cap_characters(name, 60)) + "`";
}

}  // namespace

bool is_json_document(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && (text[at] == '{' || text[at] == '[');
}

Result<YamlNode> parse_document(std::string_view text) {
  if (!is_json_document(text)) return wire::parse_yaml(text);
  SENTRAIL_ASSIGN_OR_RETURN(const JsonDocument document, wire::parse_json(text));
  return node_of(document.root());
}

Result<Fields> Fields::of(const YamlNode& node, std::string what) {
  if (node.kind != YamlKind::mapping) {
    return fail(Errc::invalid_argument, what + " is not an object");
  }
  return Fields(node, std::move(what));
}

const YamlNode* Fields::find(std::string_view name) {
  asked_.emplace_back(name);
  const YamlNode* value = node_->find(name);
  return value == nullptr || wire::is_null(*value) ? nullptr : value;
}

tl::unexpected<Error> Fields::wrong(std::string_view name, std::string_view problem) const {
  return fail(Errc::invalid_argument, what_ + ": " + shown(name) + " " + std::string(problem));
}

Result<std::optional<std::string>> Fields::text(std::string_view name) {
  const YamlNode* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind != YamlKind::scalar) return wrong(name, "is not a string");
  return value->text;
}

Result<std::optional<bool>> Fields::flag(std::string_view name) {
  const YamlNode* value = find(name);
  if (value == nullptr) return std::nullopt;
  const Result<bool> flag = wire::as_bool(*value);
  if (!flag) return wrong(name, "is neither true nor false");
  return *flag;
}

Result<std::optional<std::int64_t>> Fields::integer(std::string_view name) {
  const YamlNode* value = find(name);
  if (value == nullptr) return std::nullopt;
  const Result<std::int64_t> integer = wire::as_int(*value);
  if (!integer) return wrong(name, "is not a whole number");
  return *integer;
}

Result<std::optional<std::vector<std::string>>> Fields::texts(std::string_view name) {
  const YamlNode* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind != YamlKind::sequence) return wrong(name, "is not a list");
  std::vector<std::string> texts;
  for (const YamlNode& item : value->items) {
    if (item.kind != YamlKind::scalar || wire::is_null(item)) {
      return wrong(name, "is not a list of strings");
    }
    texts.push_back(item.text);
  }
  return texts;
}

Result<std::string> Fields::needed_text(std::string_view name) {
  SENTRAIL_ASSIGN_OR_RETURN(std::optional<std::string> value, text(name));
  if (!value) return wrong(name, "is missing");
  return std::move(*value);
}

std::vector<std::string> Fields::others() const {
  std::vector<std::string> names;
  for (const wire::YamlEntry& entry : node_->entries) {
    if (std::find(asked_.begin(), asked_.end(), entry.key) == asked_.end() &&
        !wire::is_null(entry.value)) {
      names.push_back(entry.key);
    }
  }
  return names;
}

}  // namespace sentrail::compiler::import_
