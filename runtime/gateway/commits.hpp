// Transactions of one I/O thread that are on their way to disk, and what follows each.
//
// Neighbours: store/writer.hpp takes them and posts a batch of completions at once; routes give
// what follows. Must not know: what a transaction means. What one turn of the I/O thread submits
// wakes a writer that sleeps at its first transaction, then at every few, and at the end: the
// writer takes what is there by then as one batch. One task per batch comes back. One timer watches
// them all: their bound is the same, so the oldest is always the first.
// source: docs/audit_log.md (a decision that is not durable in time is a block).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <unordered_map>

#include "core/time.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::gateway {

// threads: commit() only on the I/O thread; post() only by the writer.
class Commits final : public store::CompletionPort {
 public:
  // What runs on the I/O thread once it is known what became of a transaction.
  using Then = std::function<void(store::Outcome)>;

  // All outlive this; the writer must have ended before this does.
  Commits(http::IoThread& io, const Clock& clock, store::Writer& writer)
      : io_(io), clock_(clock), writer_(writer) {}

  // Submits. `then` runs once: durable or refused, or, after limits::kAuditWriteMsMax, given up
  // with Errc::timed_out. It may run before this returns if the writer refuses at once.
  void commit(store::Transaction transaction, Then then);

  // Submits what nobody waits for. fails: as store::Writer::submit.
  [[nodiscard]] Status submit(store::Transaction transaction);

  // How many are on their way.
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

  void post(std::span<store::Completion> completions) noexcept override;

 private:
  struct Waiting {
    store::Ticket ticket;
    Then then;
  };
  struct Due {
    std::int64_t at_ms;
    std::uint64_t token;
  };

  void wake_later();
  void finish(store::Completion& completion);
  void watch();
  void give_up_due();

  http::IoThread& io_;
  const Clock& clock_;
  store::Writer& writer_;
  std::uint64_t next_token_ = 1;
  std::unordered_map<std::uint64_t, Waiting> waiting_;
  std::deque<Due> due_;  // oldest first; entries already finished are skipped
  bool watching_ = false;
  bool waking_ = false;        // the writer is woken when this turn of the thread ends
  std::size_t submitted_ = 0;  // in this turn
};

}  // namespace sentrail::gateway
