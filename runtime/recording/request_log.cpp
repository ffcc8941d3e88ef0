// Sealing on a thread of its own, and opening. See request_log.hpp.
#include "runtime/recording/request_log.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/check.hpp"
#include "core/encoding.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/store/codec.hpp"

namespace sentrail::recording {
namespace {

constexpr std::uint8_t kVersion = 1;
// In front of what is sealed: version, workspace, id, key id.
constexpr std::size_t kHeadBytes = 1 + 16 + 16 + 16;
// Between two looks at what is old: records go by the hour at the finest.
constexpr std::int64_t kCleanMs = 60'000;
constexpr auto kIdle = std::chrono::milliseconds(500);
// What one page takes of the files; the rest waits for the next.
constexpr std::uint64_t kPageBytes = 4u << 20;
constexpr std::size_t kScanRecords = 4'096;

crypto::HmacKey root_of(const crypto::SealKey& master) {
  crypto::Digest digest =
      crypto::hmac_sha256(as_chars(master.bytes()), std::string("sentrail-requests-seal-v1\0", 26));
  crypto::HmacKey root(as_chars(digest));
  crypto::wipe(digest);
  return root;
}

// What a record says of itself in clear.
struct Head {
  Uuid workspace_id;
  Uuid id;
  Uuid key_id;  // nil: the workspace's key
};

// Where a record belongs: moved to another head or time it does not open.
std::string place_of(const Head& head, std::int64_t time_ms) {
  std::string place("sentrail-recorded-request-v1\0", 29);
  place.append(as_chars(head.workspace_id.bytes)).append(as_chars(head.id.bytes));
  store::append_big_endian(place, static_cast<std::uint64_t>(time_ms));
  return place;
}

Uuid take_uuid(std::string_view& bytes) {
  Uuid out;
  std::copy_n(bytes.begin(), out.bytes.size(), reinterpret_cast<char*>(out.bytes.data()));
  bytes.remove_prefix(out.bytes.size());
  return out;
}

Result<Head> take_head(std::string_view& bytes) {
  if (bytes.size() < kHeadBytes) return fail(Errc::corrupt, "a recorded request is cut short");
  if (static_cast<std::uint8_t>(bytes[0]) != kVersion) {
    return fail(Errc::unsupported, "a recorded request was written by a newer release");
  }
  bytes.remove_prefix(1);
  Head head;
  head.workspace_id = take_uuid(bytes);
  head.id = take_uuid(bytes);
  head.key_id = take_uuid(bytes);
  return head;
}

// What is sealed: the agent's id with its length, and the request.
struct Content {
  std::string agent_id;
  std::string json;
};

std::string encode_content(const RecordedRequest& request) {
  std::string out;  // in one piece, so that wiping it leaves no copy behind
  out.reserve(sizeof(std::uint32_t) + request.agent_id.size() + request.json.size());
  store::append_big_endian(out, static_cast<std::uint32_t>(request.agent_id.size()));
  return out.append(request.agent_id).append(request.json);
}

Result<Content> open_content(const crypto::SealKey& key, std::string_view sealed,
                             const std::string& place) {
  SENTRAIL_ASSIGN_OR_RETURN(std::string bytes, crypto::open(key, sealed, place));
  std::string_view rest = bytes;
  const std::size_t size =
      rest.size() < 4 ? rest.size() : store::read_big_endian<std::uint32_t>(rest);
  if (rest.size() < 4 || size > rest.size() - 4) {
    return fail(Errc::corrupt, "a recorded request is garbled");
  }
  rest.remove_prefix(4);
  Content content{std::string(rest.substr(0, size)), std::string(rest.substr(size))};
  crypto::wipe(bytes);
  return content;
}

}  // namespace

std::string_view name_of(Dropped why) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"pressure", "size", "key", "disk"};
  return kNames[static_cast<std::size_t>(why)];
}

Result<std::unique_ptr<RequestLog>> RequestLog::open(RequestLogOptions options,
                                                     const crypto::SealKey& master,
                                                     audit::SubjectKeys& subjects,
                                                     const Clock& clock) {
  SENTRAIL_ASSIGN_OR_RETURN(
      auto segments, Segments::open({options.folder, options.bytes_max, options.retention_ms}));
  return std::unique_ptr<RequestLog>(
      new RequestLog(std::move(options), std::move(segments), master, subjects, clock));
}

RequestLog::RequestLog(RequestLogOptions options, std::unique_ptr<Segments> segments,
                       const crypto::SealKey& master, audit::SubjectKeys& subjects,
                       const Clock& clock)
    : options_(std::move(options)),
      segments_(std::move(segments)),
      root_(root_of(master)),
      subjects_(subjects),
      clock_(clock) {
  thread_ = std::thread([this] { run(); });
}

RequestLog::~RequestLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool RequestLog::samples(const Uuid& id) const noexcept {
  if (options_.sample == 0) return false;
  // The last bytes of a UUID of version 7 are random.
  std::uint32_t number = 0;
  for (std::size_t i = 12; i < 16; ++i) number = (number << 8) | id.bytes[i];
  return number % 1'000 < options_.sample;
}

void RequestLog::offer(RecordedRequest request) {
  const std::size_t bytes = request.json.size() + request.agent_id.size();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queued_bytes_ + bytes > options_.queue_bytes_max) {
      return drop(Dropped::pressure);
    }
    queued_bytes_ += bytes;
    queue_.push_back(std::move(request));
  }
  wake_.notify_one();
}

void RequestLog::settle() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return queue_.empty() && !writing_; });
}

void RequestLog::run() {
  for (bool on = true; on;) {
    std::deque<RecordedRequest> batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kIdle, [this] { return stopping_ || !queue_.empty(); });
      batch.swap(queue_);
      queued_bytes_ = 0;
      writing_ = !batch.empty();
      on = !stopping_;
    }
    write(batch);
    clean();
    const std::lock_guard lock(mutex_);
    writing_ = false;
    settled_.notify_all();
  }
}

void RequestLog::write(std::deque<RecordedRequest>& batch) {
  for (RecordedRequest& request : batch) {
    const std::optional<Dropped> dropped = write_one(request);
    crypto::wipe(request.json);
    dropped ? drop(*dropped) : static_cast<void>(++recorded_);
  }
  if (batch.empty()) return;
  // Failures cost what a power loss takes; the next sync tells again.
  static_cast<void>(subjects_.make_durable());
  static_cast<void>(segments_->sync());
}

std::optional<Dropped> RequestLog::write_one(RecordedRequest& request) {
  Head head{request.workspace_id, request.id, {}};
  std::optional<crypto::SealKey> key;
  if (request.agent_id.empty()) {
    key.emplace(key_of(request.workspace_id));
  } else {
    Result<audit::SubjectKey> own =
        subjects_.key_of(request.workspace_id, audit::kAgentKeys, request.agent_id);
    // Under another key it could not be erased.
    if (!own) return Dropped::key;
    head.key_id = own->id;
    key.emplace(std::move(own->key));
  }
  std::string content = encode_content(request);
  std::string record(1, static_cast<char>(kVersion));
  record.append(as_chars(head.workspace_id.bytes)).append(as_chars(head.id.bytes));
  record.append(as_chars(head.key_id.bytes));
  record += crypto::seal(*key, content, place_of(head, request.time_ms));
  crypto::wipe(content);
  const Status written = segments_->append(request.time_ms, record);
  if (written) return std::nullopt;
  return written.error().code == Errc::limit_exceeded ? Dropped::size : Dropped::disk;
}

// A failing disk: the next time is soon enough.
void RequestLog::clean() {
  const std::int64_t now_ms = clock_.now().unix_ms;
  const bool soon = cleaned_ms_ != INT64_MIN && now_ms >= cleaned_ms_ &&
                    now_ms - cleaned_ms_ < kCleanMs && segments_->size() <= options_.bytes_max;
  if (soon) return;
  cleaned_ms_ = now_ms;
  static_cast<void>(segments_->clean(now_ms));
}

crypto::SealKey RequestLog::key_of(const Uuid& workspace_id) const {
  crypto::Digest digest = root_.sign(as_chars(workspace_id.bytes));
  Result<crypto::SealKey> key = crypto::SealKey::from_bytes(as_chars(digest));
  crypto::wipe(digest);
  SENTRAIL_CHECK(key.has_value());
  return *std::move(key);
}

Result<RequestPage> RequestLog::read(const RequestQuery& query) const {
  RequestPage page;
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<FoundRecord> found,
                            segments_->read(query.place, kScanRecords, kPageBytes));
  const std::int64_t oldest_ms =
      std::max(query.from_ms, clock_.now().unix_ms - options_.retention_ms);
  for (const FoundRecord& one : found) {
    page.next = one.next;
    std::string_view rest = one.bytes;
    SENTRAIL_ASSIGN_OR_RETURN(const Head head, take_head(rest));
    const bool asked = head.workspace_id == query.workspace_id && one.time_ms >= oldest_ms &&
                       one.time_ms < query.until_ms;
    if (!asked) continue;
    OpenedRequest& opened = page.items.emplace_back(OpenedRequest{head.id, one.time_ms, {}});
    const std::optional<crypto::SealKey> key =
        head.key_id == Uuid{} ? key_of(head.workspace_id) : subjects_.find(head.key_id);
    if (key) {
      SENTRAIL_ASSIGN_OR_RETURN(Content content,
                                open_content(*key, rest, place_of(head, one.time_ms)));
      opened.json = std::move(content.json);
    }
    if (page.items.size() >= query.limit) break;
  }
  return page;
}

Result<std::vector<Uuid>> RequestLog::keys_of(const Uuid& workspace_id,
                                              std::string_view agent_id) const {
  std::vector<Uuid> of_agent;
  std::vector<Uuid> seen;  // a key is one agent's: one record of it tells whose
  Place place;
  while (true) {
    SENTRAIL_ASSIGN_OR_RETURN(const std::vector<FoundRecord> found,
                              segments_->read(place, kScanRecords, kPageBytes));
    if (found.empty()) return of_agent;
    place = found.back().next;
    for (const FoundRecord& one : found) {
      std::string_view rest = one.bytes;
      SENTRAIL_ASSIGN_OR_RETURN(const Head head, take_head(rest));
      const bool known = std::ranges::find(seen, head.key_id) != seen.end();
      if (head.workspace_id != workspace_id || head.key_id == Uuid{} || known) continue;
      seen.push_back(head.key_id);
      const std::optional<crypto::SealKey> key = subjects_.find(head.key_id);
      if (!key) continue;
      SENTRAIL_ASSIGN_OR_RETURN(const Content content,
                                open_content(*key, rest, place_of(head, one.time_ms)));
      if (content.agent_id == agent_id) of_agent.push_back(head.key_id);
    }
  }
}

RequestLogCounts RequestLog::counts() const {
  RequestLogCounts out;
  out.recorded = recorded_.load();
  for (std::size_t i = 0; i < dropped_.size(); ++i) out.dropped[i] = dropped_[i].load();
  out.bytes = segments_->size();
  return out;
}

}  // namespace sentrail::recording
