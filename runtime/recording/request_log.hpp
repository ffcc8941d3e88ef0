// Recorded requests: what policy was asked, kept for a while so that another policy can be asked.
//
// Neighbours: the gateway offers requests, audit/subject_keys.hpp has the keys they are sealed
// with, segments.hpp the files. Must not know: what a request says, HTTP. No decision waits for it:
// what cannot be recorded is dropped and counted. source: docs/audit_log.md (recorded requests),
// docs/store_format.md.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/limits.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "crypto/hash.hpp"
#include "crypto/seal.hpp"
#include "runtime/audit/subject_keys.hpp"
#include "runtime/recording/segments.hpp"

namespace sentrail::recording {

// What is recorded, and for how long. units: bytes, milliseconds
struct RequestLogOptions {
  std::string folder;
  std::uint32_t sample = 0;  // of a thousand requests; 0: none, and what is there grows old
  std::int64_t retention_ms = 0;
  std::uint64_t bytes_max = 0;
  std::size_t queue_bytes_max = limits::kRecordedQueueBytesMax;
};

// A request to be recorded.
struct RecordedRequest {
  Uuid workspace_id;
  Uuid id;  // the correlation id
  std::int64_t time_ms = 0;
  std::string agent_id;  // whose key seals it; empty: the workspace's
  std::string json;      // in the form of docs/request_format.md
};

// A recorded request, opened.
struct OpenedRequest {
  Uuid id;
  std::int64_t time_ms = 0;
  std::optional<std::string> json;  // nothing: its key was erased
};

// Requests of one workspace from a place on; `next` is where it goes on, nothing at the end.
struct RequestPage {
  std::vector<OpenedRequest> items;
  std::optional<Place> next;
};

// Which requests to read.
struct RequestQuery {
  Uuid workspace_id;
  std::int64_t from_ms = INT64_MIN;   // inclusive
  std::int64_t until_ms = INT64_MAX;  // exclusive
  Place place;
  std::size_t limit = 100;
};

// Why a request is not recorded.
enum class Dropped : std::uint8_t { pressure, size, key, disk };

// The names in metrics.
[[nodiscard]] std::string_view name_of(Dropped why) noexcept;

// What was done since the start, for metrics.
struct RequestLogCounts {
  std::uint64_t recorded = 0;
  std::array<std::uint64_t, 4> dropped{};  // by Dropped
  std::uint64_t bytes = 0;                 // on disk now
};

// The stream of one server, with a thread of its own. threads: any.
class RequestLog {
 public:
  // Opens or makes the folder and starts the thread. `subjects` and `clock` outlive this.
  // fails: as Segments::open.
  [[nodiscard]] static Result<std::unique_ptr<RequestLog>> open(RequestLogOptions options,
                                                                const crypto::SealKey& master,
                                                                audit::SubjectKeys& subjects,
                                                                const Clock& clock);
  // Writes what waits, and ends.
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  // Whether the request of that correlation id is one of the sample: always the same answer.
  [[nodiscard]] bool samples(const Uuid& id) const noexcept;
  // Takes a request, or drops and counts it. cost: no disk.
  void offer(RecordedRequest request);
  // Counts a request that could not even be offered.
  void drop(Dropped why) noexcept { ++dropped_[static_cast<std::size_t>(why)]; }
  // Waits until all that was offered is written or dropped, for tests and before reading.
  void settle();

  // Opens requests of a workspace, the oldest first; what is older than the retention is left out.
  // A page may be short or empty; go on by `next`. fails: as Segments::read; corrupt.
  [[nodiscard]] Result<RequestPage> read(const RequestQuery& query) const;
  // The ids of the keys under which requests of an agent are sealed. cost: reads everything.
  // fails: as read().
  [[nodiscard]] Result<std::vector<Uuid>> keys_of(const Uuid& workspace_id,
                                                  std::string_view agent_id) const;

  // What happened so far, and what is on disk now.
  [[nodiscard]] RequestLogCounts counts() const;

 private:
  RequestLog(RequestLogOptions options, std::unique_ptr<Segments> segments,
             const crypto::SealKey& master, audit::SubjectKeys& subjects, const Clock& clock);

  void run();
  void write(std::deque<RecordedRequest>& batch);
  [[nodiscard]] std::optional<Dropped> write_one(RecordedRequest& request);
  void clean();
  [[nodiscard]] crypto::SealKey key_of(const Uuid& workspace_id) const;

  const RequestLogOptions options_;
  const std::unique_ptr<Segments> segments_;
  const crypto::HmacKey root_;
  audit::SubjectKeys& subjects_;
  const Clock& clock_;
  std::int64_t cleaned_ms_ = INT64_MIN;  // the thread's

  std::atomic<std::uint64_t> recorded_{0};
  std::array<std::atomic<std::uint64_t>, 4> dropped_{};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable settled_;
  std::deque<RecordedRequest> queue_;  // guarded by mutex_
  std::size_t queued_bytes_ = 0;       // guarded by mutex_
  bool writing_ = false;               // guarded by mutex_
  bool stopping_ = false;              // guarded by mutex_
  std::thread thread_;
};

}  // namespace sentrail::recording
