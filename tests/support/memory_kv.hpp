// Ordered keys in memory, and a leaf codec without JSON: the store without a disk.
//
// Neighbours: tests of the store and of everything that uses one. Must not know: RocksDB, audit/.
// What is written lives in a MemoryDisk that outlasts the store, so that "opening again" works.
#pragma once

#include <array>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "crypto/hash.hpp"
#include "runtime/store/kv.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::test {

// Leaves that say the kind and the number; a chain with SHA-256.
class PlainLeafCodec final : public store::LeafCodec {
 public:
  [[nodiscard]] Result<std::string> encode(const store::AuditEntry& entry,
                                           std::uint64_t sequence) const override {
    if (entry.rule == "too large") return fail(Errc::limit_exceeded, "the leaf is too large");
    return std::string(name_of(entry.kind)) + " " + std::to_string(sequence) + " " + entry.tool +
           (entry.previous ? " after " + std::to_string(*entry.previous) : "") +
           (entry.of ? " of " + std::to_string(*entry.of) : "");
  }
  [[nodiscard]] store::Hash extend(const store::Hash& chain, std::string_view leaf) const override {
    crypto::Sha256 hash;
    hash.update({reinterpret_cast<const char*>(chain.data()), chain.size()}).update(leaf);
    return hash.finish();
  }
};

// What survives: rows by space, and switches that make the next write fail, or all writes wait.
struct MemoryDisk {
  // Stalls writes, or lets them go on; reads go on meanwhile.
  void stall(bool on) {
    const std::lock_guard lock(mutex);
    stalled = on;
    moving.notify_all();
  }

  std::mutex mutex;
  std::condition_variable moving;
  bool stalled = false;
  std::array<std::map<std::string, std::string>, store::kSpaceCount> spaces;
  std::optional<Error> next_failure;
  std::uint64_t writes = 0;
};

// Ordered keys on a MemoryDisk.
class MemoryKv final : public store::OrderedKv {
 public:
  explicit MemoryKv(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {}

  [[nodiscard]] Result<std::optional<std::string>> get(store::Space space,
                                                       std::string_view key) const override {
    const std::lock_guard lock(disk_->mutex);
    const auto& rows = disk_->spaces[static_cast<std::size_t>(space)];
    const auto found = rows.find(std::string(key));
    if (found == rows.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }

  [[nodiscard]] std::unique_ptr<store::KvCursor> walk(store::Space space) const override {
    const std::lock_guard lock(disk_->mutex);
    return std::make_unique<Cursor>(disk_->spaces[static_cast<std::size_t>(space)]);
  }

  [[nodiscard]] std::unique_ptr<store::KvCursor> walk_list() const override {
    return walk(store::Space::index);
  }

  [[nodiscard]] Status write(std::span<const store::KvWrite> writes) override {
    std::unique_lock lock(disk_->mutex);
    disk_->moving.wait(lock, [this] { return !disk_->stalled; });
    if (disk_->next_failure) {
      failure_ = std::exchange(disk_->next_failure, std::nullopt);
      return tl::make_unexpected(*failure_);
    }
    for (const store::KvWrite& write : writes) {
      auto& rows = disk_->spaces[static_cast<std::size_t>(write.space)];
      if (write.value) {
        rows.insert_or_assign(write.key, *write.value);
      } else {
        rows.erase(write.key);
      }
    }
    ++disk_->writes;
    return {};
  }

  [[nodiscard]] Status checkpoint(const std::string&) const override {
    return fail(Errc::unsupported, "memory is not copied");
  }
  [[nodiscard]] Status reclaim(store::Space, std::string_view, std::string_view) const override {
    return {};
  }
  [[nodiscard]] Status verify_files() const override { return {}; }

  [[nodiscard]] Status health() const override {
    const std::lock_guard lock(disk_->mutex);
    if (failure_) return tl::make_unexpected(*failure_);
    return {};
  }

 private:
  class Cursor final : public store::KvCursor {
   public:
    explicit Cursor(std::map<std::string, std::string> rows)
        : rows_(std::move(rows)), at_(rows_.end()) {}
    void seek(std::string_view key) override { at_ = rows_.lower_bound(std::string(key)); }
    void seek_last() override { at_ = rows_.empty() ? rows_.end() : std::prev(rows_.end()); }
    void next() override { ++at_; }
    [[nodiscard]] bool valid() const override { return at_ != rows_.end(); }
    [[nodiscard]] std::string_view key() const override { return at_->first; }
    [[nodiscard]] std::string_view value() const override { return at_->second; }
    [[nodiscard]] Status status() const override { return {}; }

   private:
    std::map<std::string, std::string> rows_;
    std::map<std::string, std::string>::const_iterator at_;
  };

  std::shared_ptr<MemoryDisk> disk_;
  std::optional<Error> failure_;  // guarded by the disk's mutex
};

// A store on a MemoryDisk, without a floor. `codec` outlives it.
[[nodiscard]] inline std::unique_ptr<store::Store> open_memory_store(
    std::shared_ptr<MemoryDisk> disk, const store::LeafCodec& codec,
    SyncPointHook* hook = nullptr) {
  store::KvStoreParts parts;
  parts.kv = std::make_unique<MemoryKv>(std::move(disk));
  parts.codec = &codec;
  parts.hook = hook;
  const auto head = store::read_head(*parts.kv);
  const store::HeadRow row = head.value().value_or(store::HeadRow{});
  return std::make_unique<store::KvStore>(std::move(parts), row.head, row.batches);
}

}  // namespace sentrail::test
