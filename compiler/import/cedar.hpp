// Cedar policies to tiers: forbids guard, permits allow, what neither touches is blocked.
//
// Neighbours: cedar_parser.hpp before it, model.hpp after it. Must not know: text of ours.
// source: docs/importers.md, Cedar; docs.cedarpolicy.com/auth/authorization.html
#pragma once

#include <string>
#include <string_view>

#include "compiler/import/mapping.hpp"
#include "compiler/import/model.hpp"
#include "core/result.hpp"

namespace sentrail::compiler::import_ {

// Imports a policy set. fails: invalid_argument, limit_exceeded where the text is not Cedar.
[[nodiscard]] Result<Imported> import_cedar(std::string_view text, const ImportMap& map,
                                            const std::string& policy_name);

}  // namespace sentrail::compiler::import_
