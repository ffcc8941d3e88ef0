// Entries, then their index, then calls; the space last. See retention.hpp.
#include "runtime/audit/retention.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/store/keys.hpp"

namespace sentrail::audit {
namespace {

// Held calls that one step looks at.
constexpr std::size_t kCallScan = 64;
// What is old goes so many times in its retention, and not more often than by the hour.
constexpr std::int64_t kParts = 64;
constexpr std::int64_t kPassMsMin = 3'600'000;
// Past every key of a space.
const std::string kPastAll(64, '\xff');

}  // namespace

Result<std::unique_ptr<Retention>> Retention::open(RetentionOptions options,
                                                   const store::OrderedKv& engine,
                                                   const store::Reader& reader,
                                                   store::Writer& writer, const Clock& clock,
                                                   std::function<SlowestReader()> slowest) {
  std::unique_ptr<Retention> out(
      new Retention(options, engine, reader, writer, clock, std::move(slowest)));
  SENTRAIL_ASSIGN_OR_RETURN(out->state_.forgotten, store::forgotten_before(engine));
  return out;
}

Retention::Retention(RetentionOptions options, const store::OrderedKv& engine,
                     const store::Reader& reader, store::Writer& writer, const Clock& clock,
                     std::function<SlowestReader()> slowest)
    : options_(options),
      engine_(engine),
      reader_(reader),
      writer_(writer),
      clock_(clock),
      slowest_(std::move(slowest)) {}

void Retention::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Retention::start() {
  const bool grows_old = options_.entries_ms > 0 || options_.calls_ms > 0;
  if (grows_old) thread_ = std::thread([this] { follow(); });
}

void Retention::follow() {
  // The first look comes soon: who starts a gate with a full disk waits for it.
  for (bool on = pause(std::min<std::int64_t>(options_.every_ms, 1'000)); on;
       on = pause(options_.every_ms)) {
    if (!is_due()) continue;
    const std::int64_t now_ms = clock_.now().unix_ms;
    const Result<bool> done = run();
    if (done) ran_ms_ = now_ms;
    const std::lock_guard lock(mutex_);
    state_.failure = done ? std::string() : done.error().message;
  }
}

bool Retention::is_due() const {
  if (ran_ms_ == INT64_MIN) return true;
  std::int64_t shortest_ms = INT64_MAX;
  for (const std::int64_t ms : {options_.entries_ms, options_.calls_ms}) {
    if (ms > 0) shortest_ms = std::min(shortest_ms, ms);
  }
  const std::int64_t passed_ms = clock_.now().unix_ms - ran_ms_;
  return passed_ms < 0 || passed_ms >= std::max(shortest_ms / kParts, kPassMsMin);
}

// out: whether to go on
bool Retention::pause(std::int64_t ms) {
  std::unique_lock lock(mutex_);
  return !stop_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

Status Retention::commit(store::Transaction transaction) {
  return writer_.commit(std::move(transaction)).status;
}

Result<bool> Retention::run() {
  const std::int64_t now_ms = clock_.now().unix_ms;
  bool any = false;
  if (options_.entries_ms > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const bool entries, forget_entries(now_ms - options_.entries_ms));
    SENTRAIL_ASSIGN_OR_RETURN(const bool index, clean_index());
    any = entries || index;
  }
  if (options_.calls_ms > 0) {
    SENTRAIL_ASSIGN_OR_RETURN(const bool calls, clean_calls(now_ms - options_.calls_ms));
    any = any || calls;
  }
  return any;
}

// The number up to which all entries are older. Time may jump: what is behind a younger entry waits
// for it.
Result<std::uint64_t> Retention::old_entries(std::uint64_t from, std::int64_t before_ms) const {
  const SlowestReader slowest = slowest_ ? slowest_() : SlowestReader{};
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::AuditRow> rows,
                            reader_.audit_range(from, limits::kForgetEntriesMax));
  for (const store::AuditRow& row : rows) {
    SENTRAIL_ASSIGN_OR_RETURN(const Leaf leaf, decode_leaf(row.leaf));
    if (leaf.entry.time_ms >= before_ms || row.sequence >= slowest.next) return row.sequence;
  }
  return from + rows.size();
}

Result<bool> Retention::forget_entries(std::int64_t before_ms) {
  bool any = false;
  // What a step before left open may have become durable after all.
  SENTRAIL_ASSIGN_OR_RETURN(const std::uint64_t first, store::forgotten_before(engine_));
  {
    const std::lock_guard lock(mutex_);
    state_.forgotten = first;
  }
  while (true) {
    const std::uint64_t from = state().forgotten;
    SENTRAIL_ASSIGN_OR_RETURN(const std::uint64_t until, old_entries(from, before_ms));
    const SlowestReader slowest = slowest_ ? slowest_() : SlowestReader{};
    {
      const std::lock_guard lock(mutex_);
      state_.waits = until == slowest.next
                         ? "the exporter `" + slowest.who + "` is at entry " + std::to_string(until)
                         : std::string();
    }
    if (until == from) break;
    store::Transaction transaction;
    transaction.operations.emplace_back(store::ForgetEntries{from, until});
    SENTRAIL_TRY(commit(std::move(transaction)));
    any = true;
    {
      const std::lock_guard lock(mutex_);
      state_.forgotten = until;
    }
    if (!pause(options_.pause_ms)) return false;
  }
  if (any) {
    SENTRAIL_TRY(engine_.reclaim(store::Space::audit, store::leaf_key(first),
                                 store::leaf_key(state().forgotten)));
  }
  return any;
}

Result<bool> Retention::clean_index() {
  const std::uint64_t before = state().forgotten;
  if (before == 0 || (index_seen_ && before == index_clean_before_)) return false;
  bool any = false;
  // One walk for all steps: what is written meanwhile is younger, and to begin a walk puts all that
  // is not on disk yet in order.
  const std::unique_ptr<store::KvCursor> walk = engine_.walk(store::Space::index);
  walk->seek({});
  while (walk->valid()) {
    SENTRAIL_ASSIGN_OR_RETURN(std::vector<std::string> keys,
                              store::old_index_rows(*walk, before, limits::kForgetIndexScanMax));
    if (!keys.empty()) {
      const std::size_t count = keys.size();
      store::Transaction transaction;
      transaction.operations.emplace_back(store::RemoveIndexRows{std::move(keys)});
      SENTRAIL_TRY(commit(std::move(transaction)));
      any = true;
      const std::lock_guard lock(mutex_);
      state_.index_rows += count;
    }
    if (!pause(options_.pause_ms)) return false;
  }
  SENTRAIL_TRY(walk->status());
  index_clean_before_ = before;
  index_seen_ = true;
  if (any) SENTRAIL_TRY(engine_.reclaim(store::Space::index, {}, kPastAll));
  return any;
}

Result<bool> Retention::clean_calls(std::int64_t before_ms) {
  bool any = false;
  SENTRAIL_ASSIGN_OR_RETURN(const std::vector<store::Workspace> workspaces,
                            reader_.list_workspaces());
  for (const store::Workspace& workspace : workspaces) {
    SENTRAIL_ASSIGN_OR_RETURN(const bool some, clean_calls_of(workspace.id, before_ms));
    any = any || some;
  }
  if (any) SENTRAIL_TRY(engine_.reclaim(store::Space::blobs, {}, kPastAll));
  return any;
}

Result<bool> Retention::clean_calls_of(const Uuid& workspace_id, std::int64_t before_ms) {
  bool any = false;
  std::string from;
  do {
    SENTRAIL_ASSIGN_OR_RETURN(store::OldCalls calls,
                              store::old_calls(engine_, workspace_id, from, before_ms, kCallScan));
    from = std::move(calls.next);
    for (const Uuid& id : calls.ids) {
      SENTRAIL_ASSIGN_OR_RETURN(const auto record, reader_.get_action(workspace_id, id));
      const bool over = record && store::is_final(record->state) &&
                        std::max(record->finished_ms, record->decided_ms) < before_ms;
      if (!over) continue;
      SENTRAIL_ASSIGN_OR_RETURN(const bool forgot, forget_call(*record));
      any = any || forgot;
    }
    if (!pause(options_.pause_ms)) return false;
  } while (!from.empty());
  return any;
}

// The record stays, without its bytes: what was decided by whom is no less true.
Result<bool> Retention::forget_call(const store::ActionRecord& record) {
  store::Transaction transaction;
  store::ActionRecord after = record;
  for (store::BlobRef* blob : {&after.request, &after.response}) {
    if (blob->id == Uuid{}) continue;
    transaction.operations.emplace_back(store::RemoveBlob{record.workspace_id, blob->id});
    blob->id = Uuid{};
  }
  if (transaction.operations.empty()) return false;
  transaction.operations.emplace_back(store::PutAction{std::move(after), record.version, false, 0});
  const Status done = commit(std::move(transaction));
  // Somebody changed it meanwhile: the next time.
  if (!done && done.error().code == Errc::conflict) return false;
  SENTRAIL_TRY(done);
  const std::lock_guard lock(mutex_);
  ++state_.calls;
  return true;
}

RetentionState Retention::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

}  // namespace sentrail::audit
