// Records in files that are only ever written at the end, and removed as a whole when they are old
// or too many.
//
// Neighbours: request_log.hpp seals what is written here. Must not know: what a record says, keys.
// A record is read whole or not at all: what a crash or a full disk left of one is cut off.
// source: docs/store_format.md (recorded requests).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/store/files.hpp"

namespace sentrail::recording {

// Where, how much, how long.
struct SegmentsOptions {
  std::string folder;
  std::uint64_t bytes_max = 0;    // of all files; the oldest go first
  std::int64_t retention_ms = 0;  // what is older goes
};

// A place behind some record, by which reading goes on.
struct Place {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;

  friend bool operator==(const Place&, const Place&) = default;
};

// A record and the place behind it.
struct FoundRecord {
  std::int64_t time_ms = 0;
  std::string bytes;
  Place next;
};

// The files of one folder. threads: any; append() and clean() one at a time.
class Segments {
 public:
  // Makes the folder, or opens it and cuts off what is no whole record at its end.
  // fails: io; corrupt if a file is none of this form, naming it.
  [[nodiscard]] static Result<std::unique_ptr<Segments>> open(SegmentsOptions options);
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  // Writes a record; a process that is killed leaves it whole or not at all, and after a failure it
  // is not there. fails: io; limit_exceeded if it is larger than a file may be.
  [[nodiscard]] Status append(std::int64_t time_ms, std::string_view bytes);
  // Makes durable what was appended. cost: one fdatasync if there is news.
  [[nodiscard]] Status sync();
  // Removes files whose records are all older than the retention, and the oldest while there is
  // more than the cap; the space is free when it returns. fails: io.
  [[nodiscard]] Status clean(std::int64_t now_ms);

  // Records from a place on, at most so many and, but for one, so many bytes; none: the end. What
  // was removed meanwhile is passed over. fails: io; corrupt for a record that was changed.
  [[nodiscard]] Result<std::vector<FoundRecord>> read(const Place& from, std::size_t limit,
                                                      std::uint64_t bytes) const;

  // Bytes of all files.
  [[nodiscard]] std::uint64_t size() const;

 private:
  struct Segment {
    std::uint64_t number = 0;
    std::int64_t first_ms = 0;
    std::int64_t until_ms = 0;  // no record of it is as new
    std::uint64_t bytes = 0;    // whole records, and the head
  };

  explicit Segments(SegmentsOptions options);

  [[nodiscard]] Status load();
  [[nodiscard]] Status load_newest();
  [[nodiscard]] Status begin(std::int64_t time_ms);
  [[nodiscard]] Status remove_oldest();
  [[nodiscard]] std::string path_of(std::uint64_t number) const;

  const SegmentsOptions options_;
  const std::uint64_t segment_bytes_max_;
  const std::int64_t segment_ms_max_;
  mutable std::mutex mutex_;
  std::deque<Segment> segments_;   // guarded by mutex_; ascend
  store::FileHandle newest_;       // the writer's; of segments_.back()
  std::int64_t last_ms_ = 0;       // the writer's; of the newest record
  std::uint64_t next_number_ = 1;  // the writer's
  bool dirty_ = false;             // the writer's
};

}  // namespace sentrail::recording
