// The last bundle that was in force, kept on disk: a server that restarts decides as before, also
// when what it should load is gone or damaged.
//
// Neighbours: loaded_bundle.hpp, active_bundle.hpp. Must not know: where bundles come from.
#pragma once

#include <memory>
#include <string>

#include "core/result.hpp"
#include "runtime/bundles/active_bundle.hpp"
#include "runtime/bundles/loaded_bundle.hpp"

namespace sentrail::bundles {

// Writes a bundle's bytes to `directory`/last_good.bundle: whole and durable, or not at all.
// fails: io; the file that was there stays.
[[nodiscard]] Status keep_last_good(const std::string& directory, const LoadedBundle& bundle);

// Loads what keep_last_good wrote, with all checks. fails: not_found; as LoadedBundle::from_file.
[[nodiscard]] Result<std::shared_ptr<const LoadedBundle>> load_last_good(
    const std::string& directory, const LoadOptions& options);

// Loads a bundle, keeps it as the last good one and puts it in force. If any step fails, what was
// in force stays. out: the bundle now in force. threads: one install at a time.
[[nodiscard]] Result<std::shared_ptr<const LoadedBundle>> install(const std::string& path,
                                                                  const LoadOptions& options,
                                                                  const std::string& directory,
                                                                  ActiveBundle& active);

}  // namespace sentrail::bundles
