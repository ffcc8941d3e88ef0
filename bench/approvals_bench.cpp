// Pages of a long queue. See approvals_bench.hpp.
//
// The calls are records as a hold writes them, of 64 agents; their sealed bytes are not there,
// since a list shows none of them. Pages are read as GET /approvals?status=pending reads them:
// through the store, each record decoded, the answer written as JSON.
#include "bench/approvals_bench.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/files.hpp"
#include "bench/measure.hpp"
#include "bench/row.hpp"
#include "core/limits.hpp"
#include "crypto/random.hpp"
#include "runtime/audit/leaf.hpp"
#include "runtime/gateway/held_list.hpp"
#include "runtime/store/store_rocksdb.hpp"

namespace sentrail::bench {
namespace {

constexpr std::int64_t kStartMs = 1'800'000'000'000;
constexpr std::size_t kBatch = 512;
constexpr std::size_t kAgents = 64;
constexpr double kPageMsMax = 50;

// A store with a queue, and the places at which its pages begin.
class Queue {
 public:
  Queue(const ApprovalsOptions& options, const std::string& folder)
      : options_(options), random_(options.seed) {
    store::OpenOptions open;
    open.directory = folder + "/data";
    open.create = true;
    open.codec = &codec_;
    Result<store::OpenedStore> opened = store::open_rocksdb_store(open);
    if (opened) store_ = std::move(opened->store);
  }

  [[nodiscard]] bool opened() const noexcept { return store_ != nullptr; }

  Status fill() {
    std::vector<store::Transaction> batch;
    std::vector<const store::Transaction*> pointers;
    for (std::size_t made = 0; made < options_.pending; made += batch.size()) {
      batch.clear();
      pointers.clear();
      for (std::size_t i = made; i < std::min(made + kBatch, options_.pending); ++i) {
        batch.push_back({{store::PutAction{record(i), 0, true, 0}}, {}});
      }
      for (const store::Transaction& one : batch) pointers.push_back(&one);
      for (const store::Outcome& outcome : store_->apply(pointers)) SENTRAIL_TRY(outcome.status);
    }
    SENTRAIL_ASSIGN_OR_RETURN(identity::Directory directory, identity::Directory::load(*store_));
    directory_.emplace(std::move(directory));
    return find_places();
  }

  // Times pages that begin where `place` says.
  template <class Place>
  Status measure(const char* name, const Place& place) {
    std::vector<double> ns;
    const Ticks ticks;
    for (std::size_t i = 0; i < options_.pages; ++i) {
      const gateway::HeldQuery query{workspace_, "pending", place(), options_.limit};
      Result<std::string> page;
      ns.push_back(ticks.time([&] { page = gateway::list_held(*store_, *directory_, query); }));
      if (!page) return tl::make_unexpected(page.error());
      if (page->find("\"status\":\"pending\"") == std::string::npos) {
        return fail(Errc::not_found, "a page was empty");
      }
    }
    Row row(name);
    row.number("p99_ms", quantile(ns, 0.99) / 1e6).at_most(kPageMsMax);
    row.number("p50_ms", quantile(ns, 0.5) / 1e6).count("pending", options_.pending);
    row.print(options_.json);
    return {};
  }

  Status measure_all() {
    SENTRAIL_TRY(measure("pending-list", [] { return std::string(); }));
    return measure("pending-list-anywhere", [this] { return places_[random_() % places_.size()]; });
  }

 private:
  store::ActionRecord record(std::size_t number) {
    const std::string repository = "acme/web-" + std::to_string(number);
    store::ActionRecord made;
    made.workspace_id = workspace_;
    made.action_id = crypto::uuid_v4();
    made.correlation_id = crypto::uuid_v7(kStartMs);
    made.hold_audit_id = crypto::uuid_v7(kStartMs);
    made.agent_id = "agent-" + std::to_string(number % kAgents);
    made.agent_name = "Release bot";
    made.requested_by = made.agent_id;
    made.source = "gateway";
    made.tool = "github";
    made.action = "pulls.merge";
    made.risk = Risk::high;
    made.resource_type = "pull_request";
    made.resource_id = repository + "#7";
    made.method = "PUT";
    made.target = "/repos/" + repository + "/pulls/7/merge";
    made.rule = "starter.everyday.merges";
    made.reason = "merging waits for a person";
    made.quorum = "2 of platform_leads and 1 of security";
    crypto::fill_random(made.nonce);
    crypto::fill_random(made.approval_hash);
    crypto::fill_random(made.attach_hash);
    made.created_ms = kStartMs + static_cast<std::int64_t>(number);
    made.decide_by_ms = made.created_ms + limits::kDecideByMsDefault;
    made.execute_within_ms = limits::kExecuteByMsDefault;
    return made;
  }

  // Walks the queue once, the largest pages a step.
  Status find_places() {
    store::ActionQuery query;
    query.state = store::ActionState::held;
    query.limit = limits::kPageItemsMax;
    std::size_t found = 0;
    for (;;) {
      SENTRAIL_ASSIGN_OR_RETURN(const auto page, store_->list_actions(workspace_, query));
      found += page.items.size();
      places_.push_back(query.cursor);
      if (page.cursor.empty()) break;
      query.cursor = page.cursor;
    }
    if (found == options_.pending) return {};
    return fail(Errc::corrupt, "the queue has " + std::to_string(found) + " calls");
  }

  const ApprovalsOptions& options_;
  const audit::LeafCodec codec_;
  std::mt19937_64 random_;
  const Uuid workspace_ = crypto::uuid_v4();
  std::unique_ptr<store::Store> store_;
  std::optional<identity::Directory> directory_;
  std::vector<std::string> places_;  // cursors, newest first
};

Status run_pages(const ApprovalsOptions& options) {
  const Folder folder;
  Queue queue(options, folder.path());
  if (!queue.opened()) return fail(Errc::io, "the store did not open");
  SENTRAIL_TRY(queue.fill());
  return queue.measure_all();
}

}  // namespace

int run_approvals(const ApprovalsOptions& options) {
  Status status = run_pages(options);
  if (status && options.first_byte.approved > 0) {
    const Result<bool> done = bench_first_byte(options.first_byte);
    if (!done) status = tl::make_unexpected(done.error());
  }
  if (!status) std::fprintf(stderr, "sentrail-bench: %s\n", status.error().message.c_str());
  return status ? 0 : 1;
}

}  // namespace sentrail::bench
