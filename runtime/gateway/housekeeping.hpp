// What nobody asks for and has to be done now and then: sessions that are over and what limits no
// longer count leave the store, and counts of wrong passphrases that are forgiven leave memory.
//
// Neighbours: server/daemon.cpp starts it. Must not know: routes. Nothing rests on it: what is over
// is refused whether it is still there or not.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/time.hpp"
#include "runtime/counters/counters.hpp"
#include "runtime/gateway/work_pool.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/identity/accounts.hpp"
#include "runtime/store/store.hpp"
#include "runtime/store/writer.hpp"

namespace sentrail::gateway {

// threads: the one that run_on() is given, and the pool's.
class Housekeeping {
 public:
  // All outlive this, and this outlives the pool's threads.
  Housekeeping(const store::Reader& reader, store::Writer& writer,
               identity::SignInThrottle& throttle, WorkPool& pool, const Clock& clock,
               const counters::Counters& counters)
      : reader_(reader),
        writer_(writer),
        throttle_(throttle),
        pool_(pool),
        clock_(clock),
        counters_(counters) {}

  // Cleans every limits::kHousekeepingMs, as long as that thread runs. threads: any.
  void run_on(http::IoThread& io);

  // Cleans once: at most limits::kPageItemsMax sessions, and what limits no longer count in slices
  // of limits::kWindowPartsSlice rows, of which a decision waits for one at most. cost: the disk.
  // fails: as the store.
  [[nodiscard]] Status clean();

 private:
  void wait_on(http::IoThread& io);
  [[nodiscard]] Status clean_sessions(std::int64_t now_ms);
  [[nodiscard]] Status clean_windows();

  const store::Reader& reader_;
  store::Writer& writer_;
  identity::SignInThrottle& throttle_;
  WorkPool& pool_;
  const Clock& clock_;
  const counters::Counters& counters_;
  // Up to here windows are cleaned: rows that were removed are not walked over again.
  std::atomic<std::int64_t> cleaned_ms_{INT64_MIN};
};

}  // namespace sentrail::gateway
