// Policy text to a loaded bundle, in one step for tests: parse, check, simplify, lower, build,
// load.
//
// Neighbours: compiler/, runtime/bundles. Must not know: what is tested. A text with errors aborts
// the test with its diagnostics.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/bundles/loaded_bundle.hpp"
#include "tests/support/catalogs.hpp"

namespace sentrail::tests {

// The unsigned bundle of a policy that may import one catalog.
[[nodiscard]] std::string bundle_bytes_of(std::string_view policy_text,
                                          const compiler::Catalog& catalog = github_catalog());

// The same with GitHub's, loaded.
[[nodiscard]] std::shared_ptr<const bundles::LoadedBundle> bundle_of(std::string_view policy_text);

}  // namespace sentrail::tests
