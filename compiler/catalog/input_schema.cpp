// One pass with a list of what is left to read. See input_schema.hpp.
#include "compiler/catalog/input_schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sentrail::compiler {
namespace {

using namespace shape_types;

// Keywords that may allow or refuse more than what is read here.
constexpr std::array<std::string_view, 10> kNotRead = {
    "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "else", "if", "not", "oneOf", "then"};

std::uint8_t type_named(std::string_view name) {
  if (name == "null") return kNull;
  if (name == "boolean") return kBoolean;
  if (name == "number" || name == "integer") return kNumber;
  if (name == "string") return kString;
  if (name == "array") return kList;
  if (name == "object") return kObject;
  return kAll;  // of a later version, perhaps
}

// Calls `visit(value)` for each element of a list.
template <typename Visit>
void for_each_element(JsonValue list, Visit&& visit) {
  JsonValue element = list.first_child();
  for (std::size_t left = list.size(); left > 0; --left) {
    visit(element);
    if (left > 1) element = element.next();
  }
}

// Calls `visit(name, value)` for each member of an object.
template <typename Visit>
void for_each_member(JsonValue object, Visit&& visit) {
  JsonValue name = object.first_child();
  for (std::size_t left = object.size(); left > 0; --left) {
    const JsonValue value = name.next();
    visit(name.text(), value);
    if (left > 1) name = value.next();
  }
}

std::uint8_t types_of(JsonValue type) {
  if (!type.exists()) return kAll;
  if (type.kind() == JsonKind::string) return type_named(type.text());
  if (type.kind() != JsonKind::array) return kAll;
  std::uint8_t types = 0;
  for_each_element(type, [&](JsonValue one) {
    types |= one.kind() == JsonKind::string ? type_named(one.text()) : kAll;
  });
  return types == 0 ? kAll : types;
}

class Reader {
 public:
  InputShape read(JsonValue schema) {
    add(schema);
    for (std::size_t i = 0; i < left_.size(); ++i) read_one(left_[i], i);
    return std::move(input_);
  }

 private:
  std::uint32_t add(JsonValue schema) {
    left_.push_back(schema);
    input_.shapes.emplace_back();
    return static_cast<std::uint32_t>(left_.size() - 1);
  }

  void read_one(JsonValue schema, std::size_t at) {
    if (!schema.exists() || schema.kind() != JsonKind::object) return;
    const auto says = [&](std::string_view keyword) { return schema.find(keyword).exists(); };
    if (std::ranges::any_of(kNotRead, says)) return;
    Shape shape;
    shape.types = types_of(schema.find("type"));
    read_values(schema, shape);
    const JsonValue properties = schema.find("properties");
    if (properties.exists() && properties.kind() == JsonKind::object) {
      for_each_member(properties, [&](std::string_view name, JsonValue value) {
        shape.members.emplace_back(name, add(value));
      });
      std::ranges::sort(shape.members);
    }
    shape.rest = rest_of(schema);
    const JsonValue items = schema.find("items");
    if (items.exists() && !says("prefixItems")) shape.element = add(items);
    input_.shapes[at] = std::move(shape);
  }

  // `enum` and `const`, if all of their values are strings.
  static void read_values(JsonValue schema, Shape& shape) {
    const JsonValue all = schema.find("enum");
    const JsonValue one = schema.find("const");
    bool texts = true;
    std::vector<std::string> values;
    const auto take = [&](JsonValue value) {
      texts = texts && value.kind() == JsonKind::string;
      if (texts) values.emplace_back(value.text());
    };
    if (all.exists() && all.kind() == JsonKind::array) for_each_element(all, take);
    if (one.exists()) take(one);
    if (!texts || values.empty()) return;
    std::ranges::sort(values);
    shape.values = std::move(values);
    shape.types &= kString;
  }

  static ShapeMembers rest_of(JsonValue schema) {
    const auto refused = [&](std::string_view keyword) {
      const JsonValue value = schema.find(keyword);
      return value.exists() && value.kind() == JsonKind::boolean && !value.boolean();
    };
    if (schema.find("patternProperties").exists()) return ShapeMembers::any;
    if (refused("additionalProperties") || refused("unevaluatedProperties")) {
      return ShapeMembers::closed;
    }
    const bool said = schema.find("additionalProperties").exists() ||
                      schema.find("unevaluatedProperties").exists();
    const bool listed = schema.find("properties").exists() && !said;
    return listed ? ShapeMembers::listed : ShapeMembers::any;
  }

  InputShape input_;
  std::vector<JsonValue> left_;
};

}  // namespace

InputShape shape_of_schema(JsonValue schema) {
  return Reader().read(schema);
}

}  // namespace sentrail::compiler
