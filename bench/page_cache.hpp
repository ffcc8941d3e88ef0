// Files that are not in memory: what a first read costs.
//
// Neighbours: audit_hashes.cpp, audit_store.cpp. Must not know: what is in the files. Linux only.
// Pages of these files alone are dropped: other programs of the machine keep theirs.
#pragma once

#include <string>

#include "core/result.hpp"

namespace sentrail::bench {

// Writes out what is dirty of a folder's files, at any depth, and drops their pages. fails: io.
[[nodiscard]] Status drop_pages(const std::string& folder);

// The share of a folder's files' pages that are in memory, 0 to 1. fails: io.
[[nodiscard]] Result<double> pages_in_memory(const std::string& folder);

}  // namespace sentrail::bench
