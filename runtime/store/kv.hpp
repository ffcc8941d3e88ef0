// Ordered keys with atomic durable batches: all that the embedded store needs of a storage engine.
//
// Neighbours: kv_store.hpp puts the domain on top; kv_rocksdb.cpp implements it with RocksDB.
// Must not know: records, indexes, the audit log.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sentrail::store {

// Key spaces of different habits: small changing rows; appended rows that never change; search
// indexes, which can be rebuilt; large values.
enum class Space : std::uint8_t { state = 0, audit = 1, index = 2, blobs = 3 };

// How many spaces there are.
inline constexpr std::size_t kSpaceCount = 4;

// Sets a key to a value, or removes it.
struct KvWrite {
  Space space = Space::state;
  std::string key;
  std::optional<std::string> value;
};

// Walks the keys of one space in byte order, over a snapshot taken when it was made.
class KvCursor {
 public:
  virtual ~KvCursor() = default;
  // Goes to the first key that is not less than `key`.
  virtual void seek(std::string_view key) = 0;
  // Goes to the last key of the space.
  virtual void seek_last() = 0;
  // Goes to the next key. REQUIRES: valid().
  virtual void next() = 0;
  // Whether the cursor stands on a key. False also after a failure: ask status() at the end.
  [[nodiscard]] virtual bool valid() const = 0;
  // Borrowed until the cursor moves. REQUIRES: valid().
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
  // fails: corrupt or io, if that is what ended the walk.
  [[nodiscard]] virtual Status status() const = 0;
};

// threads: get() and walk() from any, write() from one at a time.
class OrderedKv {
 public:
  virtual ~OrderedKv() = default;
  // The value of a key, if it has one. fails: corrupt, io.
  [[nodiscard]] virtual Result<std::optional<std::string>> get(Space space,
                                                               std::string_view key) const = 0;
  // A cursor on nothing yet.
  [[nodiscard]] virtual std::unique_ptr<KvCursor> walk(Space space) const = 0;
  // A cursor over the search index for who asks one list at a time: after a seek() to a list and a
  // position it shows that list's rows from there on, and then anything or nothing. cost: much less
  // than walk(), which puts the rows of all lists in order.
  [[nodiscard]] virtual std::unique_ptr<KvCursor> walk_list() const = 0;
  // Applies all writes, in order, or none; they are on disk when it returns.
  [[nodiscard]] virtual Status write(std::span<const KvWrite> writes) = 0;
  // Copies everything written so far into a directory that does not exist yet, of which an engine
  // of the same kind can be opened. threads: any. fails: already_exists, io; unsupported.
  [[nodiscard]] virtual Status checkpoint(const std::string& directory) const = 0;
  // Writes the files of a space anew where keys from `from` on, and before `until`, are in them, so
  // that the space of what was removed or written over is free. cost: all of those files. threads:
  // any, beside write(). fails: io.
  [[nodiscard]] virtual Status reclaim(Space space, std::string_view from,
                                       std::string_view until) const = 0;
  // Reads all files of the engine and compares their checksums. fails: corrupt, io.
  [[nodiscard]] virtual Status verify_files() const = 0;
  // Whether the engine still takes writes; the background failure that ended it if not.
  [[nodiscard]] virtual Status health() const = 0;
};

}  // namespace sentrail::store
