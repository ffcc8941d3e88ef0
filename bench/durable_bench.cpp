// Entries as `evaluate-durable` makes them, without a gate. See durable_bench.hpp.
//
// Processor time is the kernel's account of the thread, so a sync that waits costs what it
// computes. The engine's own threads are in the last column: they write out and merge what was
// written.
#include "bench/durable_bench.hpp"

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/files.hpp"
#include "bench/measure.hpp"
#include "core/encoding.hpp"
#include "core/json_writer.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/event.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/store/kv_rocksdb.hpp"
#include "runtime/store/open_store.hpp"

namespace sentrail::bench {
namespace {

using store::AuditColumn;

constexpr std::int64_t kStartMs = 1'800'000'000'000;

double cpu_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// Counts the rows that pass.
class CountingKv final : public store::OrderedKv {
 public:
  CountingKv(std::unique_ptr<store::OrderedKv> kv, std::size_t& rows)
      : kv_(std::move(kv)), rows_(rows) {}

  [[nodiscard]] Result<std::optional<std::string>> get(store::Space space,
                                                       std::string_view key) const override {
    return kv_->get(space, key);
  }
  [[nodiscard]] std::unique_ptr<store::KvCursor> walk(store::Space space) const override {
    return kv_->walk(space);
  }
  [[nodiscard]] std::unique_ptr<store::KvCursor> walk_list() const override {
    return kv_->walk_list();
  }
  [[nodiscard]] Status write(std::span<const store::KvWrite> writes) override {
    rows_ += writes.size();
    return kv_->write(writes);
  }
  [[nodiscard]] Status checkpoint(const std::string& directory) const override {
    return kv_->checkpoint(directory);
  }
  [[nodiscard]] Status reclaim(store::Space space, std::string_view from,
                               std::string_view until) const override {
    return kv_->reclaim(space, from, until);
  }
  [[nodiscard]] Status verify_files() const override { return kv_->verify_files(); }
  [[nodiscard]] Status health() const override { return kv_->health(); }

 private:
  const std::unique_ptr<store::OrderedKv> kv_;
  std::size_t& rows_;
};

// One log under construction.
class Log {
 public:
  Log(const DurableOptions& options, const std::string& folder)
      : options_(options),
        random_(options.seed),
        recorder_(crypto::SealKey::generate(), crypto::uuid_v4()) {
    store::OpenOptions open;
    open.directory = folder + "/data";
    open.create = true;
    open.codec = &codec_;
    Result<store::OpenedStore> opened = store::open_store(
        open,
        [this](const std::string& directory,
               bool create) -> Result<std::unique_ptr<store::OrderedKv>> {
          SENTRAIL_ASSIGN_OR_RETURN(std::unique_ptr<store::OrderedKv> kv,
                                    store::open_rocksdb_kv(directory, create, {}));
          return std::make_unique<CountingKv>(std::move(kv), rows_);
        });
    if (opened) store_ = std::move(opened->store);
  }

  [[nodiscard]] bool opened() const noexcept { return store_ != nullptr; }

  // Writes all entries, some milliseconds a batch as a disk takes. fails: as the store.
  Status write() {
    std::vector<store::Transaction> batch;
    std::vector<const store::Transaction*> pointers;
    for (std::size_t made = 0; made < options_.entries; made += batch.size()) {
      batch.clear();
      pointers.clear();
      const double before = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
      for (std::size_t i = 0; i < options_.batch && made + i < options_.entries; ++i) {
        now_ms_ += i % 5 == 0 ? 1 : 0;
        batch.push_back(transaction());
      }
      const double between = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
      for (const store::Transaction& one : batch) pointers.push_back(&one);
      for (const store::Outcome& outcome : store_->apply(pointers)) SENTRAIL_TRY(outcome.status);
      record_ns_ += between - before;
      apply_ns_ += cpu_ns(CLOCK_THREAD_CPUTIME_ID) - between;
    }
    return store_->sync_floor();
  }

  // Times searches of one kind. fails: as the store; not_found if one finds nothing.
  template <class Draw>
  Status search(const char* name, const Draw& draw) {
    std::vector<double> ns;
    const Ticks ticks;
    for (std::size_t i = 0; i < options_.searches; ++i) {
      store::AuditQuery query;
      query.terms = draw();
      Result<store::Page<store::AuditRow>> page;
      ns.push_back(ticks.time([&] { page = store_->search_audit(workspace_, query); }));
      if (!page) return tl::make_unexpected(page.error());
      if (page->items.empty()) return fail(Errc::not_found, "a search found nothing");
    }
    searches_.push_back({name, quantile(ns, 0.5) / 1e3, quantile(ns, 0.99) / 1e3});
    return {};
  }

  Status search_all() {
    const auto some_id = [this] { return ids_[random_() % ids_.size()]; };
    const auto id_term = [](AuditColumn column, const Uuid& id) {
      return store::AuditTerm{column, std::string(as_chars(id.bytes))};
    };
    const auto resource = [this] {
      return recorder_.term(workspace_, AuditColumn::resource, resource_of(some_resource_));
    };
    SENTRAIL_TRY(search("search-newest", [] { return std::vector<store::AuditTerm>{}; }));
    SENTRAIL_TRY(search("search-id",
                        [&] { return std::vector{id_term(AuditColumn::id, some_id().first)}; }));
    SENTRAIL_TRY(search("search-correlation", [&] {
      return std::vector{id_term(AuditColumn::correlation, some_id().second)};
    }));
    SENTRAIL_TRY(search("search-resource", [&] {
      some_resource_ = ids_resources_[random_() % ids_resources_.size()];
      return std::vector{resource()};
    }));
    SENTRAIL_TRY(search("search-two-common", [] {
      return std::vector<store::AuditTerm>{{AuditColumn::tool, "github"},
                                           {AuditColumn::decision, "allow"}};
    }));
    return search("search-common-rare", [] {
      return std::vector<store::AuditTerm>{{AuditColumn::tool, "github"},
                                           {AuditColumn::decision, "block"}};
    });
  }

  void print(double process_ns) const {
    const auto each = [this](double ns) { return ns / static_cast<double>(options_.entries); };
    row("record", each(record_ns_), "ns CPU an entry");
    row("apply", each(apply_ns_), "ns CPU an entry");
    row("all-threads", each(process_ns), "ns CPU an entry");
    row("rows", each(static_cast<double>(rows_)), "rows an entry");
    for (const Searched& one : searches_) {
      row(one.name, one.p50_us, "us p50");
      row(one.name, one.p99_us, "us p99");
    }
  }

 private:
  struct Searched {
    const char* name;
    double p50_us;
    double p99_us;
  };

  static std::string resource_of(std::size_t number) {
    return "acme/web-" + std::to_string(number);
  }

  store::Transaction transaction() {
    store::AuditEntry entry;
    entry.time_ms = now_ms_;
    entry.workspace_id = workspace_;
    entry.correlation_id = crypto::uuid_v7(now_ms_);
    entry.key_id = key_;
    entry.source = "manual";
    entry.tool = "github";
    entry.action = "issues.create";
    entry.resource_type = "issue";
    entry.rule = "starter.main.issues";
    entry.policy_id = key_;
    const bool blocked = random_() % 1'000 == 0;
    entry.decision = blocked ? store::AuditDecision::block : store::AuditDecision::allow;
    entry.risk = Risk::medium;
    entry.bundle_hash = store::Hash{};
    entry.kill_epoch = 0;
    const std::size_t resource = random_() % options_.resources;
    audit::Personal personal;
    personal.agent_id = "bench";
    personal.requested_by = "bench";
    personal.resource_id = resource_of(resource);
    personal.reason = "issues are allowed";
    personal.payload = audit::Payload::of(
        R"({"action":"issues.create","payload":{"labels":["bug"],"title":"report )" +
        personal.resource_id + R"("},"resourceType":"issue","riskLevel":"medium"})");
    store::Transaction out;
    out.operations = {store::RequireKillVersion{workspace_, 0},
                      store::RequireKillVersion{Uuid{}, 0}};
    out.operations.emplace_back(store::AppendAudit{recorder_.record(std::move(entry), personal)});
    if (random_() % 64 == 0) {
      const auto& made = std::get<store::AppendAudit>(out.operations.back()).entry;
      ids_.emplace_back(made.id, made.correlation_id);
      ids_resources_.push_back(resource);
    }
    return out;
  }

  void row(const char* name, double value, const char* unit) const {
    if (!options_.json) {
      std::printf("%-20s %10.1f %s\n", name, value, unit);
      return;
    }
    char number[32];
    std::snprintf(number, sizeof number, "%.3f", value);
    std::string out;
    JsonWriter json(&out);
    json.begin_object().key("step").string(name).key("unit").string(unit);
    json.key("value").raw_number(number).end_object();
    std::printf("%s\n", out.c_str());
  }

  const DurableOptions& options_;
  const audit::LeafCodec codec_;
  std::mt19937_64 random_;
  const audit::Recorder recorder_;
  const Uuid workspace_ = crypto::uuid_v4();
  const Uuid key_ = crypto::uuid_v4();
  std::int64_t now_ms_ = kStartMs;
  std::size_t rows_ = 0;
  std::size_t some_resource_ = 0;
  double record_ns_ = 0;
  double apply_ns_ = 0;
  std::vector<std::pair<Uuid, Uuid>> ids_;  // of some entries, with their correlation ids
  std::vector<std::size_t> ids_resources_;
  std::vector<Searched> searches_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace

int run_durable(const DurableOptions& options) {
  const Folder folder;
  Log log(options, folder.path());
  if (!log.opened()) {
    std::fprintf(stderr, "sentrail-bench: the store did not open\n");
    return 1;
  }
  const double before = cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
  Status status = log.write();
  const double process_ns = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - before;
  if (status && options.searches != 0) status = log.search_all();
  if (!status) {
    std::fprintf(stderr, "sentrail-bench: %s\n", status.error().message.c_str());
    return 1;
  }
  log.print(process_ns);
  return 0;
}

}  // namespace sentrail::bench
