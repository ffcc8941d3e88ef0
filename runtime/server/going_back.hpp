// What it takes to let a log go back: the published log is set aside with its key, and the log says
// itself what was lost and who accepted it.
//
// Neighbours: restore.cpp brings an older store, tail_repair.cpp cuts one. Must not know: why.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "crypto/seal.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::server {

// Renames a file or folder to `<place>.before-<what>-N`, if there is one.
// out: where it is now; empty: there was none. fails: io.
[[nodiscard]] Result<std::string> set_aside(const std::string& place, const std::string& what);

// Puts one folder in the place of another with a single step: after a crash there is either, never
// none. The one that was there is set aside. out: as set_aside(). fails: io.
[[nodiscard]] Result<std::string> replace_folder(const std::string& place, const std::string& with,
                                                 const std::string& what);

// Sets a data folder's published log and its signer aside: a log that went back is another log, and
// no key signs two histories. fails: io.
[[nodiscard]] Status set_log_aside(const std::string& data, const std::string& what);

// Takes the mark of limits_start.hpp from a store that lost something: nobody knows any more what
// was counted. fails: io.
[[nodiscard]] Status remove_limits_mark(const std::string& store);

// Who accepted which loss.
struct AcceptedLoss {
  std::string action;  // of the entry, such as `store.restore`
  std::string by;      // the program
  std::uint64_t entries = 0;
  std::string reason;
};

// Appends an entry that says so, and makes it durable. fails: as Store::apply().
[[nodiscard]] Status acknowledge_loss(const crypto::SealKey& master, store::Store& store,
                                      const AcceptedLoss& loss, const Clock& clock);

}  // namespace sentrail::server
