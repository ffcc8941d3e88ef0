// JSON or YAML as one tree, and typed fields of it.
//
// Neighbours: wire/ reads both forms; sentrail.cpp and sentinelgate.cpp read what is in it. Must
// not know: any format beyond "an object with fields". Errors name the field and what it belongs
// to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "wire/yaml.hpp"

namespace sentrail::compiler::import_ {

// Reads JSON if the first character that is no blank opens an object or array, else YAML. JSON's
// scalars are unquoted but for strings, as YAML's are. fails: as wire::parse_json and parse_yaml.
[[nodiscard]] Result<wire::YamlNode> parse_document(std::string_view text);

// Whether the text would be read as JSON.
[[nodiscard]] bool is_json_document(std::string_view text);

// Reads the fields of one object and remembers which were asked for. The node outlives it.
class Fields {
 public:
  // `what` begins messages: `policy 3`. fails: invalid_argument if the node is no object.
  [[nodiscard]] static Result<Fields> of(const wire::YamlNode& node, std::string what);

  // The value, or null where the field is missing or null.
  [[nodiscard]] const wire::YamlNode* find(std::string_view name);
  // Typed values. fails: invalid_argument if the field is there and of another type.
  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view name);
  [[nodiscard]] Result<std::optional<bool>> flag(std::string_view name);
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(std::string_view name);
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> texts(std::string_view name);
  // As `text`, and the field must be there.
  [[nodiscard]] Result<std::string> needed_text(std::string_view name);

  // Names of fields that nobody asked for, in order; those without a value are left out.
  [[nodiscard]] std::vector<std::string> others() const;
  // An error about a field.
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view name, std::string_view problem) const;
  [[nodiscard]] const std::string& what() const { return what_; }

 private:
  Fields(const wire::YamlNode& node, std::string what) : node_(&node), what_(std::move(what)) {}

  const wire::YamlNode* node_;
  std::string what_;
  std::vector<std::string> asked_;
};

}  // namespace sentrail::compiler::import_
