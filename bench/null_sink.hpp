// The gate without its audit log, for a benchmark to say what the log costs: the same server, whose
// store takes entries and forgets them.
//
// Neighbours: audit_http.cpp runs it beside sentraild. Must not know: what is measured. The product
// has no such switch: this is made of its parts, in a program that is not shipped.
#pragma once

#include <memory>
#include <string>

#include "runtime/store/store.hpp"

namespace sentrail::bench {

// A store that answers transactions of entries alone at once, and writes none; all else, such as
// keys and policies, it leaves to the store below. Entries are numbered on.
[[nodiscard]] std::unique_ptr<store::Store> without_entries(std::unique_ptr<store::Store> below);

// What it is started with, as sentraild is.
struct NullSinkOptions {
  std::string config;      // path
  std::string ready_file;  // path
};

// Serves until a signal ends it. out: exit code.
int run_null_sink(const NullSinkOptions& options);

}  // namespace sentrail::bench
