// A store with a log of millions of entries, and the published tree's right edge beside it.
//
// Neighbours: audit_store.cpp opens and searches it. Must not know: what is measured. Of the tree
// only what a start reads is written: the newest tile of each level, and the signed checkpoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/log_entries.hpp"
#include "core/result.hpp"
#include "crypto/hash.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/store/open_store.hpp"

namespace sentrail::bench {

// The newest tiles of a log that grows, and no others. threads: one.
class RightEdge {
 public:
  // Adds the next entry.
  void add(std::string_view leaf);
  // Writes the tiles of this size. fails: io.
  [[nodiscard]] Status write(const std::string& folder) const;

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  void complete(std::size_t level);

  std::uint64_t size_ = 0;
  std::vector<std::string> edges_ = std::vector<std::string>(1);
  std::string bundle_;
};

// See the top of the file. threads: one.
class LongLog {
 public:
  // In a folder, which exists.
  LongLog(std::string folder, std::uint64_t seed) : folder_(std::move(folder)), entries_(seed) {}

  // Makes the store and fills it; a hundred entries a second of its own time. A store of so many
  // entries that is there already, of the same seed, is taken. fails: as the parts.
  [[nodiscard]] Status fill(std::size_t count);
  // Opens the store as a server does, its published log too. fails: as they do.
  [[nodiscard]] Status open();
  // Closes it.
  void close() { store_.reset(); }

  [[nodiscard]] const store::Store& store() const noexcept { return *store_; }
  [[nodiscard]] const LogEntries& entries() const noexcept { return entries_; }
  // When its last entry was.
  [[nodiscard]] std::int64_t end_ms() const noexcept { return end_ms_; }
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }
  // Correlation ids of some entries, spread over the log.
  [[nodiscard]] const std::vector<Uuid>& correlations() const noexcept { return correlations_; }

 private:
  [[nodiscard]] Status append(std::size_t count);
  [[nodiscard]] Status publish(const RightEdge& edge);

  const std::string folder_;
  const audit::LeafCodec codec_;
  LogEntries entries_;
  std::int64_t end_ms_ = 0;
  std::vector<Uuid> correlations_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace sentrail::bench
