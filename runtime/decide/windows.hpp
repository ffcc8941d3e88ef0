// What limits have counted: a sliding window for each limit and each value of its keys.
//
// Neighbours: counted.hpp says what is charged, counting.hpp decides with it; runtime/counters
// keeps one for the server, sentrailc one for a test or a log. Must not know: clocks, threads,
// storage: the instant is an argument. source: docs/language.md, L14.3.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/limits.hpp"

namespace sentrail::decide {

// The name of one counter: limit, workspace and values of keys.
using CounterName = std::string;

// What one action charges one counter.
struct Charge {
  CounterName counter;
  std::int64_t per_ms = 0;
  std::int64_t amount = 0;  // units: millionths

  friend bool operator==(const Charge&, const Charge&) = default;
};

// A window is kept in kBuckets parts, each forgotten as a whole, so a counter holds at most one
// part too much and never too little. Not safe for several threads.
class Windows {
 public:
  static constexpr std::int64_t kBuckets = 60;

  explicit Windows(std::size_t counters_max = limits::kCountersMax) : counters_max_(counters_max) {}

  // What a counter holds. cost: linear in kBuckets at most.
  [[nodiscard]] std::int64_t used(const CounterName& counter, std::int64_t per_ms,
                                  std::int64_t now_ms) const;

  // Whether a counter is there, or there is room for another.
  [[nodiscard]] bool can_charge(const CounterName& counter, std::int64_t now_ms);

  // Adds to a counter; one past counters_max too, so that nothing goes uncounted.
  void charge(const Charge& charge, std::int64_t now_ms);

  // Takes back what was charged at an instant, as far as it is still there.
  void give_back(const Charge& charge, std::int64_t charged_at_ms);

  [[nodiscard]] std::size_t size() const noexcept { return counters_.size(); }

 private:
  // Wide enough for whatever is added up, so that all of it can be taken back.
  __extension__ typedef unsigned __int128 Sum;
  struct Window {
    std::int64_t per_ms = 0;
    std::vector<std::pair<std::int64_t, Sum>> buckets;  // number and sum; ascend
  };

  void forget_old(std::int64_t now_ms);

  std::size_t counters_max_;
  std::unordered_map<CounterName, Window> counters_;
  std::int64_t swept_ms_ = 0;
};

}  // namespace sentrail::decide
