// What the limits of the policy in force have counted, for all threads of one server.
//
// Neighbours: decide/counting.hpp (test and charge), gateway/judge.hpp (asks), the coordinator's
// on_change tells how held calls end. Must not know: HTTP, rows, what a call is about.
// Counters are in memory: nobody knows what was charged before the start, so a limit has no room
// until the server has run for as long as the limit looks back. They never hold too little.
// source: docs/language.md, L14.3 to L14.8.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "core/uuid.hpp"
#include "runtime/decide/counting.hpp"

namespace sentrail::counters {

// What a decision has charged, and when by the clock that never goes back.
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

// threads: any; one decision with limits at a time.
class Counters {
 public:
  // Counts from now on. `clock` outlives it.
  explicit Counters(const Clock& clock, std::size_t counters_max = limits::kCountersMax)
      : clock_(clock), since_ms_(clock.monotonic_ms()), windows_(counters_max) {}

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
  void give_back_locked(const Reservation& reservation);

  const Clock& clock_;
  const std::int64_t since_ms_;
  mutable std::mutex mutex_;
  decide::Windows windows_;
  struct Held {
    Reservation reservation;
    HoldName name;
  };
  std::map<Uuid, Held> held_;
  std::multimap<std::array<std::uint8_t, 32>, Uuid> held_calls_;  // by HoldName::call
};

}  // namespace sentrail::counters
