// The members of a body that a bundle asks for: what reading one keeps.
//
// Neighbours: json_fields.hpp is the answer; runtime/bundles makes one for each bundle, and
// runtime/request reads bodies by it. Must not know: requests. source: docs/engine.md, Reading a
// body.
#pragma once

#include "core/catalog.hpp"
#include "core/json_fields.hpp"
#include "core/program.hpp"

namespace sentrail {

// What rules, reasons, limits and obligations of the program name, what catalogs ask for, and the
// objects that may lack a default. REQUIRES: a verified program and verified catalogs.
[[nodiscard]] JsonFields body_fields(const Program& program, const CatalogView& catalogs);

}  // namespace sentrail
