// What the arguments of a tool look like, as far as its input schema says so plainly.
//
// Neighbours: input_schema.hpp reads it from JSON Schema, compiler/check/arguments.hpp asks it what
// policies may test. Must not know: JSON Schema, policies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sentrail::compiler {

// The JSON types that a value may have, as a set of bits.
namespace shape_types {
inline constexpr std::uint8_t kNull = 1;
inline constexpr std::uint8_t kBoolean = 2;
inline constexpr std::uint8_t kNumber = 4;
inline constexpr std::uint8_t kString = 8;
inline constexpr std::uint8_t kList = 16;
inline constexpr std::uint8_t kObject = 32;
inline constexpr std::uint8_t kAll = 63;
}  // namespace shape_types

// Which members an object may have: those that are listed and no others, those that are listed and
// others that nobody expects, or any.
enum class ShapeMembers : std::uint8_t { closed, listed, any };

// One value. Indices point into the same InputShape.
struct Shape {
  std::uint8_t types = shape_types::kAll;
  ShapeMembers rest = ShapeMembers::any;
  std::vector<std::pair<std::string, std::uint32_t>> members{};  // ascending by name
  std::optional<std::uint32_t> element{};                        // of a list
  std::vector<std::string> values{};  // all strings that it may be, sorted; empty: any

  friend bool operator==(const Shape&, const Shape&) = default;
};

// The arguments of one tool: shapes[0] is the object of all. Without shapes nothing is known.
struct InputShape {
  std::vector<Shape> shapes{};

  friend bool operator==(const InputShape&, const InputShape&) = default;
};

// What an InputShape says of a place in the arguments. With `rest` other than any, there is no such
// member (closed), or none that is listed (listed) in `in`; else `shape` is its shape, null if
// nothing is known.
struct ShapeAt {
  const Shape* shape = nullptr;
  const Shape* in = nullptr;  // the object that does not have it
  std::size_t step = 0;       // the one that is not there
  ShapeMembers rest = ShapeMembers::any;
};

// Follows member names from the arguments on. cost: logarithmic in the members for each step.
[[nodiscard]] ShapeAt shape_at(const InputShape& input, std::span<const std::string> steps);

// "a string", "a number or null", for messages.
[[nodiscard]] std::string describe_types(std::uint8_t types);

}  // namespace sentrail::compiler
