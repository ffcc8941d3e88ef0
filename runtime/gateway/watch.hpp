// Those who wait for a held call to change: long polls, and the terminal that just approved.
//
// Neighbours: the coordinator tells of every durable change; routes wait. Must not know: HTTP
// answers, the store. Whoever waits registers first and looks at the record after: a change in
// between is then never missed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "runtime/execute/sender.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/store/action_record.hpp"

namespace sentrail::gateway {

// threads: any.
class Watch {
 public:
  using WaitId = std::uint64_t;
  // Whether a record, as it is now, is what one waits for.
  using Enough = bool (*)(const store::ActionRecord& record);
  // Hears the record once it is enough, or nothing once the time is over. Runs once, on `io`.
  using Then = std::function<void(std::optional<store::ActionRecord>)>;

  // Waits at most `wait_ms` for a call to become what `enough` says.
  WaitId await(http::IoThread& io, const execute::ActionRef& ref, std::int64_t wait_ms,
               Enough enough, Then then);

  // Ends one wait early: the caller has looked, and has its answer.
  void settle(WaitId id, std::optional<store::ActionRecord> record);

  // A call changed. Does not block.
  void changed(const store::ActionRecord& record);

  // Ends all waits of one I/O thread, as if their time were over.
  void drain(http::IoThread& io);

  // How many wait.
  [[nodiscard]] std::size_t size() const;

 private:
  struct Waiting {
    http::IoThread* io;
    execute::ActionRef ref;
    Enough enough;
    Then then;
  };

  void finish(WaitId id, std::optional<store::ActionRecord> record);

  mutable std::mutex mutex_;
  WaitId next_id_ = 1;                                   // guarded by mutex_
  std::map<WaitId, Waiting> waiting_;                    // guarded by mutex_
  std::multimap<execute::ActionRef, WaitId> by_action_;  // guarded by mutex_
};

}  // namespace sentrail::gateway
