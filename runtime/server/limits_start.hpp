// Where counting goes on after a start: what the machine and the data folder know of it.
//
// Neighbours: daemon.cpp asks, counters/counters.hpp takes it up; doctor.cpp takes the mark away
// where it cuts. Must not know: windows, rows. source: docs/adr/0006.
#pragma once

#include <string>

#include "core/result.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "runtime/counters/counters.hpp"

namespace sentrail::server {

// The key under which names of counters are kept, below the master key.
[[nodiscard]] std::string limits_key(const crypto::SealKey& master);

// Where counting comes from. in: the store's folder, and whether anything ever was in the store.
// fails: io, permission_denied: a mark that cannot be read is no sign that the store went back.
[[nodiscard]] Result<counters::Origin> limits_origin(const std::string& store, bool store_is_new);

// Leaves the mark that no backup has; after that the next start knows what was counted.
// fails: io.
[[nodiscard]] Status leave_limits_mark(const std::string& store, const std::string& mark);

}  // namespace sentrail::server
