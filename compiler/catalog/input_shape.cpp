// Walks shapes. See input_shape.hpp.
#include "compiler/catalog/input_shape.hpp"

#include <algorithm>
#include <array>

namespace sentrail::compiler {

ShapeAt shape_at(const InputShape& input, std::span<const std::string> steps) {
  if (input.shapes.empty()) return {};
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Shape& object = input.shapes[at];
    const auto found = std::ranges::lower_bound(object.members, steps[i], {},
                                                [](const auto& member) { return member.first; });
    if (found == object.members.end() || found->first != steps[i]) {
      if (object.rest == ShapeMembers::any) return {};
      return {nullptr, &object, i, object.rest};
    }
    at = found->second;
  }
  return {&input.shapes[at], nullptr, 0, ShapeMembers::any};
}

std::string describe_types(std::uint8_t types) {
  constexpr std::array<const char*, 6> kNames = {"null",     "a boolean", "a number",
                                                 "a string", "a list",    "an object"};
  std::vector<std::string_view> names;
  for (std::size_t i = kNames.size(); i-- > 0;) {
    if ((types >> i & 1) != 0) names.emplace_back(kNames[i]);
  }
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out;
}

}  // namespace sentrail::compiler
