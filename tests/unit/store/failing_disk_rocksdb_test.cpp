// A disk that fails: every write and every sync in turn, and a disk that is full.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <utility>

#include "runtime/store/store_rocksdb.hpp"
#include "runtime/store/writer.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

// When to fail: from the n-th counted operation on, or on that one alone.
struct Plan {
  enum class Operation { append, sync };
  Operation operation = Operation::append;
  std::atomic<std::int64_t> left{INT64_MAX};
  std::atomic<bool> once{false};
  bool full = false;  // as a full disk, else as a broken one

  // Counts an operation; says whether it fails.
  rocksdb::IOStatus next(Operation what) {
    if (what != operation) return rocksdb::IOStatus::OK();
    const std::int64_t before = left.fetch_sub(1);
    if (before > 0 || (once && before < 0)) return rocksdb::IOStatus::OK();
    return full ? rocksdb::IOStatus::NoSpace("injected: no space left on device")
                : rocksdb::IOStatus::IOError("injected: input/output error");
  }
};

class FailingFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<rocksdb::FSWritableFile>&& target, Plan& plan)
      : FSWritableFileOwnerWrapper(std::move(target)), plan_(plan) {}

  using FSWritableFileOwnerWrapper::Append;
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus status = plan_.next(Plan::Operation::append);
    if (status.ok()) return FSWritableFileOwnerWrapper::Append(data, options, debug);
    // What a failing disk leaves behind is a part of the bytes.
    static_cast<void>(FSWritableFileOwnerWrapper::Append(
        rocksdb::Slice(data.data(), data.size() / 2), options, debug));
    return status;
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus status = plan_.next(Plan::Operation::sync);
    return status.ok() ? FSWritableFileOwnerWrapper::Sync(options, debug) : status;
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    const rocksdb::IOStatus status = plan_.next(Plan::Operation::sync);
    return status.ok() ? FSWritableFileOwnerWrapper::Fsync(options, debug) : status;
  }

 private:
  Plan& plan_;
};

class FailingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FailingFileSystem(Plan& plan)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), plan_(plan) {}

  const char* Name() const override { return "FailingFileSystem"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    // RocksDB's own diary is no part of the promise.
    if (status.ok() && name.find("/LOG") == std::string::npos) {
      *file = std::make_unique<FailingFile>(std::move(*file), plan_);
    }
    return status;
  }

 private:
  Plan& plan_;
};

class FailingDiskTest : public testing::Test {
 protected:
  Result<OpenedStore> open(Plan* plan) {
    OpenOptions options;
    options.directory = directory_->path();
    options.create = true;
    options.codec = &codec_;
    RocksDbOptions engine;
    engine.write_buffer_bytes = 64u << 10;
    if (plan != nullptr) engine.file_system = std::make_shared<FailingFileSystem>(*plan);
    return open_rocksdb_store(options, engine);
  }
  // Writes until something fails; how many entries were acknowledged.
  static std::uint64_t fill(Store& store, std::uint64_t entries) {
    for (std::uint64_t i = 0; i < entries; ++i) {
      AuditEntry one = entry(i);
      one.sealed = {{Uuid{}, std::string(1500, 'x')}};
      if (!apply(store, transaction(AppendAudit{one})).status) return i;
    }
    return entries;
  }
  // The failure at the n-th operation: nothing acknowledged is lost, the store is closed at once.
  // Returns whether the failure was reached.
  bool fail_at(std::int64_t n, Plan::Operation operation, bool once, bool full) {
    directory_ = std::make_unique<TemporaryDirectory>();
    Plan plan;
    plan.operation = operation;
    plan.once = once;
    plan.full = full;
    std::uint64_t acknowledged = 0;
    bool failed = false;
    if (Result<OpenedStore> opened = open(&plan)) {
      plan.left = n;
      acknowledged = fill(*opened->store, kEntries);
      failed = acknowledged < kEntries;
      if (failed) {
        EXPECT_FALSE(opened->store->health().has_value());
        EXPECT_EQ(apply(*opened->store, transaction(AppendAudit{entry(0)})).status.error().code,
                  Errc::unavailable);
        EXPECT_EQ(opened->store->audit_range(0, kEntries).value().size(), acknowledged);
      }
      plan.left = INT64_MAX;
    }
    const Result<OpenedStore> again = open(nullptr);
    EXPECT_TRUE(again.has_value()) << "operation " << n << ": " << again.error().message;
    if (again) {
      EXPECT_GE(again->report.head.size, acknowledged);
      EXPECT_LE(again->report.head.size, acknowledged + 1);
      EXPECT_TRUE(apply(*again->store, transaction(AppendAudit{entry(0)})).status.has_value());
    }
    return failed;
  }

  static constexpr std::uint64_t kEntries = 120;  // enough to fill buffers and write tables

  std::unique_ptr<TemporaryDirectory> directory_ = std::make_unique<TemporaryDirectory>();
  test::PlainLeafCodec codec_;
};

TEST_F(FailingDiskTest, EveryWriteFailsInTurn) {
  int reached = 0;
  for (std::int64_t n = 0; n < 150; n += 7)
    reached += fail_at(n, Plan::Operation::append, false, false);
  EXPECT_GT(reached, 10);
}

TEST_F(FailingDiskTest, EverySyncFailsInTurn) {
  int reached = 0;
  for (std::int64_t n = 0; n < 130; n += 7)
    reached += fail_at(n, Plan::Operation::sync, false, false);
  EXPECT_GT(reached, 10);
}

// A sync that failed once and would succeed again proves nothing: the store stays closed.
TEST_F(FailingDiskTest, OneFailedSyncClosesForGood) {
  for (const std::int64_t n : {0, 5, 40})
    EXPECT_TRUE(fail_at(n, Plan::Operation::sync, true, false));
}

TEST_F(FailingDiskTest, FullDiskClosesAndRecoversWhenOpenedWithRoom) {
  for (const std::int64_t n : {0, 33, 77}) {
    EXPECT_TRUE(fail_at(n, Plan::Operation::append, false, true));
  }
}

TEST_F(FailingDiskTest, FullDiskIsNamedToCallers) {
  Plan plan;
  plan.full = true;
  OpenedStore opened = open(&plan).value();
  const SystemClock clock;
  Writer writer(*opened.store, clock);
  ASSERT_TRUE(writer.commit(transaction(AppendAudit{entry(0)}), 60'000).status.has_value());
  plan.left = 0;
  EXPECT_EQ(writer.commit(transaction(AppendAudit{entry(1)}), 60'000).status.error().code,
            Errc::io);
  const auto refused = writer.submit(transaction(AppendAudit{entry(2)}), {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::unavailable);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("disk is full"));
}

}  // namespace
}  // namespace sentrail::store
