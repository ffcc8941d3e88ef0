// What the limits of the policy in force have counted, for all threads of one server.
//
// Neighbours: decide/counting.hpp (test and charge), gateway/judge.hpp (asks), the coordinator's
// on_change tells how held calls end; whoever records a decision writes down what it has charged,
// and restart.cpp takes it up again. Must not know: HTTP, rows, what a call is about.
// They never hold too little: what is not known to have been counted has no room.
// source: docs/language.md, L14.3 to L14.8; docs/adr/0006.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "crypto/hash.hpp"
#include "runtime/counters/limit_time.hpp"
#include "runtime/decide/counting.hpp"
#include "runtime/store/store.hpp"

namespace sentrail::counters {

// What a decision has charged, and when by the clock of limits, which never goes back.
struct Reservation {
  std::vector<decide::Charge> charges;
  std::int64_t at_ms = 0;
};

// A decision on the actions of one request, with what it has charged.
struct Counted {
  decide::CountedDecisions decided;  // its charges have moved to the reservation
  Reservation reservation;
};

// What a call that is held is found by: `call`, whatever policy says of it, and `terms`, which has
// what policy said too.
struct HoldName {
  std::array<std::uint8_t, 32> call{};
  std::array<std::uint8_t, 32> terms{};

  friend bool operator==(const HoldName&, const HoldName&) = default;
};

// A held call that has charged something.
struct Hold {
  Uuid correlation_id;
  HoldName name;
};

// What a question to the counters does to them.
enum class Purpose : std::uint8_t {
  charge,    // what goes on is charged
  simulate,  // nothing is
  suppose,   // nor here, and it is supposed that nothing was charged before the start
};

// Names of counters as codes under a key: values of keys may be personal, and what is on disk does
// not tell them to whoever has the disk alone.
class SealedNames final : public decide::NameSeal {
 public:
  explicit SealedNames(std::string_view key) : key_(key) {}
  void seal(decide::CounterName& name) const noexcept override;

 private:
  crypto::HmacKey key_;
};

// Where a start comes from.
struct Origin {
  Uuid boot_id;               // of the machine's run; nil: not known
  bool store_is_new = false;  // nobody has ever charged anything
  std::string mark;           // as a former start left it beside the store; empty: there is none
};

// What a start has found.
struct Restored {
  bool anew = false;  // nothing is known of the time before: the mark is to be written
  std::size_t parts = 0;
  std::size_t held = 0;
};

// threads: any; one decision with limits at a time.
class Counters {
 public:
  // Counts from now on, by names under that key. `clock` outlives it.
  explicit Counters(const Clock& clock, std::string_view key,
                    std::size_t counters_max = limits::kCountersMax)
      : clock_(clock), names_(key), known_since_ms_(clock.monotonic_ms()), windows_(counters_max) {}

  // Takes up what was counted before this start: from then on all is as if the server had never
  // ended, if the mark is that of the store, so that nothing was charged since that is not in it.
  // A store of another lineage (a backup, an older format) knows nothing before now. Once, before
  // anything is decided. cost: one walk over what still counts. fails: as the store.
  [[nodiscard]] Result<Restored> restore(const store::Reader& reader, const Origin& origin);

  // The clock of limits now, and its reading; both are written with every charge.
  [[nodiscard]] std::int64_t now_ms() const noexcept { return base_ms_ + clock_.monotonic_ms(); }
  [[nodiscard]] store::LimitClock clock() const;
  // What stands beside the store once clock() is in it: no backup has it, nor that lineage.
  [[nodiscard]] std::string mark() const;

  // What a decision has charged, for its transaction; nothing if it has not. `held`: the call waits
  // under that name.
  [[nodiscard]] std::optional<store::ChargeLimits> written(const Reservation& reservation,
                                                           const Uuid& workspace_id,
                                                           const Uuid& correlation_id,
                                                           const HoldName* held) const;

  // Decides the actions of one request: tests and charges in one step. A policy without limits is
  // decided without waiting for others. `own` is a held call whose charges do not count: the same
  // call is asked about again. REQUIRES: at least one action; scratch fits.
  [[nodiscard]] Counted decide(const decide::Engine& engine, std::span<const Facts* const> actions,
                               decide::Scratch& scratch, const Uuid& workspace_id, Purpose purpose,
                               const Uuid* own = nullptr);

  // Takes back what was charged for what does not come to pass.
  void give_back(const Reservation& reservation);

  // Remembers what a held call has charged until it ends. A call that many others wait before keeps
  // it for good.
  void hold(const Uuid& correlation_id, Reservation reservation, const HoldName& name = {});
  // The held call of that HoldName::call that has charged something; of several, the first.
  [[nodiscard]] std::optional<Hold> find_hold(const std::array<std::uint8_t, 32>& call) const;
  // Ends the hold: what was sent, or may have been, stays charged; what was not is given back.
  void end_hold(const Uuid& correlation_id, bool sent);

  // Counters and held reservations that are kept. threads: any.
  struct Sizes {
    std::size_t counters = 0;
    std::size_t held = 0;
  };
  [[nodiscard]] Sizes sizes() const;

 private:
  struct Held {
    Reservation reservation;
    HoldName name;
  };

  void give_back_locked(const Reservation& reservation);
  void keep_locked(const Uuid& correlation_id, Held held);
  [[nodiscard]] Result<std::size_t> restore_windows(const store::Reader& reader,
                                                    std::int64_t now_ms);

  const Clock& clock_;
  const SealedNames names_;
  std::int64_t base_ms_ = 0;  // of the clock of limits over the monotonic one
  // Of the least wall time that is noted, over the monotonic clock: a start found the wall clock
  // behind what was noted.
  std::optional<std::int64_t> wall_base_ms_;
  std::int64_t known_since_ms_;
  Uuid lineage_;
  Uuid boot_id_;
  mutable std::mutex mutex_;
  decide::Windows windows_;
  std::map<Uuid, Held> held_;
  std::multimap<std::array<std::uint8_t, 32>, Uuid> held_calls_;  // by HoldName::call
};

}  // namespace sentrail::counters
