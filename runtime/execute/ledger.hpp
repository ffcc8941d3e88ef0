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
#include <optional>
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

// Until when a caller waits: a transaction that takes longer is given up, and withdrawn should it
// land after all. One request has one patience, however many transactions it takes.
class Patience {
 public:
  // Waits for as long as it takes.
  Patience() = default;
  // Waits limits::kAuditWriteMsMax, from now on.
  [[nodiscard]] static Patience bounded(const Clock& clock) noexcept;

  // This one if it has an end, else one from now on.
  [[nodiscard]] Patience or_bounded(const Clock& clock) const noexcept {
    return until_ms_ ? *this : bounded(clock);
  }

  // The end of it, on the monotonic clock; nothing if there is none.
  [[nodiscard]] std::optional<std::int64_t> until_ms() const noexcept { return until_ms_; }

 private:
  std::optional<std::int64_t> until_ms_;
};

// threads: the loop's, except where noted.
class Ledger final : public store::CompletionPort {
 public:
  using Then = std::function<void(store::Outcome)>;

  // All outlive the ledger.
  Ledger(store::Writer& writer, Loop& loop, const Clock& clock, SyncPointHook* hook)
      : writer_(writer), loop_(loop), clock_(clock), hook_(hook) {}
  // Waits until the writer has decided everything that was submitted.
  ~Ledger() override;

  // Submits a transaction; `then` runs on the loop, once, with its outcome. Nothing is submitted
  // where patience has ended already: timed_out. `late` runs after it, if the transaction was given
  // up and has landed all the same, so that its `if_withdrawn` will.
  void commit(const StepName& name, store::Transaction transaction, Patience patience, Then then,
              std::function<void()> late = nullptr);

  // Whether nothing waits for its outcome.
  [[nodiscard]] bool idle() const noexcept { return waiting_.empty(); }

  // Takes the writer's answers. threads: the writer's.
  void post(std::span<store::Completion> completions) noexcept override;

 private:
  struct Waiting {
    const StepName* name;
    store::Ticket ticket;
    Patience patience;
    Then then;  // null: given up, and only what comes late is waited for
    std::function<void()> late;
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
