// Applies batches: stage, write, note the floor; fails closed at the first doubt.
//
// Neighbours: kv_store.hpp; reads are in kv_store_reads.cpp, search in kv_store_search.cpp. Must
// not know: RocksDB.
#include "runtime/store/kv_store.hpp"

#include <algorithm>
#include <utility>

#include "core/check.hpp"
#include "runtime/store/codec.hpp"
#include "runtime/store/keys.hpp"
#include "runtime/store/staging.hpp"

namespace sentrail::store {

namespace {

std::string head_key() {
  return Key(Uuid{}, RowKind::meta).last("head").text();
}

std::string encode_head(const HeadRow& row) {
  std::string bytes;
  Encoder encoder(&bytes);
  encoder(row.head.size, row.head.chain, row.batches);
  return bytes;
}

// A failure of the engine or of stored bytes, after which nothing can be trusted to be written.
bool is_breakage(const Status& status) {
  return !status && (status.error().code == Errc::io || status.error().code == Errc::corrupt);
}

}  // namespace

std::string format_key() {
  return Key(Uuid{}, RowKind::meta).last("format").text();
}

Result<std::optional<HeadRow>> read_head(const OrderedKv& kv) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                            kv.get(Space::state, head_key()));
  if (!bytes) return std::optional<HeadRow>();
  HeadRow row;
  Decoder decoder(*bytes);
  decoder(row.head.size, row.head.chain, row.batches);
  if (!decoder.complete()) return fail(Errc::corrupt, "the row of the log's head is garbled");
  return std::optional<HeadRow>(row);
}

KvStore::KvStore(KvStoreParts parts, AuditHead head, std::uint64_t batches)
    : lock_(std::move(parts.lock)),
      kv_(std::move(parts.kv)),
      floor_(std::move(parts.floor)),
      codec_(*parts.codec),
      hook_(parts.hook),
      batches_(batches),
      head_(head) {
  SENTRAIL_CHECK(kv_ != nullptr);
}

Status KvStore::health() const {
  if (is_broken_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    return tl::make_unexpected(*broken_);
  }
  return kv_->health();
}

void KvStore::break_down(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (broken_) return;
  broken_ = error;
  is_broken_.store(true, std::memory_order_release);
}

AuditHead KvStore::audit_head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

std::vector<Outcome> KvStore::apply(std::span<const Transaction* const> transactions) {
  std::vector<Outcome> outcomes(transactions.size());
  Status status = health();
  if (status) {
    Staging staging(*kv_, codec_, audit_head());
    for (std::size_t i = 0; i < transactions.size() && status; ++i) {
      outcomes[i] = staging.stage(*transactions[i]);
      if (is_breakage(outcomes[i].status)) status = outcomes[i].status;
    }
    reach(hook_, "store.batch.staged");
    if (status && !staging.empty()) {
      const AuditHead head = staging.head();
      status = write_batch(std::move(staging).take_writes(), head);
    }
    if (!status) break_down(status.error());
  } else {
    status = fail(Errc::unavailable, "the store takes no writes: " + status.error().message);
  }
  if (!status) {
    // One failure fails all: nobody may believe that something was written.
    for (Outcome& outcome : outcomes) outcome.status = status;
  }
  return outcomes;
}

Status KvStore::write_batch(std::vector<KvWrite> writes, const AuditHead& head) {
  const HeadRow row{head, batches_ + 1};
  writes.push_back({Space::state, head_key(), encode_head(row)});
  SENTRAIL_TRY(kv_->write(writes));
  reach(hook_, "store.batch.written");
  batches_ = row.batches;
  if (floor_ != nullptr) SENTRAIL_TRY(floor_->note({head, batches_}));
  reach(hook_, "store.floor.noted");
  const std::lock_guard lock(mutex_);
  head_ = head;
  return {};
}

Status KvStore::sync_floor() {
  if (floor_ == nullptr || is_broken_.load()) return health();
  const Status status = floor_->sync();
  if (!status) break_down(status.error());
  reach(hook_, "store.floor.synced");
  return status;
}

}  // namespace sentrail::store
