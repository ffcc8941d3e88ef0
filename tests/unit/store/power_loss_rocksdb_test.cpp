// Power loss: what was not synced is gone, in part or whole, and what was acknowledged is not.
//
// A file system of our own stands below RocksDB and remembers how far each file is synced and
// whether its name is. At a chosen operation the power goes: nothing more reaches the disk, and
// each file loses a random part of what was not synced. Then the store is opened on what is left.
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>

#include "runtime/store/store_rocksdb.hpp"
#include "tests/support/memory_kv.hpp"
#include "tests/unit/store/fixtures.hpp"

namespace sentrail::store {
namespace {

namespace fs = std::filesystem;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

// What is on the disk and what only seems to be. threads: any.
class Disk {
 public:
  // The power goes at the n-th operation from here on.
  void fail_after(std::int64_t operations) {
    const std::lock_guard lock(mutex_);
    left_ = operations;
  }

  // Counts an operation. Not ok: the power is gone.
  IOStatus operate() {
    const std::lock_guard lock(mutex_);
    if (left_ > 0 && --left_ > 0) return IOStatus::OK();
    left_ = 0;
    return IOStatus::IOError("the power is gone");
  }

  void created(const std::string& name) {
    const std::lock_guard lock(mutex_);
    files_[name] = {};
  }
  void written(const std::string& name, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    files_[name].size += bytes;
  }
  void synced(const std::string& name) {
    const std::lock_guard lock(mutex_);
    files_[name].synced = files_[name].size;
  }
  void removed(const std::string& name) {
    const std::lock_guard lock(mutex_);
    files_.erase(name);
  }
  // Of a rename whose directory is not synced either name may be there after the loss; RocksDB
  // renames only small files that it has synced: here, the old content may come back.
  void renamed(const std::string& from, const std::string& to, std::string old_content) {
    const std::lock_guard lock(mutex_);
    files_[to] = files_[from];
    files_.erase(from);
    files_[to].before = std::move(old_content);
    files_[to].is_named = false;
  }
  void directory_synced(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    for (auto& [name, file] : files_) {
      if (fs::path(name).parent_path() == directory) file.is_named = true;
    }
  }

  // Makes the folder what it is after the loss; how many bytes went.
  std::uint64_t lose(std::mt19937_64& random) {
    const std::lock_guard lock(mutex_);
    std::uint64_t lost = 0;
    for (const auto& [name, file] : files_) {
      std::error_code ignored;
      const bool unnamed = !file.is_named && random() % 2 == 0;
      if (unnamed && file.before.empty()) {
        lost += file.size;
        fs::remove(name, ignored);
        continue;
      }
      if (unnamed) {
        std::unique_ptr<std::FILE, int (*)(std::FILE*)> old(std::fopen(name.c_str(), "wb"),
                                                            &std::fclose);
        std::fwrite(file.before.data(), 1, file.before.size(), old.get());
        continue;
      }
      const std::uint64_t loose = file.size - file.synced;
      const std::uint64_t kept = file.synced + (loose == 0 ? 0 : random() % (loose + 1));
      if (fs::exists(name) && fs::file_size(name) > kept) {
        lost += fs::file_size(name) - kept;
        fs::resize_file(name, kept, ignored);
      }
    }
    return lost;
  }

 private:
  struct File {
    std::uint64_t size = 0;
    std::uint64_t synced = 0;
    bool is_named = false;  // its directory was synced since
    std::string before;     // of the name, if it was renamed over another
  };
  std::mutex mutex_;
  std::int64_t left_ = INT64_MAX;      // guarded by mutex_
  std::map<std::string, File> files_;  // guarded by mutex_
};

class LooseFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  LooseFile(std::unique_ptr<rocksdb::FSWritableFile>&& target, std::string name, Disk& disk)
      : FSWritableFileOwnerWrapper(std::move(target)), name_(std::move(name)), disk_(disk) {}

  using FSWritableFileOwnerWrapper::Append;
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options,
                  IODebugContext* debug) override {
    if (IOStatus gone = disk_.operate(); !gone.ok()) return gone;
    disk_.written(name_, data.size());
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (IOStatus gone = disk_.operate(); !gone.ok()) return gone;
    disk_.synced(name_);
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (IOStatus gone = disk_.operate(); !gone.ok()) return gone;
    disk_.synced(name_);
    return FSWritableFileOwnerWrapper::Fsync(options, debug);
  }
  // A hint, and no promise: what it covers may be gone.
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return disk_.operate();
  }

 private:
  const std::string name_;
  Disk& disk_;
};

class LooseDirectory final : public rocksdb::FSDirectory {
 public:
  LooseDirectory(std::unique_ptr<rocksdb::FSDirectory> target, std::string name, Disk& disk)
      : target_(std::move(target)), name_(std::move(name)), disk_(disk) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (IOStatus gone = disk_.operate(); !gone.ok()) return gone;
    disk_.directory_synced(name_);
    return target_->Fsync(options, debug);
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return target_->Close(options, debug);
  }

 private:
  std::unique_ptr<rocksdb::FSDirectory> target_;
  const std::string name_;
  Disk& disk_;
};

class LooseFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit LooseFileSystem(Disk& disk)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}

  const char* Name() const override { return "LooseFileSystem"; }
  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    if (IOStatus gone = disk_.operate(); !gone.ok()) return gone;
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (!status.ok()) return status;
    disk_.created(name);
    *file = std::make_unique<LooseFile>(std::move(*file), name, disk_);
    return status;
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewDirectory(name, options, directory, debug);
    if (status.ok()) {
      *directory = std::make_unique<LooseDirectory>(std::move(*directory), name, disk_);
    }
    return status;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    if (IOStatus gone = disk_.operate(); !gone.ok()) return gone;
    std::string before;
    if (fs::exists(to)) {
      static_cast<void>(rocksdb::ReadFileToString(target(), to, &before));
    }
    disk_.renamed(from, to, std::move(before));
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      IODebugContext* debug) override {
    if (IOStatus gone = disk_.operate(); !gone.ok()) return gone;
    disk_.removed(name);
    return FileSystemWrapper::DeleteFile(name, options, debug);
  }

 private:
  Disk& disk_;
};

class PowerLossTest : public testing::Test {
 protected:
  Result<OpenedStore> open(const std::string& directory, Disk* disk) {
    OpenOptions options;
    options.directory = directory;
    options.create = true;
    options.codec = &codec_;
    RocksDbOptions engine;
    engine.write_buffer_bytes = 64u << 10;
    if (disk != nullptr) engine.file_system = std::make_shared<LooseFileSystem>(*disk);
    return open_rocksdb_store(options, engine);
  }

  // One life until the power goes, and the start after it; how many bytes the loss took.
  std::uint64_t lose_power(std::uint64_t seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const TemporaryDirectory directory;
    Disk disk;
    std::uint64_t acknowledged = 0;
    {
      Result<OpenedStore> opened = open(directory.path(), &disk);
      EXPECT_TRUE(opened) << opened.error().message;
      if (!opened) return 0;
      disk.fail_after(static_cast<std::int64_t>(1 + random() % 700));
      for (std::uint64_t i = 0; i < 400; ++i) {
        AuditEntry one = entry(i);
        one.sealed = {{Uuid{}, std::string(1 + random() % 3'000, 'x')}};
        if (!apply(*opened->store, transaction(AppendAudit{one})).status) break;
        ++acknowledged;
        if (random() % 8 == 0) static_cast<void>(opened->store->sync_floor());
      }
      disk.fail_after(1);  // what ends now does not reach the disk either
    }
    const std::uint64_t lost = disk.lose(random);
    const Result<OpenedStore> again = open(directory.path(), nullptr);
    EXPECT_TRUE(again) << again.error().message;
    if (!again) return lost;
    EXPECT_GE(again->report.head.size, acknowledged) << "acknowledged entries are gone";
    EXPECT_LE(again->report.head.size, acknowledged + 1);
    const auto rows = again->store->audit_range(0, 1'000);
    EXPECT_TRUE(rows);
    EXPECT_EQ(rows->size(), again->report.head.size);
    EXPECT_TRUE(apply(*again->store, transaction(AppendAudit{entry(0)})).status);
    return lost;
  }

  void lose_power_often(std::uint64_t first, std::uint64_t times) {
    std::uint64_t lossy = 0;
    for (std::uint64_t seed = first; seed < first + times; ++seed) {
      lossy += lose_power(seed) > 0 ? 1u : 0u;
      if (HasFailure()) return;
    }
    std::printf("%llu losses from seed %llu, %llu of them took bytes\n",
                static_cast<unsigned long long>(times), static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(lossy));
    EXPECT_GT(lossy, times / 4) << "hardly anything is ever lost";
  }

  test::PlainLeafCodec codec_;
};

TEST_F(PowerLossTest, ASliceLosesNothingThatWasAcknowledged) {
  lose_power_often(0x10557, 60);
}

// Each operation of a first start may be its last: the next one makes the store whole.
TEST_F(PowerLossTest, AFirstStartThatWasCutOffIsMadeUpForByTheNext) {
  constexpr std::int64_t kOperationsMax = 500;
  std::int64_t operations = 0;
  for (bool done = false; !done && operations < kOperationsMax && !HasFailure();) {
    ++operations;
    for (const bool loses : {false, true}) {  // the process is killed; the power goes
      SCOPED_TRACE(std::to_string(operations) + (loses ? ", power lost" : ", killed"));
      const TemporaryDirectory directory;
      Disk disk;
      disk.fail_after(operations);
      done = open(directory.path(), &disk).has_value();
      disk.fail_after(1);
      std::mt19937_64 random(static_cast<std::uint64_t>(operations));
      if (loses) disk.lose(random);
      Result<OpenedStore> again = open(directory.path(), nullptr);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_EQ(again->report.head.size, 0u);
      EXPECT_TRUE(apply(*again->store, transaction(AppendAudit{entry(0)})).status);
    }
  }
  EXPECT_GT(operations, 10) << "a first start hardly does anything";
  EXPECT_LT(operations, kOperationsMax) << "no first start is ever done";
}

// A database as the making of one leaves it, beside a floor that knows of a batch.
TEST_F(PowerLossTest, AStoreThatHeldABatchIsNeverMadeAnew) {
  const TemporaryDirectory directory;
  {
    Result<OpenedStore> opened = open(directory.path(), nullptr);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened->report.created);
    ASSERT_TRUE(apply(*opened->store, transaction(AppendAudit{entry(0)})).status);
  }
  ASSERT_FALSE(open(directory.path(), nullptr)->report.created);
  const std::string database = directory.path() + "/db";
  fs::remove_all(database);
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* made = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, database, &made).ok());
    const std::unique_ptr<rocksdb::DB> closed(made);
  }
  EXPECT_FALSE(open(directory.path(), nullptr)) << "its entries are gone";
}

class PowerLossLong : public PowerLossTest {};

TEST_F(PowerLossLong, TwoThousandLoseNothingThatWasAcknowledged) {
  lose_power_often(0x20557, 2'000);
}

}  // namespace
}  // namespace sentrail::store
