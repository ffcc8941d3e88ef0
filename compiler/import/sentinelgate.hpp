// SentinelGate's policies, from its configuration, its state or its admin API, to tiers of rules.
//
// Neighbours: document.hpp and cel.hpp before it, model.hpp after it. Must not know: text of ours.
// source: docs/importers.md, SentinelGate
#pragma once

#include <optional>
#include <string>

#include "compiler/import/mapping.hpp"
#include "compiler/import/model.hpp"
#include "core/result.hpp"
#include "wire/yaml.hpp"

namespace sentrail::compiler::import_ {

// Imports a list of policies, or an object that holds one as `policies`. `json` tells which form
// the text had: there a policy says whether it is enabled. `default_effect` is what decides where
// no rule matches, if the file does not say; without either it is block. fails: invalid_argument
// for fields of a wrong type.
[[nodiscard]] Result<Imported> import_sentinelgate(const wire::YamlNode& root, bool json,
                                                   const ImportMap& map,
                                                   std::optional<Effect> default_effect,
                                                   const std::string& policy_name);

}  // namespace sentrail::compiler::import_
