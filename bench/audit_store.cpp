// Committing, opening and searching a log: what of it needs a store. See audit_bench.hpp.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/audit_bench.hpp"
#include "bench/disk_sync.hpp"
#include "bench/files.hpp"
#include "bench/long_log.hpp"
#include "bench/measure.hpp"
#include "bench/page_cache.hpp"
#include "bench/row.hpp"
#include "core/encoding.hpp"
#include "runtime/store/store_rocksdb.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::bench {
namespace {

using Clock = std::chrono::steady_clock;
using store::AuditColumn;
using store::AuditTerm;

constexpr double kRatioSyncEachMin = 15;
constexpr double kFloorSecondsMax = 1;
constexpr double kSearchMsMax = 50;
constexpr std::size_t kWaitingMax = 256;  // transactions at once, as of so many connections
constexpr std::size_t kSyncsTimed = 200;
constexpr std::size_t kEntryBytes = 2'048;  // about what an entry adds to the database's log
constexpr std::int64_t kHourMs = 3'600'000;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Counts what is on its way, and waits while that is much.
class Window final : public store::CompletionPort {
 public:
  void post(std::span<store::Completion> completions) noexcept override {
    const std::lock_guard lock(mutex_);
    for (store::Completion& one : completions) {
      if (!one.outcome.status && failure_) failure_ = std::move(one.outcome.status);
    }
    waiting_ -= completions.size();
    changed_.notify_one();
  }
  // Waits until fewer than `most` are on their way, and counts one more.
  void enter(std::size_t most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ < most; });
    ++waiting_;
  }
  // Waits for all. fails: as the first that did.
  Status finish() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ == 0; });
    return failure_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
  Status failure_;
};

std::vector<store::Transaction> some_transactions(LogEntries& entries, std::size_t count) {
  std::vector<store::Transaction> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(transaction_of(entries.recorded(i % 16 == 0 ? 1 : 0)));
  }
  return out;
}

// Seconds for transactions one after the other, each waiting for the disk.
Result<double> apply_each(store::Store& store, const std::vector<store::Transaction>& all) {
  const auto begin = Clock::now();
  for (const store::Transaction& one : all) {
    const store::Transaction* const pointer = &one;
    SENTRAIL_TRY(store.apply({&pointer, 1}).front().status);
  }
  return seconds_since(begin);
}

// Seconds for entries of which many wait at once, through the writer. They are made meanwhile, on
// this thread, as a gate makes them.
Result<double> apply_grouped(store::Store& store, LogEntries& entries, std::size_t count,
                             std::uint64_t& batches) {
  const SystemClock clock;
  Window window;
  store::Writer writer(store, clock);
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    store::Transaction one = transaction_of(entries.recorded(i % 16 == 0 ? 1 : 0));
    window.enter(kWaitingMax);
    SENTRAIL_TRY(writer.submit(std::move(one), {&window, 0}));
  }
  SENTRAIL_TRY(window.finish());
  batches = writer.counts().batches;
  return seconds_since(begin);
}

// --- search ----------------------------------------------------------------------------------

// One kind of search: what to look for, drawn anew each time, and whether it must find something.
struct Kind {
  std::string name;
  std::function<std::vector<AuditTerm>()> terms;
  bool timed = false;  // within a random hour
  bool finds = true;
};

std::vector<Kind> kinds_of(const LongLog& log, std::mt19937_64& random) {
  const LogEntries& entries = log.entries();
  const auto agent = [&] { return entries.agent(random() % kLogAgents); };
  const auto action = [&] { return LogEntries::action(random() % kLogActions); };
  const auto rule = [&] { return LogEntries::rule(random() % kLogRules); };
  const auto tool = [&] { return LogEntries::tool(random() % 8); };
  const AuditTerm block = {AuditColumn::decision, "block"};
  const AuditTerm allow = {AuditColumn::decision, "allow"};
  const AuditTerm held = {AuditColumn::decision, "require_approval"};
  const AuditTerm critical = {AuditColumn::risk, "critical"};
  const AuditTerm low = {AuditColumn::risk, "low"};
  const auto correlation = [&] {
    const Uuid& id = log.correlations()[random() % log.correlations().size()];
    return AuditTerm{AuditColumn::correlation, std::string(as_chars(id.bytes))};
  };
  using Terms = std::vector<AuditTerm>;
  const Terms two = {entries.agent(0), entries.agent(1)};
  return {
      {"agent", [=] { return Terms{agent()}; }},
      {"tool", [=] { return Terms{tool()}; }},
      {"action", [=] { return Terms{action()}; }},
      {"decision", [=] { return Terms{block}; }},
      {"risk", [=] { return Terms{critical}; }},
      {"rule", [=] { return Terms{rule()}; }},
      {"correlation-id", [=] { return Terms{correlation()}; }},
      {"time", [] { return Terms{}; }, true},
      {"tool-decision", [=] { return Terms{tool(), allow}; }, true},
      {"agent-decision", [=] { return Terms{agent(), held}; }, false, false},
      {"agent-blocked", [=] { return Terms{agent(), block}; }, false, false},
      {"agent-action-rule", [=] { return Terms{agent(), action(), rule()}; }, false, false},
      {"action-rule", [=] { return Terms{action(), rule()}; }, false, false},
      {"risk-decision", [=] { return Terms{critical, block}; }, false, false},
      {"six-terms", [=] { return Terms{agent(), tool(), action(), rule(), allow, low}; }, false,
       false},
      {"two-risks", [=] { return Terms{critical, low}; }, false, false},
      {"two-agents", [two] { return two; }, false, false},
      {"two-decisions", [=] { return Terms{allow, block}; }, false, false},
  };
}

// Searches of one kind. Half of them begin at the end of the log, as most do, half anywhere in it.
std::vector<store::AuditQuery> queries_of(const AuditOptions& options, const LongLog& log,
                                          const Kind& kind, std::mt19937_64& random) {
  const std::int64_t begin_ms = log.entries().begin_ms();
  const auto span_ms = static_cast<std::uint64_t>(log.end_ms() - begin_ms);
  std::vector<store::AuditQuery> out(options.searches);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].terms = kind.terms();
    const bool anywhere = kind.timed || (i % 2 == 1 && kind.name != "correlation-id");
    if (anywhere) out[i].until_ms = begin_ms + 1 + static_cast<std::int64_t>(random() % span_ms);
    if (kind.timed) out[i].from_ms = out[i].until_ms - kHourMs;
  }
  return out;
}

// Times them, twice: what they read is on the disk, then in memory. out: whether the slowest
// hundredth is as it was asked for
Result<bool> search_kind(const AuditOptions& options, const LongLog& log, const Kind& kind,
                         std::mt19937_64& random) {
  const std::vector<store::AuditQuery> queries = queries_of(options, log, kind, random);
  const Ticks ticks;
  std::vector<double> first_ms;
  std::vector<double> ms;
  std::size_t found = 0;
  for (std::vector<double>* const times : {&first_ms, &ms}) {
    for (const store::AuditQuery& query : queries) {
      Result<store::Page<store::AuditRow>> page;
      times->push_back(ticks.time([&] {
        page = log.store().search_audit(log.entries().workspace(), query);
      }) / 1e6);
      if (!page) return tl::make_unexpected(page.error());
      found += page->items.size();
    }
  }
  if (kind.finds && found == 0) return fail(Errc::not_found, kind.name + " found nothing");
  Row row("search-" + kind.name);
  row.number("p99_ms", quantile(ms, 0.99)).at_most(kSearchMsMax);
  row.number("p50_ms", quantile(ms, 0.5));
  row.number("first_read_p99_ms", quantile(first_ms, 0.99));
  row.number("first_read_p50_ms", quantile(first_ms, 0.5));
  row.number("found_a_page", static_cast<double>(found) / 2 / static_cast<double>(queries.size()));
  row.count("entries", options.stored).print(options.json);
  return row.reached();
}

// As a start does: after the machine's, nothing is in memory; after the server's, all is.
Result<bool> floor_check(const AuditOptions& options, LongLog& log) {
  std::vector<double> seconds;
  for (const bool first : {true, false}) {
    if (first) SENTRAIL_TRY(drop_pages(log.folder()));
    const auto begin = Clock::now();
    SENTRAIL_TRY(log.open());
    seconds.push_back(seconds_since(begin));
    if (first) log.close();
  }
  Row row("floor-check");
  row.number("seconds", seconds.back()).at_most(kFloorSecondsMax);
  row.number("first_read_seconds", seconds.front()).at_most(kFloorSecondsMax);
  row.count("entries", options.stored).print(options.json);
  return row.reached();
}

}  // namespace

Result<bool> bench_coalesced(const AuditOptions& options) {
  const Folder folder;
  const audit::LeafCodec codec;
  store::OpenOptions open;
  open.directory = folder.path() + "/data";
  open.create = true;
  open.codec = &codec;
  SENTRAIL_ASSIGN_OR_RETURN(const store::OpenedStore opened, store::open_rocksdb_store(open));
  LogEntries entries(options.seed);
  SENTRAIL_ASSIGN_OR_RETURN(std::vector<double> sync_us,
                            time_syncs(folder.path(), kEntryBytes, kSyncsTimed));
  const auto each = some_transactions(entries, options.synced_each);
  SENTRAIL_ASSIGN_OR_RETURN(const double each_seconds, apply_each(*opened.store, each));
  std::uint64_t batches = 0;
  SENTRAIL_ASSIGN_OR_RETURN(const double grouped_seconds,
                            apply_grouped(*opened.store, entries, options.appended, batches));
  const double grouped = static_cast<double>(options.appended) / grouped_seconds;
  const double synced_each = static_cast<double>(options.synced_each) / each_seconds;
  Row row("coalesced");
  row.number("ratio_sync_each", grouped / synced_each).at_least(kRatioSyncEachMin);
  row.number("entries_per_second", grouped).number("sync_each_per_second", synced_each);
  row.number("fdatasync_us", quantile(sync_us, 0.5)).count("waiting_max", kWaitingMax);
  row.number("entries_a_batch", static_cast<double>(options.appended) /
                                    static_cast<double>(std::max<std::uint64_t>(batches, 1)));
  row.print(options.json);
  return row.reached();
}

Result<bool> bench_long_log(const AuditOptions& options) {
  std::optional<Folder> own;
  std::string folder = options.folder;
  if (folder.empty()) folder = own.emplace().path();
  LongLog log(folder, options.seed);
  const auto begin = Clock::now();
  SENTRAIL_TRY(log.fill(options.stored));
  std::fprintf(stderr, "# %zu entries in %.0f s\n", options.stored, seconds_since(begin));
  SENTRAIL_ASSIGN_OR_RETURN(bool reached, floor_check(options, log));
  std::mt19937_64 random(options.seed);
  for (const Kind& kind : kinds_of(log, random)) {
    SENTRAIL_ASSIGN_OR_RETURN(const bool good, search_kind(options, log, kind, random));
    reached = reached && good;
  }
  log.close();
  return reached;
}

}  // namespace sentrail::bench
