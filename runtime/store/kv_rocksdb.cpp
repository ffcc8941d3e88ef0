// RocksDB behind OrderedKv: settings, batches, cursors, and its failures in our words.
//
// Neighbours: kv_rocksdb.hpp, keys.hpp for the order of keys. Must not know: records. Why not the
// defaults: with RocksDB 7.8.3 one flipped bit in an old log opened without an error and lost
// nearly everything behind it.
#include "runtime/store/kv_rocksdb.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/options.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "runtime/store/keys.hpp"

namespace sentrail::store {

namespace {

constexpr std::size_t kProtectionBytes = 8;  // per key, from the batch to the memory table

// The remedy when logs are damaged: only a person may decide to lose something.
constexpr const char* kDoctor =
    "; refusing to serve, run `sentrail audit doctor` (`--repair-tail` if only the newest log's "
    "end was zeroed)";

Error error_of(const rocksdb::Status& status, const std::string& directory) {
  const std::string text = status.ToString();
  if (status.IsCorruption()) {
    return {Errc::corrupt, "the database " + directory + " is damaged: " + text + kDoctor};
  }
  if (status.IsIOError() && text.find("/LOCK") != std::string::npos) {
    return {Errc::unavailable, "the database " + directory + " is in use: " + text};
  }
  if (status.IsIOError() && status.subcode() == rocksdb::Status::kPathNotFound) {
    return {Errc::corrupt, "a file of the database is missing: " + text + kDoctor};
  }
  if (status.IsNoSpace()) return {Errc::io, "the disk is full: " + text};
  if (status.IsNotSupported()) {
    return {Errc::unsupported,
            "the database " + directory + " was written by another release: " + text};
  }
  return {Errc::io, "the database " + directory + " failed: " + text};
}

// Takes RocksDB's own log nowhere. The default writes a file beside the database, and where that
// file cannot grow the second line trips an assertion (7.8.3): a full disk would end the process
// instead of its writes. What matters comes through the listener.
class NoLog final : public rocksdb::Logger {
 public:
  NoLog() : Logger(rocksdb::InfoLogLevel::HEADER_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Hears of failures in RocksDB's own threads, which would otherwise only show at a later write.
class FailureListener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    if (!status->ok()) note(*status);
  }

  void note(const rocksdb::Status& status) {
    const std::lock_guard lock(mutex_);
    if (first_.ok()) first_ = status;
    failed_.store(true, std::memory_order_release);
  }

  [[nodiscard]] rocksdb::Status first() const {
    if (!failed_.load(std::memory_order_acquire)) return rocksdb::Status::OK();
    const std::lock_guard lock(mutex_);
    return first_;
  }

 private:
  mutable std::mutex mutex_;
  rocksdb::Status first_;  // guarded by mutex_
  std::atomic<bool> failed_{false};
};

class RocksCursor final : public KvCursor {
 public:
  RocksCursor(std::unique_ptr<rocksdb::Iterator> iterator, const std::string& directory)
      : iterator_(std::move(iterator)), directory_(directory) {}

  void seek(std::string_view key) override { iterator_->Seek({key.data(), key.size()}); }
  void seek_last() override { iterator_->SeekToLast(); }
  void next() override { iterator_->Next(); }
  [[nodiscard]] bool valid() const override { return iterator_->Valid(); }
  [[nodiscard]] std::string_view key() const override { return iterator_->key().ToStringView(); }
  [[nodiscard]] std::string_view value() const override {
    return iterator_->value().ToStringView();
  }
  [[nodiscard]] Status status() const override {
    const rocksdb::Status status = iterator_->status();
    if (status.ok()) return {};
    return tl::make_unexpected(error_of(status, directory_));
  }

 private:
  std::unique_ptr<rocksdb::Iterator> iterator_;
  const std::string& directory_;  // of the kv, which outlives its cursors
};

// What a batch of these takes, so that it is not moved while it grows.
std::size_t bytes_of(std::span<const KvWrite> writes) {
  constexpr std::size_t kHead = 12;
  constexpr std::size_t kRow = 16;  // tag, space, two lengths
  std::size_t bytes = kHead;
  for (const KvWrite& write : writes) {
    bytes += kRow + write.key.size() + (write.value ? write.value->size() : 0);
  }
  return bytes;
}

class RocksKv final : public OrderedKv {
 public:
  RocksKv(std::unique_ptr<rocksdb::Env> env, std::unique_ptr<rocksdb::DB> database,
          std::vector<rocksdb::ColumnFamilyHandle*> spaces,
          std::shared_ptr<FailureListener> listener, std::string directory)
      : env_(std::move(env)),
        database_(std::move(database)),
        spaces_(std::move(spaces)),
        listener_(std::move(listener)),
        directory_(std::move(directory)) {}

  ~RocksKv() override {
    for (rocksdb::ColumnFamilyHandle* space : spaces_) {
      static_cast<void>(database_->DestroyColumnFamilyHandle(space));
    }
    static_cast<void>(database_->Close());
  }

  [[nodiscard]] Result<std::optional<std::string>> get(Space space,
                                                       std::string_view key) const override {
    std::string value;
    const rocksdb::Status status = database_->Get(rocksdb::ReadOptions(), handle(space),
                                                  rocksdb::Slice(key.data(), key.size()), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return tl::make_unexpected(error_of(status, directory_));
    return std::optional<std::string>(std::move(value));
  }

  [[nodiscard]] std::unique_ptr<KvCursor> walk(Space space) const override {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;  // not only one list's rows
    return cursor(space, options);
  }

  [[nodiscard]] std::unique_ptr<KvCursor> walk_list() const override {
    return cursor(Space::index, rocksdb::ReadOptions());
  }

  [[nodiscard]] Status write(std::span<const KvWrite> writes) override {
    SENTRAIL_TRY(health());
    rocksdb::WriteBatch batch(bytes_of(writes), 0, kProtectionBytes, 0);
    for (const KvWrite& write : writes) {
      const rocksdb::Status status = write.value
                                         ? batch.Put(handle(write.space), write.key, *write.value)
                                         : batch.Delete(handle(write.space), write.key);
      if (!status.ok()) return tl::make_unexpected(error_of(status, directory_));
    }
    // Its counters of what a call did are nobody's, and cost a look-up of the thread for each row.
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = database_->Write(options, &batch);
    if (status.ok()) return {};
    // Whether the batch is on disk is unknown, and a second sync of the same file proves nothing.
    listener_->note(status);
    return tl::make_unexpected(error_of(status, directory_));
  }

  [[nodiscard]] Status checkpoint(const std::string& directory) const override {
    rocksdb::Checkpoint* made = nullptr;
    const rocksdb::Status ready = rocksdb::Checkpoint::Create(database_.get(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (!ready.ok()) return tl::make_unexpected(error_of(ready, directory_));
    // Everything is flushed first: a copy with no logs has no tail that could be torn.
    const rocksdb::Status status = checkpoint->CreateCheckpoint(directory, 0);
    if (status.ok()) return {};
    return tl::make_unexpected(error_of(status, directory));
  }

  [[nodiscard]] Status reclaim(Space space, std::string_view from,
                               std::string_view until) const override {
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;  // others go on meanwhile
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const std::string first_key(from);  // never without data, as an empty view may be
    const std::string last_key(until);
    const rocksdb::Slice first(first_key);
    const rocksdb::Slice last(last_key);
    const rocksdb::Status status = database_->CompactRange(options, handle(space), &first, &last);
    if (status.ok()) return {};
    return tl::make_unexpected(error_of(status, directory_));
  }

  [[nodiscard]] Status verify_files() const override {
    const rocksdb::Status status = database_->VerifyChecksum();
    if (status.ok()) return {};
    return tl::make_unexpected(error_of(status, directory_));
  }

  [[nodiscard]] Status health() const override {
    const rocksdb::Status status = listener_->first();
    if (status.ok()) return {};
    return tl::make_unexpected(error_of(status, directory_));
  }

 private:
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Space space) const {
    return spaces_[static_cast<std::size_t>(space)];
  }

  [[nodiscard]] std::unique_ptr<KvCursor> cursor(Space space,
                                                 const rocksdb::ReadOptions& options) const {
    return std::make_unique<RocksCursor>(
        std::unique_ptr<rocksdb::Iterator>(database_->NewIterator(options, handle(space))),
        directory_);
  }

  const std::unique_ptr<rocksdb::Env> env_;  // null: the host's
  const std::unique_ptr<rocksdb::DB> database_;
  const std::vector<rocksdb::ColumnFamilyHandle*> spaces_;
  const std::shared_ptr<FailureListener> listener_;
  const std::string directory_;
};

// What index keys of one list begin with: the memory table keeps each list apart, so that a new row
// is compared with those of its list alone, of which it is mostly the first.
class Lists final : public rocksdb::SliceTransform {
 public:
  [[nodiscard]] const char* Name() const override { return "sentrail.lists"; }
  [[nodiscard]] rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    const std::string_view list = index_list_of(key.ToStringView());
    return {list.data(), list.size()};
  }
  [[nodiscard]] bool InDomain(const rocksdb::Slice&) const override { return true; }
};

// A bucket for every so many bytes of a memory table: about one a list where every row has its own.
constexpr std::size_t kBytesPerBucket = 256;
// Lists of 65,000 rows are found through as in any skip list; a new row is at their front.
constexpr std::int32_t kListHeight = 8;
constexpr std::int32_t kListBranching = 4;

rocksdb::DBOptions database_options(bool create, const RocksDbOptions& options,
                                    std::shared_ptr<FailureListener> listener) {
  rocksdb::DBOptions out;
  out.info_log = std::make_shared<NoLog>();
  out.create_if_missing = create;
  out.create_missing_column_families = create;
  // A log may end torn, as a crash leaves it; damage anywhere else refuses to open.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  if (options.cut_unreadable_end) {
    out.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  }
  // Missing logs refuse to open (closed ones only: the floor covers the newest).
  out.track_and_verify_wals_in_manifest = true;
  out.paranoid_checks = true;
  out.verify_sst_unique_id_in_manifest = true;
  out.flush_verify_memtable_count = true;
  out.recycle_log_file_num = 0;
  // No recovery behind our back: after a failure the store is closed until it is opened anew.
  out.max_bgerror_resume_count = 0;
  out.max_total_wal_size = 8 * options.write_buffer_bytes;
  out.max_background_jobs = 2;
  // There is one writer; and the index's memory table is for one.
  out.allow_concurrent_memtable_write = false;
  out.max_log_file_size = 1u << 20;  // of RocksDB's own diary
  out.keep_log_file_num = 4;
  out.listeners.push_back(std::move(listener));
  return out;
}

rocksdb::ColumnFamilyOptions space_options(Space space, const RocksDbOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions out;
  out.write_buffer_size = options.write_buffer_bytes;
  out.memtable_protection_bytes_per_key = kProtectionBytes;
  out.paranoid_file_checks = true;
  out.force_consistency_checks = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.checksum = rocksdb::ChecksumType::kXXH3;
  // Entries are some two kilobytes: smaller blocks would each hold two.
  if (space == Space::audit) table.block_size = 16u << 10;
  if (space == Space::audit) {
    // All keys are one run: the place of the last one is where the next belongs.
    out.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  }
  if (space == Space::index) {
    out.prefix_extractor = std::make_shared<Lists>();
    out.memtable_factory.reset(rocksdb::NewHashSkipListRepFactory(
        std::max<std::size_t>(options.write_buffer_bytes / kBytesPerBucket, 1), kListHeight,
        kListBranching));
  }
  if (space == Space::state || space == Space::blobs) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  }
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

// RocksDB makes a new database wherever `CURRENT` is missing, which it writes before any row: one
// that has rows without it is damaged.
Status check_may_be_made(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::exists(directory + "/CURRENT", error)) return {};
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const fs::path& file = at->path();
    std::error_code gone;
    const bool holds_rows =
        file.extension() == ".sst" || (file.extension() == ".log" && fs::file_size(file, gone) > 0);
    if (holds_rows) {
      return fail(Errc::corrupt,
                  directory + "/CURRENT is missing, though there are rows" + std::string(kDoctor));
    }
  }
  if (error) return fail(Errc::io, "cannot look at " + directory + ": " + error.message());
  return {};
}

}  // namespace

Result<std::unique_ptr<OrderedKv>> open_rocksdb_kv(const std::string& directory, bool create,
                                                   const RocksDbOptions& options) {
  if (create) SENTRAIL_TRY(check_may_be_made(directory));
  auto listener = std::make_shared<FailureListener>();
  rocksdb::DBOptions settings = database_options(create, options, listener);
  std::unique_ptr<rocksdb::Env> env;
  if (options.file_system != nullptr) {
    env = rocksdb::NewCompositeEnv(options.file_system);
    settings.env = env.get();
  }
  // Stored: the names and which space is which never change.
  constexpr std::array<std::pair<Space, const char*>, kSpaceCount> kSpaces = {
      {{Space::state, "default"},
       {Space::audit, "audit"},
       {Space::index, "index"},
       {Space::blobs, "blobs"}}};
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto& [space, name] : kSpaces) {
    descriptors.emplace_back(name, space_options(space, options, cache));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> spaces;
  rocksdb::DB* database = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(settings, directory, descriptors, &spaces, &database);
  if (!status.ok()) return tl::make_unexpected(error_of(status, directory));
  return std::make_unique<RocksKv>(std::move(env), std::unique_ptr<rocksdb::DB>(database),
                                   std::move(spaces), std::move(listener), directory);
}

}  // namespace sentrail::store
