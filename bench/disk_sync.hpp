// What one fdatasync takes here and now.
//
// Neighbours: audit_store.cpp, audit_http.cpp compare with it. Must not know: the log.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace sentrail::bench {

// Appends `bytes` to a file of its own in a folder, and waits for the disk, so many times.
// out: microseconds of each. fails: io.
[[nodiscard]] Result<std::vector<double>> time_syncs(const std::string& folder, std::size_t bytes,
                                                     std::size_t times);

}  // namespace sentrail::bench
