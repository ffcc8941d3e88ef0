// Changes JSON values. See json_tree.hpp. Recursion is bounded by limits::kJsonDepthMax: every
// value comes from a parsed document, every path has at most kPathStepsMax steps.
#include "runtime/request/json_tree.hpp"

#include <algorithm>

#include "core/json_writer.hpp"
#include "wire/json.hpp"

namespace sentrail::request {

JsonTree::JsonTree(JsonValue value) : kind_(value.kind()) {
  switch (kind_) {
    case JsonKind::null:
      return;
    case JsonKind::boolean:
      text_ = value.boolean() ? "true" : "false";
      return;
    case JsonKind::number:
    case JsonKind::string:
      text_ = value.text();
      return;
    case JsonKind::array:
    case JsonKind::object:
      break;
  }
  JsonValue child = value.first_child();
  for (std::size_t left = value.size(); left > 0; --left) {
    if (kind_ == JsonKind::object) {
      keys_.emplace_back(child.text());
      child = child.next();
    }
    children_.emplace_back(child);
    if (left > 1) child = child.next();
  }
}

JsonTree JsonTree::object() {
  JsonTree tree;
  tree.kind_ = JsonKind::object;
  return tree;
}

Status JsonTree::put(std::span<const std::string> steps, JsonTree value) {
  if (steps.empty()) {
    *this = std::move(value);
    return {};
  }
  if (kind_ != JsonKind::object) {
    return fail(Errc::invalid_argument, "`" + steps.front() +
                                            "` is given inside of a value that "
                                            "is no object");
  }
  const auto key = std::find(keys_.begin(), keys_.end(), steps.front());
  const auto index = static_cast<std::size_t>(key - keys_.begin());
  if (key == keys_.end()) {
    keys_.push_back(steps.front());
    children_.push_back(object());
  }
  return children_[index].put(steps.subspan(1), std::move(value));
}

void JsonTree::write(JsonWriter& writer) const {
  switch (kind_) {
    case JsonKind::null:
      writer.null();
      return;
    case JsonKind::boolean:
      writer.boolean(text_ == "true");
      return;
    case JsonKind::number:
      writer.raw_number(text_);
      return;
    case JsonKind::string:
      writer.string(text_);
      return;
    case JsonKind::array:
      writer.begin_array();
      for (const JsonTree& child : children_) child.write(writer);
      writer.end_array();
      return;
    case JsonKind::object:
      writer.begin_object();
      for (std::size_t i = 0; i < children_.size(); ++i) {
        writer.key(keys_[i]);
        children_[i].write(writer);
      }
      writer.end_object();
      return;
  }
}

Result<JsonDocument> JsonTree::to_document() const {
  std::string text;
  JsonWriter writer(&text);
  write(writer);
  return wire::parse_json(text);
}

}  // namespace sentrail::request
