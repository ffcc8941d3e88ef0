// Policies of Sentrail's hosted product, in JSON, to one tier of rules.
//
// Neighbours: document.hpp before it, model.hpp after it. Must not know: text of ours.
// source: docs/importers.md, Sentrail; docs.sentrail.dev, how-it-works/policy-engine
#pragma once

#include <optional>
#include <string>

#include "compiler/import/model.hpp"
#include "core/result.hpp"
#include "wire/yaml.hpp"

namespace sentrail::compiler::import_ {

// Imports a list of policies, an object that holds one as `policies`, or one policy. Without
// `default_effect` what no policy matches asks, and `repos.delete` is blocked.
// fails: invalid_argument for fields of a wrong type, and for a policy without name, mode, tool or
// priority.
[[nodiscard]] Result<Imported> import_sentrail(const wire::YamlNode& root,
                                               std::optional<Effect> default_effect,
                                               const std::string& policy_name);

}  // namespace sentrail::compiler::import_
