// Checkpoint, floor, check. See copy_store.hpp.
#include "runtime/store/copy_store.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/store/files.hpp"
#include "runtime/store/kv_store.hpp"
#include "runtime/store/limit_rows.hpp"
#include "runtime/store/records_codec.hpp"

namespace sentrail::store {
namespace {

// What limits count from now on is not in the copy. Without a lineage no mark is its own, wherever
// somebody puts it.
Status forget_lineage(OrderedKv& kv) {
  const std::string key = limit_clock_key().text();
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<std::string> row, kv.get(Space::state, key));
  if (!row) return {};
  SENTRAIL_ASSIGN_OR_RETURN(LimitClock clock, read_limit_clock(*row));
  clock.lineage = Uuid{};
  return kv.write(std::vector<KvWrite>{{Space::state, key, encode_record(clock)}});
}

// States what the copy holds, so that it can never open with less; before, it does not open.
Status make_floor(const std::string& directory, const KvOpener& opener) {
  SENTRAIL_ASSIGN_OR_RETURN(const std::unique_ptr<OrderedKv> kv, opener(directory + "/db", false));
  SENTRAIL_TRY(forget_lineage(*kv));
  SENTRAIL_ASSIGN_OR_RETURN(const std::optional<HeadRow> row, read_head(*kv));
  SENTRAIL_ASSIGN_OR_RETURN(const std::unique_ptr<Floor> floor,
                            Floor::create(directory + "/floor"));
  if (row) SENTRAIL_TRY(floor->note({row->head, row->batches}));
  return floor->sync();
}

// The copy begins with what was promised before it was made.
Status check_begin(const Store& copy, const AuditHead& before) {
  const AuditHead head = copy.audit_head();
  if (head.size < before.size) {
    return fail(Errc::corrupt, "the copy holds " + std::to_string(head.size) + " entries of " +
                                   std::to_string(before.size) + " that are durable");
  }
  if (before.size == 0) return {};
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<AuditRow> rows, copy.audit_range(before.size - 1, 1));
  if (rows.empty() || rows.front().chain != before.chain) {
    return fail(Errc::corrupt, "the copy is not of the log that is durable");
  }
  return {};
}

}  // namespace

Result<AuditHead> copy_store(const OpenedStore& running, const std::string& directory,
                             const LeafCodec& codec, const KvOpener& opener) {
  if (exists(directory)) return fail(Errc::already_exists, directory + " exists already");
  const AuditHead before = running.store->audit_head();
  SENTRAIL_TRY(make_directory(directory));
  SENTRAIL_TRY(running.engine->checkpoint(directory + "/db"));
  SENTRAIL_TRY(make_floor(directory, opener));
  OpenOptions options;
  options.directory = directory;
  options.codec = &codec;
  SENTRAIL_ASSIGN_OR_RETURN(const OpenedStore copy, open_store(options, opener));
  SENTRAIL_TRY(check_begin(*copy.store, before));
  return copy.report.head;
}

}  // namespace sentrail::store
