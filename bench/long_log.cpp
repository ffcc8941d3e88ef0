// Filling in batches. See long_log.hpp.
#include "bench/long_log.hpp"

#include <algorithm>
#include <utility>

#include "core/encoding.hpp"
#include "runtime/audit/log_keeper.hpp"
#include "runtime/audit/merkle.hpp"
#include "runtime/audit/shards.hpp"
#include "runtime/audit/signer.hpp"
#include "runtime/audit/tile_files.hpp"
#include "runtime/audit/tiles.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::bench {
namespace {

constexpr std::size_t kBatch = 1'024;
// Index rows list entries of 64 ms: at this distance few share one, as where a log grows slowly.
constexpr std::int64_t kEntryMs = 10;
constexpr std::size_t kRemembered = 4'096;
constexpr const char* kOrigin = "bench.example.com/log";

store::OpenOptions options_for(const std::string& folder, const audit::LeafCodec& codec) {
  store::OpenOptions out;
  out.directory = folder + "/data";
  out.create = true;
  out.codec = &codec;
  return out;
}

}  // namespace

void RightEdge::complete(std::size_t level) {
  if (edges_[level].size() < audit::kTileWidth * sizeof(crypto::Digest)) return;
  if (edges_.size() == level + 1) edges_.emplace_back();
  edges_[level + 1] += as_chars(audit::fold_hashes(edges_[level]));
  edges_[level].clear();
  if (level == 0) bundle_.clear();
  complete(level + 1);
}

void RightEdge::add(std::string_view leaf) {
  edges_.front() += as_chars(audit::leaf_hash(leaf));
  audit::append_entry(bundle_, leaf);
  ++size_;
  complete(0);
}

Status RightEdge::write(const std::string& folder) const {
  audit::TileWriter writer(folder);
  for (const audit::TileId& tile : audit::partial_tiles(size_)) {
    SENTRAIL_TRY(
        writer.add(audit::tile_path(tile), tile.entries ? bundle_ : edges_.at(tile.level)));
  }
  return writer.commit();
}

Status LongLog::fill(std::size_t count) {
  SENTRAIL_ASSIGN_OR_RETURN(store::OpenedStore opened,
                            store::open_rocksdb_store(options_for(folder_, codec_)));
  store_ = std::move(opened.store);
  end_ms_ = entries_.begin_ms() + static_cast<std::int64_t>(count) * kEntryMs;
  const std::uint64_t there = store_->audit_head().size;
  if (there == 0) SENTRAIL_TRY(append(count));
  if (there != 0 && there != count) {
    return fail(Errc::invalid_argument, folder_ + " has a log of " + std::to_string(there) +
                                            " entries: name another folder");
  }
  for (std::size_t at = 0; at < count; at += std::max<std::size_t>(1, count / kRemembered)) {
    SENTRAIL_ASSIGN_OR_RETURN(const auto rows, store_->audit_range(at, 1));
    SENTRAIL_ASSIGN_OR_RETURN(const audit::Leaf leaf, audit::decode_leaf(rows.at(0).leaf));
    correlations_.push_back(leaf.entry.correlation_id);
  }
  close();
  return {};
}

Status LongLog::append(std::size_t count) {
  RightEdge edge;
  std::vector<store::Transaction> batch;
  std::vector<const store::Transaction*> pointers;
  for (std::size_t made = 0; made < count; made += batch.size()) {
    batch.clear();
    pointers.clear();
    for (std::size_t i = made; i < std::min(count, made + kBatch); ++i) {
      store::AuditEntry entry = entries_.plain(kEntryMs);
      SENTRAIL_ASSIGN_OR_RETURN(const std::string leaf, codec_.encode(entry, i));
      edge.add(leaf);
      batch.push_back(transaction_of(std::move(entry)));
    }
    for (const store::Transaction& one : batch) pointers.push_back(&one);
    for (const store::Outcome& outcome : store_->apply(pointers)) SENTRAIL_TRY(outcome.status);
  }
  SENTRAIL_TRY(store_->sync_floor());
  return publish(edge);
}

Status LongLog::publish(const RightEdge& edge) {
  const int year = audit::year_of(entries_.begin_ms());
  const std::string all = folder_ + "/log";
  const std::string log = all + "/" + audit::shard_folder(year);
  SENTRAIL_TRY(store::make_directory(all));
  SENTRAIL_TRY(store::make_directory(log));
  SENTRAIL_TRY(edge.write(log));
  audit::TileFolder tiles(log);
  audit::TileNodes nodes(tiles, edge.size());
  SENTRAIL_ASSIGN_OR_RETURN(const audit::Frontier tree, audit::frontier_of(nodes, edge.size()));
  SENTRAIL_ASSIGN_OR_RETURN(auto signer,
                            audit::CheckpointSigner::open(folder_ + "/signer", kOrigin));
  SENTRAIL_ASSIGN_OR_RETURN(const std::string note,
                            signer->sign({{year, 0}, edge.size(), tree.root()}, {}));
  audit::TileWriter writer(all);
  SENTRAIL_TRY(writer.add(audit::shard_folder(year) + "/checkpoint", note));
  SENTRAIL_TRY(writer.add(std::string(audit::kShardList), audit::shard_list({year})));
  return writer.commit();
}

Status LongLog::open() {
  SENTRAIL_ASSIGN_OR_RETURN(store::OpenedStore opened,
                            store::open_rocksdb_store(options_for(folder_, codec_)));
  store_ = std::move(opened.store);
  audit::LogKeeperOptions keeping;
  keeping.folder = folder_ + "/log";
  keeping.signer_folder = folder_ + "/signer";
  SENTRAIL_ASSIGN_OR_RETURN(const auto keeper, audit::LogKeeper::open(std::move(keeping), *store_));
  if (keeper->state().size == store_->audit_head().size) return {};
  return fail(Errc::corrupt, "the published log is not as long as the store's");
}

}  // namespace sentrail::bench
