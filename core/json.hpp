// An immutable JSON value tree in two flat vectors, and the cursor that walks it.
//
// Neighbours: wire/json.cpp fills it from bytes (simdjson), json_writer.hpp writes JSON, facts.hpp
// shows it to policy. Must not know: parsing. Nodes lie in document order; a container is followed
// by its children (for an object: key, value, key, value, …) and names where they end, so that a
// walk needs no recursion and no pointer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"

namespace sentrail {

// Whether `text` is exactly one number in JSON's grammar. cost: linear. source: RFC 8259 §6.
[[nodiscard]] bool is_json_number(std::string_view text) noexcept;

// The kinds of JSON value.
enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// One node: 16 bytes. `text` is an offset into the document's text for strings (decoded), numbers
// (as written) and keys; a boolean's value is in `count`.
struct JsonNode {
  JsonKind kind = JsonKind::null;
  std::uint32_t text = 0;   // offset of the decoded text
  std::uint32_t count = 0;  // bytes of text; children of an array; members of an object; 0 or 1
  std::uint32_t end = 0;    // index one past this node's subtree
};

class JsonValue;

// Owns the nodes and the decoded text of one JSON text. threads: immutable once built.
class JsonDocument {
 public:
  JsonDocument() = default;
  JsonDocument(std::vector<JsonNode> nodes, std::string text)
      : nodes_(std::move(nodes)), text_(std::move(text)) {}

  // Whether there is no value at all.
  [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
  // The outermost value. REQUIRES: not empty. The document must outlive and not move under it.
  [[nodiscard]] JsonValue root() const noexcept;
  [[nodiscard]] const std::vector<JsonNode>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  std::vector<JsonNode> nodes_;
  std::string text_;
};

// A cursor on one value of a JsonDocument. Copies freely; default constructed it points nowhere.
class JsonValue {
 public:
  JsonValue() = default;
  JsonValue(const JsonDocument* document, std::uint32_t index) noexcept
      : document_(document), index_(index) {}

  // Whether the cursor points at a value.
  [[nodiscard]] bool exists() const noexcept { return document_ != nullptr; }
  [[nodiscard]] JsonKind kind() const noexcept { return node().kind; }
  // REQUIRES: kind() is boolean.
  [[nodiscard]] bool boolean() const noexcept { return node().count != 0; }
  // The decoded string, or the number as written. REQUIRES: kind() is string or number.
  [[nodiscard]] std::string_view text() const noexcept {
    return document_->text().substr(node().text, node().count);
  }
  // Elements of an array or members of an object; 0 for all else.
  [[nodiscard]] std::size_t size() const noexcept {
    return kind() == JsonKind::array || kind() == JsonKind::object ? node().count : 0;
  }
  // The member with that decoded key; points nowhere if there is none or this is no object.
  // cost: linear in the members.
  [[nodiscard]] JsonValue find(std::string_view key) const noexcept;

  // First child of an array (an element) or of an object (a key); then step with next().
  [[nodiscard]] JsonValue first_child() const noexcept {
    return size() == 0 ? JsonValue{} : JsonValue{document_, index_ + 1};
  }
  // What follows this value's subtree among its siblings. REQUIRES: the caller counts siblings.
  [[nodiscard]] JsonValue next() const noexcept { return JsonValue{document_, node().end}; }

 private:
  [[nodiscard]] const JsonNode& node() const noexcept { return document_->nodes()[index_]; }

  const JsonDocument* document_ = nullptr;
  std::uint32_t index_ = 0;
};

inline JsonValue JsonDocument::root() const noexcept {
  SENTRAIL_CHECK(!nodes_.empty());
  return JsonValue{this, 0};
}

inline JsonValue JsonValue::find(std::string_view key) const noexcept {
  if (!exists() || kind() != JsonKind::object) return JsonValue{};
  JsonValue name = first_child();
  for (std::size_t left = size(); left > 0; --left) {
    const JsonValue value = name.next();
    if (name.text() == key) return value;
    if (left > 1) name = value.next();
  }
  return JsonValue{};
}

}  // namespace sentrail
