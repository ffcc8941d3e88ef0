// From a dotted path to an attribute of the schema and its members.
//
// Neighbours: core/schema.hpp has the rows; conditions, templates and tests ask here. Must not
// know: operators. source: docs/language.md, L4.5 and L10.4.
#pragma once

#include <optional>

#include "compiler/check/context.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// Whether `http.query` or `http.headers` may stand without the name of an entry.
enum class BareLists : bool { refused, accepted };

// Looks a path up; reports what is wrong with it and gives nothing if it names no value.
[[nodiscard]] std::optional<ir::AttributeRef> resolve(Context& context, const Path& path,
                                                      BareLists bare = BareLists::refused);

// Whether a path begins with an attribute, or with the first word of some.
[[nodiscard]] bool names_attribute(const Path& path);

// The type of the value that a reference names: the attribute's, or its member's.
[[nodiscard]] Type type_of(const ir::AttributeRef& ref);

}  // namespace sentrail::compiler::checking
