// `because` texts: attributes in braces.
//
// Neighbours: paths.hpp looks the attributes up; engines render. Must not know: rendering.
// source: docs/language.md, L8.10 and L10.11.
#pragma once

#include <optional>

#include "compiler/check/context.hpp"

namespace sentrail::compiler::checking {

// Divides a text at its holes. Reports what is wrong with them and then gives nothing.
[[nodiscard]] std::optional<ir::Template> check_template(Context& context, const Literal& text);

}  // namespace sentrail::compiler::checking
