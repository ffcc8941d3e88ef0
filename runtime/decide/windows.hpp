// What limits have counted: a sliding window for each limit and each value of its keys.
//
// Neighbours: counted.hpp says what is charged, counting.hpp decides with it; runtime/counters
// keeps one for the server and makes it anew after a start, sentrailc one for a test or a log. Must
// not know: clocks, threads, storage: the instant is an argument. source: docs/language.md, L14.3.
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

// Replaces the names of counters by others, the same for the same: values of keys may be personal,
// and what is kept by a name is not to tell them.
class NameSeal {
 public:
  virtual ~NameSeal() = default;
  virtual void seal(CounterName& name) const noexcept = 0;
};

// What the actions of a request charge one counter.
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
  // Wide enough for whatever is added up, so that all of it can be taken back.
  __extension__ typedef unsigned __int128 Sum;

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

  // From when on what is charged at an instant no longer counts: the end of its part's time.
  [[nodiscard]] static std::int64_t gone_ms(std::int64_t per_ms, std::int64_t charged_at_ms);

  // Puts a part of a counter in its place as it was kept elsewhere. REQUIRES: `gone_ms` is
  // gone_ms() of its charges; the counter holds nothing of that part yet.
  void restore(const CounterName& counter, std::int64_t per_ms, std::int64_t gone_ms, Sum sum);

  [[nodiscard]] std::size_t size() const noexcept { return counters_.size(); }

 private:
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
