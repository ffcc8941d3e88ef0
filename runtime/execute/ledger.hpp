// Commits transactions and continues with what became of them, on the coordinator's loop.
//
// Neighbours: store/writer.hpp (durability), loop.hpp (where continuations run), coordinator.cpp.
// Must not know: what a transaction means.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>

#include "core/sync_point.hpp"
#include "core/time.hpp"
#include "runtime/execute/loop.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::execute {

// The named places around one kind of commit, for crash tests.
struct StepName {
  std::string_view built;    // the transaction is ready and nothing of it is durable
  std::string_view durable;  // it is on disk and nothing was done about it yet
};

// Whether a caller waits with a deadline of its own: if the disk takes longer than
// limits::kAuditWriteMsMax the transaction is given up, and withdrawn should it land after all.
enum class Patience : std::uint8_t { bounded, unbounded };

// threads: the loop's, except where noted.
class Ledger final : public store::CompletionPort {
 public:
  using Then = std::function<void(store::Outcome)>;

  // All outlive the ledger.
  Ledger(store::Writer& writer, Loop& loop, const Clock& clock, SyncPointHook* hook)
      : writer_(writer), loop_(loop), clock_(clock), hook_(hook) {}
  // Waits until the writer has decided everything that was submitted.
  ~Ledger() override;

  // Submits a transaction; `then` runs on the loop, once, with its outcome.
  void commit(const StepName& name, store::Transaction transaction, Patience patience, Then then);

  // Whether nothing waits for its outcome.
  [[nodiscard]] bool idle() const noexcept { return waiting_.empty(); }

  // Takes the writer's answers. threads: the writer's.
  void post(std::span<store::Completion> completions) noexcept override;

 private:
  struct Waiting {
    const StepName* name;
    store::Ticket ticket;
    Patience patience;
    std::int64_t since_ms;
    Then then;
  };

  void give_up_late();
  void complete(std::uint64_t token, store::Outcome outcome);
  void one_less();

  store::Writer& writer_;
  Loop& loop_;
  const Clock& clock_;
  SyncPointHook* const hook_;
  std::unordered_map<std::uint64_t, Waiting> waiting_;
  std::uint64_t next_token_ = 1;

  std::mutex mutex_;
  std::condition_variable settled_;
  std::size_t outstanding_ = 0;  // guarded by mutex_
};

}  // namespace sentrail::execute
