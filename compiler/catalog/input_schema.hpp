// From the JSON Schema of a tool's arguments to their shape.
//
// Neighbours: core/json.hpp before it, input_shape.hpp behind it; lock.hpp calls it for each tool.
// Must not know: servers, lock files. What is not read (`$ref`, `anyOf`, …) makes the value one of
// which nothing is known, so that no test is refused for what the schema might allow.
// source: JSON Schema 2020-12, core and validation vocabularies.
#pragma once

#include "compiler/catalog/input_shape.hpp"
#include "core/json.hpp"

namespace sentrail::compiler {

// Reads types, members, elements and enumerations. Never fails: what is no schema says nothing.
// cost: n log n in the members; no recursion.
[[nodiscard]] InputShape shape_of_schema(JsonValue schema);

}  // namespace sentrail::compiler
