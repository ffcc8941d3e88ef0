// A JSON value that can still be changed, for attributes given member by member.
//
// Neighbours: attributes.cpp. Must not know: attributes. Small and slow: for tests and `eval`,
// never on the way of a request.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace sentrail {
class JsonWriter;
}

namespace sentrail::request {

// A value; members keep their order.
class JsonTree {
 public:
  JsonTree() = default;
  // Copies a parsed value. REQUIRES: value.exists().
  explicit JsonTree(JsonValue value);

  // An empty object.
  [[nodiscard]] static JsonTree object();

  // Puts `value` at the end of `steps`, making objects on the way. fails: invalid_argument where a
  // step leads into a value that is no object.
  Status put(std::span<const std::string> steps, JsonTree value);

  // The value as a document of its own.
  [[nodiscard]] Result<JsonDocument> to_document() const;

 private:
  void write(JsonWriter& writer) const;

  JsonKind kind_ = JsonKind::null;
  std::string text_;  // a string; a number as written; `true` or `false`
  std::vector<std::string> keys_;
  std::vector<JsonTree> children_;  // elements, or the values of keys_
};

}  // namespace sentrail::request
