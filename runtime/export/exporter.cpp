// Read, deliver, save the cursor: in this order. See exporter.hpp.
#include "runtime/export/exporter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "runtime/store/codec.hpp"

namespace sentrail::exporting {

std::string encode_cursor(const Cursor& cursor) {
  std::string bytes;
  store::Encoder encode(&bytes);
  encode(cursor.next, cursor.chain);
  return bytes;
}

Result<Cursor> decode_cursor(std::string_view bytes) {
  Cursor cursor;
  if (bytes.empty()) return cursor;
  store::Decoder decode(bytes);
  decode(cursor.next, cursor.chain);
  if (!decode.complete()) return fail(Errc::corrupt, "an exporter's cursor is garbled");
  return cursor;
}

Result<std::unique_ptr<Exporter>> Exporter::make(const store::Reader& reader,
                                                 ExporterOptions options, store::SlotFile file,
                                                 std::unique_ptr<Sink> sink) {
  SENTRAIL_ASSIGN_OR_RETURN(const Cursor cursor, decode_cursor(file.value()));
  return std::unique_ptr<Exporter>(
      new Exporter(reader, std::move(options), std::move(file), cursor, std::move(sink)));
}

Exporter::Exporter(const store::Reader& reader, ExporterOptions options, store::SlotFile file,
                   Cursor cursor, std::unique_ptr<Sink> sink)
    : reader_(reader),
      options_(std::move(options)),
      file_(std::move(file)),
      sink_(std::move(sink)),
      cursor_(cursor),
      next_(cursor.next) {}

Exporter::~Exporter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_wait_.notify_all();
  sink_->stop();
  if (thread_.joinable()) thread_.join();
}

void Exporter::start() {
  thread_ = std::thread([this] { run(); });
}

// A log that went back has other entries under the numbers that were delivered.
Status Exporter::check_log() {
  if (checked_ || cursor_.next == 0) return {};
  const std::string remedy =
      ": the log went back; give the exporter another name, and its receiver another origin";
  if (cursor_.next > reader_.audit_head().size) {
    return fail(Errc::corrupt, "the cursor is at entry " + std::to_string(cursor_.next) + remedy);
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> rows,
                            reader_.audit_range(cursor_.next - 1, 1));
  if (rows.empty() || rows.front().chain != cursor_.chain) {
    return fail(Errc::corrupt, "what was delivered is of another log" + remedy);
  }
  checked_ = true;
  return {};
}

Result<bool> Exporter::step() {
  SENTRAIL_TRY(check_log());
  if (cursor_.next >= reader_.audit_head().size) {
    if (unsaved_) SENTRAIL_TRY(file_.replace(encode_cursor(cursor_)));
    unsaved_ = false;
    return false;
  }
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> rows,
                            reader_.audit_range(cursor_.next, options_.batch_max));
  if (rows.empty()) return false;
  SENTRAIL_TRY(sink_->deliver(rows));
  const Cursor after{rows.back().sequence + 1, rows.back().chain};
  // Where it cannot be saved the next start delivers again; until then memory knows better.
  const Status saved = file_.replace(encode_cursor(after));
  cursor_ = after;
  checked_ = true;
  const std::lock_guard lock(mutex_);
  next_ = after.next;
  unsaved_ = !saved;
  if (!saved) return tl::make_unexpected(saved.error());
  return true;
}

// out: whether to go on
bool Exporter::wait(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return !stop_wait_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

// What is given up because all ends is no failure to tell of.
void Exporter::note(const Status& done) {
  const std::string error = done ? std::string() : done.error().message;
  {
    const std::lock_guard lock(mutex_);
    const bool failed_before = !last_error_.empty();
    last_error_ = error;
    if (!done) ++failures_;
    if (stopping_ || failed_before == !done) return;
  }
  if (options_.tell) options_.tell(error);
}

void Exporter::run() {
  std::int64_t retry_ms = options_.retry_ms;
  for (bool on = wait(0); on;) {
    const Result<bool> delivered = step();
    note(delivered ? Status() : tl::make_unexpected(delivered.error()));
    if (!delivered) {
      on = wait(retry_ms);
      retry_ms = std::min(2 * retry_ms, options_.retry_ms_max);
      continue;
    }
    retry_ms = options_.retry_ms;
    on = wait(*delivered ? 0 : options_.idle_ms);
  }
}

ExporterState Exporter::state() const {
  ExporterState out;
  const std::uint64_t size = reader_.audit_head().size;
  const std::lock_guard lock(mutex_);
  out.next = next_;
  out.lag = size > next_ ? size - next_ : 0;
  out.failures = failures_;
  out.last_error = last_error_;
  return out;
}

}  // namespace sentrail::exporting
