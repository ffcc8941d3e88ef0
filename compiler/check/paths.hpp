// From a dotted path to an attribute of the schema and its members.
//
// Neighbours: core/schema.hpp has the rows; conditions, templates and tests ask here. Must not
// know: operators. source: docs/language.md, L4.5 and L10.4.
#pragma once

#include <optional>

#include "compiler/check/context.hpp"
#include "compiler/ir/ir.hpp"

namespace sentrail::compiler::checking {

// Whether `http.query` or `http.headers` may stand without the name of an entry, and
// `session.count` without what is counted.
enum class BareLists : bool { refused, accepted };

// Looks a path up, the elements of the quantifiers around it included; reports what is wrong with
// it and gives nothing if it names no value.
[[nodiscard]] std::optional<ir::AttributeRef> resolve(Context& context, const Path& path,
                                                      BareLists bare = BareLists::refused);

// The path that a bare word right of an operator is; nothing if it names no attribute, no member of
// one and no element, and is a text. Views into the word. REQUIRES: it is read in the current
// frame, and is no parameter.
[[nodiscard]] std::optional<DottedWord> attribute_path(const Context& context, const Literal& word);

}  // namespace sentrail::compiler::checking
